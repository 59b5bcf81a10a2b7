"""Filling: from a telling to events with all their fields."""

import re
from collections.abc import Sequence

from pipelines.enrich.events.attribution import attributed
from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.dating import Calendar
from pipelines.enrich.events.discourse import PLANT, Discourse, parent_of
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.figures import Product, amount_of, priced, products, shared_out
from pipelines.enrich.events.kinds import sub_type
from pipelines.enrich.events.parts import Cast, Stage
from pipelines.enrich.events.people import Voice
from pipelines.enrich.events.relevance import Relevance, is_of_chain
from pipelines.enrich.events.roles import cast
from pipelines.enrich.events.slots import are_rare, material_ids, stage_from, when
from pipelines.enrich.events.told import Told
from pipelines.enrich.folding import fold
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Actor, Amount, Attribution, Event, MaterialMention, Mention, Sentence

OF_PLANTS = frozenset({"facility_change", "production_milestone", "schedule_guidance", "disruption", "superlative_claim"})
WITHOUT_STAGE = frozenset({"ownership_change", "policy_control"})
OF_RARE_EARTHS = frozenset({"cracking", "separation", "metal", "alloy", "magnet"})  # of others only where a step is named
STEP = 10  # characters after a product in which its step is named
OPENING = 4  # characters before the name of a sentence's topic
WITHOUT_SITE = frozenset({"ownership_change", "policy_control", "price_move", "market_assessment"})
OF_MARKETS = frozenset({"market_assessment", "price_move"})
WE = mask_of("we")
WORKS = mask_of("plant")
CLAIM, OWN_VOICE = mask_of("claim"), mask_of("speaker_voice")
UP, DOWN, STABLE = mask_of("up"), mask_of("down"), mask_of("stable")
GRADE = re.compile(r"\bT?REO\b")  # a grade of total rare earth oxides
OF_COMPANIES = frozenset({"financing", "facility_change", "production_milestone", "schedule_guidance", "supply_agreement", "disruption"})
DELIVERIES, SHIP, FIRST = frozenset({"schedule_guidance", "production_milestone"}), mask_of("ship", "supply"), mask_of("first")
SHORT, LONG, NOW = mask_of("short_term"), mask_of("long_term"), mask_of("now_word")


