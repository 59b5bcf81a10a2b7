"""Which days a date expression means: its own year, or the one that the day of publication and its sentence leave open."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from pipelines.enrich.date_grammar import WORD, Expression, Grammar
from pipelines.enrich.periods import Period, day, half, holiday, month, months_to, named, quarter, week, year
from pipelines.enrich.reading import DateSpan

SENTENCE_REACH = 160  # characters on either side in which the sense of a sentence is looked for
CUE_REACH = 32  # characters before a date in which "by" or "until" stands
WRONG_SENSE = 8  # how much farther a year against the sense of its sentence counts
FAINT_SENSE = 2  # where only another clause tells it
SAME_REACH = 160  # characters back in which "that day" has its day
SAME_PARAGRAPH = 400  # the same within a paragraph
SAME_DAYS = 6  # days before that one that are asked
COMMA = re.compile(r"[,，]")


def resolve(found: Expression, senses: "Senses", reference: date | None, grammar: Grammar, before: list[DateSpan]) -> Period | None:
    """Return the period that an expression means; None where nothing tells, or where there is no such day."""
    try:
        resolver = RESOLVERS[found.kind]
        return resolver(found.values, Surroundings(found, senses, reference, grammar, before))
    except (ValueError, OverflowError, KeyError):  # the 31st of June is no date
        return None


class Surroundings:
    """What a resolver may ask about the surroundings of an expression."""

    def __init__(self, found: Expression, senses: "Senses", reference: date | None, grammar: Grammar, before: list[DateSpan]) -> None:
        self.found, self.senses, self.reference, self.grammar, self.before = found, senses, reference, grammar, before
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
        candidates: list[Period] = []
        for y in (self.reference.year, self.reference.year - 1, self.reference.year + 1):
            try:
                candidates.append(period(y))
            except ValueError:  # 29 February of another year
                continue
            if candidates[0][0] <= self.reference <= candidates[0][1]:
                return candidates[0]
        return self._nearest([(_days_after(self.reference, period), period) for period in candidates])

    def _nearest(self, candidates: list[tuple[int, Period]]) -> Period | None:
        """Return the nearest of periods, each with its distance; the sentence is read only where its sense can change the choice."""
        if not candidates:
            return None
        near, nearest = min(candidates, key=_distance)
        if sum(abs(days) <= abs(near) * WRONG_SENSE for days, _ in candidates) == 1:
            return nearest
        to_come = self.to_come
        after = 1 if to_come or not self.is_past else WRONG_SENSE
        before = {"future": WRONG_SENSE, "later": FAINT_SENSE}.get(to_come, 1)
        return min(candidates, key=lambda one: one[0] * after if one[0] > 0 else -one[0] * before)[1]

    @cached_property
    def to_come(self) -> str:
        """Return "future", "later" (another clause is) or "" as the words of the sentence have it."""
        start, end = self.found.start, self.found.end
        senses, cues = self.senses, self.grammar.sense
        near = senses.text[max(0, start - CUE_REACH) : start]
        if cues["before"].search(near) and (cues["before_by"].search(near) or cues["before_until"].search(near)):
            return "future"
        if cues["after_by"].match(senses.text, end):
            return "future"
        sentence, after = self._sentences
        if not (sentence.future or after.future):
            return ""
        begin, stop = self._reach
        opened = sentence.clause_at(begin, start)
        if sentence.future.stand_in(begin if opened is None else opened, start):
            return "future"
        if opened is None and after.future.stand_in(end, stop):
            comma = COMMA.search(senses.text, end, stop)
            return "future" if not comma or after.future.stand_in(end, comma.start()) else "later"
        return ""

    @property
    def sentence_start(self) -> int:
        """Where the sentence of the expression begins."""
        return self.senses.sentence_of(self.found.start).start

    @property
    def is_past(self) -> bool:
        """Tell whether the words of the sentence, where nothing is to come, tell what was."""
        (begin, stop), (sentence, after) = self._reach, self._sentences
        return sentence.past.stand_in(begin, self.found.start) or after.past.stand_in(self.found.end, stop)

    @cached_property
    def _sentences(self) -> tuple["SentenceSense", "SentenceSense"]:
        """The sentences that the expression begins and ends in."""
        sentence = self.senses.sentence_of(self.found.start)
        is_one = self.senses.stop_after(self.found.end) <= sentence.end
        return sentence, sentence if is_one else self.senses.sentence_of(self.found.end)

    @cached_property
    def _reach(self) -> tuple[int, int]:
        """Where the words that tell a sense begin and end."""
        start, end = self.found.start, self.found.end
        stop = min(end + SENTENCE_REACH, self.senses.stop_after(end))
        return max(start - SENTENCE_REACH, self._sentences[0].start), stop


class Places:
    """Where words of one sense stand in a sentence, in order."""

    def __init__(self, places: list[tuple[int, int]]) -> None:
        self._places = sorted(places)

    def __bool__(self) -> bool:
        return bool(self._places)

    def stand_in(self, start: int, end: int) -> bool:
        """Tell whether one stands between two places."""
        places = self._places
        for i in range(bisect_left(places, (start, 0)), len(places)):
            if places[i][0] >= end:
                return False
            if places[i][1] <= end:
                return True
        return False


class SentenceSense:
    """One sentence: its words of what is to come and of what was, and where its clauses open."""

    def __init__(self, text: str, start: int, end: int, grammar: Grammar) -> None:
        self.start, self.end = start, end
        self._text, self._grammar = text, grammar
        self._words = WORD.findall(text, start, end) if grammar.future.words else []
        self.future = Places(grammar.future.places(self._words, text, start, end))

    @cached_property
    def past(self) -> Places:
        """The words of what was."""
        return Places(self._grammar.past.places(self._words, self._text, self.start, self.end))

    @cached_property
    def _clauses(self) -> list[tuple[int, int]]:
        """Ends and starts of the words that open a clause."""
        return [(m.end(), m.start()) for m in self._grammar.sense["clause_break"].finditer(self._text, self.start, self.end)]

    def clause_at(self, begin: int, place: int) -> int | None:
        """Return where the clause of a place opens, where that is after `begin`; None where none does."""
        i = bisect_left(self._clauses, (place + 1, 0))
        return self._clauses[i - 1][0] if i and self._clauses[i - 1][1] >= begin else None


class Senses:
    """What the sentences of a text in lower case tell of their time, found when they are asked for."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self.text, self._grammar = text, grammar
        self._read: dict[int, SentenceSense] = {}

    @cached_property
    def _stops(self) -> tuple[list[int], list[int]]:
        """Starts and ends of the marks between sentences."""
        spans = [m.span() for m in self._grammar.sense["sentence_end"].finditer(self.text)]
        return [start for start, _ in spans], [end for _, end in spans]

    def stop_after(self, place: int) -> int:
        """Return where the first mark after a place begins."""
        starts, _ = self._stops
        i = bisect_left(starts, place)
        return starts[i] if i < len(starts) else len(self.text)

    def sentence_of(self, place: int) -> SentenceSense:
        """Return the sentence that a place stands in."""
        starts, ends = self._stops
        i = bisect_right(ends, place)
        if i not in self._read:
            end = starts[i] if i < len(starts) else len(self.text)
            self._read[i] = SentenceSense(self.text, ends[i - 1] if i else 0, end, self._grammar)
        return self._read[i]


