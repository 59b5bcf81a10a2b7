"""Discourse: whom, which site and which product the text speaks of when a sentence does not say."""

import itertools
from bisect import bisect_right
from operator import attrgetter

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.slots import material_ids, stage_from
from pipelines.enrich.lexicon import Mark, mask_of
from pipelines.enrich.reading import Actor, Mention
from pipelines.reference import register

PLANT, EXPAND = mask_of("plant", "mine", "project"), mask_of("expand")
OPENING = 500  # characters in which a notice says who issues it
SITES = frozenset({"facility", "deposit"})
START = attrgetter("start")
Product = tuple[tuple[str, ...], str | None]


def is_company(mention: Mention) -> bool:
    """A company, in the register or outside it."""
    return mention.type == "company"


def parent_of(entity_id: str | None) -> str | None:
    """The owner of a site, if the register knows one."""
    entity = register().entities.get(entity_id or "")
    return entity.parent_id or None if entity else None


def _signers(document: Document, publisher: Mention | None) -> list[Mention]:
    """The authorities that issue a notice together: those coordinated with the publisher at its beginning."""
    if publisher is None or publisher.type != "agency":
        return []
    opening = [m for m in document.mentions.within(0, OPENING) if m.type == "agency"]
    for one, other in itertools.pairwise(opening):
        are_two = publisher.entity_id in {one.entity_id, other.entity_id} and one.entity_id != other.entity_id
        if are_two and document.grammar.joint.search(document.low[one.end : other.start]):
            return [one, other]
    return [publisher]


WITNESSES = frozenset({"iea", "usgs"})  # agencies that report, and decide nothing


