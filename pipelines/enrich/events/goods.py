"""Goods: what an event is about, and the step of the chain that it belongs to."""

import re
from collections.abc import Sequence

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.discourse import PLANT, Discourse
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.kinds import OF_MARKETS, OF_PLANTS
from pipelines.enrich.events.parts import Cast
from pipelines.enrich.events.slots import are_rare, material_ids, stage_from
from pipelines.enrich.events.told import Told
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Actor, MaterialMention

WITHOUT_STAGE = frozenset({"ownership_change", "policy_control"})
OF_RARE_EARTHS = frozenset({"cracking", "separation", "metal", "alloy", "magnet"})  # of others only where a step is named
STEP = 10  # characters after a product in which its step is named
WORKS = mask_of("plant")
GRADE = re.compile(r"\bT?REO\b")  # a grade of total rare earth oxides
DELIVERIES, SHIP, FIRST = frozenset({"schedule_guidance", "production_milestone"}), mask_of("ship", "supply"), mask_of("first")


class Goods:
    """Materials and stages of the events of one document, in order: some take them up from the event before."""

    def __init__(self, document: Document, discourse: Discourse) -> None:
        self.document, self.discourse = document, discourse
        self.traded: tuple[str, ...] = ()  # in the last event of a market
        self.deal: tuple[Cast, tuple[tuple[str, ...], str | None]] | None = None  # the last of the paragraph, with its goods

    def parties_of_last_deal(self, told: Told) -> Cast | None:
        """The parties of the deal that the paragraph has just told, where this tells when its goods are delivered (首批货物定于…交付)."""
        if self.deal is None or told.type not in DELIVERIES or not self._is_of_deal(told):
            return None
        return self.deal[0]

    def _is_of_deal(self, told: Told) -> bool:
        """Whether the clauses speak of a delivery without saying of what, whose or from where."""
        if not any(c.concepts & SHIP for c in told.domain) or not any(c.concepts & FIRST for c in told.domain):
            return False
        return not any(c.organisations or c.sites or c.materials or c.concepts & PLANT for c in told.domain)

    def shared(self, told: Told, parts: list[Clause]) -> Sequence[MaterialMention]:
        """What the only other clauses of a Chinese sentence that name a product name, for one that leaves it out."""
        if self.document.grammar.has_borders or told.type not in OF_PLANTS | OF_MARKETS | {"permit"}:
            return ()
        named = [c.materials for c in parts if c.materials]
        return named[0] if named and len({frozenset(material_ids(m)) for m in named}) == 1 else ()

    def of(
        self, told: Told, site_id: str | None, given: Sequence[MaterialMention] | None, actors: Sequence[Actor] = ()
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
            operator = next((actor for actor in actors if actor.role == "operator"), None)
            is_of_deal = self.deal is not None and told.type in DELIVERIES and self._is_of_deal(told)
            known_ids, known_stage = self.deal[1] if self.deal and is_of_deal else self.discourse.product_of(site_id, operator)
            stage = stage or (known_stage if not ids or not known_ids or are_rare(ids) == are_rare(known_ids) else None)
            ids = ids or known_ids
        elif told.type == "financing":
            if told.fit.frame.name == "price_floor":
                return ids, stage
            if site_id is None and not any(c.concepts & PLANT for c in told.domain):
                return self._spent_on(told)
            known_ids, known_stage = self.discourse.product_of(site_id)
            ids, stage = ids or known_ids, stage or known_stage
        elif told.type == "resource_study":
            has_grade = not ids and any(GRADE.search(self.document.text, c.start, c.end) for c in told.domain)
            ids = ids or (() if has_grade and not self.document.grammar.has_borders else self.discourse.product_of(site_id)[0])
            if not ids and any(GRADE.search(self.document.text, c.start, c.end) for c in told.domain):
                ids = ("rare_earths",)
                self.discourse.remember(None, site_id, ids, None)
            return ids, "exploration"
        elif told.type == "permit" and site_id:
            ids, stage = self._permitted(told, site_id, ids, stage)
        elif told.type in OF_MARKETS:
            ids = self._traded(told, ids)
        is_dug = stage == "mining" and told.type == "supply_agreement" and not self.document.grammar.has_borders  # 锑矿商
        is_other = (stage in OF_RARE_EARTHS or is_dug) and bool(ids) and not are_rare(ids)
        if told.type in WITHOUT_STAGE or self._spans_chain(told) or (stage and is_other and not self._names_step(told, stage)):
            stage = None
        return ids, stage

    def _spans_chain(self, told: Told) -> bool:
        """Whether a claim is of many steps, so of no one (从矿石到氧化物)."""
        spans = unwritten(self.document.language).span_of_chain
        return told.type == "superlative_claim" and spans.search(self.document.low, told.clause.start, told.clause.end) is not None

    def _spent_on(self, told: Told) -> tuple[tuple[str, ...], str | None]:
        """The work that money is given for ("a grant for the recycling of NdFeB magnets"); nothing where the text names none."""
        for clause in told.domain:
            purpose = self.document.grammar.spent_on.search(self.document.low, clause.start, clause.end)
            if purpose is None:
                continue
            start, end = purpose.end(), clause.end
            goods = self.document.materials.within(start, end)
            if stage := stage_from(self.document, start, end, goods):
                return material_ids(goods), stage
        return (), None

    def _permitted(self, told: Told, site_id: str, ids: tuple[str, ...], stage: str | None) -> tuple[tuple[str, ...], str | None]:
        """What a permit of a site is for, as far as the text has told it: the work done there where it is the plant's."""
        known_ids, known_stage = self.discourse.product_of(site_id)
        is_of_plant = any(c.concepts & WORKS for c in told.domain)
        return ids or known_ids, stage or (known_stage if is_of_plant else None)

    def named_after(self, told: Told) -> tuple[str, ...]:
        """What a deposit is named after (微山稀土矿), where nothing else tells what it holds."""
        if told.type not in OF_PLANTS | {"permit"}:
            return ()
        pattern = self.document.grammar.of_rare_earths
        return ("rare_earths",) if any(pattern.search(s.surface) for c in told.domain for s in c.sites) else ()

    def _traded(self, told: Told, ids: tuple[str, ...]) -> tuple[str, ...]:
        """What is traded; "the oxide", "such scrap" is what was traded in the event before."""
        taken_up = not ids and any(self.document.grammar.same_goods.search(self.document.low, c.start, c.end) for c in told.domain)
        self.traded = self.traded if taken_up else ids
        return self.traded

    def _stage(self, told: Told, domain: list[Clause], mentioned: Sequence[MaterialMention]) -> str | None:
        """The step that the clauses name: of a deal or a price the product's, of a plant the work done there."""
        if told.type == "permit" and self._names_step(told, "exploration"):
            return "exploration"  # whatever the ground holds
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
