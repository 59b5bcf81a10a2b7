"""Prices in sentences that leave out their unit, because the text has told it: in a line above, or with the price before.

（以下均价单位：万元/吨，含税）
今日金属镨钕主流成交67.0-67.3。氧化铽报690。 → yuan a tonne, counted in 万
今日氧化镨钕均价52万元/吨，金属镨钕64万元。 → the second a tonne, too
"""

import re
from functools import cache

from msgspec import structs

from pipelines.enrich.measures import number_of, unit_lexicon
from pipelines.enrich.price_rows import NUMBER, Unit, unit_in
from pipelines.enrich.reading import Amount

BEFORE = 24  # characters before a price in which its word stands
NEAR = 90  # characters between a price and the next that leaves out what it is for
FARTHEST = 30.0  # times the price before: farther off it is a sum, not a price


class _Cues:
    """The expressions of a language that leaves units out."""

    def __init__(self, language: str) -> None:
        data = unit_lexicon(language).data
        self.heading = re.compile(data["unit_heading"])
        self.bare = re.compile(data["bare_price"].replace("NUMBER", NUMBER))
        self.before = re.compile(data["price_before"])


@cache
def _cues(language: str) -> _Cues | None:
    return _Cues(language) if "unit_heading" in unit_lexicon(language).data else None


def spoken_prices(text: str, language: str, found: list[Amount]) -> list[Amount]:
    """Return the amounts of a text with the prices that leave out their unit, in order; none are added where no unit is told."""
    cues = _cues(language)
    if cues is None:
        return found
    told = [(m.end(), unit) for m in cues.heading.finditer(text) if (unit := unit_in(m["unit"], language))]
    if told:
        found = sorted([*found, *_bare(text, language, told, found, cues)], key=lambda one: one.start)
    return _with_unit_beside(text, found, cues)


def _bare(text: str, language: str, told: list[tuple[int, Unit]], found: list[Amount], cues: _Cues) -> list[Amount]:
    """Numbers alone after words of price, where a unit has been told above."""
    taken = {i for a in found for i in range(a.start, a.end)}
    data, prices = unit_lexicon(language).data, []
    for match in cues.bare.finditer(text, told[0][0]):
        if match.start("a") in taken:
            continue
        unit = next(unit for end, unit in reversed(told) if end <= match.start())
        low = number_of(match["a"], data) * unit.factor
        high = number_of(match["b"], data) * unit.factor if match["b"] else None
        start, end = match.start("a"), match.end("b") if match["b"] else match.end("a")
        if high is None or high > low:
            prices.append(Amount(start, end, text[start:end], low, unit.currency, high, unit.per, None))
    return prices


def _with_unit_beside(text: str, found: list[Amount], cues: _Cues) -> list[Amount]:
    """Sums that are prices of what the price before them is for ("52万元/吨，金属镨钕64万元"), else the one after them."""
    made = list(found)
    for order in (range(len(made)), range(len(made) - 1, -1, -1)):
        other: Amount | None = None
        for i in order:
            if other is not None and not made[i].per and _is_price_like(text, made[i], other, cues):
                made[i] = structs.replace(made[i], per=other.per)
            other = made[i] if made[i].per and made[i].role != "by" else other
    return made


def _is_price_like(text: str, one: Amount, other: Amount, cues: _Cues) -> bool:
    """Whether a sum that follows a word of price or a product stands near a price of the same order."""
    first, second = sorted((one, other), key=lambda a: a.start)
    if other.per == "share" or one.role == "by" or one.currency != other.currency:
        return False
    if second.start - first.end > NEAR or "\n" in text[first.end : second.start]:
        return False
    is_like = other.value / FARTHEST < one.value < other.value * FARTHEST
    return is_like and cues.before.search(text, max(0, one.start - BEFORE), one.start) is not None
