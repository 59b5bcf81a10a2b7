"""Entities: names of the register, and organisations outside it, in title, body and removed lines.

One pass of the automaton finds every string that may be a name; names that are plain are taken, those that are also words
wait until the whole document is known (`name_context`). Nothing is resolved by chance: a name that fits two entities
stays without an id and carries both.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache

from msgspec import Struct

from pipelines.enrich.acronyms import spells
from pipelines.enrich.folding import FIRST_CJK, find, fold, is_word
from pipelines.enrich.longer_names import whole_names
from pipelines.enrich.name_context import Surroundings
from pipelines.enrich.name_index import NameIndex, Pattern, Role, name_index
from pipelines.enrich.organisations import organisations
from pipelines.enrich.reading import Mention, Sentence
from pipelines.enrich.towns import plants_of_towns
from pipelines.reference import register

_TICKER = re.compile(r"(?:[A-Z]{1,4})?[ :：-]{0,3}([A-Z0-9]{1,6})\b")
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_INITIAL = re.compile(r"[^\W\d_]+")
_NAME, _TOWN, _CHAIN, _CODE, _EXCHANGE, _OUTSIDE = Role.NAME, Role.TOWN, Role.CHAIN, Role.CODE, Role.EXCHANGE, Role.OUTSIDE
MOST = 5000  # names that are also words, weighed in one document: no text that people wrote holds more
LANGUAGES = frozenset({"en", "fr", "zh"})
_END_OF_WORK = frozenset("》〉』")
_TITLE_OF_WORK = frozenset("《〈『")
_QUOTES = frozenset('“【《「"')

Hit = tuple[int, int, tuple[str, ...]]  # start, end, whose name it is: several where it was left unresolved
Match = tuple[int, int, Pattern]


class Found(Struct):
    """What one pass over a document found."""

    plain: list[Hit]
    waiting: list[Match]  # names that are also words
    words: list[Match]  # what tells of organisations outside the register
    towns: list[Match]


def mentions(
    title: str, text: str, language: str, sentences: Sequence[Sentence] | None = None, removed: Iterable[str] = ()
) -> list[Mention]:
    """All mentions, in order of place: title, body, removed lines.

    Offsets count characters of the part that a mention stands in. Safe on any Unicode; linear in the length of the text.
    """
    language = language if language in LANGUAGES else "en"
    document = "\n".join((title, text, *removed))
    context = Surroundings(document, fold(document), len(title), language, sentences)
    index = name_index(language)
    found = _scan(context, index)
    hits = whole_names(context, _resolve(context, found, index), found.words)
    if found.towns:
        hits = _with_towns(context, hits, found.towns)
    outside = organisations(context, found.words, hits) if found.words else []
    entities, parts = register().entities, _Parts(document, len(title), len(title) + len(text) + 1)
    made = [
        parts.mention(start, end, entities[keys[0]].type, keys[0] if len(keys) == 1 else None, keys if len(keys) > 1 else ())
        for start, end, keys in hits
    ]
    made += [parts.mention(start, end, type_, None, ()) for start, end, type_ in outside]
    return sorted(made, key=lambda m: (not m.in_title, m.in_removed, m.start, m.end)) if outside or found.towns else made


def _scan(context: Surroundings, index: NameIndex) -> Found:
    """One pass over the text: words of the chain, codes and plain names go to `context`, the rest is handed back."""
    folded, found, patterns, named = context.folded, Found([], [], [], []), index.patterns, context.named
    last = len(folded)
    for number, start, end in find(index.automaton, folded):
        pattern = patterns[number]
        if pattern.opens and start and (beside := folded[start - 1]).isalnum() and beside < FIRST_CJK:
            continue
        if pattern.closes and end < last and (beside := folded[end]).isalnum() and beside < FIRST_CJK:
            continue
        roles = pattern.roles
        if roles & _NAME and not (start and folded[start - 1] in _TITLE_OF_WORK and folded[end : end + 1] not in _END_OF_WORK):
            if pattern.plain:
                found.plain.append((start, end, (pattern.plain,)))
                named.add(pattern.plain)
                if pattern.is_counted:
                    context.terms.add(pattern.plain)
                    context.met += 1
            else:
                found.waiting.append((start, end, pattern))
        if roles & _CHAIN and not (start and folded[start - 1] in _TITLE_OF_WORK):
            context.terms.add(pattern.text.lower())
            context.met += 1
        if roles & _OUTSIDE:
            found.words.append((start, end, pattern))
        if roles & _TOWN:
            found.towns.append((start, end, pattern))
        if roles & _CODE:
            named.update(entity for entity, _ in pattern.claims)
        elif roles & _EXCHANGE:
            _take_ticker(context, end)
    return found


def _take_ticker(context: Surroundings, end: int) -> None:
    code = _TICKER.match(context.folded, end)
    if code:
        context.named.update(_tickers().get(code[1], ()))


@cache
def _tickers() -> dict[str, tuple[str, ...]]:
    """Entities by the code of their ticker, whatever the exchange."""
    by_code: dict[str, tuple[str, ...]] = {}
    for entity in register().entities.values():
        for ticker in entity.ticker:
            code = ticker.partition(":")[2]
            by_code[code] = (*by_code.get(code, ()), entity.id)
    return by_code


def _resolve(context: Surroundings, found: Found, index: NameIndex) -> list[Hit]:
    """Names borne out: plain ones at once, the others when these are known, and again with what that added."""
    if not found.waiting:
        return found.plain
    waiting, kept = found.waiting[:MOST], list(found.plain)
    blocked = _defined_otherwise(context, waiting) | _surnames(context, waiting)
    for is_last in (False, True):
        still = []
        for start, end, pattern in waiting:
            keys = () if pattern.text in blocked else _choose(context, start, end, pattern)
            if len(keys) == 1:
                kept.append((start, end, keys))
                context.named.update(keys)
            elif keys and is_last:
                kept.append((start, end, keys))
            elif is_last and pattern.prefix >= 0 and not _is_named_otherwise(context, start, end, pattern):
                kept += _shorter(context, start, pattern, index)
            else:
                still.append((start, end, pattern))
        waiting = still
    return sorted(kept)


def _choose(context: Surroundings, start: int, end: int, pattern: Pattern) -> tuple[str, ...]:
    """The entity whose strongest condition holds; both where two hold equally."""
    ranked = []
    for entity, rule in pattern.claims:
        rank = context.holds(rule, start, end) if rule else 0
        if rank is not None:
            ranked.append((rank, entity))
    best = min(ranked)[0] if ranked else 0
    return tuple(entity for rank, entity in ranked if rank == best)


def _is_named_otherwise(context: Surroundings, start: int, end: int, pattern: Pattern) -> bool:
    """Whether a name not borne out here is a name all the same: in quotes, or of one that the document names elsewhere."""
    if context.folded[start - 1 : start] in _QUOTES:
        return True
    return any(rule and entity in context.named and not context.denied(rule, start, end) for entity, rule in pattern.claims)


def _shorter(context: Surroundings, start: int, pattern: Pattern, index: NameIndex) -> list[Hit]:
    """The longest shorter name at the same place that is borne out: 中国 in 中国稀土."""
    while pattern.prefix >= 0:
        pattern = index.patterns[pattern.prefix]
        end = start + len(pattern.text)
        if pattern.closes and is_word(context.folded[end : end + 1] or " "):
            continue
        keys = _choose(context, start, end, pattern)
        if len(keys) == 1:
            context.named.update(keys)
            return [(start, end, keys)]
    return []


def _defined_otherwise(context: Surroundings, waiting: list[Match]) -> set[str]:
    """Acronyms that the text itself spells out as something else: "artisanal and small-scale mining (ASM)"."""
    blocked = set()
    for start, _, pattern in waiting:
        if context.folded[start - 1 : start] not in {"(", '"', "“"} or not _ACRONYM.fullmatch(pattern.text):
            continue
        before = context.folded[max(0, start - 90) : start].rstrip(' ("“')
        names = {fold(name) for entity, _ in pattern.claims for name in register().entities[entity].names} - {pattern.text}
        if not any(name in before for name in names) and spells(pattern.text.lower(), _INITIAL.findall(before)):
            blocked.add(pattern.text)
    return blocked


def _surnames(context: Surroundings, waiting: list[Match]) -> set[str]:
    """Names that a text which is not about the chain gives a person ("Kieran Lynas … Lynas rose above two markers")."""
    if context.language == "zh" or context.is_about_the_chain:
        return set()
    entities = register().entities
    words = ((start, p) for start, _, p in waiting if " " not in p.text)
    firms = [(start, p.text) for start, p in words if all(entities[key].type == "company" for key, _ in p.claims)]
    return {name for start, name in firms if (given := context.leader(start)) and not given.isupper()}


def _with_towns(context: Surroundings, hits: list[Hit], towns: list[Match]) -> list[Hit]:
    """With the plants that towns stand for, where no name covers them."""
    named = {keys[0] for _, _, keys in hits if len(keys) == 1}
    ends = [end for _, end, _ in hits]
    free: list[Hit] = []
    for start, end, key in plants_of_towns(context, towns, named):
        i = bisect_right(ends, start)
        if i == len(hits) or hits[i][0] >= end:
            free.append((start, end, (key,)))
    return sorted(hits + free)


class _Parts:
    """Where title, body and removed lines of a joined document begin."""

    def __init__(self, document: str, title_end: int, body_end: int) -> None:
        self.document, self.body, self.rest = document, title_end + 1, body_end + 1

    def mention(self, start: int, end: int, type_: str, key: str | None, candidates: tuple[str, ...]) -> Mention:
        """A mention with offsets of its own part."""
        surface = self.document[start:end]
        if start < self.body:
            return Mention(start, end, surface, type_, key, candidates, in_title=True)  # type: ignore[arg-type]
        in_removed = start >= self.rest
        offset = self.rest if in_removed else self.body
        return Mention(start - offset, end - offset, surface, type_, key, candidates, in_removed=in_removed)  # type: ignore[arg-type]
