"""Slots of an event: quantity, money, date, materials and stage, from the clauses that tell it."""

import itertools
from collections.abc import Iterable, Sequence
from typing import TypeVar

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Amount, DateSpan, MaterialMention, Precision, Quantity, StageMention
from pipelines.enrich.stages import stage_of_product
from pipelines.reference import register

T = TypeVar("T", Quantity, Amount)
_NEAR = 40
OF_NOW = ("aujourd'hui", "actuellement", "currently", "now", "today")  # the former value, but of a price its own day
APART = 30  # characters that a comma counts for
CAPACITY = mask_of("capacity")
TARGET_OUTPUT = mask_of("output", "produce")
PLANT = mask_of("plant", "mine", "project", "expand", "build", "open")


def first_fit(items: Sequence[T], document: Document, *, prefer_last: bool = False, is_sum: bool = False) -> T | None:
    """The figure that the clause is about: not the old value, not the change, not a total."""
    if not items:
        return None
    kept = [item for item in items if not _is_beside(document, item)]
    to = [item for item in kept if item.role == "to"]
    chosen = to or kept or (items if is_sum and (len(items) == 1 or items[0].role is None) else [])
    if not chosen and len(items) == 1 and items[0].role is None and not _is_old(document, items[0]):
        chosen = items  # a total of nothing that is named beside it
    if not chosen and len(items) == 2 and items[0].role is None and items[1].role == "from":
        chosen = items[:1]  # "total output was 3,200 tonnes, up from 2,400"
    return (chosen[-1] if prefer_last else chosen[0]) if chosen else None


def _is_beside(document: Document, item: Quantity | Amount) -> bool:
    if item.role in {"from", "by"}:
        return True
    before = _before(document, item.start)
    return bool(document.grammar.total.search(before)) or (item.role is None and _is_old(document, item))


def _is_old(document: Document, item: Quantity | Amount) -> bool:
    """Whether a word before the figure calls it the former one."""
    found = document.grammar.old_value.search(_before(document, item.start))
    if found is not None and item.value_to is not None and document.low.endswith("from ", 0, item.start):
        return False  # "from 300 to 450 tonnes a year"
    is_price = isinstance(item, Amount) and item.per is not None
    return found is not None and not (is_price and found[0].startswith(OF_NOW))  # « aujourd'hui 1 580 yuans le kilo »


def _before(document: Document, place: int) -> str:
    """What stands before a figure on its line."""
    low = max(0, place - _NEAR)
    return document.low[max(low, document.text.rfind("\n", low, place) + 1) : place]


def material_ids(found: Sequence[MaterialMention]) -> tuple[str, ...]:
    """Each material once, in the order of the text."""
    return tuple(dict.fromkeys([m.material_id for m in found])) if found else ()


def stage_from(
    document: Document, start: int, end: int, materials: Sequence[MaterialMention], *, products_first: bool = False
) -> str | None:
    """The step of the chain that a stretch of text names: a product's form first, then a word of the chain."""
    words = document.stages.within(start, end)
    if not (words or materials):
        return None
    steps = [w.stage for w in words if not w.is_product]
    products = [stage for m in materials if (stage := stage_of_product(m))]
    if "recycling" in steps:  # whatever else is made of what is recycled
        return "recycling"
    if products_first and products:
        return products[0]
    if steps:
        is_chain = len(set(steps)) > 1 and not document.grammar.has_borders  # 磁材厂的甩带车间: the step of the part
        return _of_part(document, [w for w in words if not w.is_product]) if is_chain else steps[0]
    if products:
        return products[0]
    return words[0].stage if words else None


def _of_part(document: Document, words: Sequence[StageMention]) -> str:
    """The step that a chain of Chinese nouns ends in: each that the particle joins to the one before is a part of it."""
    chosen = words[0]
    for one, other in itertools.pairwise(words):
        if one is not chosen or not document.grammar.part_of.fullmatch(document.low, one.end, other.start):
            break
        chosen = other
    return chosen.stage


def are_rare(ids: Iterable[str]) -> bool:
    """Whether any of the materials is a rare earth (or none is known): others have no step of the chain by themselves."""
    known = register().materials
    found = [known[i].is_rare_earth for i in ids if i in known]
    return not found or any(found)