class Discourse:
    """What the text has spoken of so far; `paragraph` begins anew what only a paragraph carries on."""

    def __init__(self, document: Document, publisher: Mention | None) -> None:
        self.document = document
        self.publisher = publisher
        self.operator: Mention | None = publisher if publisher and publisher.type == "company" else None
        self.authority: Mention | None = publisher if publisher and publisher.type == "agency" else None
        self.site: Mention | None = None
        self.lead: Mention | None = None  # the first company that the text names
        self.deposit: Mention | None = None
        self.in_chain: set[str] = set()  # names outside the register that took part in what a site or a product was named with
        self.made_at: dict[str, tuple[str, ...]] = {}
        self.read_products()
        self.is_site_near = False  # the site was spoken of in this paragraph
        self.product: Product = ((), None)  # of the plant without a name that this paragraph speaks of
        self.product_owner: str | None = None  # whose plant that is, where the text tells
        self.products: dict[str, Product] = {}
        sites = dict.fromkeys(
            m.entity_id for m in document.mentions if m.type in {"facility", "deposit"} and m.entity_id
        )
        self.site_ids: tuple[str, ...] = tuple(sites)
        self.signers = _signers(document, publisher)
        titled = [m for m in document.found.mentions if m.in_title]
        self.titled = next((m for m in titled if m.type == "company"), None)
        self.named = {m.entity_id: m for m in (*titled, *reversed(document.mentions)) if m.entity_id and not m.is_anaphor}

    def next_paragraph(self) -> None:
        """A new paragraph: a plant without a name is no longer spoken of."""
        self.is_site_near = False
        self.product, self.product_owner = ((), None), None
        if self.publisher is not None and self.publisher.type == "company":
            self.operator = self.publisher

    def see(self, clause: Clause) -> None:
        """Take note of the names of a clause."""
        if not (clause.organisations or clause.sites or clause.concepts & PLANT):
            return
        for mention in clause.organisations:
            if mention.type == "agency" and mention.entity_id not in WITNESSES and not (self.publisher and self.publisher.type == "agency"):
                self.authority = mention
        for site in clause.sites:
            self.site, self.is_site_near = site, True
            if site.type == "deposit":
                self.deposit = site
        self._see_product(clause)

    def read_products(self) -> None:
        """What is made or studied at each site, wherever the text says so first."""
        sentences = self.document.found.sentences
        for site in self.document.mentions:
            if site.type not in SITES or not site.entity_id or site.entity_id in self.made_at:
                continue
            index = bisect_right(sentences, site.start, key=START) - 1
            if index >= 0 and site.start < sentences[index].end:
                materials = self.document.materials.within(sentences[index].start, sentences[index].end)
                if materials:
                    self.made_at[site.entity_id] = material_ids(materials)

    def _see_product(self, clause: Clause) -> None:
        """A plant is named with its product: what later sentences call "the plant" makes that."""
        if not clause.concepts & PLANT and not clause.sites:
            return
        stage = stage_from(self.document, clause.start, clause.end, clause.materials)
        if not clause.materials and stage is None:
            return
        product = (material_ids(clause.materials), stage)
        if not product[0] and self.definite(clause):  # "the plant", whose product the paragraph has told
            product = (self.product[0], stage)
        firm = next((m for m in clause.organisations if is_company(m)), None)
        self.product, self.product_owner = product, _key(firm) if firm else self.product_owner
        for site in clause.sites:
            if site.entity_id:
                self.products.setdefault(site.entity_id, product)

    def remember(
        self, operator: Mention | None, site_id: str | None, materials: tuple[str, ...], stage: str | None
    ) -> None:
        """Take note of what an event told about a plant and its product."""
        if operator is not None:
            if self.operator is not None and operator.entity_id != self.operator.entity_id and site_id is None:
                self.is_site_near = False
            self.operator = operator
        if materials or stage:
            self.product, self.product_owner = (materials, stage), _key(operator) if operator else None
            if site_id and site_id not in self.products:
                self.products[site_id] = (materials, stage)

    def product_of(self, site_id: str | None, operator: Actor | None = None) -> Product:
        """The product of a site as the text gave it, else that of the plant this paragraph speaks of, unless that is another company's."""
        if site_id:
            ids, stage = self.products.get(site_id, ((), None))
            return ids or self.made_at.get(site_id, ()), stage
        is_other = operator is not None and self.product_owner not in {None, _key(operator)}
        return ((), None) if is_other else self.product

    def site_for(self, clause: Clause, operator: Mention | None) -> str | None:
        """The site that a clause without one speaks of: "the plant", or what the paragraph is about."""
        if self.site is None:
            return None
        definite = self.definite(clause)
        if definite is False:
            return None
        own = [s for s in self.site_ids if operator is not None and parent_of(s) == operator.entity_id]
        if len(own) == 1 and (definite or self.publisher is not None or len(self.site_ids) == 1):
            return own[0]
        owner = parent_of(self.site.entity_id)
        is_open = owner is None and (self.is_site_near or not self.document.grammar.has_borders)
        fits = operator is None or is_open or operator.entity_id == owner or self._may_own(operator)
        return self.site.entity_id if fits and (definite or self.is_site_near) else None

    def _may_own(self, operator: Mention) -> bool:
        """Whether a company outside the register may run a site of the register: not where it signs the text."""
        return operator.entity_id is None and operator is not self.publisher

    def definite(self, clause: Clause) -> bool | None:
        """Whether the clause names a plant as known (True) or as new (False); None where it names none."""
        return _plant_is_known(self.document, clause)


def _key(company: Mention | Actor) -> str:
    return company.entity_id or company.surface


def names_new_plant(document: Document, clause: Clause) -> bool:
    """Whether the clause speaks of a plant as new ("a line", « une usine », 一条产线)."""
    return _plant_is_known(document, clause) is False


def _plant_is_known(document: Document, clause: Clause) -> bool | None:
    found: bool | None = None
    for mark in clause.marks:
        if mark[2] & PLANT and not mark[3] and not mark[2] & EXPAND:  # « une seconde ligne » is one more of the plant spoken of
            state = _state(document, clause, mark)
            if state is False:
                return False
            found = state if found is None else found
    return found


def _state(document: Document, clause: Clause, mark: Mark) -> bool | None:
    before = document.low[max(clause.start, mark[0] - 40) : mark[0]]
    definite, indefinite = document.grammar.definite.search(before), document.grammar.indefinite.search(before)
    if indefinite and (not definite or indefinite.start() > definite.start()):
        return False
    return True if definite else None
