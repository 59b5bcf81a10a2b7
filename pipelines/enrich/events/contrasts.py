"""A date set against another ("not in 2028 but in 2030", "and no longer in late 2027", "expected in June, … put off to December").

The former one dates nothing, the negation that belongs to it denies nothing, and no clause ends between the two.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.lexicon import FINITE, Mark, mask_of
from pipelines.enrich.reading import DateSpan

NOT, FUTURE = mask_of("not"), mask_of("future")
REACH = 110  # characters before a date in which its negation stands
NEXT = 34  # characters between a former date and the one that takes its place
LATER = 220  # the same, where the former one is only mentioned beside the thing
_STOP = re.compile(r"[.;:!?]\s|\n")
_TO_COME = re.compile(r"\bsera|\bseront")
_BRACKETS = re.compile(r"\([^()\n]{1,80}\)")
_NEVER = re.compile("(?!)")


class Contrasts(NamedTuple):
    """What a text sets against what: offsets."""

    former: frozenset[int]  # where dates begin that are given up
    denied: tuple[tuple[int, int], ...]  # stretches in which a negation denies only a date
    silent: tuple[tuple[int, int], ...]  # stretches in which no word tells anything
    joined: tuple[tuple[int, int], ...]  # stretches in which no clause ends


NONE = Contrasts(frozenset(), (), (), ())


class _Words(NamedTuple):
    """The table `contrast` of a grammar, compiled."""

    not_this: re.Pattern[str]  # before a date that is denied
    but: re.Pattern[str]  # after it, before the date that holds
    and_not: re.Pattern[str]  # before a date that is added as the one that does not hold
    not_before: re.Pattern[str]  # before a date that something will not come before
    only: re.Pattern[str]  # before a date that something will only come at
    once: re.Pattern[str]  # before a date that was once given, and only describes


@cache
def _words(language: str) -> _Words | None:
    table = knowledge(language, "grammar").get("contrast")
    return _Words(*(re.compile(table[name]) if name in table else _NEVER for name in _Words._fields)) if table else None


def contrasts(low: str, dates: Sequence[DateSpan], language: str) -> Contrasts:
    """What the dates of a text (in lower case) are set against."""
    words = _words(language) if dates else None
    if words is None:
        return NONE
    former: set[int] = set()
    denied, silent, joined = [], [], []
    for i, date in enumerate(dates):
        start = max(0, date.start - REACH)
        stops = [m.end() for m in _STOP.finditer(low, start, date.start)]
        start = stops[-1] if stops else start
        before = low[start : date.start]
        following = dates[i + 1] if i + 1 < len(dates) else None
        near = following is not None and following.start - date.end <= NEXT
        if near and following is not None and (found := words.not_this.search(before)) and words.but.match(low, date.end):
            former.add(date.start)
            denied.append((start + found.start(), date.end))
            joined.append((start + found.start(), following.end))
        elif found := words.and_not.search(before):
            former.add(date.start)
            silent.append((start + found.start(), date.end))
            joined.append((start + found.start() - 2, date.end + 1))
        elif found := words.not_before.search(before) or words.only.search(before):
            denied.append((start + found.start(), date.start))
        elif (found := words.once.search(before)) and _is_replaced(low, date, following):
            former.add(date.start)
            silent.append((start + found.start(), date.end))
    return Contrasts(frozenset(former), tuple(denied), tuple(silent), tuple(joined)) if former or denied else NONE


def _is_replaced(low: str, date: DateSpan, following: DateSpan | None) -> bool:
    """Whether another date follows in the sentence, after the mention of the former one has ended."""
    if following is None or following.start - date.end > LATER or low[date.end : date.end + 1] not in {",", ")"}:
        return False
    return not _STOP.search(low, date.end, following.start)


def outside_brackets(low: str, marks: list[Mark]) -> list[Mark]:
    """The words of a text without denials in brackets that no verb stands in (« X (aucun rapport avec Y) a produit … »)."""
    if not any(m[2] & NOT for m in marks):
        return marks
    brackets = [m.span() for m in _BRACKETS.finditer(low)]
    verbless = [(a, b) for a, b in brackets if not any(a <= m[0] < b and m[3] & FINITE for m in marks)] if brackets else []
    return [m for m in marks if not (m[2] & NOT and any(a <= m[0] < b for a, b in verbless))] if verbless else marks


def outside_contrasts(found: Contrasts, low: str, marks: list[Mark]) -> list[Mark]:
    """The words of a text without those that only set a date against another."""
    if not found.denied and not found.silent:
        return marks
    kept: list[Mark] = []
    for mark in marks:
        if any(start <= mark[0] < end for start, end in found.silent):
            continue
        if mark[2] & NOT and not mark[3] and any(start <= mark[0] < end for start, end in found.denied):
            is_to_come = _TO_COME.search(low, mark[0], mark[1])  # « ne sera »: a future is left
            if is_to_come:
                kept.append((mark[0], mark[1], FUTURE, mark[3]))
            continue
        kept.append(mark)
    return kept
