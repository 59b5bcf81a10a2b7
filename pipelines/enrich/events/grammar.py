"""The grammar of a language: the patterns and tables of `languages/*/grammar.toml`, compiled once."""

import re
from dataclasses import dataclass
from functools import cache

from pipelines.enrich.events.patterns import Clauses, Forms, Matters, Speech
from pipelines.enrich.folding import fold, lower
from pipelines.enrich.knowledge import knowledge

PATTERNS = (Forms, Speech, Clauses, Matters)


@dataclass(frozen=True, kw_only=True)
class Grammar(Forms, Speech, Clauses, Matters):
    """The patterns of a language's verb groups, speakers and joints, and its tables."""

    has_borders: bool  # words stand between spaces
    present_first: bool  # of a form that may be both present and past
    absolute_cue: str  # what a clause whose verb is a participle holds
    quotation: str  # how a quotation that carries on opens
    background: re.Pattern[str]  # opens a paragraph that only recalls
    joint: re.Pattern[str]  # between two names of one list
    cuts: re.Pattern[str]  # where clauses part
    verbless: frozenset[str]  # joints of clauses that no verb stands before
    before_times: frozenset[str]  # cuts that a date after them makes none
    relative: tuple[str, ...]
    cases: tuple[tuple[str, str], ...]  # (word, case), longest word first
    case_of_word: dict[str, str]
    case_words: tuple[str, ...]
    object_markers: frozenset[str]
    of_objects: tuple[str, ...]
    after_of: tuple[str, ...]


@cache
def grammar(language: str) -> Grammar:
    """The grammar of `language`; TypeError where its file lacks a pattern that every language has."""
    table = knowledge(language, "grammar")
    groups, cut, cases = table["groups"], table["cut"], _cases(table["cases"])
    patterns = {name: re.compile(groups[name]) for part in PATTERNS for name in part.__annotations__ if name in groups}
    return Grammar(
        has_borders=table["needs_word_borders"],
        present_first=groups["present_first"],
        absolute_cue=groups["absolute_cue"],
        quotation=groups.get("quotation", ""),
        background=re.compile(groups["background"], re.IGNORECASE),
        joint=re.compile(table["joints"]["names"], re.IGNORECASE),
        cuts=re.compile(either([fold(words) for words in cut["at"]])),
        verbless=frozenset(cut.get("verbless", ())),
        before_times=frozenset(cut.get("before_times", ())),
        relative=tuple(lower(fold(word)) for word in table["relative"]["words"]),
        cases=cases,
        case_of_word=dict(cases),
        case_words=tuple(word for word, _ in cases),
        object_markers=frozenset(table["cases"].get("object", ())),
        of_objects=tuple(table["cases"].get("of_objects", ())),
        after_of=tuple(table["cases"]["after_of"]),
        **patterns,
    )


def _cases(table: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    """(word, case), longest word first."""
    pairs = [(lower(fold(word)), case) for case, words in table.items() if case not in {"after_of", "of_objects"} for word in words]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def either(words: list[str]) -> str:
    """An expression for any of the words, the longest first, with common beginnings tried once."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        if word:
            by_first.setdefault(word[0], []).append(word[1:])
    parts = [re.escape(first) + either(rest) for first, rest in by_first.items()]
    if not parts:
        return ""
    found = parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
    return f"(?:{found})?" if "" in words else found
