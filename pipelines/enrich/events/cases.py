"""Cases: what part a name plays in its clause, by the word before it (by, with, from, to, for, of, at) or by none (subject, object)."""

import itertools
import re
from collections.abc import Sequence

from pipelines.enrich.events.clauses import Clause, Party
from pipelines.enrich.events.document import Document
from pipelines.enrich.lexicon import FINITE
from pipelines.enrich.reading import Mention

REACH = 44  # characters in which the word before a name is looked for
OPENING = 16  # characters that a preposition at the head of a clause takes
SKIPPED = 4  # plain words that may stand between (articles, adjectives, "magnet maker")
_LAST_WORD = re.compile(r"(?<![\w'-])([^\W\d_][\w'-]*)\s*$")
_OWNED = re.compile(r"(?:[Ss]on|[Ss]a|[Ss]es|[Ll]eurs?|[Ii]ts|[Tt]heir)\s(?:[a-zà-ÿ'’-]+\s){1,4}")
CONTRACTED = ("au ", "du ")
_OPENING = " \"'“”‘«»("


def parties(document: Document, clause: Clause) -> list[Party]:
    """The organisations of a clause with their cases; coordinated names share case and group. Read once for a clause."""
    if clause.parties is None:
        clause.parties = _parties(document, clause)
    return clause.parties


def _parties(document: Document, clause: Clause) -> list[Party]:
    found: list[Party] = []
    organisations = clause.organisations
    for i, mention in enumerate(organisations):
        if found and _are_joined(document, clause, found[-1], organisations[i:]):
            found.append(Party(mention, found[-1].case, found[-1].group))
        else:
            found.append(Party(mention, case_of(document, clause, mention), len(found)))
    for one, other in itertools.pairwise(found):  # "its subsidiary X"
        if one.mention.is_anaphor and _OWNED.fullmatch(document.text[one.mention.start : other.mention.start]):
            one.case, one.group = "of", -1
    return found


def _are_joined(document: Document, clause: Clause, one: Party, rest: Sequence[Mention]) -> bool:
    """Whether the first of the names that follow belongs to the same list as `one`.

    Before the verb a comma after a name with a preposition ends an aside (« Rachetée par A, B a … », « D'après A, B et C ont … »)
    unless the list goes on to its "and" (« Les usines de A, B et C ont … »).
    """
    previous, is_aside = one.mention, one.case not in {"", "object"} and document.grammar.has_borders
    if is_aside and any(mark[3] & FINITE and mark[1] <= previous.start for mark in clause.marks):
        is_aside = False
    for mention in rest:
        between = document.low[previous.end : mention.start]
        if not document.grammar.joint.search(between):
            return False
        if not is_aside or between.strip() != ",":
            return True
        if previous.start - clause.start < OPENING and not _is_noun_phrase(document, document.low[clause.start : previous.start]):
            return False
        previous = mention
    return False


def _is_noun_phrase(document: Document, words: str) -> bool:
    """Whether the words before a name begin with an article or the like (« les usines de »), and so open no aside."""
    found = document.grammar.definite.search(words)
    return found is not None and found.start() == 0


def case_of(document: Document, clause: Clause, mention: Mention) -> str:
    """The case of a name: `by`, `with`, `from`, `to`, `for`, `of`, `at`, `than`, `under`, `object`; empty where no word gives one."""
    low = document.low
    if mention.is_anaphor and low.startswith(CONTRACTED, mention.start):  # « prêtera au groupe »
        return "to" if low.startswith("au", mention.start) else "of"
    if document.grammar.after_of and low.startswith(document.grammar.after_of, mention.end):
        return "of"
    start = max(clause.start, mention.start - REACH)
    before = low[start : mention.start].rstrip(_OPENING) if document.grammar.has_borders else low[start : mention.start]
    if not document.grammar.has_borders:
        if not before.endswith(document.grammar.case_words):
            return ""
        return next((case for word, case in document.grammar.cases if before.endswith(word)), "")
    return _case_before(document, clause, start, before)


def _case_before(document: Document, clause: Clause, start: int, before: str) -> str:
    for _ in range(SKIPPED + 1):
        found = _ends_with_case(document, before)
        if found:
            return found
        word = _LAST_WORD.search(before[-24:])
        if word is None:
            return ""
        end = start + len(before.rstrip())
        begin = end - len(word[1])
        if _is_verb(clause, begin, end) or _is_span(document, begin, end):
            return ""
        before = before.rstrip()[: -len(word[1])].rstrip()
    return ""


def _ends_with_case(document: Document, before: str) -> str:
    """The case that the last word gives, or the last two or three."""
    text = before.rstrip()
    words = text.rsplit(None, 3)[-3:]
    known = document.grammar.case_of_word
    for count in range(min(3, len(words)), 0, -1):
        found = known.get(" ".join(words[-count:]))
        if found:
            return found
    last = words[-1] if words else ""
    cut = last.rfind("'")  # « d'Apple », « l'usine de »
    return known.get(last[: cut + 1], "") if cut >= 0 else ""


def _is_verb(clause: Clause, start: int, end: int) -> bool:
    for mark in clause.marks:
        if mark[0] > start:
            return False
        if mark[3] and end <= mark[1]:
            return True
    return False


def _is_span(document: Document, start: int, end: int) -> bool:
    """Whether a name or a date covers the word."""
    return (
        bool(document.mentions.within(start - 20, end))
        and any(m.end >= end for m in document.mentions.within(start - 40, end))
    ) or any(d.end >= end for d in document.dates.within(start - 24, end))
