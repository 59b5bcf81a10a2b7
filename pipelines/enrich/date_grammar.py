"""What a date looks like in a language: the patterns of `languages/*/dates.toml`, compiled, and what they find in a text.

A pattern begins with digits or with a word of a table. One automaton finds the words, one expression the digits, and only
the patterns that may begin there are tried.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from pipelines.enrich.folding import lower_expression
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages

NUMBERS = {
    "d": r"\d{1,2}",
    "m": r"\d{1,2}",
    "yy": r"\d{2}",
    "y4": r"(?:19|20)\d{2}",
    "y": r"(?:19|20)\d{2}",
}
NUMERALS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0}
WORD = re.compile(r"\w+")
PLACEHOLDER = re.compile(r"\{(~?)([a-z_]+?[34]?)(b|2)?\}")
CUES = (
    "sentence_end", "clause_break", "range_open", "range_join", "range_bare", "shift", "before_until", "before_by",
    "before_from", "before_after", "after_by", "after_from",
)  # fmt: skip
OPTIONAL_CUES = ("before_for", "before_done", "after_done", "namesakes", "same_year", "fiscal", "fiscal_end", "week_to", "thing")
LEADS = ("before_until", "before_by", "before_from", "before_after")  # together they are the cue "before"
SPELT = {"d_words": "d", "y_words": "y", "y_short": "y"}  # days and years in words, years of two digits
DIGITS = -1  # instead of the number of a word; before those of words that begin at the same place
DIGIT_STARTS = {"d", "m", "y4", "y", "yy"}


@dataclass(frozen=True)
class Words:
    """Words that tell a sense: whole words, endings of words, and strings that may stand anywhere."""

    words: frozenset[str]
    endings: tuple[str, ...]
    strings: AhoCorasick | None  # None where a language tells it by words alone

    def places(self, read: list[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
        """Return where they stand in a stretch of a text in lower case, of which the words are given."""
        words, endings = self.words, self.endings
        chosen = words.intersection(read)
        if endings:
            chosen |= {word for word in read if len(word) > 5 and word.endswith(endings)}
        found = [match.span() for match in WORD.finditer(text, start, end) if match[0] in chosen] if chosen else []
        hits = self.strings.find_matches_as_indexes(text[start:end], overlapping=True) if self.strings else ()
        return found + [(start + first, start + last) for _, first, last in hits]


@dataclass(frozen=True)
class Pattern:
    """One pattern of a language: its kind, its groups, and what must stand before it."""

    kind: str
    expression: str
    fields: tuple[tuple[str, str], ...]  # name of the field, name of its group
    starts: frozenset[str]
    before: re.Pattern[str] | None
    unit: str | None
    match: Callable[..., re.Match[str] | None]


@dataclass(frozen=True)
class Start:
    """The patterns that may begin with one word or with digits."""

    patterns: tuple[int, ...]
    match: Callable[..., re.Match[str] | None]
    next_at: int = 0  # characters after its beginning at which one of `follows` must stand; 0: anything may
    follows: str = ""


class Starts:
    """The patterns that each word may begin, compiled when it is first met; in them its table holds no other word."""

    def __init__(self, words: list[str], entries: list[dict[str, Any]], patterns: tuple[Pattern, ...], values: "Tables") -> None:
        self._words, self._entries, self._patterns, self._values = words, entries, patterns, values
        self._starts: dict[int, Start] = {}

    def __getitem__(self, number: int) -> Start:
        if number not in self._starts:
            self._starts[number] = self._compiled(self._words[number])
        return self._starts[number]

    def _compiled(self, word: str) -> Start:
        tables, numbers = self._values
        begun = {name: {w: v for w, v in table.items() if word.startswith(w)} for name, table in tables.items()}
        names = {name for name, table in begun.items() if table}
        chosen = tuple(i for i, p in enumerate(self._patterns) if p.starts & names)
        expressions = (_expression(i, self._entries[i]["form"], tables, numbers, begun)[0] for i in chosen)
        is_whole = all(table.keys() <= {word} for table in begun.values())
        follows = self._follows(chosen) if is_whole else ""
        match = re.compile("|".join(expressions) or r"(?!)", re.IGNORECASE).match
        return Start(chosen, match, len(word) if follows else 0, follows)

    def _follows(self, chosen: tuple[int, ...]) -> str:
        """Return the characters of which one stands after the first word of all these patterns; "" where one allows others."""
        found = set[str]()
        for form in (self._entries[i]["form"] for i in chosen):
            first = PLACEHOLDER.match(form)
            second = PLACEHOLDER.match(form, first.end()) if first else None
            table = self._values[0].get(second[2]) if second else None
            if not table or form.startswith("?", second.end() if second else 0):
                return ""
            found |= {word[0] for word in table}
        return "".join(found)


Tables = tuple[dict[str, dict[str, Any]], dict[str, str]]  # words of each table, expression of each number


@dataclass(frozen=True)
class Grammar:
    """All patterns of a language, compiled."""

    patterns: tuple[Pattern, ...]
    values: dict[str, dict[str, Any]]
    words: AhoCorasick
    starts: Starts  # by the number of the word
    digits: re.Pattern[str]
    digit_start: Start
    has_borders: bool
    sense: dict[str, re.Pattern[str]]
    future: Words
    past: Words


@dataclass
class Expression:
    """A date expression before it is resolved: its kind, and the values of the tables by field."""

    start: int
    end: int
    kind: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def has_year(self) -> bool:
        """Whether a year is written, absolute ("2026") or relative ("next year")."""
        return "y" in self.values or "y4" in self.values

    @property
    def is_relative(self) -> bool:
        """Whether the expression rests on the day of publication."""
        year = self.values.get("y", self.values.get("y4"))
        return year is None or isinstance(year, tuple)


def find(text: str, grammar: Grammar) -> Iterator[Expression]:
    """Yield the date expressions of a text in order, none overlapping."""
    try:
        hits = [(start, number) for number, start, _ in grammar.words.find_matches_as_indexes(text)]
    except UnicodeEncodeError:  # lone surrogates
        return
    hits += [(m.start(), DIGITS) for m in grammar.digits.finditer(text)]
    hits.sort()
    reached = 0
    for position, number in hits:
        if position < reached or (grammar.has_borders and position and text[position - 1].isalnum()):
            continue
        start = grammar.digit_start if number == DIGITS else grammar.starts[number]
        if start.next_at and text[position + start.next_at : position + start.next_at + 1] not in start.follows:
            continue
        match = start.match(text, position)
        if match and (found := _expressed(match, text, position, start, grammar)):
            reached = found.end
            yield found


def _expressed(first: re.Match[str], text: str, position: int, start: Start, grammar: Grammar) -> Expression | None:
    match: re.Match[str] | None = first
    index = int((first.lastgroup or "t0")[1:])
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
    found = Expression(match.start(), match.end(), pattern.kind)
    if pattern.unit:
        found.values["unit"] = pattern.unit
    for name, group in pattern.fields:
        surface = match[group]
        if surface is not None:
            table = grammar.values.get(name.rstrip("2") if name not in grammar.values else name)
            found.values[SPELT.get(name, name)] = _year_or_number(surface, name, grammar) if table is None else table[surface]
    return found


def _year_or_number(surface: str, name: str, grammar: Grammar) -> Any:
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


def _stands(text: str, position: int, pattern: Pattern) -> bool:
    return pattern.before is None or bool(pattern.before.search(text[max(0, position - 16) : position].lower()))


@cache
def grammar_of(language: str) -> Grammar:
    """Return the compiled patterns of a language; those of English where the language has none."""
    data = knowledge(language if language in known_languages() else "en", "dates")
    tables = {name: _cases(table["words"]) for name, table in data["tables"].items()}
    numbers = {**NUMBERS, **data.get("numbers", {})}
    patterns = tuple(_pattern(i, entry, tables, numbers) for i, entry in enumerate(data["patterns"]))
    opening = {name for pattern in patterns for name in pattern.starts}
    words = sorted({word for name, table in tables.items() if name in opening for word in table})
    return Grammar(
        patterns,
        tables,
        AhoCorasick(words, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA),
        Starts(words, data["patterns"], patterns, (tables, numbers)),
        re.compile(data["digits"]),
        _digit_start(patterns),
        bool(data["word_borders"]),
        {name: re.compile(data[name]) for name in CUES}
        | {"before": re.compile("|".join(data[name] for name in LEADS))}
        | {name: re.compile(data.get(name, "(?!)")) for name in OPTIONAL_CUES},
        *(_sense_words(data[sense]) for sense in ("future", "past")),
    )


def _sense_words(data: dict[str, Any]) -> Words:
    strings = AhoCorasick(data["strings"]) if data["strings"] else None
    return Words(frozenset(data["words"]), tuple(data["endings"]), strings)


def _cases(words: dict[str, Any]) -> dict[str, Any]:
    """Return the words with their capitalised and upper-case forms."""
    return {form: value for word, value in words.items() for form in (word, word[:1].upper() + word[1:], word.upper())}


def _pattern(index: int, entry: dict[str, Any], tables: dict[str, dict[str, Any]], numbers: dict[str, str]) -> Pattern:
    expression, fields = _expression(index, entry["form"], tables, numbers, tables)
    first = PLACEHOLDER.search(entry["form"])
    name = first[2] if first else ""
    starts = {"digits"} if name in DIGIT_STARTS else {name}
    if name == "y":
        starts.add("yrel")
    before = re.compile(lower_expression(entry["before"])) if "before" in entry else None
    compiled = re.compile(expression, re.IGNORECASE)
    return Pattern(entry["kind"], expression, fields, frozenset(starts), before, entry.get("unit"), compiled.match)


def _expression(
    index: int, form: str, tables: dict[str, dict[str, Any]], numbers: dict[str, str], opening: dict[str, dict[str, Any]]
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the expression of a form and its (field, group) pairs; what it begins with is a word of `opening`."""
    fields: list[tuple[str, str]] = []

    def group(placeholder: re.Match[str]) -> str:
        bare, name, second = placeholder.groups()
        known = tables if placeholder.start() else opening
        body = numbers[name] if name in numbers else _alternation(known[name])
        if name == "y":
            body += f"|{_alternation(known['yrel'])}"
        if bare:
            return f"(?:{body})"
        full = name + (second or "")
        fields.append((full, f"{full}_{index}"))
        return f"(?P<{full}_{index}>{body})"

    return f"(?P<t{index}>{PLACEHOLDER.sub(group, form)})", tuple(fields)


def _alternation(words: dict[str, Any]) -> str:
    return "(?-i:" + ("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)") + ")"


def _digit_start(patterns: tuple[Pattern, ...]) -> Start:
    chosen = tuple(i for i, p in enumerate(patterns) if "digits" in p.starts)
    return Start(chosen, re.compile("|".join(patterns[i].expression for i in chosen), re.IGNORECASE).match)