def quantity_of(chosen: Quantity | None, kind: str, concepts: int, *, is_yearly: bool) -> Quantity | None:
    """The figure with the unit and the basis that its event gives it."""
    if chosen is None:
        return None
    unit, basis = chosen.normalised_unit, chosen.basis
    yearly = unit == "t/y" or (is_yearly and kind in {"facility_change", "schedule_guidance", "permit"})
    is_size = kind == "disruption" and yearly  # of the line that stopped
    if is_size or kind in {"facility_change", "schedule_guidance", "permit"}:
        unit = "t/y" if yearly else unit
        basis = ("target" if basis == "target" else "nameplate") if yearly else chosen.form_basis or basis
    else:
        basis = chosen.form_basis or (
            basis if basis not in {"nameplate", "target"} or kind in {"production_milestone", "disruption"} else None
        )
    return Quantity(
        chosen.start, chosen.end, chosen.text, chosen.value, chosen.unit, chosen.normalised_value, unit,
        chosen.value_to, chosen.normalised_value_to, basis, chosen.qualifier,
    )  # fmt: skip


def in_force(dates: Iterable[DateSpan], anchor: int, document: Document) -> DateSpan | None:
    """Of a control, from its first day to its last where the text gives an end; the first day alone where it does not."""
    found = list(dates)
    ends = [
        d
        for d in found
        if d.qualifier == "until" or document.grammar.until.search(document.low[max(0, d.start - 24) : d.start])
    ]
    starts = [d for d in found if d not in ends]
    given = [d for d in found if d.precision == "range"]
    if given:
        return given[0]
    given = [
        d
        for d in starts
        if d.qualifier == "from" or document.grammar.since.search(document.low[max(0, d.start - 24) : d.start])
    ]
    if not ends:  # in force from a day on, whenever that was decided
        return given[0] if given else None
    if not starts:
        return None
    first = min(starts, key=lambda d: abs(d.start - anchor))
    last = ends[-1]
    return DateSpan(first.start, last.end, first.first, last.last, "range") if first.first < last.last else None


def moved_to(dates: Iterable[DateSpan], document: Document) -> DateSpan | None:
    """After a move, the new date: the latest, unless a word before it calls it the old one."""
    kept = [
        d
        for d in dates
        if d.qualifier == "until"  # "from 2026 to 2028"
        or (d.qualifier != "from" and not document.grammar.old_value.search(document.low[max(0, d.start - _NEAR) : d.start]))
    ]
    return max(kept, key=lambda d: (d.last, d.start)) if kept else None


def date_of(dates: Iterable[DateSpan], anchor: int, document: Document) -> DateSpan | None:
    """The date that the event has: the nearest that is not the old one; after a move, the new one."""
    kept = []
    for date in dates:
        before = document.low[max(0, date.start - _NEAR) : date.start]
        if document.low[date.end : date.end + 1] == ")" and before.endswith("(") and date.precision == "year":
            continue
        if document.low[date.end : date.end + 1] == ":" and before.endswith("("):
            continue  # "(Q3: 1,507 tonnes)": of what is compared with
        if document.grammar.level.match(document.low, date.end) or unwritten(document.language).compared_with.search(before):
            continue
        is_old = date.precision != "range" and date.qualifier not in {"from", "until", "by", "after"}
        if is_old and document.grammar.old_value.search(before):
            continue
        kept.append(date)
    return min(kept, key=lambda d: _distance(document, d, anchor)) if kept else None


def _distance(document: Document, date: DateSpan, anchor: int) -> int:
    """Characters between a date and the word that tells; a comma between them keeps them apart."""
    low, high = sorted((date.start, anchor))
    return high - low + (APART if document.grammar.has_borders and document.low.find(", ", low, high) >= 0 else 0)


def when(date: DateSpan | None) -> tuple[str | None, str | None, Precision]:
    """First day, last day (of what is longer than a day) and precision."""
    if date is None:
        return None, None, "unknown"
    last = None if date.precision == "day" and date.first == date.last else date.last
    return date.first, last, date.precision


__all__ = ["Clause", "date_of", "first_fit", "material_ids", "quantity_of", "stage_from", "when"]
