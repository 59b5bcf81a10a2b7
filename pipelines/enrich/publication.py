"""When a document says that it was published."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from pipelines.enrich.dateline import dateline
from pipelines.enrich.dates import expressions
from pipelines.enrich.edges import HEAD_LINES, TAIL_LINES, edge_lines
from pipelines.enrich.headers import Header, dated_cell, header, is_of_calendar
from pipelines.enrich.language import known_languages
from pipelines.enrich.periods import day_of
from pipelines.enrich.reading import Page, PublishedPrecision

Published = tuple[str | None, PublishedPrecision, str | None]
Written = tuple[int, int, dict[str, Any]]  # where a date stands, and what it says
WRITTEN_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d%]|[.,]\d)")
SHORT_LINE = 60
MONTHS = 12
YEARS = frozenset({"y", "y4"})
SET_OFF = re.compile(r"[,–—:|(\[]\s*\Z|\s-\s\Z")
LATE = timedelta(days=3)  # how far a server's clock may lag behind the date of a text
OLD = timedelta(days=400)  # how much older than its server's date a text may call itself


def publication(page: Page, text: str, language: str) -> Published:
    """Return (first day, precision, as written) of publication.

    The text's date counts where it agrees with the server's; the server's gives what the text leaves out. A day whose year
    neither gives is `day_without_year` and has no date.
    """
    served, served_precision = _served(page.published)
    is_served = served is not None and served_precision == "day"
    written = _written(text, language, page.source, is_served=is_served)
    if written is None and served is None:  # lines of the page that are no part of its text may tell
        named = _of_title(page.title, language)
        written = _written(page.text, language, page.source) if named[0] is None and page.text != text else None
        if written is not None:
            text = page.text
        elif named[0] is None:
            written = _alone(text, language)
        if written is None:
            return named
    if written is None:
        return (served.isoformat(), served_precision, None) if served else (None, "unknown", None)
    start, end, values = written
    surface = text[start:end]
    told = _told(values, served) or _told({**values, "y": _year_beside(text, start, end)}, served)
    if told is None:
        return (served.isoformat(), served_precision, None) if served else (None, "day_without_year", surface)
    day, precision = told
    if served and precision == "day" and not served - OLD <= day <= served + LATE:
        return served.isoformat(), served_precision, None
    if served and precision == "month" and (served.year, served.month) == (day.year, day.month):
        return served.isoformat(), served_precision, surface
    return day.isoformat(), precision, surface


def _year_beside(text: str, start: int, end: int) -> int | None:
    """Return the only year that the line of a date names apart from it ("Issue 23/2026 (11 June)")."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[first:start] + text[end : last if last >= 0 else len(text)]
    found = {int(year) for year in WRITTEN_YEAR.findall(line)} if len(line) < SHORT_LINE else set()
    return found.pop() if len(found) == 1 else None


def _of_title(title: str, language: str) -> Published:
    """Return the one full day that a title names, as those of minutes and notices do; it counts where nothing else tells.

    A title that opens with a day ("4月16日日评") gives that day, without a year.
    """
    named = expressions(title, language)
    found = [e for e in named if e[2] in ("day", "iso", "slashed")]
    if len(named) == 1 and (month := _month_of_issue(title, named[0])):
        return month
    if len(found) == 1 and not found[0][0] and not {"y", "y4"} & found[0][3].keys():
        return None, "day_without_year", title[: found[0][1]]
    days = {told[0] for _, _, _, values in found if (told := _told(values, None)) and told[1] == "day"}
    if len(days) != 1:
        return None, "unknown", None
    start, end, *_ = found[0]
    return days.pop().isoformat(), "day", title[start:end]


def _month_of_issue(title: str, found: tuple[int, int, str, dict[str, Any]]) -> Published | None:
    """Return the month that a title ends with, set off from it, as those of reviews do ("Monthly review, October 2026")."""
    start, end, kind, values = found
    is_set_off = SET_OFF.search(title[:start]) and not title[end:].strip(" )]")
    told = _told(values, None) if kind in ("month", "iso_month") and is_set_off else None
    return (told[0].isoformat(), "month", title[start:end]) if told else None


def _served(moment: str | None) -> tuple[date | None, PublishedPrecision]:
    if moment and re.fullmatch(r"\d{4}(?:-\d\d)?", moment.strip()):
        padded = day_of(f"{moment.strip()}-01-01"[:10])
        return padded, "month" if "-" in moment else "year"
    return day_of(moment), "day"


def _told(values: dict[str, Any], served: date | None) -> tuple[date, PublishedPrecision] | None:
    """Return the day that a written date means, its year taken from the server's date where it has none."""
    year = values.get("y", values.get("y4"))
    month, day = values.get("month", values.get("m")), values.get("d")
    if month and day and int(month) > MONTHS >= int(day):  # 10/14/2026
        month, day = day, month
    try:
        if isinstance(year, int):
            full = year + 2000 if year < 100 else year
            return date(full, int(month or 1), int(day or 1)), "day" if day else "month" if month else "year"
        if served is None or not day:
            return None
        if month is None:
            shifted = served if int(day) <= served.day + 1 else served.replace(day=1) - timedelta(days=1)
            return shifted.replace(day=int(day)), "day"
        days = [date(served.year + shift, int(month), int(day)) for shift in (1, 0, -1)]
        return next(d for d in days if d <= served + LATE), "day"
    except (ValueError, StopIteration):
        return None


def _written(text: str, language: str, source: str, *, is_served: bool = False) -> Written | None:
    """Return the date of the dateline, of a header line, or of the signature; the day of a meeting only where no server tells another."""
    lines = edge_lines(text)
    head, tail = lines[:HEAD_LINES], lines[HEAD_LINES:][-TAIL_LINES:]
    for start, end in head:
        opening = dateline(text, start, end)
        if opening and opening.date[0] < opening.date[1] and not is_of_calendar(text, start, end):
            written = _date_at(text, *opening.date, language)
            return _with_year(written, (header(text, *line, language, source) for line in [*head, *reversed(tail)])) if written else None
    occasion = updated = None
    for start, end in [*head, *reversed(tail)]:
        found = header(text, start, end, language, source)
        if found and not found.is_weak:
            return found.start, found.end, found.values
        if found and found.is_occasion:
            occasion = occasion or found
        else:
            updated = updated or found
    weak = (None if is_served else occasion) or updated
    return (weak.start, weak.end, weak.values) if weak else None


def _alone(text: str, language: str) -> Written | None:
    """Return the date of the first line at either edge that lists several things, one of them a date."""
    lines = edge_lines(text)
    edges = [*lines[:HEAD_LINES], *reversed(lines[HEAD_LINES:][-TAIL_LINES:])]
    found = next((h for start, end in edges if (h := dated_cell(text, start, end, language))), None)
    return (found.start, found.end, found.values) if found else None


def _with_year(written: Written, others: Iterable[Header | None]) -> Written:
    """Return the date of a dateline with the year of another line that names the same day in full."""
    start, end, values = written
    if YEARS & values.keys():
        return written
    for other in others:
        told = _told(other.values, None) if other else None
        if told and told[1] == "day" and _told({**values, "y": told[0].year}, None) == told:
            return start, end, {**values, "y": told[0].year}
    return written


def _date_at(text: str, start: int, end: int, language: str) -> Written | None:
    for code in dict.fromkeys((language, *known_languages())):
        found = [e for e in expressions(text[start:end], code) if e[2] in ("day", "iso", "slashed", "month", "iso_month", "day_alone")]
        if found:
            return start + found[0][0], start + found[0][1], found[0][3]
    return None
