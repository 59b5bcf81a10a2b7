"""What surrounds a date expression: its written year, or the year that the day of publication and its sentence leave open."""

import re
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from pipelines.enrich.date_grammar import Expression, Grammar
from pipelines.enrich.periods import Period
from pipelines.enrich.reading import DateSpan
from pipelines.enrich.sentence_senses import Senses, SentenceSense

SENTENCE_REACH = 160  # characters on either side in which the sense of a sentence is looked for
CUE_REACH = 32  # characters before a date in which "by" or "until" stands
WRONG_SENSE = 8  # how much farther a year against the sense of its sentence counts
FAINT_SENSE = 2  # where only another clause tells it
UNSAID_SENSE = 1.6  # the same, of a sentence that tells neither: what was is told more often than what is to come
COMMA = re.compile(r"[,，]")


class Surroundings:
    """What a resolver may ask about the surroundings of an expression."""

    def __init__(self, found: Expression, senses: Senses, reference: date | None, grammar: Grammar, before: list[DateSpan]) -> None:
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
        speaks_of_future = to_come or any(sentence.future for sentence in self._sentences)
        after = WRONG_SENSE if self.is_past and not to_come else 1 if speaks_of_future else UNSAID_SENSE
        before = {"future": WRONG_SENSE, "later": FAINT_SENSE}.get(to_come, 1)
        return min(candidates, key=lambda one: one[0] * after if one[0] > 0 else -one[0] * before)[1]

    @property
    def ends_week(self) -> bool:
        """Whether a weekday ends the week that is reported on ("in the week to Friday")."""
        start = self.found.start
        return self.grammar.sense["week_to"].search(self.senses.text, max(0, start - CUE_REACH), start) is not None

    @cached_property
    def to_come(self) -> str:
        """Return "future", "later" (another clause is) or "" as the words of the sentence have it."""
        start, end = self.found.start, self.found.end
        senses, cues = self.senses, self.grammar.sense
        near = senses.text[max(0, start - CUE_REACH) : start]
        is_period = self.found.kind == "period_to"  # 截至6月30日的三个月: its end is no term
        if not is_period and cues["before"].search(near) and (cues["before_by"].search(near) or cues["before_until"].search(near)):
            return "future"
        if cues["after_by"].match(senses.text, end) or cues["before_for"].search(near):
            return "future"
        sentence, after = self._sentences
        if cues["before_done"].search(near) or cues["after_done"].match(senses.text, end) or not (sentence.future or after.future):
            return ""  # « une lettre d'intention signée en mars »
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
        if self.grammar.sense["after_done"].match(self.senses.text, self.found.end):  # 3月12日签署的协议
            return True
        if self.grammar.sense["before_done"].search(self.senses.text[max(0, begin, self.found.start - CUE_REACH) : self.found.start]):
            return True
        return sentence.past.stand_in(begin, self.found.start) or after.past.stand_in(self.found.end, stop)

    @cached_property
    def _sentences(self) -> tuple[SentenceSense, SentenceSense]:
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


def _days_after(reference: date, period: Period) -> int:
    """Return how many days a period begins after a day, or (negative) ends before it; 0 for one that holds it."""
    if period[0] > reference:
        return (period[0] - reference).days
    return min(0, (period[1] - reference).days)


def _distance(candidate: tuple[int, Period]) -> int:
    return abs(candidate[0])


def _full_year(value: int) -> int:
    return value + 2000 if value < 100 else value
