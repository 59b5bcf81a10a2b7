"""What the sentences of a text tell of their time: words of what is to come and of what was."""

from bisect import bisect_left, bisect_right
from functools import cached_property

from pipelines.enrich.date_grammar import WORD, Grammar


class Places:
    """Where words of one sense stand in a sentence, in order."""

    def __init__(self, places: list[tuple[int, int]]) -> None:
        self._places = sorted(places)

    def __bool__(self) -> bool:
        return bool(self._places)

    def stand_in(self, start: int, end: int) -> bool:
        """Tell whether one stands between two places."""
        places = self._places
        for i in range(bisect_left(places, (start, 0)), len(places)):
            if places[i][0] >= end:
                return False
            if places[i][1] <= end:
                return True
        return False


class SentenceSense:
    """One sentence: its words of what is to come and of what was, and where its clauses open."""

    def __init__(self, text: str, start: int, end: int, grammar: Grammar) -> None:
        self.start, self.end = start, end
        self._text, self._grammar = text, grammar
        self._words = WORD.findall(text, start, end) if grammar.future.words else []
        self.future = Places(grammar.future.places(self._words, text, start, end))

    @cached_property
    def past(self) -> Places:
        """The words of what was."""
        return Places(self._grammar.past.places(self._words, self._text, self.start, self.end))

    @cached_property
    def _clauses(self) -> list[tuple[int, int]]:
        """Ends and starts of the words that open a clause."""
        return [(m.end(), m.start()) for m in self._grammar.sense["clause_break"].finditer(self._text, self.start, self.end)]

    def clause_at(self, begin: int, place: int) -> int | None:
        """Return where the clause of a place opens, where that is after `begin`; None where none does."""
        i = bisect_left(self._clauses, (place + 1, 0))
        return self._clauses[i - 1][0] if i and self._clauses[i - 1][1] >= begin else None


class Senses:
    """What the sentences of a text in lower case tell of their time, found when they are asked for."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self.text, self._grammar = text, grammar
        self._read: dict[int, SentenceSense] = {}

    @cached_property
    def _stops(self) -> tuple[list[int], list[int]]:
        """Starts and ends of the marks between sentences."""
        spans = [m.span() for m in self._grammar.sense["sentence_end"].finditer(self.text)]
        return [start for start, _ in spans], [end for _, end in spans]

    def stop_after(self, place: int) -> int:
        """Return where the first mark after a place begins."""
        starts, _ = self._stops
        i = bisect_left(starts, place)
        return starts[i] if i < len(starts) else len(self.text)

    def sentence_of(self, place: int) -> SentenceSense:
        """Return the sentence that a place stands in."""
        starts, ends = self._stops
        i = bisect_right(ends, place)
        if i not in self._read:
            end = starts[i] if i < len(starts) else len(self.text)
            self._read[i] = SentenceSense(self.text, ends[i - 1] if i else 0, end, self._grammar)
        return self._read[i]
