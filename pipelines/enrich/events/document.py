"""What the event reader is given of a document, in a shape that answers "what lies between these two offsets" fast."""

import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from pipelines.enrich.events.contrasts import contrasts
from pipelines.enrich.events.grammar import grammar
from pipelines.enrich.folding import fold, lower
from pipelines.enrich.reading import Amount, DateSpan, MaterialMention, Mention, Quantity, Sentence, StageMention


class Placed(Protocol):
    """Anything with offsets into the text."""

    @property
    def start(self) -> int: ...  # noqa: D102 (two offsets, as everywhere)
    @property
    def end(self) -> int: ...  # noqa: D102


T = TypeVar("T", bound=Placed)
REACH = 80  # characters before a pronoun in which its sentence is looked at
THIRD_PERSON = ("其", "该", "它")


class Found(Struct, frozen=True):
    """All that the other modules found in the clean text, each in the order of the text."""

    document_id: str
    text: str
    language: str
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    materials: tuple[MaterialMention, ...]
    stages: tuple[StageMention, ...]
    dates: tuple[DateSpan, ...]
    quantities: tuple[Quantity, ...]
    amounts: tuple[Amount, ...]
    title: str = ""
    publisher: str | None = None  # id or surface
    published_on: str | None = None


class Spans(Sequence[T]):
    """Things in the order of the text."""

    def __init__(self, items: Sequence[T]) -> None:
        self._items = tuple(items)
        self._starts = [item.start for item in self._items]
        self._starts.append(sys.maxsize)  # so that no lookup has to ask for the end of the list

    def within(self, start: int, end: int) -> tuple[T, ...]:
        """Those that start in [start, end)."""
        starts = self._starts
        low = bisect_left(starts, start)
        if starts[low] >= end:
            return ()
        return self._items[low : bisect_left(starts, end, low)]

    def any_within(self, start: int, end: int) -> bool:
        """Whether one starts in [start, end)."""
        return self._starts[bisect_left(self._starts, start)] < end

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __reversed__(self) -> Iterator[T]:
        return reversed(self._items)

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)


class Document:
    """A text and what was found in it, ready to be asked."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.text = found.text
        self.low = lower(fold(found.text))
        self.language = found.language
        self.grammar = grammar(found.language)
        self.asides = [m.span() for m in self.grammar.namesakes.finditer(found.text)]
        told = [m for m in found.mentions if not (m.in_title or m.in_removed or (m.is_anaphor and self._is_of_unnamed(m)))]
        self.mentions: Spans[Mention] = Spans([m for m in told if not self.is_aside(m.start)] if self.asides else told)
        self.materials: Spans[MaterialMention] = Spans(found.materials)
        names = () if self.grammar.has_borders else tuple(m for m in self.mentions if m.type == "company" and not m.is_anaphor)
        named = {i for m in names for i in range(m.start, m.end)}  # a company's name (…磁材有限公司) tells no step
        self.stages: Spans[StageMention] = Spans([s for s in found.stages if s.start not in named])
        self.contrasts = contrasts(self.low, found.dates, found.language)
        former = self.contrasts.former
        self.dates: Spans[DateSpan] = Spans([d for d in found.dates if d.start not in former] if former else found.dates)
        prices = {i for a in found.amounts if a.per for i in range(a.start, a.end)}  # "yuan a tonne" is no tonne
        self.quantities: Spans[Quantity] = Spans([q for q in found.quantities if q.start not in prices])
        self.amounts: Spans[Amount] = Spans(found.amounts)

    def is_aside(self, offset: int) -> bool:
        """Whether an offset is in words that only tell a name from another ("not to be confused with …"): they tell nothing else."""
        return any(start <= offset < end for start, end in self.asides)

    def _is_of_unnamed(self, pronoun: Mention) -> bool:
        """Whether a Chinese pronoun stands for a firm of its sentence that has no name ("一家企业宣布，其…")."""
        if self.grammar.has_borders or not self.text.startswith(THIRD_PERSON, pronoun.start):
            return False
        low = max(0, pronoun.start - REACH)
        start = max(low, *(self.text.rfind(mark, low, pronoun.start) + 1 for mark in "。？！\n"))
        return bool(self.grammar.unnamed_firm.search(self.low, start, pronoun.start))