def _days_after(reference: date, period: Period) -> int:
    """Return how many days a period begins after a day, or (negative) ends before it; 0 for one that holds it."""
    if period[0] > reference:
        return (period[0] - reference).days
    return min(0, (period[1] - reference).days)


def _distance(candidate: tuple[int, Period]) -> int:
    return abs(candidate[0])


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


def _relative(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if sense.reference is None:
        return None
    tables = ("rel", "rel_after", "monthrel", "quarterrel")
    offset = next((int(values[t]) for t in tables if t in values), 0)
    return _period_of_unit(str(values["unit"]), sense.reference, offset)


def _weekday(values: dict[str, Any], sense: Surroundings) -> Period | None:
    reference = sense.reference
    if reference is None:
        return None
    wanted = int(values["weekday"])
    if "weekrel" in values:
        return day(reference - timedelta(days=reference.weekday() - wanted - 7 * int(values["weekrel"])))
    offset = values.get("rel", values.get("rel_after"))
    back = (reference.weekday() - wanted) % 7
    if offset == 1 or (offset is None and back and sense.to_come == "future"):
        return day(reference + timedelta(days=7 - back))
    if offset == 0 and back:
        return day(reference + timedelta(days=wanted - reference.weekday()))
    return day(reference - timedelta(days=7 if offset == -1 and not back else back))


def _ago(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if sense.reference is None:
        return None
    count = int(values.get("number", values.get("d", 0)))
    unit = str(values["span"])
    if unit == "day":
        return day(sense.reference - timedelta(days=count))
    return _period_of_unit(unit, sense.reference, -count)


def _same_day(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """The day that the text named last in this sentence or just before; "that day" alone is the day of publication."""
    offset, text = int(values["same_day"]), sense.senses.text
    paragraph = text.rfind("\n", max(0, sense.found.start - SAME_PARAGRAPH), sense.found.start) + 1
    begin = min(sense.found.start - SAME_REACH, max(paragraph, sense.found.start - SAME_PARAGRAPH))
    days = [d for d in sense.before[-SAME_DAYS:] if d.precision == "day" and d.end > begin]
    last = days[-1] if days else None
    if last is not None and last.start < sense.sentence_start:  # of the sentence before the first: what follows is compared with it
        begun = sense.senses.sentence_of(last.start).start
        last = next(d for d in days if d.start >= begun)
    if last is not None:
        return day(date.fromisoformat(last.first) + timedelta(days=offset))
    return day(sense.reference) if sense.reference and not offset else None


def _same(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if not sense.before:
        return None
    return _period_of_unit(str(values["unit"]), date.fromisoformat(sense.before[-1].first), 0)


def _day_alone(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if sense.reference is None:
        return None
    shift = -1 if int(values["d"]) > sense.reference.day else 0
    return day(_period_of_unit("month", sense.reference, shift)[0].replace(day=int(values["d"])))


def _month_day_rel(values: dict[str, Any], sense: Surroundings) -> Period | None:
    if sense.reference is None:
        return None
    return day(_period_of_unit("month", sense.reference, int(values["monthrel"]))[0].replace(day=int(values["d"])))


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
        first, last = month(y, int(values["m"])), month(y, int(values["m2"]))
        if first[0] >= last[0]:
            raise ValueError("a range that ends before it begins")
        return named(first[0], last[1])

    return sense.fitting(values, period)


def _quarter(values: dict[str, Any], sense: Surroundings) -> Period | None:
    number = int(values["q"] if "q" in values else values["ordinal"])
    if "rel_after" in values and sense.reference:
        return _period_of_unit("quarter", sense.reference, int(values["rel_after"]))
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
    "relative": _relative,
    "weekday": _weekday,
    "week_rel": lambda v, s: week(s.reference + timedelta(days=7 * int(v["week"]))) if s.reference else None,
    "relative_day": _relative_day,
    "month_day_rel": _month_day_rel,
    "day_alone": _day_alone,
    "ago": _ago,
    "same": _same,
    "same_day": _same_day,
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
    "first_months": _first_months,
    "year": _year,
    "year_end": _year_end,
    "year_span": _year_span,
    "period_to": _period_to,
    "holiday": _holiday,
}
