"""Whether the text around a name bears out that it is meant: the conditions of `reference/context_rules.csv`."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from pipelines.enrich.folding import is_word, lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.reading import Sentence
from pipelines.reference import register
from pipelines.reference.register import ContextRule

_BREAK = re.compile(r"[。！？\n]+|[.!?][\"”»)]*\s+(?=[\"“«(]?\s?[^\Wa-z_])")
_LAST_WORD = re.compile(r"[^\W_][\w'&.-]*$")
_WORD = re.compile(r"[^\W_][\w'&.-]*")
# Words that open a sentence with a capital and are no part of a name.
_OPENERS = frozenset(
    (
        "The A An In At On For And But As With From By To Of Its While When After Before If "
        "À Le La Les L' Un Une De Du Des En Chez Pour Par Selon Et Mais"
    ).split()
)
DENSITY, DENSITY_ZH = 600, 250  # characters of a text about the chain, at most, for each of its words
NEAR = 24  # characters on either side in which a code stands beside its name
BEHIND = 40  # characters looked at before and after a name


class Surroundings:
    """A document with what was found in it so far; all positions count characters of title, body and removed lines joined."""

    def __init__(self, document: str, folded: str, title_end: int, language: str, sentences: Sequence[Sentence] | None) -> None:
        self.document, self.folded, self.title_end, self.language = document, folded, title_end, language
        self.named: set[str] = set()  # ids borne out so far
        self.terms: set[str] = set()  # words of the chain
        self.met = 0  # how often
        self.known: dict[str, Any] = knowledge(language, "names")
        self.is_headline = _capitalises_every_word(document[:title_end])
        self._starts: list[int] | None = None
        if sentences:
            self._starts = sorted({0, title_end + 1, *(s.start + title_end + 1 for s in sentences), sentences[-1].end + title_end + 1})

    def count(self, term: str) -> None:
        """A word of the chain, or a name that is plain, was met."""
        self.terms.add(term)
        self.met += 1

    @property
    def is_about_the_chain(self) -> bool:
        """Two different words of the chain, met often enough for the length of the text."""
        return len(self.terms) >= 2 and self.met * (DENSITY_ZH if self.language == "zh" else DENSITY) >= len(self.folded)

    def sentence(self, position: int) -> tuple[int, int]:
        """Start and end of the sentence at `position`."""
        if self._starts is None:
            self._starts = [0, *(m.end() for m in _BREAK.finditer(self.document))]
        i = bisect_right(self._starts, position)
        return self._starts[i - 1], self._starts[i] if i < len(self._starts) else len(self.document)

    def opens_sentence(self, start: int) -> bool:
        """Whether nothing but an opening quote stands between the start of the sentence and `start`."""
        before = self.document[max(0, start - 4) : start]
        stripped = before.rstrip(" \u00a0\u202f\"“«(")
        return not stripped or stripped[-1] in ".!?:;。！？；：\n•-–—»\""

    def countries(self) -> set[str]:
        """Countries of all that is borne out."""
        entities = register().entities
        return {entities[key].country for key in self.named}

    def holds(self, rule: ContextRule, start: int, end: int) -> int | None:
        """Number of the first alternative that holds (0 is the strongest), None where the context denies the name."""
        if self.denied(rule, start, end):
            return None
        if not rule.needs:
            return 0
        for rank, conditions in enumerate(rule.needs):
            if all(self._condition(c, rule.entity_id, start, end) for c in conditions):
                return rank
        return None

    def denied(self, rule: ContextRule, start: int, end: int) -> bool:
        """Whether a word stands beside the name that gives it another sense."""
        after, before = self.folded[end : end + BEHIND].lstrip(" "), self.folded[max(0, start - BEHIND) : start].rstrip(" ")
        return any(_begins(after, word) for word in rule.not_before) or any(_ends(before, word) for word in rule.not_after)

    def _condition(self, condition: str, entity: str, start: int, end: int) -> bool:
        kind, _, value = condition.partition(":")
        return _CONDITIONS[kind](self, entity, start, end, value)

    def has_grammar(self, start: int, end: int) -> bool:
        """Whether the words beside it treat the name as an organisation."""
        after, before = self.folded[end : end + BEHIND], self.folded[max(0, start - BEHIND) : start].rstrip(" ")
        if after.startswith(("'s", "' ")) or any(after.startswith(f" {form}") for form in self.known.get("legal", {}).get("forms", ())):
            return True
        if after.startswith(" (") and self.language != "zh":
            after = after.partition(")")[2]
        if any(_begins(after.lstrip(" ,"), word) for word in self.known["grammar_after"]):
            return True
        before = lower(before)
        return any(_ends(before, word) for word in self.known["grammar_before"])

    def has_head(self, start: int, end: int) -> bool:
        """Whether a noun beside the name says what it is."""
        heads = self.known["heads"]
        after, before = lower(self.folded[end : end + BEHIND]), lower(self.folded[max(0, start - BEHIND) : start])
        if self.language == "zh":
            return after.startswith(tuple(heads))
        near = _WORD.findall(re.split(r"[.,;:()]", after)[0])[:4] + _WORD.findall(re.split(r"[.,;:()]", before)[-1])[-3:]
        return any(word.rstrip("s") in heads or word in heads for word in near)

    def has_place_grammar(self, start: int, end: int) -> bool:
        """Whether the words beside the name treat it as a place."""
        after, before = self.folded[end : end + BEHIND], self.folded[max(0, start - BEHIND) : start]
        known = self.known
        return after.startswith(tuple(known.get("locative_after", ()))) or before.endswith(tuple(known.get("locative_before", ())))

    def speaks_of_plant(self, start: int) -> bool:
        """Whether the sentence speaks of a plant."""
        first, last = self.sentence(start)
        said = lower(self.folded[first:last])
        return any(noun in said for noun in self.known["plant_nouns"])

    def leader(self, start: int) -> str:
        """The capitalised word before a name that makes one name with it, empty where there is none."""
        if self.folded[start - 1 : start] != " " or start < 2:
            return ""
        before = _LAST_WORD.search(self.folded, max(0, start - BEHIND), start - 1)
        if not before or not before[0][0].isupper() or before[0] in _OPENERS or self.opens_sentence(before.start()):
            return ""
        return before[0]

    def stands_alone(self, start: int, end: int) -> bool:
        """Whether no capitalised word stands beside the name, and it is not merely the first word of a sentence."""
        if self.language == "zh":
            return True
        folded = self.folded
        if folded[end : end + 1] == " " and folded[end + 1 : end + 2].isupper():
            return False
        if self.leader(start):
            return False
        if start > 0 and folded[start - 1] == "-":
            return False
        return not self.opens_sentence(start) or self.has_grammar(start, end)


def _capitalises_every_word(title: str) -> bool:
    """Whether a title capitalises its words as English headlines do."""
    words = [word for word in _WORD.findall(title) if len(word) > 3 and word[0].isalpha()]
    return len(words) > 2 and sum(word[0].isupper() for word in words) >= 0.8 * len(words)


def _begins(text: str, word: str) -> bool:
    return text.startswith(word) and not (is_word(word[-1]) and is_word(text[len(word) : len(word) + 1] or " "))


def _ends(text: str, word: str) -> bool:
    return text.endswith(word) and not (is_word(word[0]) and is_word(text[-len(word) - 1 : -len(word)] or " "))


def _proper(context: Surroundings, entity: str, start: int, end: int, value: str) -> bool:
    return context.stands_alone(start, end) and not (start < context.title_end and context.is_headline)


def _near(context: Surroundings, entity: str, start: int, end: int, value: str) -> bool:
    return value in context.folded[max(0, start - NEAR) : end + NEAR]


Condition = Callable[[Surroundings, str, int, int, str], bool]
_CONDITIONS: dict[str, Condition] = {
    "name": lambda c, entity, s, e, v: entity in c.named,
    "kin": lambda c, entity, s, e, v: not c.named.isdisjoint(register().kin[entity]),
    "chain": lambda c, entity, s, e, v: c.is_about_the_chain,
    "grammar": lambda c, entity, s, e, v: c.has_grammar(s, e),
    "head": lambda c, entity, s, e, v: c.has_head(s, e),
    "plant": lambda c, entity, s, e, v: c.speaks_of_plant(s),
    "mid": lambda c, entity, s, e, v: c.stands_alone(s, e),
    "locative": lambda c, entity, s, e, v: c.has_place_grammar(s, e),
    "proper": _proper,
    "near": _near,
    "in": lambda c, entity, s, e, v: v in c.countries(),
    "word": lambda c, entity, s, e, v: v in c.folded,
}
