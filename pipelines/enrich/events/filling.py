"""Filling: from a telling to events with all their fields."""

from msgspec import structs

from pipelines.enrich.events.attribution import attributed
from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.dating import Calendar
from pipelines.enrich.events.discourse import Discourse
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.figures import Product, amount_of, priced, products, shared_out
from pipelines.enrich.events.goods import Goods
from pipelines.enrich.events.kinds import OF_MARKETS, OF_PLANTS, sub_type
from pipelines.enrich.events.parts import Cast, Stage
from pipelines.enrich.events.people import Voice
from pipelines.enrich.events.relevance import Relevance, is_of_chain
from pipelines.enrich.events.roles import cast
from pipelines.enrich.events.sites import Sites
from pipelines.enrich.events.slots import when
from pipelines.enrich.events.told import Told
from pipelines.enrich.folding import fold
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Actor, Amount, Attribution, Event, Mention, Sentence

WE = mask_of("we")
CLAIM, OWN_VOICE = mask_of("claim"), mask_of("speaker_voice")
UP, DOWN, STABLE = mask_of("up"), mask_of("down"), mask_of("stable")
TOPIC = 6  # characters of a clause before the country that it opens with
STEM = 4  # characters that a country shares with what is called after it
OF_COMPANIES = frozenset(
    {"permit", "ownership_change", "financing", "facility_change", "production_milestone", "schedule_guidance", "supply_agreement",
     "disruption"}
)  # fmt: skip
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
        is_of_authority = own_release is not None and own_release.type == "agency"
        # What others said before an authority is theirs.
        self.is_of_others = is_of_authority and bool(document.grammar.proceedings.search(document.found.title.lower()))
        self.sites = Sites(document, discourse, own_release)
        self.goods = Goods(document, discourse)
        self.calendar = Calendar(document, own_release=own_release is not None)

    def next_paragraph(self) -> None:
        """What the paragraph before dealt in and counted is no longer spoken of."""
        self.goods.deal = None
        self.calendar.next_paragraph()

    def fill(self, sentence: Sentence, parts: list[Clause], told: Told, voice: Voice | None) -> list[Event]:
        """The events of one telling: several where it coordinates parties or products."""
        speaker = voice.mention if voice else None
        stage = Stage(
            self.document, told.clause, tuple(told.domain), tuple(parts), told.fit, self.discourse, speaker,
            self.own_release is not None, told.lender,
        )  # fmt: skip
        found = self.goods.parties_of_last_deal(told) or (cast(stage) if told.type != "market_assessment" else Cast([()], [], None))
        is_delivery = self.goods.deal is not None and found is self.goods.deal[0]
        site_id = None if is_delivery else self.sites.of(told, found) or self.sites.topic(told, parts)
        own_voice = bool(told.clause.concepts & OWN_VOICE) and told.type == "superlative_claim"
        if told.type == "superlative_claim":
            voice = self._claimant(told, found, None if own_voice else voice, own_voice=own_voice)
        is_of_office = self._is_of_office(told, voice)
        if voice is not None and is_of_office:
            voice = structs.replace(voice, is_office=True)
        is_own = is_of_office or self._is_own(told) or self._is_of_its_firm(told, voice) or _is_actor(voice, found)
        own_release = None if self.is_of_others and voice is not None else self.own_release
        attribution = attributed(voice, found.mentions, own_release, is_own=is_own)
        if not (_tells_of_itself(voice, found) or self._is_of_chain(told, found, site_id, parts)):
            return []
        told.shared = self.goods.shared(told, parts)
        events = self._events(sentence, told, found, site_id, attribution)
        self.discourse.in_chain.update(short_name(m) for m in found.mentions if m.entity_id is None and m.type == "company")
        if told.type == "supply_agreement" and events:
            self.goods.deal = (found, (events[0].materials, events[0].stage))
        if told.type in OF_PLANTS and events:
            self.discourse.remember(found.operator, site_id, events[0].materials, events[0].stage)
        elif found.operator is not None and told.type in {"resource_study", "financing", "permit"}:
            self.discourse.remember(found.operator, None, (), None)
        return events

    def _is_own(self, told: Told) -> bool:
        """Whether the clauses say "we" or "our" of what is done: the speaker's own doing."""
        return told.type not in OF_MARKETS and any(c.concepts & WE for c in told.domain)

    def _is_of_office(self, told: Told, voice: Voice | None) -> bool:
        """Whether an authority outside the register, or its head, tells what it does itself, and not what another country does."""
        if voice is None or voice.mention is not None or told.type not in {"policy_control", "permit"}:
            return False
        grammar, surface = self.document.grammar, fold(voice.surface).lower()
        if not grammar.public_body.search(surface) or any(m.type == "agency" for c in told.domain for m in c.organisations):
            return False
        nation = grammar.nationality.search(surface)
        places = [m for m in self.document.mentions.within(told.clause.start, told.clause.start + TOPIC) if m.type == "place"]
        return nation is None or not places or fold(places[0].surface).lower()[:STEM] == nation[0][:STEM]

    def _is_of_its_firm(self, told: Told, voice: Voice | None) -> bool:
        """Whether a Chinese firm without a name tells of its own plant ("一家回收企业宣布放弃…"), or a speaker names his own firm."""
        if voice is None or voice.mention is not None:
            return False
        if voice.is_firm:
            said = (self.document.text[c.start : c.end] for c in told.domain)
            return told.type not in OF_MARKETS and any(self._speaks_of(voice, words) for words in said)
        if told.type not in OF_PLANTS:
            return False
        return bool(self.document.grammar.tellers_house.search(voice.surface))

    def _speaks_of(self, voice: Voice, words: str) -> bool:
        """Whether words name the house of their speaker, or an authority by what it is ("the department had awarded …").

        What says for whom he speaks does not count.
        """
        grammar = self.document.grammar
        rest = grammar.speaks_for.sub("", grammar.turn.sub("", words, count=1), count=1)
        if voice.surface in rest:
            return True
        called = grammar.own_office.search(rest.lower().replace(voice.surface.lower(), "")) if voice.is_office else None
        return called is not None and called[1] in voice.surface.lower()

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
        ids, stage = self.goods.of(told, site_id, product[0], actors)
        ids = ids or self.goods.named_after(told)
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
        if self._names_chain(told, found, site_id, parts):
            return True
        own, has_borders = self.own_release, self.document.grammar.has_borders
        is_own = own is not None and own.type == "company" and not has_borders
        if is_own and told.type in {"financing", "ownership_change", "supply_agreement", "permit"}:
            return True
        signs = own is not None and own.type == "company" and own.entity_id is None and self.relevance.is_of_steps
        if not (self.relevance.is_dense or signs):
            return False
        is_run_by_known = found.operator is not None and is_of_chain(found.operator.entity_id)
        # Chinese leaves out what the text before has named; « La direction espère atteindre 12 000 tonnes par an ».
        is_implied = is_run_by_known and (not has_borders or (told.type in OF_PLANTS and bool(told.clause.quantities)))
        if is_implied or told.type in {"market_assessment", "policy_control", "price_move"}:
            return True
        # A company outside the register signs a text that is about the chain.
        is_own = told.type in OF_COMPANIES and own is not None and (is_of_chain(own.entity_id) or _is_outside(own))
        return is_own or self.discourse.product != ((), None) or any(self.document.stages.within(p.start, p.end) for p in parts)

    def _names_chain(self, told: Told, found: Cast, site_id: str | None, parts: list[Clause]) -> bool:
        """Whether the sentence itself names a company, a site or a material of the chain."""
        start = parts[0].start  # a name lent by the text before does not count
        chain = self.discourse.in_chain
        named = any(m.start >= start and is_of_chain(m.entity_id) for m in found.mentions)
        if told.type == "financing":
            named = named or any(is_of_chain(m.entity_id) for p in told.domain for m in p.organisations)
        named = named or any(not m.entity_id and short_name(m) in chain for m in found.mentions)
        is_at_site = told.type in OF_PLANTS and site_id is not None and self.discourse.is_site_near
        return named or is_at_site or any(p.materials for p in parts) or any(p.sites for p in parts)


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