class Filler:
    """Fills the fields of the events of one document, in order."""

    def __init__(
        self, document: Document, discourse: Discourse, relevance: Relevance, own_release: Mention | None
    ) -> None:
        self.document = document
        self.discourse = discourse
        self.relevance = relevance
        self.own_release = own_release
        self.goods: tuple[str, ...] = ()  # of the last event of a market
        self.deal: tuple[Cast, tuple[tuple[str, ...], str | None]] | None = None  # the last of the paragraph, with its goods
        self.calendar = Calendar(document, own_release=own_release is not None)

    def next_paragraph(self) -> None:
        """What the paragraph before dealt in and counted is no longer spoken of."""
        self.deal = None
        self.calendar.next_paragraph()

    def fill(self, sentence: Sentence, parts: list[Clause], told: Told, voice: Voice | None) -> list[Event]:
        """The events of one telling: several where it coordinates parties or products."""
        speaker = voice.mention if voice else None
        stage = Stage(
            self.document, told.clause, tuple(told.domain), tuple(parts), told.fit, self.discourse, speaker,
            self.own_release is not None, told.lender,
        )  # fmt: skip
        found = self._of_last_deal(told) or cast(stage)
        is_delivery = self.deal is not None and found is self.deal[0]
        site_id = None if is_delivery else self._site(told, found) or self._topic(told, parts)
        own_voice = bool(told.clause.concepts & OWN_VOICE) and told.type == "superlative_claim"
        if told.type == "superlative_claim":
            voice = self._claimant(told, found, None if own_voice else voice, own_voice=own_voice)
        is_own = self._is_own(told) or self._is_of_its_firm(told, voice) or _is_actor(voice, found)
        attribution = attributed(voice, found.mentions, self.own_release, is_own=is_own)
        if not (_tells_of_itself(voice, found) or self._is_of_chain(told, found, site_id, parts)):
            return []
        told.shared = self._shared(told, parts)
        events = self._events(sentence, told, found, site_id, attribution)
        self.discourse.in_chain.update(short_name(m) for m in found.mentions if m.entity_id is None and m.type == "company")
        if told.type == "supply_agreement" and events:
            self.deal = (found, (events[0].materials, events[0].stage))
        if told.type in OF_PLANTS and events:
            self.discourse.remember(found.operator, site_id, events[0].materials, events[0].stage)
        elif found.operator is not None and told.type in {"resource_study", "financing", "permit"}:
            self.discourse.remember(found.operator, None, (), None)
        return events

    def _of_last_deal(self, told: Told) -> Cast | None:
        """The parties of the deal that the paragraph has just told, where this tells when its goods are delivered (首批货物定于…交付)."""
        if self.deal is None or told.type not in DELIVERIES or not self._is_of_deal(told):
            return None
        return self.deal[0]

    def _is_of_deal(self, told: Told) -> bool:
        """Whether the clauses speak of a delivery without saying of what, whose or from where."""
        if not any(c.concepts & SHIP for c in told.domain) or not any(c.concepts & FIRST for c in told.domain):
            return False
        return not any(c.organisations or c.sites or c.materials or c.concepts & PLANT for c in told.domain)

    def _is_own(self, told: Told) -> bool:
        """Whether the clauses say "we" or "our" of what is done: the speaker's own doing."""
        return told.type not in OF_MARKETS and any(c.concepts & WE for c in told.domain)

    def _is_of_its_firm(self, told: Told, voice: Voice | None) -> bool:
        """Whether a Chinese firm without a name tells of its own plant ("一家回收企业宣布放弃…"), or a speaker names his own firm."""
        if voice is None or voice.mention is not None:
            return False
        if voice.is_firm:
            said = (self.document.text[c.start : c.end] for c in told.domain)
            turn = self.document.grammar.turn  # what only says who has the floor does not count
            return told.type not in OF_MARKETS and any(voice.surface in turn.sub("", words, count=1) for words in said)
        if told.type not in OF_PLANTS:
            return False
        return bool(self.document.grammar.tellers_house.search(voice.surface))

    def _claimant(self, told: Told, found: Cast, voice: Voice | None, *, own_voice: bool) -> Voice | None:
        """A claim is its claimant's where the text says that he makes it ("presents itself as")."""
        if voice is None and not own_voice and told.clause.concepts & CLAIM and found.operator is not None:
            return Voice(found.operator, found.operator.surface, True)
        return voice

    def _events(
        self, sentence: Sentence, told: Told, found: Cast, site_id: str | None, attribution: Attribution
    ) -> list[Event]:
        prices = priced(self.document, told)
        if prices:  # each product with its own price
            return [self._event(sentence, told, site_id, (m, None), found.actors[0], attribution, a) for m, a in prices]
        made = shared_out(self.document, told) or products(self.document, told)
        if len(found.actors) == len(made) > 1:  # each party with its own figure
            pairs = [(actors, [product]) for actors, product in zip(found.actors, made, strict=True)]
        else:
            pairs = [(actors, made) for actors in found.actors]
        has_sums = told.type == "financing" and len(pairs) > 1
        return [
            self._event(
                sentence, told, site_id, product, actors, attribution, amount_of(self.document, told, which if has_sums else -1)
            )
            for which, (actors, own) in enumerate(pairs)
            for product in own
        ]

    def _event(  # noqa: PLR0913, PLR0917  an event has so many parts
        self, sentence: Sentence, told: Told, site_id: str | None, product: Product, actors: tuple[Actor, ...],
        attribution: Attribution, amount: Amount | None,
    ) -> Event:  # fmt: skip
        """The event with all its fields."""
        ids, stage = self._product(told, site_id, product[0])
        ids = ids or self._named_after(told)
        first, last, precision = when(self.calendar.of(told))
        published, how = self.document.found.published_on, told.telling.factuality or "achieved"
        if told.type == "market_assessment" and how == "under_way" and first and published and first > published:
            how = "forecast"  # in the present tense of a year to come
        return Event(
            type=told.type, factuality=how, start=sentence.start, end=sentence.end,
            evidence=self.document.text[sentence.start : sentence.end], rule=told.fit.frame.name, confidence=_confidence(told, actors),
            sub_type=sub_type(told), actors=actors, site_id=site_id, stage=stage, materials=ids, quantity=product[1], amount=amount,
            date=first, date_to=last, date_precision=precision, direction=_direction(told), horizon=_horizon(told.clause.concepts),
            attribution=attribution,
        )  # fmt: skip

    # --- whether it counts ----------------------------------------------------------------------------------------

    def _is_of_chain(self, told: Told, found: Cast, site_id: str | None, parts: list[Clause]) -> bool:
        """The event touches the chain: a site, a company of it, a material, or a text that is about nothing else."""
        start = parts[0].start  # a name lent by the text before does not count
        chain = self.discourse.in_chain
        named = any(m.start >= start and is_of_chain(m.entity_id) for m in found.mentions)
        if told.type == "financing":
            named = named or any(is_of_chain(m.entity_id) for p in told.domain for m in p.organisations)
        named = named or any(not m.entity_id and short_name(m) in chain for m in found.mentions)
        is_at_site = told.type in OF_PLANTS and site_id is not None and self.discourse.is_site_near
        if named or is_at_site or any(p.materials for p in parts) or any(p.sites for p in parts):
            return True
        is_own = self.own_release is not None and self.own_release.type == "company" and not self.document.grammar.has_borders
        if is_own and told.type in {"financing", "ownership_change", "supply_agreement", "permit"}:
            return True
        if not self.relevance.is_dense:
            return False
        if told.type in {"market_assessment", "policy_control", "price_move"}:
            return True
        is_implied = not self.document.grammar.has_borders  # Chinese leaves out what the text before has named
        if is_implied and found.operator is not None and is_of_chain(found.operator.entity_id):
            return True
        own = self.own_release  # a company outside the register signs a text that is about the chain
        is_own = told.type in OF_COMPANIES and own is not None and (is_of_chain(own.entity_id) or _is_outside(own))
        return is_own or self.discourse.product != ((), None) or any(self.document.stages.within(p.start, p.end) for p in parts)

    # --- where ----------------------------------------------------------------------------------------------------

    def _site(self, told: Told, found: Cast) -> str | None:  # noqa: PLR0911  a ladder: the nearest that the text gives
        if told.type == "ownership_change":  # an interest in a deposit
            owned = [s for s in told.clause.sites if self.document.grammar.interest_in.match(self.document.low, s.end)]
            return owned[0].entity_id if owned else None
        if told.type in WITHOUT_SITE:
            return None
        if told.type == "supply_agreement":
            return self._source(told, found)
        for clause in told.domain:
            sites = [s for s in clause.sites if s.entity_id]
            sites = [s for s in sites if not s.is_anaphor] or sites
            if sites:
                return min(sites, key=lambda s: abs(s.start - told.fit.anchor[0])).entity_id
        if told.type == "resource_study" and self.discourse.deposit is not None:
            deposit = self.discourse.deposit
            fits = found.operator is None or parent_of(deposit.entity_id) in {None, found.operator.entity_id}
            return deposit.entity_id if fits else None
        if told.type == "disruption" and not any(c.concepts & PLANT for c in told.domain):
            return None
        if told.type == "superlative_claim" and not told.clause.concepts & PLANT:  # of the whole company
            return None
        if told.type in OF_PLANTS and self.discourse.site is not None and self._is_there(told):
            return self.discourse.site.entity_id
        if told.type in OF_PLANTS or told.type == "resource_study":
            return self.discourse.site_for(told.clause, found.operator)
        if told.type in {"financing", "permit"} and told.clause.concepts & PLANT:
            site = self.discourse.site_for(told.clause, found.operator)
            return site if self.discourse.definite(told.clause) else None
        return None

    def _is_there(self, told: Told) -> bool:
        """Whether a pronoun stands for the place spoken of (« y a été mis en route »)."""
        return bool(self.document.grammar.there.search(self.document.low, told.clause.start, told.clause.end))

    def _topic(self, told: Told, parts: list[Clause]) -> str | None:
        """The site that a Chinese sentence opens with, which its later clauses leave out."""
        if self.document.grammar.has_borders or told.type not in OF_PLANTS | {"permit"} or any(c.organisations for c in told.domain):
            return None
        earlier = [c for c in parts if c.start < told.clause.start and c.sites]
        sites = {s.entity_id for c in earlier for s in c.sites}
        is_topic = bool(earlier) and earlier[0] is parts[0] and parts[0].sites[0].start - parts[0].start <= OPENING
        return next(iter(sites)) if len(sites) == 1 and (is_topic or told.type == "permit") else None

    def _shared(self, told: Told, parts: list[Clause]) -> Sequence[MaterialMention]:
        """What the only other clauses of a Chinese sentence that name a product name, for one that leaves it out."""
        if self.document.grammar.has_borders or told.type not in OF_PLANTS | OF_MARKETS | {"permit"}:
            return ()
        named = [c.materials for c in parts if c.materials]
        return named[0] if named and len({frozenset(material_ids(m)) for m in named}) == 1 else ()

    def _source(self, told: Told, found: Cast) -> str | None:
        """Where the material comes from: a site that is not the buyer's."""
        buyers = {a.entity_id for a in (found.actors[0] if found.actors else ()) if a.role == "buyer"}
        for clause in told.domain:
            for site in clause.sites:
                if site.entity_id and parent_of(site.entity_id) not in buyers - {None}:
                    return site.entity_id
        suppliers = {a.entity_id for a in (found.actors[0] if found.actors else ()) if a.role == "supplier"}
        own = [s for s in self.discourse.site_ids if parent_of(s) in suppliers - {None}]
        return own[0] if self.own_release and len(own) == 1 else None

    # --- what -----------------------------------------------------------------------------------------------------

    def _product(
        self, told: Told, site_id: str | None, given: Sequence[MaterialMention] | None
    ) -> tuple[tuple[str, ...], str | None]:
        """Materials and stage."""
        if told.type == "ownership_change":
            return (), None
        domain = sorted(told.domain, key=lambda c: c is not told.clause)
        domain += [told.lender] if told.lender else []
        mentioned = next((c.materials for c in domain if c.materials), told.shared) if given is None else given
        ids = material_ids(mentioned)
        stage = self._stage(told, domain, mentioned)
        if stage is None and told.shared and mentioned is told.shared:
            stage = stage_from(self.document, told.shared[0].start, told.shared[-1].end + STEP, told.shared)
        if stage == "mining" and told.type == "permit" and not self.document.grammar.has_borders and not self._names_step(told, stage):
            stage = None  # a deposit is not its mine
        if told.type in OF_PLANTS:
            is_of_deal = self.deal is not None and told.type in DELIVERIES and self._is_of_deal(told)
            known_ids, known_stage = self.deal[1] if self.deal and is_of_deal else self.discourse.product_of(site_id)
            stage = stage or (known_stage if not ids or not known_ids or are_rare(ids) == are_rare(known_ids) else None)
            ids = ids or known_ids
        elif told.type == "financing":
            if told.fit.frame.name == "price_floor":
                return ids, stage
            if site_id is None and not any(c.concepts & PLANT for c in told.domain):
                return (), None
            known_ids, known_stage = self.discourse.product_of(site_id)
            ids, stage = ids or known_ids, stage or known_stage
        elif told.type == "resource_study":
            ids = ids or self.discourse.product_of(site_id)[0]
            if not ids and any(GRADE.search(self.document.text, c.start, c.end) for c in told.domain):
                ids = ("rare_earths",)
                self.discourse.remember(None, site_id, ids, None)
            return ids, "exploration"
        elif told.type == "permit" and site_id:
            ids, stage = self._permitted(told, site_id, ids, stage)
        elif told.type in OF_MARKETS:
            ids = self._goods(told, ids)
        if told.type in WITHOUT_STAGE or (
            stage in OF_RARE_EARTHS and ids and not are_rare(ids) and not self._names_step(told, stage)
        ):
            stage = None
        return ids, stage

    def _permitted(self, told: Told, site_id: str, ids: tuple[str, ...], stage: str | None) -> tuple[tuple[str, ...], str | None]:
        """What a permit of a site is for, as far as the text has told it: the work done there where it is the plant's."""
        known_ids, known_stage = self.discourse.product_of(site_id)
        is_of_plant = any(c.concepts & WORKS for c in told.domain)
        return ids or known_ids, stage or (known_stage if is_of_plant else None)

    def _named_after(self, told: Told) -> tuple[str, ...]:
        """What a deposit is named after (微山稀土矿), where nothing else tells what it holds."""
        if self.document.grammar.has_borders or told.type not in OF_PLANTS | {"permit"}:
            return ()
        return ("rare_earths",) if any("稀土" in s.surface for c in told.domain for s in c.sites) else ()

    def _goods(self, told: Told, ids: tuple[str, ...]) -> tuple[str, ...]:
        """What is traded; "the oxide", "such scrap" is what was traded in the event before."""
        taken_up = not ids and any(self.document.grammar.same_goods.search(self.document.low, c.start, c.end) for c in told.domain)
        self.goods = self.goods if taken_up else ids
        return self.goods

    def _stage(self, told: Told, domain: list[Clause], mentioned: Sequence[MaterialMention]) -> str | None:
        """The step that the clauses name: of a deal or a price the product's, of a plant the work done there."""
        first = told.type not in OF_PLANTS or told.type == "production_milestone"
        for clause in domain:
            materials = mentioned if clause is told.clause else clause.materials
            for start, end in ((clause.start, clause.end), *((clause.head,) if clause.head else ())):
                stage = stage_from(self.document, start, end, materials, products_first=first)
                if stage:
                    return stage
        return None

    def _names_step(self, told: Told, stage: str) -> bool:
        """Whether the clauses name the step itself, not only what it gives."""
        return any(
            w.stage == stage and not w.is_product
            for c in told.domain
            for w in self.document.stages.within(c.start, c.end)
        )


