"""How much: the quantity of each product of an event, and its sum of money."""

import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.recipients import recipients
from pipelines.enrich.events.slots import first_fit, quantity_of
from pipelines.enrich.events.told import QUOTAS, Told
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Amount, MaterialMention, Quantity

EQUIVALENT = 40  # characters before a figure that says the same of another form
BESIDE = 8  # characters between the old price and the new
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")  # as `low` and `text` write it
F = TypeVar("F", Quantity, Amount)
Product = tuple[tuple[MaterialMention, ...] | None, Quantity | None]
WITH_QUANTITY = frozenset(
    {"facility_change", "production_milestone", "schedule_guidance", "supply_agreement", "resource_study", "market_assessment",
     "policy_control", "price_move", "disruption", "permit"}
)  # fmt: skip
WITH_AMOUNT = frozenset(
    {"financing", "price_move", "ownership_change", "facility_change", "policy_control", "supply_agreement", "resource_study"}
)
SPLIT = frozenset({"policy_control", "production_milestone", "schedule_guidance", "supply_agreement", "facility_change"})
BASIS_OF_FORM = {"oxide": "REO", "metal": "metal", "magnet": "magnet", "concentrate": "concentrate", "ore": "ore", "carbonate": "gross"}
RESOURCE = mask_of("resource")
OF_PLANTS = frozenset({"facility_change", "schedule_guidance", "production_milestone"})
ANNUAL = mask_of("@yearly", "capacity")


def products(document: Document, told: Told) -> list[tuple[tuple[MaterialMention, ...] | None, Quantity | None]]:
    """(materials, quantity) for each product that has a figure of its own; else one with all materials."""
    if told.type not in WITH_QUANTITY:
        return [(None, None)]
    quantities = [q for c in told.domain if not (told.type in OF_PLANTS and c.concepts & RESOURCE) for q in c.quantities]
    yearly = any(c.concepts & ANNUAL for c in told.domain)
    if told.type in SPLIT:
        shares = _respective(document, told, quantities) or _shares(document, told, quantities)
        if len(shares) > 1:
            found = [(m, quantity_of(q, told.type, told.clause.concepts, is_yearly=yearly)) for m, q in shares]
            return [(m, _of_notice(document, quantity, told)) for m, quantity in found]
    if told.fit.frame.name in QUOTAS and not document.grammar.has_borders:
        word = document.grammar.respectively.search(document.low, min(c.start for c in told.domain), max(c.end for c in told.domain))
        both = [q for q in quantities if word and word.end() <= q.start]
        if len(both) > 1:  # 开采、冶炼分离指标分别为…和…: each is one
            return [(None, _of_notice(document, quantity_of(q, told.type, told.clause.concepts, is_yearly=yearly), told)) for q in both]
    if told.type == "market_assessment":
        quantities = [msgspec.structs.replace(q, role=None) for q in quantities]
    own = first_fit(_outside_brackets(document, told), document) or first_fit(told.clause.quantities, document)
    chosen = own or first_fit(quantities, document)
    if chosen is None and told.type == "facility_change" and len(quantities) == 1 and quantities[0].role == "by":
        chosen = quantities[0]  # what an expansion adds
    is_rate = told.telling.factuality == "under_way" and told.type == "production_milestone"
    if chosen is None and is_rate and len(told.clause.quantities) == 1:
        chosen = told.clause.quantities[0]  # "currently makes 30 tonnes a week"
    if chosen is not None and chosen.value == 1 and document.grammar.not_even.match(document.low, chosen.end):
        chosen = None  # "not one tonne"
    quantity = quantity_of(chosen, told.type, told.clause.concepts, is_yearly=yearly)
    return [(None, _of_notice(document, _with_basis(quantity, told), told))]


def _outside_brackets(document: Document, told: Told) -> list[Quantity]:
    """The figures of the clause but those that brackets tell of a name before its verb (« JL MAG (38 000 t/an) a ouvert … »)."""
    low, anchor = document.low, told.fit.anchor[0]

    def is_aside(figure: Quantity) -> bool:
        opened = low.rfind("(", told.clause.start, figure.start)
        return opened >= 0 and low.find(")", opened, figure.start) < 0 and 0 <= low.find(")", figure.start) < anchor

    return [q for q in told.clause.quantities if not is_aside(q)]


def shared_out(document: Document, told: Told) -> list[Product]:
    """The part of each who gets one of its own under an agreement ("400 tonnes to A and 250 tonnes to B")."""
    if told.type != "supply_agreement":
        return []
    yearly = any(c.concepts & ANNUAL for c in told.domain)
    kept = [q for _, q in recipients(document, told.clause)]
    edges = [*(q.start for q in kept), told.clause.end]
    goods = [document.materials.within(edges[i], edges[i + 1]) for i in range(len(kept))]
    found = [quantity_of(q, told.type, told.clause.concepts, is_yearly=yearly) for q in kept]
    return [(own if all(goods) else None, _with_basis(q, told)) for own, q in zip(goods, found, strict=True)]


def _of_notice(document: Document, quantity: Quantity | None, told: Told) -> Quantity | None:
    """A quota without a form takes the one that its notice gives to all ("all quotas are in REO")."""
    if quantity is None or quantity.basis is not None or told.fit.frame.name not in QUOTAS:
        return quantity
    return msgspec.structs.replace(quantity, basis="REO") if document.grammar.common_basis.search(document.low) else quantity


