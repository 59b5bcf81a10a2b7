"""The words of a language that tell an event, or how it is told, and the one pass that marks them in a text.

`languages/<language>/lexicon.toml` lists the words by concept (begin, plant, offtake, not, target …); `grammar.toml` says how
the language builds its forms. Concepts are bits, so that a clause's concepts are one number and a frame asks for them with one
operation. Forms are bits as well.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from pipelines.enrich.folding import fold, lower
from pipelines.enrich.knowledge import knowledge

PAIR = 2  # characters of a Chinese verb that an aspect may part
HAN = "\u2e80"  # from here on letters are of scripts without spaces
Mark = tuple[int, int, int, int]  # start, end, concepts, forms (0: a noun or a phrase)

FORMS = {name: 1 << i for i, name in enumerate(("inf", "pres", "past", "part", "ing", "fut", "cond", "impf", "verb", "attr"))}
ATTR = FORMS["attr"]  # the verb describes a noun: 停产的工厂, « l'étude actualisée »
_PART = FORMS["part"]
VERB = FORMS["verb"]  # of a language without forms: the word is a verb
FINITE = FORMS["pres"] | FORMS["past"] | FORMS["fut"] | FORMS["cond"] | FORMS["impf"]
# How a thing is told, and words of a clause's frame: never read inside a longer entry ("no later than" does not deny).
OPERATORS = frozenset(
    [
        "not",
        "not_only",
        "future",
        "plan",
        "target",
        "expect",
        "may",
        "talks",
        "under_way",
        "if",
        "would",
        "say",
        "anonymous",
        "speaker_voice",
        "history",
        "short_term",
        "long_term",
        "now_word",
        "in_force",
        "claim",
        "loi",
    ]
)
# Concepts whose words are verbs, in a language that does not conjugate.
VERBAL = frozenset(
    [
        "begin",
        "resume",
        "complete",
        "build",
        "break_ground",
        "open",
        "commission",
        "expand",
        "enlarge_capacity",
        "pause",
        "close",
        "cancel",
        "announce",
        "produce",
        "ship",
        "ramp",
        "delay",
        "advance",
        "sign",
        "supply",
        "buy",
        "acquire",
        "merge",
        "sell",
        "raise_stake",
        "raise_funds",
        "fund",
        "receive",
        "approve",
        "refuse",
        "apply",
        "renew",
        "impose",
        "set_policy",
        "lift",
        "quote_price",
        "up",
        "down",
        "stable",
        "report",
        "disrupt",
        "curtail",
        "interrupted",
    ]
)
# What a clause holds beside words: set by the reader, asked for by frames as if it were a concept.
SEEN = (
    "@org", "@site", "@authority", "@amount", "@price", "@percent", "@quantity", "@yearly", "@date", "@material", "@chain", "@notice",
    "@own", "@moved",
)  # fmt: skip


@cache
def bits() -> dict[str, int]:
    """The bit of each concept, the same in all languages."""
    names = dict.fromkeys(name for code in ("en", "fr", "zh") for name in knowledge(code, "lexicon"))
    return {name: 1 << i for i, name in enumerate((*SEEN, *names))}


def mask_of(*names: str) -> int:
    """The concepts as one number. Raises KeyError for a concept that no language has."""
    known = bits()
    found = 0
    for name in names:
        found |= known[name]
    return found


def _conjugations(grammar: dict[str, Any]) -> list[tuple[str, dict[str, list[str]]]]:
    rules = [(rule["ending"], rule["forms"]) for rule in grammar.get("conjugation", ())]
    return sorted(rules, key=lambda rule: -len(rule[0]))


def _verb_forms(entry: str, grammar: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Forms of a verb: all five given, or built from the lemma; of a phrase the first word (after `se`) is conjugated."""
    words = entry.split(" ")
    given = grammar.get("conjugation") and words[0]
    parts = _principal_parts(words)
    if parts:
        for form, text in zip(("inf", "pres", "past", "part", "ing"), parts, strict=True):
            yield text, FORMS[form]
        return
    head, rest = words[0], "".join(" " + word for word in words[1:])
    if not given:
        yield entry, 0
        return
    for ending, forms in _conjugations(grammar):
        if head.endswith(ending) and len(head) > len(ending):
            stem = head.removesuffix(ending)
            for form, suffixes in forms.items():
                yield from ((stem + suffix + rest, FORMS[form]) for suffix in suffixes)
            return


