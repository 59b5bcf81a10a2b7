"""Filling: from a telling to events with all their fields."""

from collections.abc import Sequence

import msgspec

from pipelines.enrich.events.attribution import Voice, attributed
from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.discourse import PLANT, Discourse, parent_of
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.relevance import Relevance, is_of_chain
from pipelines.enrich.events.roles import Cast, Stage, cast
from pipelines.enrich.events.slots import are_rare, date_of, first_fit, in_force, material_ids, moved_to, quantity_of, stage_from, when
from pipelines.enrich.events.telling import Told
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Actor, Amount, DateSpan, Event, MaterialMention, Mention, Quantity, Sentence

OF_PLANTS = frozenset({"facility_change", "production_milestone", "schedule_guidance", "disruption", "superlative_claim"})
WITHOUT_STAGE = frozenset({"ownership_change", "policy_control"})
OF_RARE_EARTHS = frozenset({"cracking", "separation", "metal", "alloy", "magnet"})  # of others only where a step is named
WITHOUT_SITE = frozenset({"ownership_change", "policy_control", "price_move", "market_assessment"})
WITH_QUANTITY = frozenset(
    {"facility_change", "production_milestone", "schedule_guidance", "supply_agreement", "resource_study", "market_assessment",
     "policy_control", "price_move"}
)  # fmt: skip
WITH_AMOUNT = frozenset({"financing", "price_move", "ownership_change", "facility_change", "policy_control", "supply_agreement"})
SPLIT = frozenset({"policy_control", "production_milestone", "schedule_guidance", "supply_agreement", "facility_change"})
BASIS_OF_FORM = {"oxide": "REO", "metal": "metal", "magnet": "magnet", "concentrate": "concentrate", "ore": "ore", "carbonate": "gross"}
ANNUAL = mask_of("@yearly", "capacity")
CLAIM = mask_of("claim")
SAY, ANNOUNCE = mask_of("say"), mask_of("announce")
PRICE = mask_of("price")
DEALS = frozenset({"financing", "supply_agreement", "ownership_change"})
BESIDE = 14  # characters between a verb of speech and its day
HEADING = 90  # characters of a line above a list of prices
TODAY = mask_of("today")
ANNOUNCED = frozenset({"supply_agreement", "financing", "policy_control"})
UP, DOWN, STABLE = mask_of("up"), mask_of("down"), mask_of("stable")
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
        self.price_day: DateSpan | None = None
        self.is_lead = True  # the sentence is the first of the text

    def fill(self, sentence: Sentence, parts: list[Clause], told: Told, voice: Voice | None) -> list[Event]:
        """The events of one telling: several where it coordinates parties or products."""
        speaker = voice.mention if voice else None
        stage = Stage(self.document, told.clause, tuple(told.domain), tuple(parts), told.fit, self.discourse, speaker, self.own_release is not None)
        found = cast(stage)
        site_id = self._site(told, found)
        own_voice = bool(told.clause.concepts & mask_of("speaker_voice")) and told.type == "superlative_claim"
        if told.type == "superlative_claim":
            voice = self._claimant(told, found, None if own_voice else voice, own_voice=own_voice)
        attribution = attributed(voice, found.mentions, self.own_release)
        if not self._is_of_chain(told, found, site_id, parts):
            return []
        events = []
        products = self._products(told, site_id, parts)
        if len(found.actors) == len(products) > 1:  # each party with its own figure
            pairs = [(actors, [product]) for actors, product in zip(found.actors, products, strict=True)]
        else:
            pairs = [(actors, products) for actors in found.actors]
        has_sums = told.type == "financing" and len(pairs) > 1
        for which, (actors, own) in enumerate(pairs):
            for materials, quantity in own:
                events.append(
                    self._event(sentence, told, actors, site_id, materials, quantity, attribution, which if has_sums else -1)
                )
        if told.type in OF_PLANTS and events:
            self.discourse.remember(found.operator, site_id, events[0].materials, events[0].stage)
        elif found.operator is not None and told.type in {"resource_study", "financing", "permit"}:
            self.discourse.remember(found.operator, None, (), None)
        return events

    def _claimant(self, told: Told, found: Cast, voice: Voice | None, *, own_voice: bool) -> Voice | None:
        """A claim is its claimant's where the text says that he makes it ("presents itself as")."""
        if voice is None and not own_voice and told.clause.concepts & CLAIM and found.operator is not None:
            return Voice(found.operator, found.operator.surface, True)
        return voice

    def _event(
        self, sentence: Sentence, told: Told, actors: tuple[Actor, ...], site_id: str | None,
        materials: tuple[MaterialMention, ...] | None, quantity: Quantity | None, attribution: object, which: int = -1,
    ) -> Event:  # fmt: skip
        clause = told.clause
        ids, stage = self._product(told, site_id, materials)
        first, last, precision = when(self._date(told))
        amount = self._amount(told, which)
        return Event(
            type=told.type, factuality=told.telling.factuality or "achieved", start=sentence.start, end=sentence.end,
            evidence=self.document.text[sentence.start : sentence.end], rule=told.fit.frame.name, confidence=_confidence(told, actors),
            sub_type=None, actors=actors, site_id=site_id, stage=stage, materials=ids, quantity=quantity, amount=amount,
            date=first, date_to=last, date_precision=precision, direction=_direction(told), horizon=_horizon(clause.concepts),
            attribution=attribution,  # type: ignore[arg-type]
        )  # fmt: skip

    # --- whether it counts ----------------------------------------------------------------------------------------

    def _is_of_chain(self, told: Told, found: Cast, site_id: str | None, parts: list[Clause]) -> bool:
        """The event touches the chain: a site, a company of it, a material, or a text that is about nothing else."""
        if site_id or any(p.materials for p in parts) or any(is_of_chain(m.entity_id) for m in found.mentions):
            return True
        if not self.relevance.is_dense:
            return False
        if told.type in {"market_assessment", "policy_control", "price_move"}:
            return True
        return self.discourse.product != ((), None) or any(self.document.stages.within(p.start, p.end) for p in parts)

    # --- where ----------------------------------------------------------------------------------------------------

    def _site(self, told: Told, found: Cast) -> str | None:
        if told.type in WITHOUT_SITE:
            return None
        if told.type == "supply_agreement":
            return self._source(told, found)
        for clause in told.domain:
            sites = [s for s in clause.sites if s.entity_id]
            if sites:
                return min(sites, key=lambda s: abs(s.start - told.fit.anchor[0])).entity_id
        if told.type == "resource_study" and self.discourse.deposit is not None:
            deposit = self.discourse.deposit
            fits = found.operator is None or parent_of(deposit.entity_id) in {None, found.operator.entity_id}
            return deposit.entity_id if fits else None
        if told.type == "disruption" and not any(c.concepts & PLANT for c in told.domain):
            return None
        if told.type in OF_PLANTS or told.type == "resource_study":
            return self.discourse.site_for(told.clause, found.operator)
        if told.type in {"financing", "permit"} and told.clause.concepts & PLANT:
            site = self.discourse.site_for(told.clause, found.operator)
            return site if self.discourse.definite(told.clause) else None
        return None

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

    def _products(
        self, told: Told, site_id: str | None, parts: list[Clause]
    ) -> list[tuple[tuple[MaterialMention, ...] | None, Quantity | None]]:
        """(materials, quantity) for each product that has a figure of its own; else one with all materials."""
        if told.type not in WITH_QUANTITY:
            return [(None, None)]
        quantities = [q for c in told.domain for q in c.quantities]
        yearly = any(c.concepts & ANNUAL for c in told.domain)
        if told.type in SPLIT:
            shares = self._shares(told, quantities)
            if len(shares) > 1:
                return [(m, quantity_of(q, told.type, told.clause.concepts, is_yearly=yearly)) for m, q in shares]
        if told.type == "market_assessment":
            quantities = [msgspec.structs.replace(q, role=None) for q in quantities]
        own = first_fit(told.clause.quantities, self.document)
        chosen = own or first_fit(quantities, self.document)
        quantity = quantity_of(chosen, told.type, told.clause.concepts, is_yearly=yearly)
        return [(None, self._with_basis(quantity, told))]

    def _with_basis(self, quantity: Quantity | None, told: Told) -> Quantity | None:
        """A figure without a form beside it takes that of the only form that its clauses name."""
        if quantity is None or quantity.basis is not None:
            return quantity
        forms = {m.form for c in told.domain for m in c.materials if m.form}
        basis = BASIS_OF_FORM.get(next(iter(forms))) if len(forms) == 1 else None
        return msgspec.structs.replace(quantity, basis=basis)

    def _shares(self, told: Told, quantities: list[Quantity]) -> list[tuple[tuple[MaterialMention, ...], Quantity]]:
        """Each figure with the materials between it and the next (in Chinese: the one before), where each has its own."""
        kept = sorted((q for q in quantities if first_fit([q], self.document)), key=lambda q: q.start)
        if len(kept) < 2:
            return []
        start, end = min(c.start for c in told.domain), max(c.end for c in told.domain)
        edges = [start, *(q.start for q in kept), end]
        after = [self.document.materials.within(edges[i + 1], edges[i + 2]) for i in range(len(kept))]
        before = [self.document.materials.within(edges[i], edges[i + 1]) for i in range(len(kept))]
        count_after, count_before = sum(map(bool, after)), sum(map(bool, before))
        follows = count_after > count_before or (count_after == count_before and self.document.grammar.has_borders)
        shares = [(m, q) for m, q in zip(after if follows else before, kept, strict=True) if m]
        sets = [frozenset(m.material_id for m in materials) for materials, _ in shares]
        return shares if len(shares) > 1 and len(set(sets)) == len(sets) else []

    def _product(
        self, told: Told, site_id: str | None, given: tuple[MaterialMention, ...] | None
    ) -> tuple[tuple[str, ...], str | None]:
        """Materials and stage."""
        if told.type == "ownership_change":
            return (), None
        domain = sorted(told.domain, key=lambda c: c is not told.clause)
        mentioned = given
        if mentioned is None:
            mentioned = next((c.materials for c in domain if c.materials), ())
        ids = material_ids(mentioned)
        stage = self._stage(told, domain, mentioned)
        if told.type in OF_PLANTS:
            known_ids, known_stage = self.discourse.product_of(site_id)
            ids = ids or known_ids
            stage = stage or known_stage
        elif told.type == "financing":
            if told.fit.frame.name == "price_floor":
                return ids, stage
            if site_id is None and not any(c.concepts & PLANT for c in told.domain):
                return (), None
            known_ids, known_stage = self.discourse.product_of(site_id)
            ids, stage = ids or known_ids, stage or known_stage
        elif told.type == "resource_study":
            ids = ids or self.discourse.product_of(site_id)[0]
            return ids, "exploration"
        if told.type in WITHOUT_STAGE or (stage in OF_RARE_EARTHS and ids and not are_rare(ids) and not self._names_step(told, stage)):
            stage = None
        return ids, stage

    def _stage(self, told: Told, domain: list[Clause], mentioned: Sequence[MaterialMention]) -> str | None:
        """The step that the clauses name: of a deal or a price the product's, of a plant the work done there."""
        first = told.type not in OF_PLANTS
        for clause in domain:
            materials = mentioned if clause is told.clause else clause.materials
            for start, end in ((clause.start, clause.end), *((clause.head,) if clause.head else ())):
                stage = stage_from(self.document, start, end, materials, products_first=first)
                if stage:
                    return stage
        return None

    def _names_step(self, told: Told, stage: str) -> bool:
        """Whether the clauses name the step itself, not only what it gives."""
        return any(w.stage == stage and not w.is_product for c in told.domain for w in self.document.stages.within(c.start, c.end))

    # --- how much and when ----------------------------------------------------------------------------------------

    def _amount(self, told: Told, which: int = -1) -> Amount | None:
        """The sum of the event; `which`: of several recipients with a sum each, the one meant."""
        if told.type not in WITH_AMOUNT:
            return None
        if which >= 0:
            return [a for a in told.clause.amounts if not a.per][which]
        is_price = told.type == "price_move" or told.fit.frame.name == "price_floor"
        for clause in sorted(told.domain, key=lambda c: c is not told.clause):
            fitting = [a for a in clause.amounts if bool(a.per) == is_price]
            if not is_price:  # "a capital increase of 12 million" is no change of an amount
                fitting = [msgspec.structs.replace(a, role=None) if a.role == "by" else a for a in fitting]
            chosen = first_fit(fitting, self.document, is_sum=not is_price)
            if chosen is not None:
                return chosen
        return None

    def _date(self, told: Told) -> DateSpan | None:
        anchor = told.fit.anchor[0]
        if told.type == "superlative_claim":
            return None
        own = [d for d in told.clause.dates if not self._is_of_speech(told, told.clause, d)]
        lent = [d for c in told.domain if c is not told.clause for d in c.dates if not self._is_of_speech(told, c, d)]
        if told.type == "policy_control":
            found = in_force([*own, *lent], anchor, self.document) or date_of(own, anchor, self.document)
            found = found or date_of(lent, anchor, self.document)
            return found or (self._today() if self.own_release and told.telling.factuality == "achieved" else None)
        if told.fit.frame.name == "start_moved":
            return moved_to(own or lent, self.document)
        found = date_of(own, anchor, self.document) or date_of(lent, anchor, self.document)
        if told.type == "price_move":
            self.price_day = found or self.price_day
            return self.price_day or self._today()
        if found is None and told.type in DEALS and told.clause.concepts & TODAY:
            return self._today()
        if found is None and self.own_release and self.is_lead and told.type in DEALS and told.telling.factuality == "achieved":
            return self._today()
        return found

    def _today(self) -> DateSpan | None:
        """The day of publication."""
        day = self.document.found.published_on
        return DateSpan(0, 0, day, day, "day", True) if day else None

    def note_prices(self, parts: list[Clause]) -> None:
        """A sentence about prices that tells none may give the day of those that follow."""
        days = [d for p in parts for d in p.dates if d.precision == "day"]
        is_heading = parts[-1].end - parts[0].start < HEADING and any(p.materials for p in parts)
        if days and (is_heading or any(p.concepts & PRICE for p in parts)):
            self.price_day = days[0]

    def _is_of_speech(self, told: Told, clause: Clause, date: DateSpan) -> bool:
        """The day on which somebody said so is not the day of the deed; that of an announcement is, of what was done by it."""
        said = [m for m in clause.marks if m[2] & SAY]
        anchor = told.fit.anchor[0]
        if told.type != "price_move" and any(m[2] & NOW and m[0] <= date.start < m[1] for m in clause.marks):
            return True  # "to date"
        if said and clause is told.clause and anchor < said[0][0]:  # "…, it said on Monday"
            announced = told.type in ANNOUNCED and told.telling.factuality == "achieved"
            return not announced and date.precision == "day" and any(0 <= date.start - m[1] < BESIDE for m in said)
        if not said:
            return False
        if told.type in ANNOUNCED and told.telling.factuality == "achieved":
            return False
        performs = any(m[2] & ANNOUNCE for m in said) and told.telling.factuality == "achieved"
        return not performs and date.start < said[0][1] + 24 and date.precision == "day" and told.fit.anchor[0] > said[0][0]


def _confidence(told: Told, actors: tuple[Actor, ...]) -> float:
    """Lower where nobody is named and where the word that tells is a noun."""
    return round(0.9 - (0.0 if actors else 0.15) - (0.0 if told.fit.anchor[3] else 0.1), 2)


def _direction(told: Told) -> str | None:
    if told.type not in {"market_assessment", "price_move", "production_milestone"}:
        return None
    anchor = told.fit.anchor[2]
    if told.telling.is_negated:
        return "stable"
    return "up" if anchor & UP else "down" if anchor & DOWN else "stable" if anchor & STABLE else None


def _horizon(concepts: int) -> str | None:
    return "short_term" if concepts & SHORT else "long_term" if concepts & LONG else "now" if concepts & NOW else None
