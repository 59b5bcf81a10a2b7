"""Dates in three languages: absolute, partial and relative ones, resolved against the day of publication.

The year of a date without one is the nearest that fits the sense of its sentence (planned or past); where the day of
publication is unknown, such a date is left out. The clock is never asked.
"""

import re
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

from msgspec import structs

from pipelines.enrich.date_grammar import Expression, Grammar, find, grammar_of
from pipelines.enrich.date_periods import resolve
from pipelines.enrich.folding import lower
from pipelines.enrich.language import plain
from pipelines.enrich.periods import day_of, named
from pipelines.enrich.reading import DateSpan, Precision
from pipelines.enrich.sentence_senses import Senses

CUE_REACH = 32  # characters before a date in which "by" or "until" stands
SHIFT_REACH = 140  # characters before a range in which "moved" may make it a change
YEAR = re.compile(r"(?:19|20)\d\d|[今去明前后次翌]年|年内")
JOINT = 24  # characters that may stand between the ends of a range

# Of an expression that took the full stop of its sentence with it ("30 June."), not that of a month cut short ("5 Oct.").
NAMED, MEANT = frozenset({"year", "half", "quarter"}), frozenset({"range", "year", "half", "quarter"})
OPENS, CLOSES = (" (", "（", "("), (")", "）")
ENDED = re.compile(r"(?:[^\W\d_]{5,}|june|july|juin|août|mars)\.\Z")


def dates(text: str, language: str, published: str | None) -> list[DateSpan]:
    """Return the date expressions of a text in order, none overlapping.

    `published` is the day or instant of publication (ISO 8601); without it relative and yearless dates are left out.
    """
    grammar = grammar_of(language)
    reference = day_of(published)
    text = plain(text)
    found = list(find(text, grammar))
    text = grammar.sense["namesakes"].sub(_blank, lower(text))  # the cues around a date are
    _share_years(found, text, grammar)
    senses, spans = Senses(text, grammar), list[DateSpan]()
    for expression in found:
        if spans and expression.start < spans[-1].end:  # the year of a date that was said to be "of the same year"
            continue
        _take_year(expression, spans, text, grammar)
        period = resolve(expression, senses, reference, grammar, spans)
        if period:
            qualifier = _qualifier(text, expression, grammar)
            first, last, precision = period[0].isoformat(), period[1].isoformat(), period[2]
            relative = expression.is_relative
            spans.append(DateSpan(expression.start, expression.end, first, last, precision, relative, qualifier))
    return _ranges(spans, text, grammar)


def _blank(found: re.Match[str]) -> str:
    return " " * (found.end() - found.start())


@lru_cache(maxsize=64)  # the lines at the edges of a text are asked for in several ways
def expressions(text: str, language: str) -> tuple[tuple[int, int, str, dict[str, Any]], ...]:
    """Return the date expressions as (start, end, kind, values), unresolved: what a dateline is read from."""
    return tuple((f.start, f.end, f.kind, f.values) for f in find(plain(text), grammar_of(language)))


def _share_years(found: list[Expression], text: str, grammar: Grammar) -> None:
    """Give the first date of "from March to June 2026" the year of the second."""
    join = grammar.sense["range_join"]
    for one, other in pairwise(found):
        ready = one.kind in ("day", "month", "quarter", "half") and one.kind == other.kind
        if ready and not one.has_year and other.has_year and join.fullmatch(text, one.end, other.start):
            year = other.values["y"]
            is_before = isinstance(year, int) and _in_year(one) > _in_year(other)  # "from 16 October to 31 March 2027"
            one.values["y"] = year - 1 if is_before else year


def _in_year(found: Expression) -> tuple[int, int]:
    """Month and day of a date, 0 where it has none."""
    return int(found.values.get("month", found.values.get("m", 0))), int(found.values.get("d", 0))


def _take_year(found: Expression, before: list[DateSpan], text: str, grammar: Grammar) -> None:
    """Give a date "of the same year" the year of the one that was told last."""
    said = None if found.has_year or not before else grammar.sense["same_year"].match(text, found.end)
    if said and found.kind in ("day", "month", "quarter", "quarter_named", "half"):
        found.values["y"], found.end = int(before[-1].first[:4]), said.end()


def _qualifier(text: str, found: Expression, grammar: Grammar) -> str | None:
    before, after = text[max(0, found.start - CUE_REACH) : found.start], text[found.end : found.end + 8]
    cues = grammar.sense
    is_led = cues["before"].search(before)
    if is_led and cues["before_until"].search(before):
        return "until"
    if (is_led and cues["before_by"].search(before)) or cues["after_by"].match(after) or text[found.end - 1 : found.end] == "前":
        return "by"
    if (is_led and cues["before_from"].search(before)) or cues["after_from"].match(after):
        return "from"
    return "after" if is_led and cues["before_after"].search(before) else None


def _ranges(spans: list[DateSpan], text: str, grammar: Grammar) -> list[DateSpan]:
    """Join "between A and B" to one span; "moved from A to B" stays two."""
    joined: list[DateSpan] = []
    for span in spans:
        last = joined[-1] if joined else None
        end = _of_year_of(last, span, text, grammar) if last and span.start - last.end <= JOINT else span
        if last and _are_range(last, end, text, grammar):
            precision: Precision = "range"
            if last.precision == span.precision == "month":  # "between January and March" is a quarter
                precision = named(date.fromisoformat(last.first), date.fromisoformat(end.last))[2]
            is_relative = last.is_relative or span.is_relative
            joined[-1] = DateSpan(last.start, span.end, last.first, end.last, precision, is_relative)
        else:
            joined.append(span)
    return _with_meaning(joined, text)


def _with_meaning(spans: list[DateSpan], text: str) -> list[DateSpan]:
    """A period whose months stand in brackets after it has those ("fiscal 2030 (April 2030 to March 2031)")."""
    kept: list[DateSpan] = []
    for span in spans:
        last = kept[-1] if kept else None
        is_meant = last is not None and last.precision in NAMED and span.precision in MEANT
        if last and is_meant and text[last.end : span.start] in OPENS and text[span.end : span.end + 1] in CLOSES:
            kept[-1] = structs.replace(span, start=last.start, qualifier=last.qualifier)
        else:
            kept.append(span)
    return kept


def _of_year_of(one: DateSpan, other: DateSpan, text: str, grammar: Grammar) -> DateSpan:
    """The second of two dates without a year, in the year that makes it the first to come after the other ("from 20 May to 7 June")."""
    if one.precision != other.precision or one.precision not in {"day", "month"} or YEAR.search(text, other.start, other.end):
        return other
    if not grammar.sense["range_join"].fullmatch(text, one.end, other.start):
        return other
    years = int(one.first[:4]) - int(other.first[:4])
    try:
        first, last = (date.fromisoformat(day) for day in (other.first, other.last))
        first, last = (day.replace(year=day.year + years + (other.first[4:] <= one.first[4:])) for day in (first, last))
    except ValueError:
        return other
    return structs.replace(other, first=first.isoformat(), last=last.isoformat())


def _are_range(one: DateSpan, other: DateSpan, text: str, grammar: Grammar) -> bool:
    if other.start - one.end > JOINT or one.last >= other.first or one.precision == "range" or ENDED.search(text, one.start, one.end):
        return False
    cues = grammar.sense
    if not cues["range_join"].fullmatch(text, one.end, other.start):
        return False
    before = text[max(0, one.start - 24) : one.start]
    if not cues["range_open"].search(before) and not cues["range_bare"].fullmatch(text, one.end, other.start):
        return False
    return not cues["shift"].search(text[max(0, one.start - SHIFT_REACH) : one.start])
