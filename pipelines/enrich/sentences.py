"""Sentences and clauses of a text, with exact offsets, in one linear pass over its ends."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pipelines.enrich.dateline import dateline
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages
from pipelines.enrich.reading import Sentence

LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85]*[^\s]")
LEAD = re.compile(
    r"\s*(?:[•·▪●■◆▶►*–—]\s*|-\s+|\d{1,2}[.)、．](?!\d)\s*|[（(][一二三四五六七八九十\d]{1,3}[)）][、.]?\s*"
    r"|[一二三四五六七八九十]{1,3}、\s*|[①-⑳]\s*|【[^】\d\n]{1,20}】(?=[^\n]{10})|(?:[问答問QA]|Question|Answer|Réponse)\s?[：:]\s*)?"
)
WORD_BEFORE = re.compile(r"[\w.’'-]{1,12}\Z")
NEXT_WORD = re.compile(r"\s*[\"“«‘(\[]?\s*([^\s,;:.!?]{1,16})")
DATELINED_LINES = 40  # lines of a text that may open with a dateline


class _Rules(NamedTuple):
    ends: re.Pattern[str]
    clauses: re.Pattern[str]
    speaker: re.Pattern[str]
    abbreviations: frozenset[str]
    weak: frozenset[str]
    starters: frozenset[str]


def sentences(text: str, language: str) -> list[Sentence]:
    """Return the sentences of a text in order; datelines, bullets and item numbers belong to none."""
    rules = _rules(language if language in known_languages() else "en")
    found: list[Sentence] = []
    for paragraph, (start, end) in _lines(text):
        opening = dateline(text, start, end) if paragraph < DATELINED_LINES else None
        begin = opening.end if opening and opening.end < end else start
        for first, last in _split(text, begin, end, rules):
            found.append(Sentence(first, last, paragraph, tuple(_clauses(text, first, last, rules))))
    return found


def _lines(text: str) -> Iterator[tuple[int, tuple[int, int]]]:
    position = paragraph = 0
    length = len(text)
    while position <= length:
        stop = text.find("\n", position)
        stop = length if stop < 0 else stop
        if stop > position and not text[position:stop].isspace():
            start, end = position, stop
            lead = LEAD.match(text, start, end)
            start = lead.end() if lead else start
            while end > start and text[end - 1].isspace():
                end -= 1
            if end > start:
                yield paragraph, (start, end)
        paragraph += 1
        position = stop + 1


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
    if match.end() >= end:
        return True
    mark = match[0][0]
    if mark in "。！？":
        return not (len(match[0]) > 1 and rules.speaker.match(text, match.end(), end))
    following = NEXT_WORD.match(text, match.end(), min(end, match.end() + 24))
    if not following:
        return True
    word = following[1]
    if word[0].islower():
        return False
    if mark != ".":
        return True
    before = WORD_BEFORE.search(text, max(0, match.start() - 12), match.start())
    if not before:
        return True
    token = before[0].lstrip("('’-.")
    if token in rules.abbreviations:
        return False
    if token in rules.weak or (len(token) == 1 and token.isupper()) or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", token):
        return word in rules.starters
    return True


def _clauses(text: str, start: int, end: int, rules: _Rules) -> Iterator[tuple[int, int]]:
    begin = start
    for match in rules.clauses.finditer(text, start, end):
        if match.start() > begin and match.end() < end:
            yield begin, match.start()
            begin = match.end()
    yield begin, end


@cache
def _rules(language: str) -> _Rules:
    data = knowledge(language, "text")["sentences"]
    return _Rules(
        re.compile(rf"(?:[.!?…]+{data['closers']}*(?=\s|$)|[。！？]+[”’」』）)】》\"]*|[!?]+[”’」』）)】》]+)"),
        re.compile(data["clauses"]),
        re.compile(data["speaker_after"]),
        frozenset(data["abbreviations"]),
        frozenset(data["weak_abbreviations"]),
        frozenset(data["starters"]),
    )
