"""Stories: near copies, relays and translations of one report get one id.

Within a language two texts are compared by a sketch of their word (in Chinese: character) sequences, guarded by their
figures, since a daily price report repeats its words; across languages by the entities, quantities, amounts and days of
their events. Candidates come from an inverted index, so that the work grows with the number of documents and not with its square.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import blake2b
from itertools import pairwise
from zlib import crc32

from msgspec import Struct, msgpack

from pipelines.enrich.folding import fold, lower
from pipelines.enrich.reading import Reading

SKETCH = 64  # smallest hashes kept of a text
KEYS = 16  # of these, how many find candidates
FIGURES = 48  # hashes of numbers kept
CROWD = 100  # a key that more documents share finds nobody: it is boilerplate
COPY = 0.85  # estimated resemblance above which texts are copies whatever their figures say
NEAR = 0.3  # and above which they are near copies if their figures agree
AGREE = 0.5  # share of the smaller set that must be common
APART_DAYS = 14  # a story is not told again later than this
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MASK = (1 << 32) - 1


class Fingerprint(Struct, frozen=True, array_like=True):
    """What is kept of a document to know its story again; `pack` gives the bytes of a column."""

    language: str
    published_on: str  # ISO 8601 day, empty where unknown
    sketch: tuple[int, ...]  # smallest hashes of the text's sequences, in order
    figures: tuple[int, ...]  # hashes of the numbers in the text
    entities: tuple[str, ...]  # ids of organisations and sites
    facts: tuple[str, ...]  # quantities in tonnes, amounts, days of the events


def pack(fingerprint: Fingerprint) -> bytes:
    """The fingerprint as bytes."""
    return msgpack.encode(fingerprint)


def unpack(packed: bytes) -> Fingerprint:
    """The fingerprint of `pack`. Raises msgspec.ValidationError on other bytes."""
    return msgpack.decode(packed, type=Fingerprint)


def fingerprint(reading: Reading) -> Fingerprint:
    """The fingerprint of a document, from its clean text and its events."""
    low = lower(fold(reading.text))
    named = {m.entity_id for m in reading.mentions if m.entity_id and m.type not in {"place", "publisher"}}
    exact = reading.published_on if reading.published_precision == "day" else None
    return Fingerprint(
        language=reading.language,
        published_on=(exact or "")[:10],
        sketch=_sketch(low, reading.language),
        figures=tuple(sorted({crc32(n.encode()) for n in _NUMBER.findall(low)})[:FIGURES]),
        entities=tuple(sorted(named)),
        facts=tuple(sorted(_facts(reading))),
    )


def _sketch(low: str, language: str) -> tuple[int, ...]:
    """The smallest hashes of all sequences of four words, or of five characters in Chinese."""
    if language == "zh":
        units = [ord(c) * 2654435761 & _MASK for c in low if c.isalnum()]
        units = [(a * 31 + b) & _MASK for a, b in pairwise(units)]
    else:
        units = [crc32(word.encode()) for word in _WORD.findall(low)]
    sequences = zip(units, units[1:], units[2:], units[3:], strict=False)
    mixed = {((a * 0x9E3779B1) ^ (b * 0x85EBCA77) ^ (c * 0xC2B2AE3D) ^ (d * 0x27D4EB2F)) & _MASK for a, b, c, d in sequences}
    return tuple(sorted(mixed)[:SKETCH])


def _facts(reading: Reading) -> set[str]:
    facts = set()
    for event in reading.events:
        if event.quantity:
            facts.add(f"{event.quantity.normalised_value:.4g} {event.quantity.normalised_unit}")
        if event.amount:
            facts.add(f"{event.amount.value:.4g} {event.amount.currency}")
        if event.date and event.date_precision == "day" and event.date != reading.published_on:
            facts.add(event.date[:10])
    return facts


def stories(new: Mapping[str, Fingerprint], known: Mapping[str, tuple[Fingerprint, str]] | None = None) -> dict[str, str]:
    """The story of each new document. `known` holds documents met before with their stories, which keep their ids.

    A document that fits two known stories joins the one with the smaller id.
    """
    known = known or {}
    prints = {**{key: pair[0] for key, pair in known.items()}, **new}
    groups = _Groups(prints)
    for a, b in _candidates(prints, new):
        if not groups.together(a, b) and is_same(prints[a], prints[b]):
            groups.join(a, b)
    members: dict[str, list[str]] = defaultdict(list)
    for key in sorted(prints):
        members[groups.root(key)].append(key)
    found = {}
    for keys in members.values():
        old = [known[key][1] for key in keys if key in known]
        first = min(keys, key=lambda key: (prints[key].published_on or "9999", key))
        story = min(old) if old else blake2b(first.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        found.update({key: story for key in keys if key in new})
    return found


def is_same(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two documents tell one story."""
    if _days_apart(a.published_on, b.published_on) > APART_DAYS:
        return False
    if a.language == b.language:
        likeness = _resemblance(a.sketch, b.sketch)
        if likeness >= COPY:
            return True
        if likeness >= NEAR and (min(len(a.figures), len(b.figures)) < 3 or _overlap(a.figures, b.figures) >= AGREE):
            return True
    shared = set(a.facts) & set(b.facts)
    same_names = set(a.entities) & set(b.entities)
    return len(shared) >= 2 and bool(same_names) and _overlap(a.facts, b.facts) >= AGREE and _overlap(a.entities, b.entities) >= AGREE


