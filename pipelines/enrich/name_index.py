"""The automaton of all names: one pass over a text finds every string that may be a name or tells of one.

Patterns keep the case they are written in, with capitals and a capital first letter beside it; so `Neo` and `neo`,
`US` and `us` are told apart by the automaton itself.
"""

from functools import cache
from typing import Literal

from ahocorasick_rs import AhoCorasick, MatchKind
from msgspec import Struct

from pipelines.enrich.folding import fold
from pipelines.enrich.knowledge import knowledge
from pipelines.reference import register
from pipelines.reference.register import Entity

Kind = Literal["name", "chain", "town", "legal", "suffix", "authority", "descriptor", "hidden", "exchange", "code"]


class Pattern(Struct, frozen=True):
    """A string of the automaton: what kinds it is of and, for a name, whose it may be."""

    text: str
    kinds: frozenset[Kind]
    entities: tuple[str, ...] = ()  # of a name, in the order of the register
    aliases: tuple[str, ...] = ()  # the alias as the register writes it, for each of `entities`
    towns: tuple[str, ...] = ()  # facilities that the town stands for
    type: str = ""  # of an organisation that the pattern introduces
    prefix: int = -1  # the longest other name that begins this one: what is left when the context denies it


# As texts write the exchange before the colon.
EXCHANGES = {"NASDAQ": "Nasdaq", "NYSEAMERICAN": "NYSE American", "EURONEXT": "Euronext"}


class NameIndex(Struct, frozen=True):
    """Automaton and patterns, by the same numbers."""

    automaton: AhoCorasick
    patterns: tuple[Pattern, ...]


def _names(entity: Entity, language: str) -> tuple[str, ...]:
    """Names that texts of the language may use: for places those of French only in French, for all others every language's."""
    extra = register().extra_aliases.get(entity.id, ())
    if entity.type == "place" and language != "fr":
        french = set(entity.aliases_fr) - {entity.name, *entity.aliases_en}
        return tuple(name for name in (*entity.names, *extra) if name not in french)
    return tuple(dict.fromkeys((*entity.names, *extra)))


def _variants(name: str) -> set[str]:
    """`name` with plain characters, in capitals, with a capital first letter, with half-width brackets."""
    plain = fold(name)
    found = {plain, plain.replace("（", "(").replace("）", ")")}
    if len(plain) > 3:
        found |= {plain.upper()}
    if " " in plain and plain[0].islower():
        found |= {plain[0].upper() + plain[1:]}
    if " Rare Earth" in plain:
        found |= {plain.replace(" Rare Earth", " Rare-Earth")}
    return found


def _add(table: dict[str, dict[str, list[str]]], text: str, kind: Kind, **values: str) -> None:
    cell = table.setdefault(text, {"kinds": [], "entities": [], "aliases": [], "towns": [], "type": []})
    cell["kinds"].append(kind)
    for key, value in values.items():
        cell[key].append(value)


def _add_words(table: dict[str, dict[str, list[str]]], language: str) -> None:
    """Words of the language that tell of names: of the chain, before and after organisations."""
    for code in dict.fromkeys((language, "en", "fr", "zh")):
        for term in knowledge(code, "names")["chain_terms"]:
            for variant in {term, term[0].upper() + term[1:]}:
                _add(table, fold(variant), "chain")
    known = knowledge(language, "names")
    for form in known.get("legal", {}).get("forms", ()):
        _add(table, " " + fold(form), "legal")
    for type_, endings in known.get("organisations", {}).items():
        for ending in endings if type_ != "stops" else ():
            _add(table, ending, "suffix", type=type_)
    for head in known.get("authorities", {}).get("heads", ()):
        for variant in {head, head[0].upper() + head[1:]}:
            _add(table, fold(variant) + ("" if head.endswith("'") else " "), "authority")
    for type_, words in known.get("descriptors", {}).items():
        for word in words:
            _add(table, fold(word) + " ", "descriptor", type=type_)
    for text in known.get("hidden", {}).get("strings", ()):
        _add(table, text, "hidden")


@cache
def name_index(language: str) -> NameIndex:
    """The index for texts of `language` (en, fr, zh), built once."""
    table: dict[str, dict[str, list[str]]] = {}
    for entity in register().entities.values():
        for name in _names(entity, language):
            for variant in sorted(_variants(name)):
                if entity.id not in table.get(variant, {}).get("entities", ()):
                    _add(table, variant, "name", entities=entity.id, aliases=name)
    for entity in register().entities.values():
        for ticker in entity.ticker:
            exchange, code = ticker.split(":")
            _add(table, EXCHANGES.get(exchange, exchange), "exchange")
            if code.isdigit():
                _add(table, code, "code", entities=entity.id)
    for facility, towns in register().towns.items():
        for town in towns:
            _add(table, fold(town), "town", towns=facility)
    _add_words(table, language)
    texts = sorted(table)
    number = {text: i for i, text in enumerate(texts)}
    named = {text for text in texts if "name" in table[text]["kinds"]}
    patterns = []
    for text in texts:
        cell = table[text]
        prefix = next((number[text[:n]] for n in range(len(text) - 1, 1, -1) if text[:n] in named), -1)
        patterns.append(
            Pattern(
                text, frozenset(cell["kinds"]), tuple(cell["entities"]), tuple(cell["aliases"]),  # type: ignore[arg-type]
                tuple(cell["towns"]), next(iter(cell["type"]), ""), prefix,
            )  # fmt: skip
        )
    return NameIndex(AhoCorasick(texts, matchkind=MatchKind.LeftmostLongest), tuple(patterns))
