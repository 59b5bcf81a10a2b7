"""Periods of the calendar: their first and last day, and the feasts that the trade stands still for."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from pipelines.enrich.reading import Precision

Period = tuple[date, date, Precision]

# First day of the lunar year, as the calendar of the Purple Mountain Observatory has it.
LUNAR_NEW_YEAR = {
    2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1),
    2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13),
    2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
NATIONAL_DAY = (10, 1)


def day_of(moment: str | None) -> date | None:
    """Return the local day of a date or instant in ISO 8601, whatever its offset; None when it is none."""
    try:
        return date.fromisoformat(moment[:10]) if moment else None
    except ValueError:
        return None


def day(first: date) -> Period:
    """Return a day as a period."""
    return first, first, "day"


def week(within: date) -> Period:
    """Return the week, Monday to Sunday, that a day stands in."""
    monday = within - timedelta(days=within.weekday())
    return monday, monday + timedelta(days=6), "range"


@lru_cache(maxsize=512)
def month(year_number: int, number: int) -> Period:
    """Return a month; raises ValueError where there is none."""
    first = date(year_number, number, 1)
    return first, first.replace(day=monthrange(year_number, number)[1]), "month"


@lru_cache(maxsize=512)
def quarter(year_number: int, number: int) -> Period:
    """Return a quarter of a calendar year, 1 to 4."""
    return month(year_number, 3 * number - 2)[0], month(year_number, 3 * number)[1], "quarter"


@lru_cache(maxsize=512)
def half(year_number: int, number: int) -> Period:
    """Return a half of a calendar year, 1 or 2."""
    if number not in (1, 2):
        raise ValueError("a year has two halves")
    return month(year_number, 6 * number - 5)[0], month(year_number, 6 * number)[1], "half"


@lru_cache(maxsize=512)
def year(number: int) -> Period:
    """Return a calendar year."""
    return date(number, 1, 1), date(number, 12, 31), "year"


def period_of_unit(unit: str, reference: date, offset: int) -> Period:
    """Return the week, month, quarter or year that stands `offset` of them after the one that a day stands in."""
    if unit == "week":
        return week(reference + timedelta(days=7 * offset))
    if unit == "year":
        return year(reference.year + offset)
    if unit == "quarter":
        index = reference.year * 4 + (reference.month - 1) // 3 + offset
        return quarter(index // 4, index % 4 + 1)
    index = reference.year * 12 + reference.month - 1 + offset
    return month(index // 12, index % 12 + 1)


def months_to(count: int, last: date) -> Period:
    """Return the `count` months that end on a day, under the name of the calendar where they have one."""
    following = last + timedelta(days=1)
    index = following.year * 12 + following.month - 1 - count
    first = date(index // 12, index % 12 + 1, min(following.day, monthrange(index // 12, index % 12 + 1)[1]))
    return named(first, last)


def named(first: date, last: date) -> Period:
    """Return the months from a day to a day under the name of the calendar where they have one, else as a range."""
    following = last + timedelta(days=1)
    count = (following.year - first.year) * 12 + following.month - first.month
    names: dict[int, Precision] = {12: "year", 6: "half", 3: "quarter", 1: "month"}
    is_calendar = first.day == following.day == 1 and count in names and first.month % count == 1 % count
    return first, last, names[count] if is_calendar else "range"


def holiday(name: str, year_number: int, is_span: bool) -> Period:
    """Return a feast's day, or the week that begins with it; raises KeyError where the table ends."""
    month_number, day_number = LUNAR_NEW_YEAR[year_number] if name == "lunar_new_year" else NATIONAL_DAY
    first = date(year_number, month_number, day_number)
    return (first, first + timedelta(days=6), "range") if is_span else day(first)
