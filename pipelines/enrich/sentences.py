"""Sentences of a text, with exact offsets, in one linear pass over its ends."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pipelines.enrich.dateline import dateline
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages
from pipelines.enrich.reading import Sentence

LEAD = re.compile(
    r"\s*(?:\d{1,2}[:：hH]\d{2}\s+|[•·▪●■◆▶►*–—▲△▼★☆※◇□○◎➢✓✔❖]+\s*|-\s+|\d{1,2}[.)、．](?!\d)\s*|[（(][一二三四五六七八九十\d]{1,3}[)）][、.]?\s*"
    r"|[一二三四五六七八九十]{1,3}、\s*|[①-⑳]\s*|【[^】\d\n]{1,20}】(?=[^\n]{10})|(?:[问答問QA]|Question|Answer|Réponse)\s?[：:]\s*)?"
)
LEAD_LETTERS = frozenset("一二三四五六七八九十问答問QAR")
ENDS = frozenset('.!?。！？:：;；…”"»)）】|-=_*')
BULLETS = frozenset("•·▪●■◆▶►*–—-▲△▼★☆※◇□○◎➢✓✔❖")  # what they begin ends with its line
WRAP_SAMPLE = 400  # lines that tell whether a text is wrapped
WRAP_LINES = 6
WIDEST = 100  # characters of a wrapped line
WRAP_FULL = 0.75  # of its width: a shorter line ends its paragraph
INITIALS = re.compile(r"(?:[A-Z]\.)+[A-Z]")
APART = str.maketrans("’'\n\t", "    ")
NEXT_WORD = re.compile(r"\s*[\"“«‘(\[]?\s*([^\s,;:.!?]{1,16})")
DATELINED = 60  # sentences of a text after which no line is looked at for a dateline


class _Rules(NamedTuple):
    ends: re.Pattern[str]
    speaker: re.Pattern[str]
    abbreviations: frozenset[str]
    weak: frozenset[str]
    starters: frozenset[str]


def sentences(text: str, language: str) -> list[Sentence]:
    """Return the sentences of a text in order; datelines, bullets and item numbers belong to none."""
    rules = _rules(language if language in known_languages() else "en")
    found: list[Sentence] = []
    for paragraph, (start, end) in _lines(text):
        opening = dateline(text, start, end) if len(found) < DATELINED else None
        begin = opening.end if opening and opening.end < end else start
        for first, last in _split(text, begin, end, rules):
            found.append(Sentence(first, last, paragraph))
    return found


def _lines(text: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield (running number, span without its item number and blanks) of each line; lines that were wrapped are one."""
    position = begin = opened = 0
    end, last, lines = -1, "", text.split("\n")
    width = _wrapped_at(lines)
    for paragraph, line in enumerate(lines):
        stripped = line.rstrip()
        if end >= 0 and not (stripped and _continues(text[end - 1], line, len(last), width)):
            yield from _led(text, opened, begin, end)
            end = -1
        if stripped:
            begin, opened = (position, paragraph) if end < 0 else (begin, opened)
            end = position + len(stripped)
        last = line
        position += len(line) + 1
    if end >= 0:
        yield from _led(text, opened, begin, end)


def _led(text: str, paragraph: int, start: int, end: int) -> Iterator[tuple[int, tuple[int, int]]]:
    first = text[start]
    if not first.isalpha() or first in LEAD_LETTERS:
        lead = LEAD.match(text, start, end)
        start = lead.end() if lead else start
    if start < end:
        yield paragraph, (start, end)


def _wrapped_at(lines: list[str]) -> int:
    """Return the width that a text is wrapped at; 0 where its lines are paragraphs."""
    filled = [line for line in lines[:WRAP_SAMPLE] if line and not line.isspace()]
    width = max(map(len, filled), default=0)
    if len(filled) < WRAP_LINES or width > WIDEST:
        return 0
    return width if sum(line.rstrip()[-1] not in ENDS and line.lstrip()[0] not in BULLETS for line in filled) * 2 > len(filled) else 0


def _continues(last: str, line: str, length: int, width: int) -> bool:
    """Tell whether a line goes on with the sentence of the line before it, of a given last character and length."""
    if last in ENDS:
        return False
    first = line.lstrip()[0]
    if first.islower():
        return True
    return first.isascii() and first.isalnum() and (line[0] in " \t" or length > WRAP_FULL * width > 0)


def _split(text: str, start: int, end: int, rules: _Rules) -> Iterator[tuple[int, int]]:
    begin = start
    for match in rules.ends.finditer(text, start, end):
        if match.start() < begin or not _ends(text, match, end, rules):
            continue
        yield begin, match.end()
        begin = match.end()
        while begin < end and text[begin].isspace():
            begin += 1
    if begin < end:
        yield begin, end


def _ends(text: str, match: re.Match[str], end: int, rules: _Rules) -> bool:
    """Tell whether a mark ends its sentence: not after an abbreviation, nor before the speaker of a quote."""
    stop, mark = match.end(), text[match.start()]
    if stop >= end:
        return True
    if mark in "。！？":
        return not (stop - match.start() > 1 and rules.speaker.match(text, stop, end))
    if not (text[stop].isspace() or text[stop - 1] in "”’」』）】》"):
        return False
    following = NEXT_WORD.match(text, stop, min(end, stop + 24))
    if not following or mark != ".":
        return not (following and following[1][0].islower())
    return not following[1][0].islower() and not _is_abbreviation(text, match.start(), following[1], rules)


def _is_abbreviation(text: str, stop: int, following: str, rules: _Rules) -> bool:
    """Tell whether the full stop belongs to the word before it and does not also end the sentence."""
    token = text[max(0, stop - 12) : stop].translate(APART).rpartition(" ")[2].lstrip("(-.\u00a0\u202f")
    if token in rules.abbreviations:
        return True
    is_initial = token.isupper() and (len(token) == 1 or bool(INITIALS.fullmatch(token)))
    return (is_initial or token in rules.weak) and following not in rules.starters


@cache
def _rules(language: str) -> _Rules:
    data = knowledge(language, "text")["sentences"]
    return _Rules(
        re.compile(rf"[.!?…。！？][.!?…。！？]*(?:{data['closers']})*"),
        re.compile(data["speaker_after"]),
        frozenset(data["abbreviations"]),
        frozenset(data["weak_abbreviations"]),
        frozenset(data["starters"]),
    )
