"""The automaton of all names: one pass over a text finds every string that may be a name or tells of one.

Patterns keep the case they are written in, with capitals and a capital first letter beside it; so `Neo` and `neo`,
`US` and `us` are told apart by the automaton itself.
"""

from collections import defaultdict
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind
from msgspec import Struct

from pipelines.enrich.folding import fold, is_word
from pipelines.enrich.knowledge import knowledge
from pipelines.reference import register
from pipelines.reference.register import ContextRule, Entity


class Role:
    """What a string of the automaton may be, or tell of: bits."""

    NAME = 1
    TOWN = 2
    CHAIN = 4  # a word of the chain
    CODE = 8  # a number that is a ticker
    EXCHANGE = 16
    LEGAL = 32  # a legal form after a name
    SUFFIX = 64  # the ending of a Chinese organisation's name
    AUTHORITY = 128  # the head of an authority's name
    DESCRIPTOR = 256  # a common noun before a name
    HIDDEN = 512  # a string that holds a name and means something else
    DEAL = 1024  # a verb that only parties of a deal have

    OUTSIDE = LEGAL | SUFFIX | AUTHORITY | DESCRIPTOR | DEAL


class Pattern(Struct, frozen=True):
    """A string of the automaton and what it may be."""

    text: str
    roles: int
    claims: tuple[tuple[str, ContextRule | None], ...] = ()  # of a name: whose it may be, and what that needs
    plain: str = ""  # the entity, where there is one and it needs nothing
    is_counted: bool = False  # a plain company or site: its name is a word of the chain
    towns: tuple[str, ...] = ()  # facilities that the town stands for
    type: str = ""  # of an organisation that the pattern introduces
    prefix: int = -1  # the longest other name that begins this one: what is left when the context denies it
    opens: bool = True  # begins with a letter of a script with spaces, so that none may stand before it
    closes: bool = True


class NameIndex(Struct, frozen=True):
    """Automaton and patterns, by the same numbers."""

    automaton: AhoCorasick
    patterns: tuple[Pattern, ...]


# As texts write the exchange before the colon.
_EXCHANGES = {"NASDAQ": "Nasdaq", "NYSEAMERICAN": "NYSE American", "EURONEXT": "Euronext"}
_COUNTED = frozenset({"company", "facility", "deposit"})


class _Draft:
    """A pattern while its readings are being gathered."""

    def __init__(self) -> None:
        self.roles = 0
        self.claims: dict[str, str] = {}  # entity -> alias as the register writes it
        self.towns: list[str] = []
        self.type = ""


Drafts = defaultdict[str, _Draft]


def _names(entity: Entity, language: str) -> tuple[str, ...]:
    """Names that texts of the language may use: French names of places only in French, all others everywhere."""
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


def _add_register(drafts: Drafts, language: str) -> None:
    for entity in register().entities.values():
        for name in _names(entity, language):
            for variant in _variants(name):
                drafts[variant].roles |= Role.NAME
                drafts[variant].claims.setdefault(entity.id, name)
        for ticker in entity.ticker:
            exchange, code = ticker.split(":")
            drafts[_EXCHANGES.get(exchange, exchange)].roles |= Role.EXCHANGE
            if code.isdigit():
                drafts[code].roles |= Role.CODE
                drafts[code].claims.setdefault(entity.id, code)
    for facility, towns in register().towns.items():
        for town in towns:
            drafts[fold(town)].roles |= Role.TOWN
            drafts[fold(town)].towns.append(facility)


def _add_words(drafts: Drafts, language: str) -> None:
    """Words of the language that tell of names: of the chain, before and after organisations."""

    def add(text: str, role: int, type_: str = "") -> None:
        drafts[fold(text)].roles |= role
        drafts[fold(text)].type = type_ or drafts[fold(text)].type

    for code in dict.fromkeys((language, "en", "fr", "zh")):
        for term in knowledge(code, "names")["chain_terms"]:
            add(term, Role.CHAIN)
            add(term[0].upper() + term[1:], Role.CHAIN)
    known: dict[str, Any] = knowledge(language, "names")
    for form in (*known["legal"]["forms"], *known["legal"].get("words", ())):
        add(form, Role.LEGAL)
    for trade in known["legal"].get("trades", ()):
        add(trade, Role.LEGAL, "trade")
    for type_, endings in known["organisations"].items():
        for ending in endings:
            add(ending, Role.SUFFIX, type_)
    for head in known["authorities"]["heads"]:
        space = "" if head.endswith("'") else " "
        add(head + space, Role.AUTHORITY)
        add(head[0].upper() + head[1:] + space, Role.AUTHORITY)
    for type_, words in known["descriptors"].items():
        for word in words:
            add(word + " ", Role.DESCRIPTOR, type_)
    for verb in known.get("deals", {}).get("verbs", ()):
        add(verb, Role.DEAL)
    for text in known["hidden"]["strings"]:
        add(text, Role.HIDDEN)


@cache
def name_index(language: str) -> NameIndex:
    """The index for texts of `language` (en, fr, zh), built once."""
    drafts: Drafts = defaultdict(_Draft)
    _add_register(drafts, language)
    _add_words(drafts, language)
    texts = sorted(drafts)
    number = {text: i for i, text in enumerate(texts)}
    named = {text for text in texts if drafts[text].roles & Role.NAME}
    patterns = tuple(_pattern(text, drafts[text], number, named) for text in texts)
    return NameIndex(AhoCorasick(texts, matchkind=MatchKind.LeftmostLongest), patterns)


def _pattern(text: str, draft: _Draft, number: dict[str, int], named: set[str]) -> Pattern:
    known = register()
    claims = tuple((entity, known.context_rules.get((entity, alias))) for entity, alias in draft.claims.items())
    is_plain = bool(draft.roles & Role.NAME) and len(claims) == 1 and claims[0][1] is None
    plain = claims[0][0] if is_plain else ""
    return Pattern(
        text=text,
        roles=draft.roles,
        claims=claims,
        plain=plain,
        is_counted=is_plain and known.entities[plain].type in _COUNTED,
        towns=tuple(draft.towns),
        type=draft.type,
        prefix=next((number[text[:n]] for n in range(len(text) - 1, 1, -1) if text[:n] in named), -1),
        opens=is_word(text[0]),
        closes=is_word(text[-1]),
    )