def _is_outside(firm: Mention) -> bool:
    """Whether a mention is a company that the register does not know."""
    return firm.type == "company" and firm.entity_id is None


def _is_actor(voice: Voice | None, found: Cast) -> bool:
    """Whether the speaker is an authority outside the register, which the event is of."""
    if voice is None or not voice.is_office:
        return False
    return any(actor.entity_id is None and fold(actor.surface) == fold(voice.surface) for actors in found.actors for actor in actors)


def _tells_of_itself(voice: Voice | None, found: Cast) -> bool:
    """Whether a company of the chain tells what it has a part in."""
    speaker = voice.mention.entity_id if voice is not None and voice.mention is not None else None
    return bool(speaker) and is_of_chain(speaker) and any(m.entity_id == speaker for m in found.mentions)


def short_name(mention: Mention) -> str:
    """A firm's name without the word for a firm, which Chinese texts leave out when they name it again."""
    return mention.surface.removesuffix("公司")


def _confidence(told: Told, actors: tuple[Actor, ...]) -> float:
    """Lower where nobody is named and where the word that tells is a noun."""
    return round(0.9 - (0.0 if actors else 0.15) - (0.0 if told.fit.anchor[3] else 0.1), 2)


def _direction(told: Told) -> str | None:
    if told.type not in {"market_assessment", "price_move", "production_milestone"}:
        return None
    anchor = told.fit.anchor[2]
    if told.telling.is_negated:
        return "stable" if told.type == "market_assessment" else None
    return "up" if anchor & UP else "down" if anchor & DOWN else "stable" if anchor & STABLE else None


def _horizon(concepts: int) -> str | None:
    return "short_term" if concepts & SHORT else "long_term" if concepts & LONG else "now" if concepts & NOW else None
