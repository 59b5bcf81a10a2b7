"""The figures of a sentence, and the verdict on two numbers that should be equal."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pipelines.enrich.quantities import Count, Share
from pipelines.enrich.reading import Amount, MaterialMention, Quantity, Sentence, Verdict, Witness

CLEARLY = 0.01  # beyond the rounding by this much, relative, is no rounding


class Figures:
    """What one sentence holds; offsets count characters of the text."""

    def __init__(self, text: str, low: str, language: str, known: dict[str, Any], sentence: Sentence) -> None:
        self.text, self.low, self.language, self.known = text, low, language, known
        self.start, self.end, self.paragraph = sentence.start, sentence.end, sentence.paragraph
        self.quantities: list[Quantity] = []
        self.amounts: list[Amount] = []
        self.shares: list[Share] = []
        self.counts: list[Count] = []
        self.materials: list[MaterialMention] = []
        self.previous: Figures | None = None
        self.said = low[sentence.start : sentence.end]

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


Item = TypeVar("Item", Quantity, Amount, Share, Count, MaterialMention)


def spread(items: Iterable[Item], starts: Sequence[int], cells: Sequence[list[Item]]) -> None:
    """Put each item into the cell of its sentence; `starts` are those of the sentences, both in order."""
    i = 0
    for item in items:
        while i + 1 < len(starts) and starts[i + 1] <= item.start:
            i += 1
        if i < len(cells):
            cells[i].append(item)
