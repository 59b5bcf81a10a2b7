"""Dates in three languages: absolute, partial and relative ones, resolved against the day of publication.

What a date looks like stands in `languages/*/dates.toml` as patterns over word tables; here the patterns are compiled and
what they found is resolved. The year of a date without one is the nearest that fits the sense of its sentence (planned or
past); where the day of publication is unknown, such a date is left out. The clock is never asked.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from pipelines.enrich.language import known_languages, plain
from pipelines.enrich.periods import Period, day, day_of, half, holiday, month, months_to, named, quarter, week, year
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.reading import DateSpan, Precision

SENTENCE_REACH = 160  # characters on either side in which the sense of a sentence is looked for
WRONG_SENSE = 8  # how much farther a year against the sense of its sentence counts
NUMBERS = {
    "d": r"\d{1,2}",
    "m": r"\d{1,2}",
    "yy": r"\d{2}",
    "y4": r"(?:19|20)\d{2}",
    "y": r"(?:19|20)\d{2}",
}
NUMERALS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0}
WORD = re.compile(r"\w+")
PLACEHOLDER = re.compile(r"\{(~?)([a-z_]+?4?)(b|2)?\}")
DIGIT_STARTS = {"d", "m", "y4", "y", "yy"}


@dataclass(frozen=True)
class _Words:
    """Words that tell a sense: whole words, endings of words, and strings that may stand anywhere."""

    words: frozenset[str]
    endings: tuple[str, ...]
    strings: tuple[str, ...]

    def stands_in(self, text: str) -> bool:
        """Tell whether one of them stands in a stretch of text."""
        text = text.lower()
        if any(string in text for string in self.strings):
            return True
        if not self.words and not self.endings:
            return False
        return any(w in self.words or (len(w) > 5 and w.endswith(self.endings)) for w in WORD.findall(text))


@dataclass(frozen=True)
class _Pattern:
    """One pattern of a language: its kind, its groups, and what must stand before it."""

    kind: str
    expression: str
    fields: tuple[tuple[str, str], ...]  # name of the field, name of its group
    starts: frozenset[str]
    before: re.Pattern[str] | None
    unit: str | None
    match: Callable[..., re.Match[str] | None]


@dataclass(frozen=True)
class _Start:
    """The patterns that may begin with one word."""

    patterns: tuple[int, ...]
    match: Callable[..., re.Match[str] | None]


@dataclass(frozen=True)
class _Grammar:
    """All patterns of a language, compiled."""

    patterns: tuple[_Pattern, ...]
    values: dict[str, dict[str, Any]]
    words: AhoCorasick
    starts: tuple[_Start, ...]  # one for each word
    digits: re.Pattern[str]
    digit_start: _Start
    has_borders: bool
    sense: dict[str, re.Pattern[str]]
    future: _Words


@dataclass
class _Found:
    """A date expression before it is resolved."""

    start: int
    end: int
    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    surfaces: dict[str, str] = field(default_factory=dict)


def dates(text: str, language: str, published: str | None) -> list[DateSpan]:
    """Return the date expressions of a text in order, none overlapping.

    `published` is the day or instant of publication (ISO 8601); without it relative and yearless dates are left out.
    """
    grammar = _grammar(language if language in known_languages() else "en")
    reference = day_of(published)
    text = plain(text)
    found = list(_expressions(text, grammar))
    _share_years(found, text, grammar)
    spans: list[DateSpan] = []
    for expression in found:
        period = _resolve(expression, text, reference, grammar, spans)
        if period:
            qualifier = _qualifier(text, expression, grammar)
            spans.append(_span(expression, period, qualifier, language))
    return _ranges(spans, text, grammar)


def expressions(text: str, language: str) -> list[tuple[int, int, str, dict[str, Any]]]:
    """Return the date expressions as (start, end, kind, values), unresolved: what a dateline is read from."""
    return [(f.start, f.end, f.kind, f.values) for f in _expressions(plain(text), _grammar(language))]


def _span(found: _Found, period: Period, qualifier: str | None, language: str) -> DateSpan:
    first, last, precision = period
    relative = found.kind in RELATIVE or "yrel" in found.values or not _has_year(found)
    return DateSpan(found.start, found.end, first.isoformat(), last.isoformat(), precision, relative, qualifier)


RELATIVE = {"relative", "weekday", "relative_day", "week_rel", "month_day_rel", "ago", "day_alone", "year_end"}


def _has_year(found: _Found) -> bool:
    return "y" in found.values or "y4" in found.values


# --- finding ---------------------------------------------------------------------------------------------------------


def _expressions(text: str, grammar: _Grammar) -> Iterator[_Found]:
    try:
        hits = [(start, grammar.starts[i]) for i, start, _ in grammar.words.find_matches_as_indexes(text)]
    except UnicodeEncodeError:  # lone surrogates
        return
    hits += [(m.start(), grammar.digit_start) for m in grammar.digits.finditer(text)]
    hits.sort(key=lambda hit: hit[0])
    reached = 0
    for position, start in hits:
        if position < reached or (grammar.has_borders and position and text[position - 1].isalnum()):
            continue
        found = _match(text, position, start, grammar)
        if found:
            reached = found.end
            yield found


def _match(text: str, position: int, start: _Start, grammar: _Grammar) -> _Found | None:
    match = start.match(text, position)
    if not match:
        return None
    index = int((match.lastgroup or "t0")[1:])
    pattern = grammar.patterns[index]
    if not _stands(text, position, pattern):
        for other in start.patterns[start.patterns.index(index) + 1 :]:
            pattern = grammar.patterns[other]
            match = pattern.match(text, position)
            if match and _stands(text, position, pattern):
                break
        else:
            return None
    if match is None:
        return None
    found = _Found(match.start(), match.end(), pattern.kind)
    if pattern.unit:
        found.values["unit"] = pattern.unit
    for name, group in pattern.fields:
        surface = match[group]
        if surface is not None:
            found.surfaces[name] = surface
            table = grammar.values.get(name.rstrip("2") if name not in grammar.values else name)
            found.values[name] = _year_or_number(surface, name, grammar) if table is None else table[surface]
    return found


def _year_or_number(surface: str, name: str, grammar: _Grammar) -> Any:
    if name == "y" and surface in grammar.values.get("yrel", {}):
        return ("relative", grammar.values["yrel"][surface])
    return _integer(surface)


def _integer(surface: str) -> int:
    """Return the integer that digits or Chinese numerals write (二〇二六, 二十八)."""
    if surface.isdecimal():
        return int(surface)
    if "十" in surface:
        tens, _, ones = surface.partition("十")
        return 10 * (NUMERALS.get(tens, 0) if tens else 1) + (NUMERALS.get(ones, 0) if ones else 0)
    return int("".join(str(NUMERALS.get(c, c if c.isdecimal() else 0)) for c in surface) or 0)


def _stands(text: str, position: int, pattern: _Pattern) -> bool:
    return pattern.before is None or bool(pattern.before.search(text[max(0, position - 16) : position]))


# --- resolving -------------------------------------------------------------------------------------------------------


def _share_years(found: list[_Found], text: str, grammar: _Grammar) -> None:
    """Give the first date of "from March to June 2026" the year of the second."""
    join = grammar.sense["range_join"]
    for one, other in zip(found, found[1:], strict=False):
        ready = one.kind in ("day", "month", "quarter", "half") and one.kind == other.kind
        if ready and not _has_year(one) and _has_year(other) and join.fullmatch(text, one.end, other.start):
            one.values["y"] = other.values["y"]


def _resolve(
    found: _Found, text: str, reference: date | None, grammar: _Grammar, before: list[DateSpan]
) -> Period | None:
    try:
        resolver = RESOLVERS[found.kind]
        return resolver(found.values, _Sense(found, text, reference, grammar, before))
    except (ValueError, OverflowError, KeyError):  # the 31st of June is no date
        return None


class _Sense:
    """What a resolver may ask about the surroundings of an expression."""

    def __init__(
        self, found: _Found, text: str, reference: date | None, grammar: _Grammar, before: list[DateSpan]
    ) -> None:
        self.found, self.text, self.reference, self.grammar, self.before = found, text, reference, grammar, before
        self._sense: str | None = None

    def year(self, values: dict[str, Any]) -> int | None:
        """Return the year that is written, or the one that a relative word names; None when there is none."""
        value = values.get("y", values.get("y4"))
        if isinstance(value, tuple):
            return None if self.reference is None else self.reference.year + int(value[1])
        if "yrel" in values:
            return None if self.reference is None else self.reference.year + int(values["yrel"])
        return None if value is None else _full_year(int(value))

    def fitting(self, values: dict[str, Any], period: Callable[[int], Period]) -> Period | None:
        """Return the period in the year written or, without one, in the year that fits best."""
        written = self.year(values)
        if written is not None:
            return period(written)
        if self.reference is None or "y" in values or "yrel" in values:
            return None
        candidates = []
        for y in (self.reference.year, self.reference.year - 1, self.reference.year + 1):
            try:
                candidates.append(period(y))
            except ValueError:  # 29 February of another year
                continue
        return min(candidates, key=self._distance, default=None)

    def _distance(self, period: Period) -> float:
        reference = self.reference or date.min
        if period[0] <= reference <= period[1]:
            return 0
        if period[0] > reference:
            return (period[0] - reference).days * (WRONG_SENSE if self.sense == "past" else 1)
        return (reference - period[1]).days * (WRONG_SENSE if self.sense == "future" else 1)

    @property
    def sense(self) -> str:
        """Return "future", "past" or "" as the words of the sentence have it."""
        if self._sense is None:
            self._sense = self._read_sense()
        return self._sense

    def _read_sense(self) -> str:
        start, end, text = self.found.start, self.found.end, self.text
        cues = self.grammar.sense
        near = text[max(0, start - 32) : start]
        if cues["before_by"].search(near) or cues["before_until"].search(near) or cues["after_by"].match(text, end):
            return "future"
        before, after = text[max(0, start - SENTENCE_REACH) : start], text[end : end + SENTENCE_REACH]
        begin = max((stop.end() for stop in cues["sentence_end"].finditer(before)), default=0)
        before = before[begin:]
        stop_after = cues["sentence_end"].search(after)
        after = after[: stop_after.start()] if stop_after else after
        breaks = [m.end() for m in cues["clause_break"].finditer(before)]
        if self.grammar.future.stands_in(before[breaks[-1] :] if breaks else before):
            return "future"
        if not breaks and self.grammar.future.stands_in(after):
            return "future"
        return "past" if cues["past"].search(before) or cues["past"].search(after) else ""


def _full_year(value: int) -> int:
    return value + 2000 if value < 100 else value


def _period_of_unit(unit: str, reference: date, offset: int) -> Period:
    if unit == "week":
        return week(reference + timedelta(days=7 * offset))
    if unit == "year":
        return year(reference.year + offset)
    if unit == "quarter":
        index = reference.year * 4 + (reference.month - 1) // 3 + offset
        return quarter(index // 4, index % 4 + 1)
    index = reference.year * 12 + reference.month - 1 + offset
    return month(index // 12, index % 12 + 1)


def _relative(values: dict[str, Any], sense: _Sense) -> Period | None:
    if sense.reference is None:
        return None
    tables = ("rel", "rel_after", "monthrel", "quarterrel")
    offset = next((int(values[t]) for t in tables if t in values), 0)
    return _period_of_unit(str(values["unit"]), sense.reference, offset)


def _weekday(values: dict[str, Any], sense: _Sense) -> Period | None:
    reference = sense.reference
    if reference is None:
        return None
    wanted = int(values["weekday"])
    if "weekrel" in values:
        return day(reference - timedelta(days=reference.weekday() - wanted - 7 * int(values["weekrel"])))
    offset = values.get("rel", values.get("rel_after"))
    back = (reference.weekday() - wanted) % 7
    if offset == 1 or (offset is None and back and sense.sense == "future"):
        return day(reference + timedelta(days=7 - back))
    if offset == 0 and back:
        return day(reference + timedelta(days=wanted - reference.weekday()))
    return day(reference - timedelta(days=7 if offset == -1 and not back else back))


def _ago(values: dict[str, Any], sense: _Sense) -> Period | None:
    if sense.reference is None:
        return None
    count = int(values.get("number", values.get("d", 0)))
    unit = str(values["span"])
    if unit == "day":
        return day(sense.reference - timedelta(days=count))
    return _period_of_unit(unit, sense.reference, -count)


def _same(values: dict[str, Any], sense: _Sense) -> Period | None:
    if not sense.before:
        return None
    return _period_of_unit(str(values["unit"]), date.fromisoformat(sense.before[-1].first), 0)


def _day_alone(values: dict[str, Any], sense: _Sense) -> Period | None:
    if sense.reference is None:
        return None
    shift = -1 if int(values["d"]) > sense.reference.day else 0
    return day(_period_of_unit("month", sense.reference, shift)[0].replace(day=int(values["d"])))


def _month_day_rel(values: dict[str, Any], sense: _Sense) -> Period | None:
    if sense.reference is None:
        return None
    return day(
        _period_of_unit("month", sense.reference, int(values["monthrel"]))[0].replace(day=int(values["d"]))
    )


def _relative_day(values: dict[str, Any], sense: _Sense) -> Period | None:
    return sense.reference and day(sense.reference + timedelta(days=int(values["day"])))


def _month_of(values: dict[str, Any], name: str = "month") -> int:
    return int(values[name] if name in values else values["m"])


def _day(values: dict[str, Any], sense: _Sense) -> Period | None:
    return sense.fitting(values, lambda y: day(date(y, _month_of(values), int(values["d"]))))


def _day_range(values: dict[str, Any], sense: _Sense) -> Period | None:
    def period(y: int) -> Period:
        first, last = (date(y, _month_of(values), int(values[d])) for d in ("d", "d2"))
        if first >= last:
            raise ValueError("a range that ends before it begins")
        return first, last, "range"

    return sense.fitting(values, period)


def _month(values: dict[str, Any], sense: _Sense) -> Period | None:
    if "rel_after" in values and sense.reference:  # "octobre dernier": the last October before the day of publication
        this = month(sense.reference.year, _month_of(values))
        offset = int(values["rel_after"])
        passed = this[1] < sense.reference if offset < 0 else this[0] > sense.reference
        return this if passed or not offset else month(sense.reference.year + offset, _month_of(values))
    return sense.fitting(values, lambda y: month(y, _month_of(values)))


def _month_rel(values: dict[str, Any], sense: _Sense) -> Period | None:
    return _month({**values, "rel_after": values["rel"]}, sense)


def _month_span(values: dict[str, Any], sense: _Sense) -> Period | None:
    def period(y: int) -> Period:
        first, last = month(y, int(values["m"])), month(y, int(values["m2"]))
        if first[0] >= last[0]:
            raise ValueError("a range that ends before it begins")
        return named(first[0], last[1])

    return sense.fitting(values, period)


def _quarter(values: dict[str, Any], sense: _Sense) -> Period | None:
    number = int(values["q"] if "q" in values else values["ordinal"])
    if "rel_after" in values and sense.reference:
        return _period_of_unit("quarter", sense.reference, int(values["rel_after"]))
    return sense.fitting(values, lambda y: quarter(y, number))


def _quarter_named(values: dict[str, Any], sense: _Sense) -> Period | None:
    return sense.fitting(values, lambda y: months_to(3, month(y, _month_of(values))[1]))


def _half_month(values: dict[str, Any], sense: _Sense) -> Period | None:
    is_second = int(values.get("half_month", values.get("ordinal", 1))) == 2

    def period(y: int) -> Period:
        first, last, _ = month(y, _month_of(values))
        return (first.replace(day=16), last, "range") if is_second else (first, first.replace(day=15), "range")

    return sense.fitting(values, period)


def _half(values: dict[str, Any], sense: _Sense) -> Period | None:
    if "half_word" in values:
        if sense.reference is None:
            return None
        offset = int(values.get("rel", values.get("rel_after", 0)))
        index = sense.reference.year * 2 + (sense.reference.month > 6) + offset
        return half(index // 2, index % 2 + 1)
    number = next(int(values[t]) for t in ("h", "half", "ordinal") if t in values)
    return sense.fitting(values, lambda y: half(y, number))


def _year(values: dict[str, Any], sense: _Sense) -> Period | None:
    written = sense.year(values)
    return None if written is None else year(written)


def _year_end(values: dict[str, Any], sense: _Sense) -> Period | None:
    return sense.fitting(values, year) if "y" in values else sense.reference and year(sense.reference.year)


def _year_span(values: dict[str, Any], sense: _Sense) -> Period | None:
    first = int(values["y4"])
    last = int(values["y4b"]) if "y4b" in values else first // 100 * 100 + int(values["yy"])
    if not first < last <= first + 60:
        return None
    return year(first)[0], year(last)[1], "range"


def _period_to(values: dict[str, Any], sense: _Sense) -> Period | None:
    def last_day(y: int) -> Period:
        number = _month_of(values)
        return day(date(y, number, int(values["d"])) if "d" in values else month(y, number)[1])

    last = sense.fitting(values, last_day)
    return last and months_to(int(values.get("period_to", values.get("months", 0))), last[1])


def _holiday(values: dict[str, Any], sense: _Sense) -> Period | None:
    is_span = sense.found.end > sense.found.start and "golden" in str(values["holiday"])
    return sense.fitting(values, lambda y: holiday(str(values["holiday"]), y, is_span))


RESOLVERS: dict[str, Callable[[dict[str, Any], _Sense], Period | None]] = {
    "relative": _relative,
    "weekday": _weekday,
    "week_rel": lambda v, s: s.reference and week(s.reference + timedelta(days=7 * int(v["week"]))),
    "relative_day": _relative_day,
    "month_day_rel": _month_day_rel,
    "day_alone": _day_alone,
    "ago": _ago,
    "same": _same,
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
    "half_month": _half_month,
    "year": _year,
    "year_end": _year_end,
    "year_span": _year_span,
    "period_to": _period_to,
    "holiday": _holiday,
}


# --- ranges ----------------------------------------------------------------------------------------------------------


def _qualifier(text: str, found: _Found, grammar: _Grammar) -> str | None:
    before, after = text[max(0, found.start - 32) : found.start], text[found.end : found.end + 8]
    cues = grammar.sense
    if cues["before_until"].search(before):
        return "until"
    if cues["before_by"].search(before) or cues["after_by"].match(after) or text[found.end - 1 : found.end] == "前":
        return "by"
    if cues["before_from"].search(before) or cues["after_from"].match(after):
        return "from"
    return "after" if cues["before_after"].search(before) else None


def _ranges(spans: list[DateSpan], text: str, grammar: _Grammar) -> list[DateSpan]:
    """Join "between A and B" to one span; "moved from A to B" stays two."""
    joined: list[DateSpan] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and _are_range(last, span, text, grammar):
            precision: Precision = "range"
            if last.precision == span.precision == "month":  # "between January and March" is a quarter
                precision = named(date.fromisoformat(last.first), date.fromisoformat(span.last))[2]
            is_relative = last.is_relative or span.is_relative
            joined[-1] = DateSpan(last.start, span.end, last.first, span.last, precision, is_relative)
        else:
            joined.append(span)
    return joined


def _are_range(one: DateSpan, other: DateSpan, text: str, grammar: _Grammar) -> bool:
    if other.start - one.end > 24 or one.last >= other.first or one.precision == "range":
        return False
    cues = grammar.sense
    if not cues["range_join"].fullmatch(text, one.end, other.start):
        return False
    before = text[max(0, one.start - 24) : one.start]
    if not cues["range_open"].search(before) and not cues["range_bare"].fullmatch(text, one.end, other.start):
        return False
    return not cues["shift"].search(text[max(0, one.start - 80) : one.start])


# --- compiling -------------------------------------------------------------------------------------------------------


@cache
def _grammar(language: str) -> _Grammar:
    data = knowledge(language, "dates")
    tables = {name: _cases(table["words"]) for name, table in data["tables"].items()}
    numbers = {**NUMBERS, **data.get("numbers", {})}
    patterns = tuple(_pattern(i, entry, tables, numbers) for i, entry in enumerate(data["patterns"]))
    opening = {name for pattern in patterns for name in pattern.starts}
    words = sorted({word for name, table in tables.items() if name in opening for word in table})
    starts = []
    for word in words:
        names = frozenset(n for n, table in tables.items() if any(word.startswith(w) for w in table))
        starts.append(_start(patterns, names | ({"digits"} if word[0].isdecimal() else set())))
    future = data["future"]
    names = ("sentence_end", "past", "clause_break", "range_open", "range_join", "range_bare", "shift",
             "before_until", "before_by", "before_from", "before_after", "after_by", "after_from")  # fmt: skip
    return _Grammar(
        patterns,
        tables,
        AhoCorasick(words, matchkind=MatchKind.LeftmostLongest),
        tuple(starts),
        re.compile(data["digits"]),
        _start(patterns, frozenset({"digits"})),
        bool(data["word_borders"]),
        {name: re.compile(data[name], re.IGNORECASE) for name in names},
        _Words(frozenset(future["words"]), tuple(future["endings"]), tuple(future["strings"])),
    )


def _cases(words: dict[str, Any]) -> dict[str, Any]:
    """Return the words with their capitalised and upper-case forms."""
    return {form: value for word, value in words.items() for form in (word, word[:1].upper() + word[1:], word.upper())}


def _pattern(index: int, entry: dict[str, Any], tables: dict[str, dict[str, Any]], numbers: dict[str, str]) -> _Pattern:
    fields: list[tuple[str, str]] = []

    def group(placeholder: re.Match[str]) -> str:
        bare, name, second = placeholder.groups()
        if name in numbers:
            body = numbers[name] + (f"|{_alternation(tables['yrel'])}" if name == "y" else "")
        else:
            body = _alternation(tables[name])
        if bare:
            return f"(?:{body})"
        full = name + (second or "")
        fields.append((full, f"{full}_{index}"))
        return f"(?P<{full}_{index}>{body})"

    expression = f"(?P<t{index}>{PLACEHOLDER.sub(group, entry['form'])})"
    first = PLACEHOLDER.search(entry["form"])
    name = first[2] if first else ""
    starts = {"digits"} if name in DIGIT_STARTS else {name}
    if name == "y":
        starts.add("yrel")
    before = re.compile(entry["before"], re.IGNORECASE) if "before" in entry else None
    compiled = re.compile(expression, re.IGNORECASE)
    return _Pattern(
        entry["kind"], expression, tuple(fields), frozenset(starts), before, entry.get("unit"), compiled.match
    )


def _alternation(words: dict[str, Any]) -> str:
    return "(?-i:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _start(patterns: tuple[_Pattern, ...], names: frozenset[str]) -> _Start:
    chosen = tuple(i for i, p in enumerate(patterns) if p.starts & names)
    return _start_of(tuple(patterns[i].expression for i in chosen), chosen)


@cache
def _start_of(expressions: tuple[str, ...], chosen: tuple[int, ...]) -> _Start:
    return _Start(chosen, re.compile("|".join(expressions) or r"(?!)", re.IGNORECASE).match)
