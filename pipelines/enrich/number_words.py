"""Numbers written in words before a unit: "two thousand tonnes", « une trentaine de tonnes », "half a million dollars".

Chinese numerals are read with the digits (`measures`). Only what stands right before a unit is looked at: elsewhere a word
such as "one" is rarely a figure.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick

from pipelines.enrich.text import well_formed

REACH = 80  # characters before a unit in which its number stands
TOKEN = re.compile(r"[^\W\d_]+")
GAP = re.compile(r"[\s-]*")


class Written(NamedTuple):
    """A number in words; a range has its end in `value_to`."""

    start: int
    end: int
    value: float
    value_to: float | None = None


class _Token(NamedTuple):
    start: int
    end: int
    word: str


class NumberWords:
    """The number words of a language, from the table `number_words` of its quantities."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._units = AhoCorasick(table["units"])
        self._ones: dict[str, float] = table["ones"]
        self._multipliers: dict[str, float] = table["multipliers"]
        self._joined, self._after_join = frozenset(table["joined"]), frozenset(table["after_join"])
        self._ranges, self._articles = frozenset(table["ranges"]), frozenset(table["articles"])
        self._one_made = re.compile(table.get("one_made", "(?!)"))  # what stands before an article that counts

    def find(self, low: str) -> Iterator[Written]:
        """Yield the numbers before units in a text in lower case, in order of place."""
        hits = self._units.find_matches_as_indexes(well_formed(low), overlapping=True)
        for place in dict.fromkeys(start for _, start, _ in hits):
            number = self._before(low, place) if self._may_end(low, place) else None
            if number:
                yield number

    def _may_end(self, low: str, place: int) -> bool:
        """Tell cheaply whether the word before a unit is a number's."""
        word = low[max(0, place - 16) : place].replace("-", " ").rpartition(" ")[2]
        return word in self._multipliers or word in self._ones

    def _before(self, low: str, place: int) -> Written | None:
        begin = max(0, place - REACH)
        tokens = [_Token(m.start(), m.end(), m[0]) for m in TOKEN.finditer(low, begin, place)]
        last = self._run(low, tokens)
        if not last or (value := self._value(last)) is None:
            return None
        rest = tokens[: len(tokens) - len(last)]
        start = last[0].start
        if rest and rest[-1].word in self._ranges and self._touch(low, rest[-1], last[0]):
            first = self._run(low, rest[:-1])
            lower = self._value(first) if first and self._touch(low, first[-1], rest[-1]) else None
            if lower is not None:
                scale = self._multipliers.get(last[-1].word, 1.0) if first[-1].word not in self._multipliers else 1.0
                if lower * scale < value:
                    return Written(first[0].start, place, lower * scale, value)
        return None if low[start - 2 : start - 1].isdigit() else Written(start, place, value)

    def _run(self, low: str, tokens: Sequence[_Token]) -> list[_Token]:
        """Return the last tokens that make one number."""
        run: list[_Token] = []
        for token in reversed(tokens):
            if run and not self._touch(low, token, run[0]):
                break
            if not (self._is_number(token.word) or (run and self._links(token.word, run[0].word))):
                break
            run.insert(0, token)
        while run and (run[0].word in self._joined or (run[0].word in self._articles and len(run) == 1)):
            if run[0].word in self._articles and self._one_made.search(low, max(0, run[0].start - REACH), run[0].start):
                break  # « a produit une tonne d'oxyde »
            del run[0]
        return run

    def _is_number(self, word: str) -> bool:
        return word in self._ones or word in self._multipliers

    def _links(self, word: str, following: str) -> bool:
        if word in self._articles:
            return following in self._multipliers or following in self._ones
        return word in self._joined and (not self._after_join or following in self._after_join)

    @staticmethod
    def _touch(low: str, one: _Token, other: _Token) -> bool:
        return GAP.fullmatch(low, one.end, other.start) is not None

    def _value(self, run: Sequence[_Token]) -> float | None:
        """Return the number that words write; None where they write none, as "five six" does not."""
        total = current = 0.0
        words = [token.word for token in run]
        if not words or (words[0] in self._multipliers and words[0].endswith("s")):
            return None  # "millions of", « des milliers de »
        for i, word in enumerate(words):
            before = words[i - 1] if i else ""
            if word in self._multipliers:
                factor = self._multipliers[word]
                current = (current or 1.0) * factor
                if factor >= 1000:
                    total, current = total + current, 0.0
            elif word in self._joined:
                if before not in self._multipliers and not self._after_join:
                    return None  # "two and three tonnes"
            elif word in self._ones and not (word in self._articles and self._is_scaled(words[i + 1 : i + 2])):
                value = self._ones[word]
                if value == 20 and before == "quatre":
                    current += 76  # quatre-vingts
                elif current % 10 and value >= 1:
                    return None
                elif value < 1 and before in self._joined and total:
                    total += value * self._multipliers.get(words[i - 2], 0.0)  # « deux millions et demi »
                else:
                    current += value
        return total + current or None

    def _is_scaled(self, following: Sequence[str]) -> bool:
        """Tell whether an article stands before a multiplier or a half: "a thousand", « un demi-million »."""
        return any(word in self._multipliers or self._ones.get(word, 1.0) < 1 for word in following)
