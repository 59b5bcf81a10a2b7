"""Which days a date expression means: its own year, or the one that the day of publication and its sentence leave open."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from pipelines.enrich.date_fiscal import in_fiscal_year
from pipelines.enrich.date_grammar import Expression, Grammar
from pipelines.enrich.date_relative import ago, ahead, day_alone, day_of_month, month_day_rel, relative, stepped, weekday, weekend
from pipelines.enrich.date_surroundings import Surroundings
from pipelines.enrich.date_told import beside, beside_event, earlier, hence, later, reported, same, same_day, same_month_day
from pipelines.enrich.periods import Period, day, half, holiday, month, months_to, named, period_of_unit, quarter, week, year
from pipelines.enrich.reading import DateSpan
from pipelines.enrich.sentence_senses import Senses

MONTHS = 12


def resolve(found: Expression, senses: Senses, reference: date | None, grammar: Grammar, before: list[DateSpan]) -> Period | None:
    """Return the period that an expression means; None where nothing tells, or where there is no such day."""
    try:
        resolver = RESOLVERS[found.kind]
        period = resolver(found.values, Surroundings(found, senses, reference, grammar, before))
        return period and in_fiscal_year(period, found, senses, grammar)
    except (ValueError, OverflowError, KeyError):  # the 31st of June is no date
        return None


def _edge_day(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """The first or the last day of a month, of a quarter or of a year."""
    if "month" in values:
        found = _month_rel(values, sense) if "rel" in values else _month(values, sense)
    elif "m" in values:
        found = _month(values, sense)
    elif "yrel" in values:
        found = _year(values, sense)
    elif "monthrel" in values:
        found = relative({"unit": "month", "monthrel": values["monthrel"]}, sense)
    elif "rel" in values or "rel_after" in values:
        found = relative({**values, "unit": values.get("unit", "month")}, sense)
    else:
        found = reported({"reported": values["unit"]}, sense) or relative({**values, "rel": 0 if sense.to_come == "future" else -1}, sense)
    return found and day(found[0] if int(values["edge"]) > 0 else found[1])


def _slashed(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "10/08/2026": the day first, but where there is no such day or it is still to come and the other is not."""
    number, other, y = int(values["d"]), int(values["m"]), int(values["y4"])
    if other > MONTHS:
        return day(date(y, number, other))
    first = date(y, other, number)
    if sense.reference and first > sense.reference and sense.to_come != "future" and number <= MONTHS:
        swapped = date(y, number, other)
        return day(swapped if swapped <= sense.reference else first)
    return day(first)


def _week_of(values: dict[str, Any], sense: Surroundings) -> Period | None:
    found = _day(values, sense)
    return found and week(found[0])


def _relative_day(values: dict[str, Any], sense: Surroundings) -> Period | None:
    return day(sense.reference + timedelta(days=int(values["day"]))) if sense.reference else None


def _month_of(values: dict[str, Any], name: str = "month") -> int:
    return int(values[name] if name in values else values["m"])


def _day(values: dict[str, Any], sense: Surroundings) -> Period | None:
    return sense.fitting(values, lambda y: day(date(y, _month_of(values), int(values["d"]))))


def _day_range(values: dict[str, Any], sense: Surroundings) -> Period | None:
    def period(y: int) -> Period:
        first, last = (date(y, _month_of(values), int(values[d])) for d in ("d", "d2"))
        if first >= last:
            raise ValueError("a range that ends before it begins")
        return first, last, "range"

    return sense.fitting(values, period)


