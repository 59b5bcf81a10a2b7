"""Entities: names of the register, and organisations outside it, in title, body and removed lines.

One pass of the automaton finds every string that may be a name; names that are plain are taken, those that are also words
wait until the whole document is known (`name_context`). Nothing is resolved by chance: a name that fits two entities
stays without an id and carries both.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from pipelines.enrich.folding import find, fold, is_word
from pipelines.enrich.name_context import Surroundings
from pipelines.enrich.name_index import NameIndex, Pattern, name_index
from pipelines.enrich.organisations import organisations
from pipelines.enrich.reading import Mention, Sentence
from pipelines.enrich.towns import plants_of_towns
from pipelines.reference import register

_TICKER = re.compile(r"(?:[A-Z]{1,4})?[ :：-]{0,3}([A-Z0-9]{1,6})\b")
_ACRONYM = re.compile(r"[A-Z]{2,6}")
_INITIAL = re.compile(r"[^\W\d_]+")
LANGUAGES = ("en", "fr", "zh")


class Hit(Struct, frozen=True):
    """A name found, and whose it is; several `entities` where it was left unresolved."""

    start: int
    end: int
    entities: tuple[str, ...]


class Found(Struct):
    """What one pass over a document found, by kind."""

    names: list[tuple[int, int, Pattern]]
    words: list[tuple[int, int, Pattern]]  # what tells of organisations outside the register
    towns: list[tuple[int, int, Pattern]]


def mentions(
    title: str, text: str, language: str, sentences: Sequence[Sentence] | None = None, removed: Iterable[str] = ()
) -> list[Mention]:
    """All mentions, in order of place: title, body, removed lines.

    Offsets count characters of the part that a mention stands in. Safe on any Unicode; linear in the length of the text.
    """
    language = language if language in LANGUAGES else "en"
    document = "\n".join((title, text, *removed))
    context = Surroundings(document, fold(document), len(title), language, sentences)
    found = _scan(context, name_index(language))
    hits = _resolve(context, found, name_index(language))
    hits = _whole_names(context, hits, found)
    taken = [(hit.start, hit.end) for hit in hits]
    towns = [hit for hit in plants_of_towns(context, found.towns, {h.entities[0] for h in hits if len(h.entities) == 1})]
    hits += [Hit(a, b, (key,)) for a, b, key in towns if not any(a < y and x < b for x, y in taken)]
    outside = organisations(context, found.words, [(hit.start, hit.end) for hit in hits])
    made = [_mention(context, hit, len(text)) for hit in hits]
    made += [_placed(context, a, b, type_, None, (), len(text)) for a, b, type_ in outside]
    return sorted(made, key=lambda m: (not m.in_title, m.in_removed, m.start, m.end))


def _scan(context: Surroundings, index: NameIndex) -> Found:
    """One pass over the text: words of the chain and codes go to `context`, the rest is handed back."""
    folded, found = context.folded, Found([], [], [])
    for number, start, end in find(index.automaton, folded):
        pattern = index.patterns[number]
        if not _stands_free(folded, start, end):
            continue
        kinds = pattern.kinds
        if "name" in kinds:
            found.names.append((start, end, pattern))
        if "town" in kinds:
            found.towns.append((start, end, pattern))
        if "chain" in kinds:
            context.count(pattern.text.lower())
        if "code" in kinds:
            context.named.update(pattern.entities)
        if "exchange" in kinds:
            _take_ticker(context, pattern.text, end)
        if not kinds.isdisjoint(_OUTSIDE):
            found.words.append((start, end, pattern))
    return found


_OUTSIDE = frozenset({"legal", "suffix", "authority", "descriptor"})


def _stands_free(folded: str, start: int, end: int) -> bool:
    """Whether the match does not begin or end inside a word."""
    if start and is_word(folded[start]) and is_word(folded[start - 1]):
        return False
    return end >= len(folded) or not (is_word(folded[end - 1]) and is_word(folded[end]))


def _take_ticker(context: Surroundings, exchange: str, end: int) -> None:
    code = _TICKER.match(context.folded, end)
    if code:
        context.named.update(_tickers().get(code[1], ()))


def _tickers() -> dict[str, tuple[str, ...]]:
    if not _BY_CODE:
        for entity in register().entities.values():
            for ticker in entity.ticker:
                code = ticker.partition(":")[2]
                _BY_CODE[code] = (*_BY_CODE.get(code, ()), entity.id)
    return _BY_CODE


_BY_CODE: dict[str, tuple[str, ...]] = {}


def _resolve(context: Surroundings, found: Found, index: NameIndex) -> list[Hit]:
    """Names borne out: plain ones at once, the others when these are known, and again with what that added."""
    rules, kept, waiting = register().context_rules, [], []
    for start, end, pattern in found.names:
        keys = [(entity, alias) for entity, alias in zip(pattern.entities, pattern.aliases, strict=True)]
        if len(keys) == 1 and keys[0] not in rules:
            kept.append(Hit(start, end, (keys[0][0],)))
            context.named.add(keys[0][0])
            if register().entities[keys[0][0]].type in {"company", "facility", "deposit"}:
                context.count(keys[0][0])
        else:
            waiting.append((start, end, pattern))
    blocked = _defined_otherwise(context, waiting)
    for last in (False, True):
        still = []
        for start, end, pattern in waiting:
            hit = None if pattern.text in blocked else _choose(context, start, end, pattern)
            if hit and (len(hit.entities) == 1 or last):
                kept.append(hit)
                context.named.update(hit.entities if len(hit.entities) == 1 else ())
            elif last and pattern.prefix >= 0 and not _is_named_otherwise(context, start, end, pattern):
                kept += _shorter(context, start, pattern, index)
            else:
                still.append((start, end, pattern))
        waiting = still
    return sorted(kept, key=lambda hit: hit.start)


def _choose(context: Surroundings, start: int, end: int, pattern: Pattern) -> Hit | None:
    """The entity whose strongest condition holds; both where two hold equally."""
    rules, ranked = register().context_rules, []
    for entity, alias in zip(pattern.entities, pattern.aliases, strict=True):
        rule = rules.get((entity, alias))
        rank = context.holds(rule, start, end) if rule else 0
        if rank is not None:
            ranked.append((rank, entity))
    if not ranked:
        return None
    best = min(rank for rank, _ in ranked)
    return Hit(start, end, tuple(entity for rank, entity in ranked if rank == best))


def _is_named_otherwise(context: Surroundings, start: int, end: int, pattern: Pattern) -> bool:
    """Whether a name not borne out here is a name all the same: in quotes, or of one that the document names elsewhere."""
    if context.folded[start - 1 : start] in {"“", "【", "《", "「", '"'}:
        return True
    rules = register().context_rules
    known = [
        rules[key] for key in zip(pattern.entities, pattern.aliases, strict=True) if key in rules and key[0] in context.named
    ]
    return any(not context.denied(rule, start, end) for rule in known)


def _shorter(context: Surroundings, start: int, pattern: Pattern, index: NameIndex) -> list[Hit]:
    """The longest shorter name at the same place that is borne out: 中国 in 中国稀土."""
    while pattern.prefix >= 0:
        pattern = index.patterns[pattern.prefix]
        end = start + len(pattern.text)
        hit = _choose(context, start, end, pattern) if _stands_free(context.folded, start, end) else None
        if hit and len(hit.entities) == 1:
            context.named.update(hit.entities)
            return [hit]
    return []


def _defined_otherwise(context: Surroundings, waiting: list[tuple[int, int, Pattern]]) -> set[str]:
    """Acronyms that the text itself spells out as something else: "artisanal and small-scale mining (ASM)"."""
    blocked = set()
    for start, end, pattern in waiting:
        if not _ACRONYM.fullmatch(pattern.text) or context.folded[start - 1 : start] not in {"(", '"', "“"}:
            continue
        before = context.folded[max(0, start - 90) : start].rstrip(' ("“')
        names = [fold(name) for key in pattern.entities for name in register().entities[key].names]
        if any(name in before for name in names if name != pattern.text):
            continue
        words = _INITIAL.findall(before)[-2 * len(pattern.text) :]
        if _spells(pattern.text.lower(), words):
            blocked.add(pattern.text)
    return blocked


def _spells(acronym: str, words: list[str]) -> bool:
    """Whether initials of the last words, short ones skipped at will, spell the acronym."""
    rest = acronym
    for word in reversed(words):
        if rest and word[0].lower() == rest[-1]:
            rest = rest[:-1]
        elif len(word) > 3:
            return not rest
        if not rest:
            return True
    return False


def _whole_names(context: Surroundings, hits: list[Hit], found: Found) -> list[Hit]:
    """Without places that are part of a longer name or of a currency, and agencies of another country."""
    entities, kept = register().entities, []
    for hit in hits:
        type_ = entities[hit.entities[0]].type
        if type_ == "place" and (_is_adjunct(context, hit) or _in_organisation(context, hit, found)):
            continue
        if type_ == "agency" and kept and kept[-1].end == hit.start:
            owner = entities[kept[-1].entities[0]]
            if owner.type == "place":
                kept.pop()
                if owner.country != entities[hit.entities[0]].country:
                    continue
        kept.append(hit)
    return kept


def _is_adjunct(context: Surroundings, hit: Hit) -> bool:
    """Whether a place's name is part of a longer name: "Bank of China", "Texas Instruments", "US$"."""
    folded, known = context.folded, context.known
    after, before = folded[hit.end : hit.end + 24], folded[max(0, hit.start - 40) : hit.start].rstrip(" ")
    if after.startswith("$"):
        return True
    if before.endswith(tuple(known["longer_before"])):
        return True
    if context.language == "zh":
        return after.startswith(tuple(known["longer_after"]))
    in_title = hit.start < context.title_end
    if not in_title and context.leader(hit.start) not in {"", *known["place_leaders"]}:
        return True
    if not after.startswith(" ") or not after[1:2].isupper():
        return False
    if after[1:].startswith(tuple(known["longer_after"])):
        return True
    if in_title or hit.entities[0] == "united_states":
        return False
    return not after[1:].startswith(tuple(known["place_followers"]))