def _principal_parts(words: list[str]) -> list[str]:
    """The five forms written out ("cut cuts cut cut cutting", "break ground breaks ground …"), else none."""
    size, over = divmod(len(words), 5)
    if over or not size:
        return []
    parts = [" ".join(words[i * size : (i + 1) * size]) for i in range(5)]
    return parts if len({part.split(" ", 1)[-1] for part in parts}) == 1 or size == 1 else []


def _plurals(noun: str, grammar: dict[str, Any]) -> Iterator[str]:
    rules = sorted(
        ((rule["ending"], rule["forms"]) for rule in grammar.get("plural", ())), key=lambda rule: -len(rule[0])
    )
    yield noun
    for ending, forms in rules:
        if noun.endswith(ending):
            stem = noun.removesuffix(ending) if ending else noun
            yield from (stem + form for form in forms)
            break
    if " " in noun and grammar.get("plural_of_first_word"):
        first, rest = noun.split(" ", 1)
        yield f"{first}s {rest}"


def _entries(language: str) -> Iterator[tuple[str, str, int]]:
    """(surface, concept, form) of every form of every word of the language."""
    grammar = knowledge(language, "grammar")
    conjugates = "conjugation" in grammar
    infix: str = grammar.get("infix", "")
    for concept, kinds in knowledge(language, "lexicon").items():
        for word in kinds.get("words", ()):
            yield word, concept, 0 if conjugates or concept not in VERBAL else VERB
            if infix and concept in VERBAL and len(word) == PAIR:  # a verb and its object: 关门, 关了门
                yield word[0] + infix + word[1], concept, VERB
        for noun in kinds.get("nouns", ()):
            yield from ((form, concept, 0) for form in _plurals(noun, grammar))
        for verb in kinds.get("verbs", ()):
            yield from ((form, concept, bit) for form, bit in _verb_forms(verb, grammar))


