"""One mass, or one rate of mass, that is written twice: in two units, or for two lengths of time."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipelines.enrich.reading import Quantity, Verdict, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_figures import Figures, number, verdict

# Tonnes in a unit that stands alone in brackets after a figure: "1,000 t (ktpa)".
_BARE_UNIT = re.compile(r"\s?[(（](ktpa|kt|mt|tpa|kg|lb|t|tonnes|万吨|千吨|吨|公斤)[)）]", re.IGNORECASE)
_TONNES = {
    "ktpa": 1e3, "kt": 1e3, "mt": 1.0, "tpa": 1.0, "kg": 1e-3, "lb": 4.5359e-4, "t": 1.0, "tonnes": 1.0, "万吨": 1e4, "千吨": 1e3,
    "吨": 1.0, "公斤": 1e-3,
}  # fmt: skip
_BRACKET = re.compile(
    r"\s?[(（](?:≈|~|about |around |approx\. |approximately |or |i\.e\.,? |that is,? |c'est-à-dire |environ |soit |约|即|合)?"
)
_CLOSED = re.compile(r"(?:\s[^()（）\d]{1,28})?[)）]")  # "(2,000 ktpa on its slide)"
_OR = re.compile(r"[,，]? ?(?:or |soit |i\.e\. |that is,? |即|合|也就是)(?:about |some |environ |约)?")
_END = re.compile(r"\s?(?:[,.;:)，。；）]|\Z|$)")
APART = 30  # characters between the two
WRITTEN = 0.02  # relative; a slip of the unit is a power of ten
# How often a period comes in a year of work, at least and at most: a plant may rest on Sundays and in summer.
_A_YEAR = {"hour": (4500.0, 8784.0), "day": (230.0, 366.0), "week": (44.0, 52.3), "month": (10.5, 12.05), "year": (1.0, 1.0)}
_AFTER = re.compile(
    r" ?(?:/ ?|per |a |an |each |every |par |chaque )?(?:(?<=[/ ])(?:(h(?:our|eure)?|小时)|(d(?:ay)?|jour|j|天|日)"
    r"|(week|semaine|周)|(month|mois|月)|(y(?:ear)?|annum|an|année|年)))(?!\w)|[/每](?:(小时)|([天日])|(周)|(月)|(年))"
)
_BEFORE = re.compile(r"(?:每?小时|([每日]?日|每天)|(每周)|(每?月)|(每?年))(?:可?处理|生?产|加工)?(?:能力)?(?:矿石|原矿)?[约达为]?\Z")
_INSIDE = re.compile(
    r"(?:[\s/](?:month|week|day|mois|semaine|jour)|ly|(?:mensuel|hebdomadaire|quotidien|journali)\w{0,4}|[/／每]?[月周日天])\Z",
    re.IGNORECASE,
)
_TIMES = {12: "month", 52: "week", 365: "day"}
_NAMES = ("hour", "day", "week", "month", "year")


class _Rate(NamedTuple):
    """A mass with the period that it is told for, if any, and where all of it ends."""

    item: Quantity
    period: str | None
    end: int


def unit_consistency(figures: Figures) -> Iterator[Witness]:
    """One mass written in two units is the same mass, and one rate for two periods the same rate."""
    items = figures.quantities
    for i, item in enumerate(items):
        bare = _BARE_UNIT.match(figures.text, item.end)
        if bare and item.value:
            tonnes = _TONNES[bare[1].lower()]
            written = item.normalised_value / item.value
            if not 0.7 < tonnes / written < 1.4:
                note = f"{item.unit} is not {bare[1]}"
                yield figures.witness("unit_consistency", "fails", item.start, bare.end(), note)
        if i + 1 < len(items) and items[i + 1].start - item.end <= APART and item.value_to is None and items[i + 1].value_to is None:
            yield from _written_twice(figures, _rate(figures, item), _rate(figures, items[i + 1]))


def _rate(figures: Figures, item: Quantity) -> _Rate:
    text, low = figures.text[item.start : item.end], figures.low
    after = _AFTER.match(low, item.end, figures.end)
    if after:
        place = next(i for i, group in enumerate(after.groups()) if group)
        return _Rate(item, _NAMES[place % 5], after.end())
    told = _INSIDE.search(text)
    if told and item.times > 1:  # the figure holds its period: "100 tonnes per day", 500吨/月
        return _Rate(item, _TIMES.get(item.times), item.end)
    inside = _BEFORE.search(low, max(figures.start, item.start - 8), item.start) if figures.language == "zh" else None
    if inside:
        period = next((name for name, group in zip(_NAMES[1:], inside.groups(), strict=True) if group), "hour")
        return _Rate(item, period, item.end)
    is_yearly = item.normalised_unit == "t/y" and any(word in text.lower() for word in figures.known["yearly"])
    return _Rate(item, "year" if is_yearly else None, item.end)


def _written_twice(figures: Figures, one: _Rate, other: _Rate) -> Iterator[Witness]:
    text, start = figures.text, other.item.start
    between = figures.low[one.end : start]
    prefix = _BEFORE.search(between)
    between = between[: prefix.start()] if prefix and figures.language == "zh" else between
    in_brackets = bool(_BRACKET.fullmatch(between)) and _CLOSED.match(text, other.end) is not None
    if not in_brackets and not (_OR.fullmatch(between) and _END.match(text, other.end)):
        return
    a, b = one.item, other.item
    if not a.normalised_value or not b.normalised_value:
        return
    rough = slack(text[a.start : a.end]) + slack(text[b.start : b.end])
    if one.period and other.period and one.period != other.period:
        result = _of_two_periods(one, other, rough)
    elif a.unit == b.unit or (one.period is None and other.period not in {None, "year"}):
        return
    else:
        small, large = sorted((a.normalised_value, b.normalised_value))
        result = verdict(large, small, rough)
        is_plain = in_brackets and (one.period == other.period or "year" in {one.period, other.period})
        if result == "fails" and not is_plain and not _is_slip(large / small, rough):
            return
    tonnes = (number(a.normalised_value), number(b.normalised_value))
    note = f"{a.value:g} {a.unit} is {tonnes[0]} t, not {tonnes[1]} t" if one.period == other.period else f"{tonnes[0]} t a {one.period}"
    note += f", {tonnes[1]} t a {other.period}" if one.period != other.period else ""
    yield figures.witness("unit_consistency", result, a.start, other.end + in_brackets, note)


def _is_slip(ratio: float, rough: float) -> bool:
    """Whether one figure is ten, a hundred, a thousand … times the other."""
    return any(abs(ratio / 10.0**n - 1) <= max(WRITTEN, rough) for n in range(1, 7))


def _of_two_periods(one: _Rate, other: _Rate, rough: float) -> Verdict:
    """Whether the two make the same in a year, as far as days of rest leave that open."""
    low, high = (one.item.normalised_value * times for times in _A_YEAR[one.period or "year"])
    least, most = (other.item.normalised_value * times for times in _A_YEAR[other.period or "year"])
    if low <= most * (1 + rough) and least <= high * (1 + rough):
        return "holds"
    return "fails" if low > most * (1.1 + rough) or least > high * (1.02 + rough) else "not_testable"