def _with_basis(quantity: Quantity | None, told: Told) -> Quantity | None:
    """A figure without a form beside it takes that of the only form that its clauses name."""
    if quantity is None or quantity.basis is not None:
        return quantity
    forms = {m.form for c in told.domain for m in c.materials if m.form}
    basis = BASIS_OF_FORM.get(next(iter(forms))) if len(forms) == 1 else None
    return msgspec.structs.replace(quantity, basis=basis)


def _shares(document: Document, told: Told, quantities: list[Quantity]) -> list[tuple[tuple[MaterialMention, ...], Quantity]]:
    """Each figure with the materials between it and the next (in Chinese: the one before), where each has its own."""
    if len(quantities) < 2:
        return []
    equivalent, low = document.grammar.equivalent, document.low
    others = [q for q in quantities if not equivalent.search(low, max(0, q.start - EQUIVALENT), q.start)]
    kept = sorted((q for q in others if first_fit([q], document)), key=lambda q: q.start)
    kept = [q for i, q in enumerate(kept) if not (i + 1 < len(kept) and _is_sum_of_next(document, q, kept[i + 1]))]
    if len(kept) < 2:
        return []
    start, end = min(c.start for c in told.domain), max(c.end for c in told.domain)
    edges = [start, *(q.start for q in kept), end]
    after = [document.materials.within(edges[i + 1], edges[i + 2]) for i in range(len(kept))]
    before = [document.materials.within(edges[i], edges[i + 1]) for i in range(len(kept))]
    count_after, count_before = sum(map(bool, after)), sum(map(bool, before))
    follows = count_after > count_before or (count_after == count_before and document.grammar.has_borders)
    shares = [(m, q) for m, q in zip(after if follows else before, kept, strict=True) if m]
    sets = [frozenset((m.material_id, m.form) for m in materials) for materials, _ in shares]
    return shares if len(shares) > 1 and len(set(sets)) == len(sets) else []


def _respective(document: Document, told: Told, figures: Sequence[F]) -> list[tuple[tuple[MaterialMention, ...], F]]:
    """Each material before "respectively" (分别) with the figure after it that has its place."""
    word = document.grammar.respectively.search(document.low, told.clause.start, told.clause.end)
    if word is None:
        return []
    after = [f for f in figures if word.end() <= f.start < told.clause.end]
    named = [m for m in told.clause.materials if m.start < word.start()]
    if len(after) < 2 or len(named) != len(after) or len({m.material_id for m in named}) != len(named):
        return []
    return [((material,), figure) for material, figure in zip(named, after, strict=True)]


def _beside(document: Document, told: Told, prices: Sequence[Amount]) -> list[tuple[tuple[MaterialMention, ...], Amount]]:
    """Each price with the product right before it, in a row of a Chinese clause (氧化镧4000元/吨、氧化铈11500元/吨)."""
    if document.grammar.has_borders or len(prices) < 2:
        return []
    edges = [told.clause.start, *(a.end for a in prices)]
    found = [(document.materials.within(edges[i], a.start), a) for i, a in enumerate(prices)]
    is_row = all(m and a.start - m[-1].end <= BESIDE for m, a in found)
    return found if is_row and len({frozenset(x.material_id for x in m) for m, _ in found}) == len(found) else []


def priced(document: Document, told: Told) -> list[tuple[tuple[MaterialMention, ...], Amount]]:
    """Each material with its price, where one clause gives the prices of several in order."""
    if told.type != "price_move":
        return []
    prices = [a for a in told.clause.amounts if a.role not in {"from", "by"}]
    found = _respective(document, told, prices) or _beside(document, told, [a for a in prices if a.per])
    units = {(a.per, a.currency) for _, a in found}
    return found if len(units) == 1 else []


def _is_sum_of_next(document: Document, quantity: Quantity, other: Quantity) -> bool:
    """Whether the words between two figures make the first the sum of those that follow ("of which", 其中)."""
    return bool(document.grammar.parts_follow.search(document.low[quantity.end : other.start]))


def amount_of(document: Document, told: Told, which: int = -1) -> Amount | None:
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
            fitting = [a for a in fitting if len(fitting) == 1 or not document.low.endswith(" at ", 0, a.start)]  # "shares at $14"
        chosen = first_fit(fitting, document, is_sum=not is_price)
        chosen = _after_change(document, clause, fitting) or chosen if is_price else chosen
        if chosen is not None:
            return chosen
    if told.type == "policy_control" and told.fit.frame.name == "subsidy":  # so much for each tonne
        return first_fit([a for c in told.domain for a in c.amounts], document)
    return None


def _after_change(document: Document, clause: Clause, prices: Sequence[Amount]) -> Amount | None:
    """The new price after the only whole one, where it leaves out its unit ("from $60 a kilo to $58", "to 58")."""
    if len(prices) != 1 or prices[0].role == "by" or prices[0].value_to is not None:
        return None
    old = prices[0]
    after = [a for a in clause.amounts if not a.per and a.role == "to" and a.currency == old.currency and 0 < a.start - old.end < BESIDE]
    if after:
        return msgspec.structs.replace(after[0], per=old.per)
    new = document.grammar.bare_value.match(document.low, old.end)
    number = NUMBER.search(old.text)
    if new is None or number is None:
        return None
    value = round(float(new[1].replace(",", "")) * old.value / float(number[0].replace(",", "")), 6)
    return msgspec.structs.replace(old, start=new.start(1), end=new.end(1), text=new[1], value=value, role="to")