class Lexicon:
    """All forms of a language with their concepts, and the automaton that finds them."""

    def __init__(self, language: str) -> None:
        grammar = knowledge(language, "grammar")
        self.has_borders: bool = grammar["needs_word_borders"]
        self._particle: str = grammar.get("particle", "")
        auxiliaries = grammar.get("auxiliaries", ())
        groups = grammar["groups"]  # without one of these before it a participle describes a noun
        before = rf"{groups['perfect']}|{groups['passive']}|\b(?:s'est|se sont|vue?|avoir)\s+$"
        self._auxiliary = re.compile(before) if auxiliaries else None
        self._head_is_first: bool = grammar["head"] == "first"
        self._ordinals = frozenset(knowledge(language, "lexicon")["first"]["words"])
        table: dict[str, list[int]] = {}
        known = bits()
        for surface, concept, form in _entries(language):
            cell = table.setdefault(lower(fold(surface)), [0, 0, 0])
            cell[0] |= known[concept]
            cell[1] |= form
            cell[2] |= 0 if form else known[concept]
        self._inherit(table)
        self._join_auxiliaries(table, tuple(auxiliaries))
        self._patterns = list(table)
        self._values = [(cell[0], cell[1]) for cell in table.values()]
        doubtful = sum(FORMS[name] for name in grammar.get("doubtful_forms", ()))
        self._determiners = tuple(grammar.get("determiners", ()))
        verbal = sum(FORMS[name] for name in grammar.get("verbal_forms", ()))
        # What the word is as a noun, where its form may be one: read so after an article.
        self._nouns = [
            (cell[2], 0) if cell[1] & ~verbal and (cell[2] or not cell[1] & ~doubtful) else None for cell in table.values()
        ]
        self._is_latin = [text[0].isascii() for text in table]
        self._numbers = {text: i for i, text in enumerate(self._patterns)}
        self._automaton = AhoCorasick(self._patterns, matchkind=MatchKind.LeftmostLongest)

    def _inherit(self, table: dict[str, list[int]]) -> None:
        """A longer entry is also what the words in it are ("first production" is `first` and `production`)."""
        operators = mask_of(*OPERATORS)
        closed = mask_of("not_only", "speaker_voice", "if", "say", "set_phrase")
        word = re.compile(r"[^\W_]+", re.UNICODE)
        for surface, cell in table.items():
            if cell[0] & closed:
                continue
            ends = (
                [m.span() for m in word.finditer(surface)]
                if self.has_borders
                else [(i, i + 1) for i in range(len(surface))]
            )
            for inner in self._heads(surface, ends):
                if inner in table and not table[inner][1] & ~VERB:
                    cell[0] |= table[inner][0] & ~operators
                    cell[2] |= table[inner][2] & ~operators

    def _join_auxiliaries(self, table: dict[str, list[int]], auxiliaries: tuple[str, ...]) -> None:
        """An entry of auxiliary and participle ("a clos") is also all that the participle is, in its form."""
        operators = mask_of(*OPERATORS)
        self._leads: dict[str, int] = {}  # characters of the auxiliary: the mark begins after them, as for other participles
        for surface, cell in table.items():
            lead = next((len(a) for a in auxiliaries if surface.startswith(a)), 0)
            inner = table.get(surface[lead:]) if lead else None
            if inner is not None and inner[1] & FORMS["part"]:
                cell[0] |= inner[0] & ~operators
                cell[1] |= inner[1] & FORMS["part"]
                self._leads[surface] = lead

    def _heads(self, surface: str, spans: list[tuple[int, int]]) -> list[str]:
        """The stretches of a compound that say what it is: its beginning (`head = "first"`) or its end."""
        if self._head_is_first:
            return [surface[:end] for _, end in spans[:-1]]
        return [surface[start:] for start, _ in spans[1:]] + [surface[: spans[0][1]]] * (
            surface[: spans[0][1]] in self._ordinals
        )

    def marks(self, text: str) -> list[Mark]:
        """Words of the lexicon in `text` (folded, lower case), in order, longest first and without overlap."""
        particle, describes = self._particle, self._auxiliary
        values, nouns, size, marks = self._values, self._nouns, len(text), []
        found = self._automaton.find_matches_as_indexes(text)
        for i, start, end in found if not self.has_borders else self._at_borders(text, found):
            if not self.has_borders and self._is_latin[i] and _cuts_word(text, start, end, size):
                continue
            noun = nouns[i]
            if noun is not None and self._follows_determiner(text, start):
                concepts, forms = noun
                if not concepts:
                    continue
            else:
                concepts, forms = values[i]
                is_bare = forms == _PART and describes is not None and not describes.search(text[max(0, start - 40) : start])
                if is_bare or (forms and particle and text.startswith(particle, end)):
                    forms |= ATTR
            lead = self._leads.get(self._patterns[i], 0) if forms else 0
            marks.append((start + lead, end, concepts, forms))
        return marks

    def _at_borders(self, text: str, found: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
        """Matches that are whole words; where a phrase is not ("first oxide" in "first oxides"), the shorter ones that it hid."""
        size = len(text)
        for i, start, end in found:
            if start and (beside := text[start - 1]).isalnum() and beside < HAN and text[start].isalnum():
                first = text.find(" ", start, end) + 1
                if first:
                    yield from self._hidden(text, first, end)
                continue
            if end == size or not (beside := text[end]).isalnum() or beside >= HAN or not text[end - 1].isalnum():
                yield i, start, end
            elif " " in self._patterns[i]:
                yield from self._hidden(text, start, end)

    def _hidden(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Words of a phrase that begins or ends inside a word: its whole ones, and the last as it goes on."""
        offset = start
        while (stop := text.find(" ", offset, end)) >= 0:
            word = self._numbers.get(text[offset:stop])
            if word is not None:
                yield word, offset, stop
            offset = stop + 1
        stop = end
        while stop < len(text) and stop < end + 12 and text[stop].isalnum():
            stop += 1
        word = self._numbers.get(text[offset:stop])
        if word is not None:
            yield word, offset, stop

    def _follows_determiner(self, text: str, start: int) -> bool:
        return text[max(0, start - 7) : start].endswith(self._determiners)


def _cuts_word(text: str, start: int, end: int, size: int) -> bool:
    """Whether a match begins or ends inside a word of a script with spaces."""
    if start and text[start - 1].isalnum() and text[start].isalnum() and text[start - 1] < HAN:
        return True
    return end < size and text[end].isalnum() and text[end - 1].isalnum() and text[end] < HAN


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of `language` (en, fr, zh), built once."""
    return Lexicon(language)