def _month(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if "rel_after" in values and sense.reference:  # "octobre dernier": the last October before the day of publication
        this = month(sense.reference.year, _month_of(values))
        offset = int(values["rel_after"])
        passed = this[1] < sense.reference if offset < 0 else this[0] > sense.reference
        return this if passed or not offset else month(sense.reference.year + offset, _month_of(values))
    return sense.fitting(values, lambda y: month(y, _month_of(values)))


def _month_rel(values: dict[str, Any], sense: Surroundings) -> Period | None:
    return _month({**values, "rel_after": values["rel"]}, sense)


def _month_span(values: dict[str, Any], sense: Surroundings) -> Period | None:
    def period(y: int) -> Period:
        one, other = _month_of(values), int(values["month2"] if "month2" in values else values["m2"])
        first, last = month(y - (one > other and "month2" in values), one), month(y, other)  # "November–January"
        if first[0] >= last[0]:
            raise ValueError("a range that ends before it begins")
        return named(first[0], last[1])

    return sense.fitting(values, period)


def _quarter(values: dict[str, Any], sense: Surroundings) -> Period | None:
    number = int(values["q"] if "q" in values else values["ordinal"])
    if "rel_after" in values and sense.reference:
        return period_of_unit("quarter", sense.reference, int(values["rel_after"]))
    return sense.fitting(values, lambda y: quarter(y, number))


def _quarter_named(values: dict[str, Any], sense: Surroundings) -> Period | None:
    return sense.fitting(values, lambda y: months_to(3, month(y, _month_of(values))[1]))


def _first_months(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if int(values.get("ordinal", 1)) != 1:
        return None
    count = int(values["number"]) * int(values["span3"])
    return sense.fitting(values, lambda y: named(date(y, 1, 1), month(y, count)[1]))


def _half_month(values: dict[str, Any], sense: Surroundings) -> Period | None:
    is_second = int(values.get("half_month", values.get("ordinal", 1))) == 2

    def period(y: int) -> Period:
        first, last, _ = month(y, _month_of(values))
        return (first.replace(day=16), last, "range") if is_second else (first, first.replace(day=15), "range")

    return sense.fitting(values, period)


def _ordinal_again(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """The quarter or half that leaves out its name after another of the sentence (« contre 172 au premier trimestre, 215 au deuxième »)."""
    last = sense.before[-1] if sense.before else None
    if last is None or last.precision not in {"quarter", "half"} or last.start < sense.sentence_start:
        return None
    first = date.fromisoformat(last.first)
    return quarter(first.year, int(values["ordinal"])) if last.precision == "quarter" else half(first.year, int(values["ordinal"]))


def _half(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if "half_word" in values:
        if sense.reference is None:
            return None
        offset = int(values.get("rel", values.get("rel_after", 0)))
        index = sense.reference.year * 2 + (sense.reference.month > 6) + offset
        return half(index // 2, index % 2 + 1)
    number = next(int(values[t]) for t in ("h", "half", "ordinal") if t in values)
    return sense.fitting(values, lambda y: half(y, number))


def _year(values: dict[str, Any], sense: Surroundings) -> Period | None:
    written = sense.year(values)
    return None if written is None else year(written)


def _year_end(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if "y" in values:
        return sense.fitting(values, year)
    return year(sense.reference.year) if sense.reference else None


def _year_span(values: dict[str, Any], sense: Surroundings) -> Period | None:
    first = int(values["y4"])
    last = int(values["y4b"]) if "y4b" in values else first // 100 * 100 + int(values["yy"])
    if not first < last <= first + 60:
        return None
    return year(first)[0], year(last)[1], "range"


def _period_to(values: dict[str, Any], sense: Surroundings) -> Period | None:
    def last_day(y: int) -> Period:
        number = _month_of(values)
        return day(date(y, number, int(values["d"])) if "d" in values else month(y, number)[1])

    last = sense.fitting(values, last_day)
    return last and months_to(int(values.get("period_to", values.get("months", 0))), last[1])


def _holiday(values: dict[str, Any], sense: Surroundings) -> Period | None:
    is_span = sense.found.end > sense.found.start and "golden" in str(values["holiday"])
    return sense.fitting(values, lambda y: holiday(str(values["holiday"]), y, is_span))


RESOLVERS: dict[str, Callable[[dict[str, Any], Surroundings], Period | None]] = {
    "relative": relative,
    "weekday": weekday,
    "beside": beside,
    "later": later,
    "hence": hence,
    "beside_event": beside_event,
    "same_month_day": same_month_day,
    "earlier": earlier,
    "day_of_month": day_of_month,
    "edge_day": _edge_day,
    "slashed": _slashed,
    "week_of": _week_of,
    "stepped": stepped,
    "weekend": weekend,
    "ahead": ahead,
    "week_rel": lambda v, s: week(s.reference + timedelta(days=7 * int(v["week"]))) if s.reference else None,
    "relative_day": _relative_day,
    "month_day_rel": month_day_rel,
    "day_alone": day_alone,
    "ago": ago,
    "same": same,
    "reported": reported,
    "same_day": same_day,
    "day": _day,
    "day_range": _day_range,
    "iso": lambda v, s: day(date(int(v["y4"]), int(v["m"]), int(v["d"]))),
    "iso_month": lambda v, s: month(int(v["y4"]), int(v["m"])),
    "month": _month,
    "month_rel": _month_rel,
    "month_span": _month_span,
    "quarter": _quarter,
    "quarter_named": _quarter_named,
    "half": _half,
    "ordinal_again": _ordinal_again,
    "half_month": _half_month,
    "first_months": _first_months,
    "year": _year,
    "year_end": _year_end,
    "year_span": _year_span,
    "period_to": _period_to,
    "holiday": _holiday,
}
