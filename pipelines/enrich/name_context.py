"""Whether the text around a name bears out that it is meant: the conditions of `reference/context_rules.csv`."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from pipelines.enrich.folding import lower_part
from pipelines.enrich.name_cues import begins, cues, ends
from pipelines.enrich.reading import Sentence
from pipelines.reference import register
from pipelines.reference.register import ContextRule

DENSITY, DENSITY_ZH = 600, 250  # characters of a text about the chain, at most, for each of its words
OPENING = 30  # characters that a dateline takes
AFTER = 80  # characters after a full name in which its short form is given
SENTENCE = 600  # characters of a sentence looked at on either side
NEAR = 24  # characters on either side in which a code stands beside its name
LONGEST_TITLE = 5  # characters of a title that is cut short ("Prof.")
BEHIND = 40  # characters looked at before and after a name
_BREAK = re.compile(r"[。！？\n]+|[.!?][\"”»)]*\s+(?=[\"“«(]?\s?[^\Wa-z_])")
_WORD = re.compile(r"[^\W_][\w'&.-]*")
_DATELINE_END = re.compile("[:：讯电]")
# A head of the page that says who and when: "Argus, 21 November 2025", "Reuters | 2026-03-01".
_HEAD_DATE = re.compile(
    r" ?(?:[,，|–—-] ?)?(?:le |on )?"
    r"(?:\d{1,2}(?:er|st|nd|rd|th)? [^\W\d]{3,9}\.? (?:19|20)\d\d|[A-Z][a-z]{2,8}\.? \d{1,2}, |(?:19|20)\d\d[-年./])"
)
_CELL_END = re.compile(r"(?:, [^\W\d_][^\n|,]{1,24})? ?[|\t]")  # "Mount Weld, Western Australia | Lynas | ..."
_LIST_MARK = re.compile(r"[，。；、与和及]")
_PHRASE_MARK = re.compile(r"[.,;:()]")
# Words that open a sentence with a capital and are no part of a name.
_OPENERS = frozenset(
    {"The", "A", "An", "In", "At", "On", "For", "And", "But", "As", "With", "From", "By", "To", "Of", "Its", "While", "When", "After"}
    | {"Before", "If", "À", "Le", "La", "Les", "L'", "Un", "Une", "De", "Du", "Des", "En", "Chez", "Pour", "Par", "Selon", "Et", "Mais"}
)
_SENTENCE_MARKS = frozenset('.!?:;。！？；：\n•-–—»"')


class Surroundings:
    """A document with what was found in it so far; all positions count characters of title, body and removed lines joined."""

    def __init__(self, document: str, folded: str, title_end: int, language: str, sentences: Sequence[Sentence] | None) -> None:
        self.document, self.folded, self.title_end, self.language = document, folded, title_end, language
        self.cues = cues(language)
        self.named: set[str] = set()  # ids borne out so far
        self.terms: set[str] = set()  # words of the chain
        self.met = 0  # how often such a word or a plain name was met
        self._sentences = sentences
        self._words: dict[str, bool] = {}  # what was asked for before
        self._people: dict[str, bool] = {}  # names that are somebody's

    @cached_property
    def is_headline(self) -> bool:
        """Whether the title capitalises its words as English headlines do."""
        words = [word for word in _WORD.findall(self.document[: self.title_end]) if len(word) > 3 and word[0].isalpha()]
        return len(words) > 2 and sum(word[0].isupper() for word in words) >= 0.8 * len(words)

    @property
    def is_about_the_chain(self) -> bool:
        """Two words of the chain, or one and the plain name of a company or site of it, met often enough for the length of the text."""
        return len(self.terms) >= 2 and self.met * (DENSITY_ZH if self.language == "zh" else DENSITY) >= len(self.folded)

    @cached_property
    def _starts(self) -> list[int]:
        """Where sentences start, as given or by their marks."""
        if not self._sentences:
            return [0, *(match.end() for match in _BREAK.finditer(self.document))]
        body = self.title_end + 1
        return sorted({0, body, *(s.start + body for s in self._sentences), self._sentences[-1].end + body})

    def sentence(self, position: int) -> tuple[int, int]:
        """Start and end of the sentence at `position`, or of what is near in an endless one."""
        i = bisect_right(self._starts, position)
        first, last = self._starts[i - 1], self._starts[i] if i < len(self._starts) else len(self.document)
        return max(first, position - SENTENCE), min(last, position + SENTENCE)

    def holds_word(self, word: str) -> bool:
        """Whether the document holds the word."""
        if word not in self._words:
            self._words[word] = word in self.folded
        return self._words[word]

    def opens_sentence(self, start: int) -> bool:
        """Whether nothing but an opening quote stands between a sentence's mark and `start`."""
        before = self.document[max(0, start - 4) : start].rstrip(' \u00a0\u202f"“«(')
        return not before or before[-1] in _SENTENCE_MARKS

    def countries(self) -> set[str]:
        """Countries of all that is borne out."""
        entities = register().entities
        return {entities[key].country for key in self.named}

    def holds(self, rule: ContextRule, start: int, end: int) -> int | None:
        """Number of the first alternative that holds (0 is the strongest), None where the context denies the name."""
        if (rule.not_before or rule.not_after) and self.denied(rule, start, end):
            return None
        if self.cues.person_before and self.is_person(start, end):
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
        if rule.not_before and after.startswith(rule.not_before) and any(begins(after, word) for word in rule.not_before):
            return True
        return bool(rule.not_after) and before.endswith(rule.not_after) and any(ends(before, word) for word in rule.not_after)

    def is_person(self, start: int, end: int) -> bool:
        """Whether a name of one word is somebody's surname: a title or a given name stands before it, here or elsewhere in the document."""
        name = self.folded[start:end]
        if not name.isalpha() or not name[0].isupper() or self.folded[end : end + 2] == "'s":
            return False
        if name not in self._people:
            self._people[name] = any(self._word_before(place) in self.cues.person_before for place in self._places(name))
        return self._people[name]

    def _places(self, name: str) -> Iterator[int]:
        """Where a name stands as a whole word; found without an expression, which would have to be compiled for each name."""
        place = self.folded.find(name)
        while place >= 0:
            beside = self.folded[place - 1 : place] + self.folded[place + len(name) : place + len(name) + 1]
            if not any(character.isalnum() or character == "_" for character in beside):
                yield place
            place = self.folded.find(name, place + 1)

    def _word_before(self, start: int) -> str:
        """The word before a place, the full stop of "Mr." apart."""
        word = self.folded[max(0, start - BEHIND) : start].rstrip(" ").rpartition(" ")[2].lstrip("\"'(“‘")
        return word.removesuffix(".") if len(word) <= LONGEST_TITLE else word

    def _condition(self, condition: str, entity: str, start: int, end: int) -> bool:
        kind, _, value = condition.partition(":")
        return _CONDITIONS[kind](self, entity, start, end, value)

    def has_grammar(self, start: int, end: int) -> bool:
        """Whether the words beside it treat the name as an organisation."""
        if self.cues.grammar_after.match(self.folded, end):
            return True
        return bool(self.cues.grammar_before.search(lower_part(self.folded[max(0, start - BEHIND) : start]).rstrip(" ")))

    def has_head(self, start: int, end: int) -> bool:
        """Whether a noun beside the name says what it is."""
        after, before = lower_part(self.folded[end : end + BEHIND]), lower_part(self.folded[max(0, start - BEHIND) : start])
        if self.language == "zh":
            return after.startswith(self.cues.heads_zh)
        near = _WORD.findall(_PHRASE_MARK.split(after)[0])[:4] + _WORD.findall(_PHRASE_MARK.split(before)[-1])[-3:]
        return any(word.rstrip("s") in self.cues.heads or word in self.cues.heads for word in near)

    def has_place_grammar(self, start: int, end: int) -> bool:
        """Whether the words beside the name treat it as a place."""
        after, before = self.folded[end : end + BEHIND], self.folded[max(0, start - BEHIND) : start]
        return after.startswith(self.cues.locative_after) or before.endswith(self.cues.locative_before)

    def speaks_of_plant(self, start: int) -> bool:
        """Whether the sentence speaks of a plant."""
        first, last = self.sentence(start)
        said = lower_part(self.folded[first:last])
        return any(noun in said for noun in self.cues.plant_nouns)

    def leader(self, start: int) -> str:
        """The capitalised word before a name that makes one name with it, empty where there is none."""
        if start < 2 or self.folded[start - 1] != " " or self.document[start - 1] == "\n" or not self.folded[start - 2].isalnum():
            return ""
        word = self.folded[max(0, start - BEHIND) : start - 1].rpartition(" ")[2].lstrip("\"'(«“")
        if not word[:1].isupper() or word in _OPENERS or self.opens_sentence(start - 1 - len(word)):
            return ""
        return word

    def stands_alone(self, start: int, end: int) -> bool:
        """Whether no capitalised word stands beside the name, and a single word is not merely the first of a sentence."""
        if self.language == "zh":
            return True
        folded = self.folded
        if folded[end : end + 1] == " " and self.document[end] != "\n" and folded[end + 1 : end + 2].isupper():
            return False
        if self.leader(start) or (start > 0 and folded[start - 1] == "-"):
            return False
        if " " in folded[start:end] or not self.opens_sentence(start) or self.has_grammar(start, end):
            return True
        return _CELL_END.match(folded, end) is not None


def _proper(context: Surroundings, _entity: str, start: int, end: int, _value: str) -> bool:
    return context.stands_alone(start, end) and not (start < context.title_end and context.is_headline)


def _near(context: Surroundings, _entity: str, start: int, end: int, value: str) -> bool:
    after = _LIST_MARK.split(context.folded[end : end + NEAR], maxsplit=1)[0]
    before = _LIST_MARK.split(context.folded[max(0, start - NEAR) : start])[-1]
    return value in after or value in before


def _opening(context: Surroundings, _entity: str, start: int, end: int, _value: str) -> bool:
    if not context.title_end <= start < context.title_end + OPENING:
        return False
    return bool(_DATELINE_END.search(context.folded, end, end + OPENING) or _HEAD_DATE.match(context.folded, end))


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
    "opening": _opening,
    "after": lambda c, entity, s, e, v: v in c.folded[max(0, s - AFTER) : s],
    "no": lambda c, entity, s, e, v: not c.holds_word(v),
    "in": lambda c, entity, s, e, v: v in c.countries(),
    "word": lambda c, entity, s, e, v: c.holds_word(v),
}