def _resemblance(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """Jaccard resemblance estimated from the smallest hashes of both."""
    size = min(SKETCH, max(len(a), len(b)))
    both = set(a) & set(b)
    if len(both) < NEAR / 2 * size or not both:
        return 0.0
    union = sorted({*a, *b})[:size]
    return sum(value in both for value in union) / len(union)


def _overlap(a: Iterable[object], b: Iterable[object]) -> float:
    left, right = set(a), set(b)
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0


def _days_apart(a: str, b: str) -> int:
    try:
        return abs((date.fromisoformat(a) - date.fromisoformat(b)).days)
    except ValueError:
        return 0


def _candidates(prints: Mapping[str, Fingerprint], new: Mapping[str, Fingerprint]) -> list[tuple[str, str]]:
    """Pairs with a new document in each that share two sequences, or a fact of an entity; in an order of their own."""
    sequences: dict[object, list[str]] = {(mark.language, hashed): [] for mark in new.values() for hashed in mark.sketch[:KEYS]}
    facts: dict[object, list[str]] = defaultdict(list)
    for key, mark in prints.items():
        for hashed in mark.sketch[:KEYS]:
            if (mark.language, hashed) in sequences:  # of the others no pair has a new document in it
                sequences[mark.language, hashed].append(key)
        for fact in mark.facts[:KEYS]:
            for entity in mark.entities[:KEYS]:
                facts[fact, entity].append(key)
    met = Counter(_pairs(sequences, new))
    short = {key for key, mark in prints.items() if len(mark.sketch) < KEYS}
    pairs = {pair for pair, times in met.items() if times >= 2 or not short.isdisjoint(pair)}
    return sorted(pairs.union(_pairs(facts, new)))


def _pairs(shelves: Mapping[object, list[str]], new: Mapping[str, Fingerprint]) -> Iterator[tuple[str, str]]:
    for keys in shelves.values():
        if 1 < len(keys) <= CROWD:
            for a in keys:
                if a in new:
                    yield from ((min(a, b), max(a, b)) for b in keys if b not in new or a < b)


class _Groups:
    """Disjoint sets; the root of a set is its smallest member, so that no order matters."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._parent = {key: key for key in keys}

    def root(self, key: str) -> str:
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def together(self, a: str, b: str) -> bool:
        return self.root(a) == self.root(b)

    def join(self, a: str, b: str) -> None:
        first, second = sorted((self.root(a), self.root(b)))
        self._parent[second] = first