def _in_organisation(context: Surroundings, hit: Hit, found: Found) -> bool:
    """Whether a Chinese organisation's name runs on from the place: 福建 in 福建海川新材料有限公司."""
    if context.language != "zh":
        return False
    reach = context.folded[hit.end : hit.end + 16]
    for start, _, pattern in found.words:
        if "suffix" in pattern.kinds and hit.end <= start < hit.end + 14:
            between = reach[: start - hit.end]
            return not any(stop in between for stop in context.known["organisations"]["stops"])
    return False


def _mention(context: Surroundings, hit: Hit, length: int) -> Mention:
    key = hit.entities[0] if len(hit.entities) == 1 else None
    type_ = register().entities[hit.entities[0]].type
    return _placed(context, hit.start, hit.end, type_, key, () if key else hit.entities, length)


def _placed(
    context: Surroundings, start: int, end: int, type_: str, key: str | None, candidates: tuple[str, ...], length: int
) -> Mention:
    """A mention with offsets of its own part of the document."""
    surface, body = context.document[start:end], context.title_end + 1
    if start < body:
        return Mention(start, end, surface, type_, key, candidates, in_title=True)  # type: ignore[arg-type]
    offset, in_removed = (body, False) if start < body + length + 1 else (body + length + 1, True)
    return Mention(start - offset, end - offset, surface, type_, key, candidates, in_removed=in_removed)  # type: ignore[arg-type]
