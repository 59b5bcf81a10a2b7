"""Anaphora: "it", "the company", « l'usine », 该公司, where it is plain for what name they stand.

Plain means that a name of the fitting type was the subject of the sentence, or of the last sentence that named one. In a release of its
own "the Company", « nous », 公司 is the signer.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from pipelines.enrich.folding import find, fold, is_word, lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.reading import Mention, Sentence

_KINDS = ("company", "agency", "facility", "deposit", "pronoun", "dative", "possessive", "latter", "former", "both", "own")
_TYPES = {
    "company": ("company",), "agency": ("agency",), "facility": ("facility",), "deposit": ("deposit", "facility"),
}  # fmt: skip
HEAD = 200  # characters in which a text says that it is minutes
BACK = 5  # sentences looked back through
LOCATIVE = 4  # characters before a site that its sentence only opens with ("In Hull, its …")
CROWDED = 60  # names in a sentence beyond which nothing in it is plain
_TURN = re.compile(r"(?m)^[\s\d、.．]{0,4}(?:问|Q\d*|答|A\d*)\s?[：:]")
SIGNED = ("company", "agency")


def anaphora(
    text: str, language: str, sentences: Sequence[Sentence], mentions: Sequence[Mention], publisher: str | None = None
) -> list[Mention]:
    """Mentions by pronoun or description, in order of place; `surface`, `type` and `entity_id` are those of the name.

    `publisher` is who signs (id or surface). "The two companies" gives two mentions at one place.
    """
    language = language if language in {"en", "fr", "zh"} else "en"
    names = [m for m in mentions if not (m.in_title or m.in_removed or m.is_anaphor) and (m.entity_id or not m.candidates)]
    signer = next((m for m in mentions if publisher and publisher in {m.entity_id, m.surface} and m.type in SIGNED), None)
    titled = _titled(mentions) if language == "zh" else None
    if titled is not None and _says_minutes(text):
        signer = titled  # minutes of a company's meeting: 公司 is whom they are about, whoever wrote them down
    if not names and signer is None:
        return []
    reader = _Reader(text, language, sentences, names, signer)
    reader.titled = titled
    return reader.read()


def _titled(mentions: Sequence[Mention]) -> Mention | None:
    """The only company of the title."""
    found = {m.entity_id: m for m in mentions if m.in_title and m.type == "company" and m.entity_id}
    return next(iter(found.values())) if len(found) == 1 else None


def _says_minutes(text: str) -> bool:
    """Whether a Chinese text tells what a company was asked: by the word at its head, or by the labels of its turns."""
    return bool(re.search(knowledge("zh", "anaphora")["minutes"], text[:HEAD])) or len(_TURN.findall(text)) > 1


class _Reader:
    """One document: names and what stands for them, sentence by sentence."""

    def __init__(self, text: str, language: str, sentences: Sequence[Sentence], names: list[Mention], signer: Mention | None) -> None:
        self.titled: Mention | None = None  # the only company of the title
        self.text, self.low, self.language, self.signer = text, lower(fold(text)), language, signer
        self.known: dict[str, Any] = knowledge(language, "anaphora")
        space = "" if language == "zh" else " "
        self.beside = {key: tuple(space + word for word in self.known.get(key, ())) for key in ("sources", "prepositions", "oblique")}
        self.starts = [s.start for s in sentences] or [0]
        self.by_sentence: dict[int, list[Mention]] = {}
        self.sites: dict[str | None, Mention] = {}  # where each plant and deposit is first named
        for name in names:
            if name.type in _TYPES["deposit"]:
                self.sites.setdefault(name.entity_id, name)
            self.by_sentence.setdefault(self._sentence(name.start), []).append(name)

    def _sentence(self, position: int) -> int:
        return max(bisect_right(self.starts, position) - 1, 0)

    def read(self) -> list[Mention]:
        automaton, kinds = _index(self.language)
        found: list[Mention] = []
        for number, start, end in find(automaton, self.low):
            if not kinds[number] or not self._stands_free(start, end):
                continue
            sentence = self._sentence(start)
            if len(self.by_sentence.get(sentence, ())) > CROWDED:
                continue
            for name in self._names(kinds[number], start, end, sentence):
                made = Mention(start, end, name.surface, name.type, name.entity_id, is_anaphor=True)
                found.append(made)
                here = self.by_sentence.setdefault(sentence, [])
                here.insert(bisect_right([m.start for m in here], start), made)
        return found

    def _stands_free(self, start: int, end: int) -> bool:
        low = self.low
        if self.language == "zh":
            bare = low[start:end] in {"公司", "工厂", "我们"}
            return not bare or start == 0 or low[start - 1] in self.known["alone"] or self.text[start - 1] == "\n"
        if start and is_word(low[start - 1]):
            return False
        return end >= len(low) or not (is_word(low[end]) or low[end] == "-")

    def _names(self, kinds: frozenset[str], start: int, end: int, sentence: int) -> list[Mention]:
        """The names that the words stand for: none, one, or two for "the two companies"."""
        if any(m.start < end and start < m.end for m in self.by_sentence.get(sentence, ()) if not m.is_anaphor):
            return []
        if not kinds.isdisjoint(_TYPES) and self._is_described(end):
            return []
        if "own" in kinds and self.signer and (self.language == "zh" or self._is_own(start, end)):
            return [self.signer]
        return self._of_kind(min(kinds - {"own"} or {"own"}), start, end, sentence)

    def _of_kind(self, kind: str, start: int, end: int, sentence: int) -> list[Mention]:
        if kind in _TYPES:
            return self._last(_TYPES[kind], start, sentence)
        if kind in {"latter", "former", "both"}:
            return self._of_two(kind, start, sentence)
        if kind == "dative":
            is_emphatic = self.low.endswith(", ", 0, start) and self.low.startswith(",", end)  # « le gouvernement, lui, … »
            return self._object(sentence) if self.low[start - 1 : start] == " " and not is_emphatic else []
        if kind == "possessive" or (kind == "pronoun" and self._is_subject(start, end)):
            return self._subject(start, sentence, kind)
        return []

    def _is_described(self, end: int) -> bool:
        """Whether words that follow say which one is meant: "the plant in Hull", « le fabricant d'aimants », a name."""
        after = self.low[end : end + 16]
        return after.startswith(tuple(self.known["described_by"])) or (after[:1] == " " and self.text[end + 1 : end + 2].isupper())

    def _object(self, sentence: int) -> list[Mention]:
        """The organisation named last before the sentence, its subject apart: whom « lui » is given to."""
        for back in range(sentence - 1, max(sentence - BACK, -1), -1):
            named = [m for m in self.by_sentence.get(back, ()) if m.type in SIGNED]
            if named:
                return named[-1:]
        return []

    def _is_own(self, start: int, end: int) -> bool:
        """Whether the words are the signer's of himself: "we", or "the Company" with a capital."""
        words = self.text[start:end]
        is_pronoun = " " not in words and "'" not in words.replace("’", "'")
        return is_pronoun or self.language == "fr" or words.split(" ")[-1][:1].isupper()

    def _is_subject(self, start: int, end: int) -> bool:
        """Whether a pronoun opens its clause and is not impersonal."""
        if self.language == "zh":
            return True
        after = self.low[end : end + 30].lstrip(" ")
        if after.startswith(tuple(self.known["impersonal"])):
            return False
        if self.low.startswith(",", end) or self.low[start - 1 : start] == "-":
            return False
        before = self.low[max(0, start - 20) : start].rstrip(" ")
        if not before or before[-1] in '.,;:!?"”«»(-—' or self.text[start - 1] == "\n":
            return True
        return before.split(" ")[-1] in self.known["clause_openers"]

    def _subject(self, start: int, sentence: int, kind: str) -> list[Mention]:
        """The subject of the sentence so far, else of the last sentence that named one."""
        types = ("company", "agency") if kind == "possessive" else ("company", "agency", "facility", "deposit")
        earlier = [m for m in self.by_sentence.get(sentence, ()) if m.end <= start and m.type in types]
        if earlier and self.language == "zh" and len({m.entity_id or m.surface for m in earlier}) > 1:
            return []  # 其 may be any of them
        if earlier:
            begin = self.starts[sentence] if sentence else 0
            part = max(self.low.rfind(mark, begin, start) for mark in ";；")
            return [self._first([m for m in earlier if m.start > part] or earlier, sentence)]
        said = self.low[self.starts[sentence] : start]
        if kind == "possessive" and self._is_of_site(start, sentence):
            return []
        if kind == "possessive" and any(word in said for word in self.known.get("newcomers", ())):
            return []
        for back in range(sentence - 1, max(sentence - BACK, -1), -1):
            named = [m for m in self.by_sentence.get(back, ()) if m.type in types and not self._is_possessive(m)]
            if named:
                return [self._first(named, back)]
        return []

    def _is_of_site(self, start: int, sentence: int) -> bool:
        """Whether a possessive may be a plant's that its sentence is about ("the plant in Hull reached its full capacity")."""
        sites = [m for m in self.by_sentence.get(sentence, ()) if m.end <= start and m.type in _TYPES["deposit"]]
        return any(m.start - self.starts[sentence] > LOCATIVE for m in sites)

    def _is_possessive(self, mention: Mention) -> bool:
        return mention.is_anaphor and self.low[mention.start : mention.end] in self.known["possessive"]

    def _first(self, named: list[Mention], sentence: int) -> Mention:
        """The first that is neither a source nor a place that something happens at."""
        organisations = [m for m in named if m.type in {"company", "agency"} and not self._follows(m, "sources")]
        first = named[0]
        if first.type in {"facility", "deposit"} and not self._follows(first, "prepositions") and first.start - self.starts[sentence] < 20:
            return first
        return organisations[0] if organisations else first

    def _follows(self, mention: Mention, words: str) -> bool:
        before = self.low[max(0, mention.start - 24) : mention.start].rstrip(" ")
        return (" " + before.removesuffix(" the").removesuffix(" le").removesuffix(" la")).endswith(self.beside[words])

    def _last(self, types: tuple[str, ...], start: int, sentence: int) -> list[Mention]:
        """The name of the type: for companies the subject of the nearest sentence, for sites the nearest name."""
        for back in range(sentence, max(sentence - BACK, -1), -1):
            named = [m for m in self.by_sentence.get(back, ()) if m.type in types and m.end <= start]
            if named and types[0] in {"company", "agency"}:
                named = [m for m in named if not self._follows(m, "oblique")] or (named if back == sentence else [])
            if named and types[0] in {"company", "agency"}:
                plain = [m for m in named if not self._follows(m, "sources")]
                return (plain or named)[:1]
            if named:
                preferred = [m for m in named if m.type == types[0]]
                return (preferred or named)[-1:]
        if types[0] in {"company", "agency"}:
            return [self.titled] if self.titled is not None and types[0] == "company" else []
        everywhere = [m for m in self.sites.values() if m.type in types and m.end <= start]
        return everywhere if len(everywhere) == 1 else []

    def _of_two(self, kind: str, start: int, sentence: int) -> list[Mention]:
        for back in (sentence, sentence - 1):
            named: dict[str, Mention] = {}
            for m in self.by_sentence.get(back, ()):
                if m.type == "company" and m.end <= start:
                    named.setdefault(m.entity_id or m.surface, m)
            two = list(named.values())
            if len(two) >= 2:
                return {"latter": two[-1:], "former": two[:1], "both": two[:2]}[kind]
        return []


@cache
def _index(language: str) -> tuple[AhoCorasick, tuple[frozenset[str], ...]]:
    """Automaton over lower-case text, and the kinds of each pattern; none for words that only hold one."""
    known = knowledge(language, "anaphora")
    kinds: dict[str, set[str]] = {word: set() for word in known.get("hidden", ())}
    for kind in _KINDS:
        for word in known[kind]:
            kinds.setdefault(word, set()).add(kind)
    texts = sorted(kinds)
    automaton = AhoCorasick(texts, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
    return automaton, tuple(frozenset(kinds[text]) for text in texts)
