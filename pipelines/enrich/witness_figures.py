"""The figures of a sentence, and the verdict on two numbers that should be equal."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

from pipelines.enrich.quantities import Count, Share
from pipelines.enrich.reading import Amount, MaterialMention, Quantity, Sentence, Verdict, Witness

_NUMBER = re.compile(r"\d+(?:[.,\s\u00a0\u202f]\d+)*")
MANY = 40  # figures of a kind; a sentence that holds more is a table, which plainly relates no two of them
CLEARLY = 0.01  # beyond the rounding by this much, relative, is no rounding


class Page(NamedTuple):
    """The text that all figures of a document stand in."""

    text: str
    low: str  # folded, lower case, of the same length
    language: str
    known: dict[str, Any]  # `languages/*/witnesses.toml`


class Figures:
    """What one sentence holds; offsets count characters of the text."""

    def __init__(self, page: Page, sentence: Sentence) -> None:
        self.text, self.low, self.language, self.known = page
        self.start, self.end, self.paragraph = sentence.start, sentence.end, sentence.paragraph
        self.quantities: list[Quantity] = []
        self.amounts: list[Amount] = []
        self.shares: list[Share] = []
        self.counts: list[Count] = []
        self.materials: Sequence[MaterialMention] = ()
        self.previous: Figures | None = None  # those of the sentence before, where it holds any
        self.said = page.low[sentence.start : sentence.end]

    def says(self, words: str) -> bool:
        """Whether the sentence holds one of the words."""
        return any(word in self.said for word in self.known[words])

    def before(self, position: int, length: int = 40) -> str:
        """What stands before a figure in its sentence, lower case."""
        return self.low[max(self.start, position - length) : position]

    def after(self, position: int, length: int = 40) -> str:
        """What stands after a figure in its sentence, lower case."""
        return self.low[position : min(self.end, position + length)]

    def is_about(self, position: int) -> bool:
        """Whether the figure is given as an approximation or a bound."""
        before = self.before(position, 24).rstrip(" ")
        return before.endswith(tuple(self.known["about"]))

    def witness(self, kind: str, verdict: Verdict, start: int, end: int, note: str) -> Witness:
        """A witness whose evidence is the text from `start` to `end`."""
        return Witness(kind, verdict, start, end, self.text[start:end], note)


def verdict(got: float, expected: float, slack: float) -> Verdict:
    """Holds within the rounding, fails clearly beyond it."""
    off = abs(got - expected) / max(abs(expected), 1e-12)
    if off <= slack + 1e-9:
        return "holds"
    return "fails" if off > max(2 * slack, slack + CLEARLY) else "not_testable"


def number(value: float) -> str:
    """A figure for a note: six significant digits, thousands apart."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def plain(digits: str) -> float | None:
    """The number that a surface begins with, a comma or a blank before three digits only grouping them."""
    match = _NUMBER.search(digits)
    if not match:
        return None
    grouped = re.sub(r"(?<=\d)[,\s\u00a0\u202f](?=\d{3}(?!\d))", "", match[0])
    return float(grouped.split()[0].replace(",", "."))  # of a row of figures the first


def within(materials: Sequence[MaterialMention], start: int, end: int) -> Sequence[MaterialMention]:
    """The materials, which stand in order, that begin between `start` and `end`."""
    first = bisect_left(materials, start, key=lambda m: m.start)
    return materials[first : bisect_left(materials, end, key=lambda m: m.start)]
