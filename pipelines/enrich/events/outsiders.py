"""Outsiders: speakers that no register names, by the words that stand for them."""

import re

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.people import Voice
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import FINITE, Mark, mask_of

ANONYMOUS, TITLE, PRONOUN = mask_of("anonymous"), mask_of("title"), mask_of("pronoun")
SPEAKER = ANONYMOUS | TITLE | PRONOUN
EXPECT, PRODUCER = mask_of("expect"), mask_of("producer")
OPENING = 30  # characters of a sentence in which its unnamed speaker is


def rivals(document: Document, clause: Clause, mark: Mark) -> Voice | None:
    """Others whom a possessive only sets beside the company spoken of (« Ses concurrents jugent que … »)."""
    found = document.grammar.rivals.search(document.low, clause.start, mark[0])
    return Voice(None, document.text[found.start() : mark[0]].strip(), False) if found else None


def at_head(document: Document, head: Clause, clause: Clause, mark: Mark) -> Voice | None:
    """An unnamed speaker of whom relative clauses tell before the verb comes ("An engineer I know, who …, tells me that …")."""
    if head is clause or not document.grammar.has_borders or (mark[3] and not mark[3] & FINITE) or head.organisations:
        return None
    if any(m[2] & SPEAKER for m in clause.marks if m[0] < mark[0]) or not document.grammar.reported.match(document.low, mark[1] + 1):
        return None
    unnamed = next((m for m in head.marks if m[2] & ANONYMOUS and m[0] - head.start < OPENING), None)
    if unnamed is None or not document.grammar.indefinite.search(document.low[head.start : unnamed[0]]):
        return None
    return Voice(None, document.text[head.start : unnamed[1]].strip(), False)


def is_the_one(document: Document, clause: Clause, mark: Mark, marks: list[Mark]) -> bool:
    """ "The London-listed company": the one that the text is about, unless others stand beside it ("bankers close to the company")."""
    if len(marks) > 1 or not mark[2] & PRODUCER or not document.grammar.has_borders or document.low.endswith("s", mark[0], mark[1]):
        return False
    return bool(document.grammar.definite.search(document.low[max(clause.start, mark[0] - 40) : mark[0]]))


def firm_beside(document: Document, last: Mark, stop: int) -> re.Match[str] | None:
    """The name that follows what a speaker is ("the union AWU", 咨询机构Project Blue)."""
    return document.grammar.proper.match(document.text, last[1], stop)


def office(document: Document, start: int, mark: Mark) -> Voice | None:
    """An authority outside the register that stands before a Chinese verb of speech."""
    if document.grammar.has_borders:
        return None
    found = document.grammar.office.search(document.low[start : mark[1]])
    return Voice(None, document.text[start + found.start(1) : start + found.end(1)], True, is_office=True) if found else None


def source(document: Document, clause: Clause, start: int, mark: Mark) -> Voice | None:
    """A forecaster outside the register that a Chinese clause begins with: all before its verb of speech."""
    if not mark[2] & EXPECT or any(m[2] & ANONYMOUS or m[3] for m in clause.marks if m[1] <= mark[0]):
        return None
    found = document.grammar.source.search(document.low[start : mark[0]].strip())
    at = document.low.find(found[1], start) if found else -1
    return Voice(None, document.text[at : at + len(found[1])], True) if found and at >= 0 else None


def outside_firm(document: Document, start: int, mark: Mark) -> Voice | None:
    """A firm outside the register that a Chinese clause opens with, before its verb of speech (驰宏锌锗公布)."""
    found = unwritten(document.language).firm.search(document.text[start : mark[0]])
    return Voice(None, found["name"], True, is_firm=True) if found else None


def noun_phrase(document: Document, clause: Clause, mark: Mark, start: int) -> str:
    """The words of a speaker without a name: from the clause's beginning or the last comma to the noun."""
    low = document.low
    begin = max(low.rfind(",", start, mark[0]), low.rfind("，", start, mark[0])) + 1
    return document.text[max(begin, start, mark[0] - 40) : mark[1]].strip(' ,，:“"')
