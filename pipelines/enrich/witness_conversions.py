"""Oxide made into metal, or metal into oxide: the mass that comes out against the mass that goes in."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipelines.enrich.reading import MaterialMention, Verdict, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_figures import CLEARLY, MANY, Figures, within
from pipelines.reference import register

REACH = 34  # characters between a mass and the material that it is of
RELATED = 110  # and between what goes in and what comes out
OPENING, OPENING_ZH = 10, 2  # characters between a mass and the word that says that it goes in
ROUGHEST = 0.05  # relative; how far one of the masses may be rounded
LOST = 0.15  # relative; more than this is not lost in a furnace
UNRELATED = 0.6  # relative; less than this, and some of it is for something else
_UNIT_MASS = re.compile(r"(?:(?<!\w)(?:an?|each|every|une|un|chaque) |每)(tonne|ton|kilogram(?:me)?|kilo|kg|吨|公斤|千克)(?![a-z]*[ /]\d)")
_PARTED = re.compile(r"[,;:，；：。\d]")


class _Mass(NamedTuple):
    """A mass of one element, as metal or as oxide."""

    start: int
    end: int
    tonnes: float
    material_id: str
    is_oxide: bool


def conversions(figures: Figures, elements: Sequence[MaterialMention]) -> list[Witness]:
    """Two masses of one element, of which a process that the words between them name makes one out of the other."""
    if (
        len(elements) < 2
        or len(figures.quantities) > MANY
        or not (figures.says("becomes") or figures.says("requires") or figures.says("makes"))
    ):
        return []
    masses = list(_masses(figures, elements))
    return [witness for one, other in pairwise(masses) for witness in _judge(figures, one, other)]


def _masses(figures: Figures, elements: Sequence[MaterialMention]) -> Iterator[_Mass]:
    """The masses of the sentence that are of one of the elements; "a tonne of" is one, too."""
    read = [(q.start, q.end, q.normalised_value) for q in figures.quantities if q.value_to is None]
    found = read.copy()
    for match in _UNIT_MASS.finditer(figures.low, figures.start, figures.end):
        if not any(start < match.end() and match.start() < end for start, end, _ in read):
            found.append((match.start(), match.end(), 1.0 if match[1].startswith(("t", "吨")) else 0.001))
    for start, end, tonnes in sorted(found):
        after = within(elements, start, end + REACH)  # "100 tonnes of oxide a year" is one mass, its material within
        if after and not _PARTED.search(figures.low, min(end, after[0].start), after[0].start):
            yield _Mass(start, end, tonnes, after[0].material_id, after[0].form == "oxide")
        elif figures.language == "zh" and (before := [m for m in within(elements, start - 8, start) if 0 <= start - m.end <= 1]):
            yield _Mass(start, end, tonnes, before[-1].material_id, before[-1].form == "oxide")


def _judge(figures: Figures, one: _Mass, other: _Mass) -> Iterator[Witness]:
    if one.material_id != other.material_id or one.is_oxide == other.is_oxide or not one.tonnes or not other.tonnes:
        return
    order = _order(figures, one, other)
    if order is None:
        return
    source, product = (one, other) if order == "source first" else (other, one)
    material = register().materials[one.material_id]
    factor = material.oxide_factor or 1.0
    ideal = source.tonnes / factor if source.is_oxide else source.tonnes * factor
    made = product.tonnes / ideal
    surfaces = (figures.text[m.start : m.end] for m in (one, other) if m.tonnes not in {1.0, 0.001})
    rough = sum(min(slack(surface), ROUGHEST) for surface in surfaces)
    note = f"factor of {material.oxide_formula} is {factor:.4f}: {made:.1%} of what can be made"
    bounds = figures.is_about(one.start) or figures.is_about(other.start)
    result = _verdict(made, rough, is_exact=not bounds, has_yield=bool(figures.shares))
    yield figures.witness("oxide_metal_factor", result, one.start, other.end, note)


def _verdict(made: float, rough: float, *, is_exact: bool, has_yield: bool) -> Verdict:
    """No more comes out than goes in; a little may be lost."""
    if abs(made - 1) <= rough + 1e-3:
        return "holds"
    if not UNRELATED < made < 1 / UNRELATED:
        return "not_testable"
    is_wrong = made > 1 + max(2 * rough, rough + CLEARLY) or (made < 1 - LOST - rough and not has_yield)
    return "fails" if is_wrong and is_exact else "not_testable"


def _order(figures: Figures, one: _Mass, other: _Mass) -> str | None:
    """Which of two masses goes in; None where no words tell that one is made of the other."""
    between = figures.low[one.end : other.start]
    known = figures.known
    if len(between) > RELATED or any(word in between for word in known["apart"]):
        return None
    if any(word in between for word in known["requires"]):
        return "product first"
    opens = _opens(figures, one.start)
    is_one_clause = "," not in between and "，" not in between
    if (any(word in between for word in known["becomes"]) and (opens or is_one_clause)) or (
        opens and any(word in between for word in known["makes"])
    ):
        return "source first"
    return None


def _opens(figures: Figures, start: int) -> bool:
    """Whether a word right before a mass says that it goes in: "from 100 tonnes", "用100吨"."""
    before = figures.before(start, 30)
    reach = OPENING_ZH if figures.language == "zh" else OPENING
    return any(0 <= len(before) - before.rfind(word) - len(word) <= reach for word in figures.known["source_before"] if word in before)
