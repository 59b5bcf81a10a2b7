"""Materials: elements, groups, magnets and minerals named in a text, with the form that stands beside them.

« oxydes de dysprosium et de terbium », "dysprosium and terbium oxides" and 氧化镝、氧化铽 all give two oxides. Symbols (Dy, Tb,
Nd2O3) count only where they cannot be words.
"""

import re
from collections.abc import Sequence
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind
from msgspec import Struct

from pipelines.enrich.folding import find, fold, is_word, lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.reading import MaterialMention, Mention
from pipelines.reference import register

LINK = 12  # the longest link between two materials of a list, in characters
REACH = 32  # characters in which a noun of form stands beside its material


class MaterialIndex(Struct, frozen=True):
    """Automaton over lower-case text, what each pattern names, and the nouns of form, longest first."""

    automaton: AhoCorasick
    ids: tuple[tuple[str, ...], ...]  # empty: the string hides a material
    forms: tuple[tuple[str, str], ...]  # noun, form
    prefixes: tuple[tuple[str, str], ...]  # characters before the material, form
    links: tuple[str, ...]
    fillers: tuple[str, ...]
    joints: tuple[str, ...]
    mixed: tuple[str, ...]
    is_form_after: bool


class Named(Struct):
    """A material found, before its form is known."""

    start: int
    end: int
    ids: tuple[str, ...]
    form: str | None = None
    is_mixed: bool = False


# Symbols that are no words; those that are (In, As, Y, La, Er …) count in a formula or in a list with one of these.
_FORMULA = re.compile(
    r"(?<![\w-])(?:(?P<pair>NdPr|PrNd|Nd[/-]Pr|Pr[/-]Nd|DyTb|Dy[/-]Tb|Tb[/-]Dy)|(?P<magnet>Nd-?Fe-?B|Nd2Fe14B|SmCo5?|Sm2Co17)"
    r"|(?P<oxide>(?:Sc|Y|La|Ce|Pr|Nd|Sm|Eu|Gd|Tb|Dy|Ho|Er|Tm|Yb|Lu|Ga|Ge|Sb|W|Nb|V)\d{0,2}O\d{1,2})|(?P<symbol>Nd|Dy|Tb|Sm|Gd|Eu|Yb|Lu)"
    r")(?![\w])(?!-\w*[a-z])"
)
_LISTED = re.compile(r"(?:, | and | et |/|、)(Nd|Pr|Dy|Tb|Sm|Gd|Eu|Yb|Lu|Sc|Y|La|Ce|Ho|Er|Tm|Ga|Ge|Sb)(?![\w-])")
_PAIRS = {"Nd": ("NdPr",), "Pr": ("NdPr",), "Dy": ("Dy", "Tb"), "Tb": ("Dy", "Tb")}
_GROUPS = frozenset({"rare_earths", "light", "heavy"})
_LETTERS = re.compile(r"[A-Z][a-z]?")
_WHERE_SYMBOLS = re.compile("Nd|Dy|Tb|Sm|Pr|Gd|Eu|Yb|Lu|O[2-9]")


def materials(text: str, language: str, mentions: Sequence[Mention] = ()) -> list[MaterialMention]:
    """Materials in order of place; a string that names two gives two mentions.

    `mentions` are the entities named in the text: a material inside such a name (北方稀土) is none.
    """
    index = material_index(language if language in {"en", "fr", "zh"} else "en")
    folded = fold(text)
    low = lower(folded)
    found = _outside(_words(index, folded, low), folded, mentions)
    if _WHERE_SYMBOLS.search(folded):
        found = _merged(found, _symbols(folded))
    _give_forms(index, low, found)
    found = _without_spelt_out(low, found)
    return [MaterialMention(n.start, n.end, key, n.form, n.is_mixed) for n in found for key in n.ids]


def _outside(found: list[Named], folded: str, mentions: Sequence[Mention]) -> list[Named]:
    """Without what is part of an entity's name; "neo magnet" in "neo magnet plant in …" stays, being in lower case."""
    spans = [(m.start, m.end) for m in mentions if not (m.in_title or m.in_removed or m.is_anaphor)]
    return [n for n in found if folded[n.start].islower() or not any(a <= n.start and n.end <= b for a, b in spans)]


def _words(index: MaterialIndex, folded: str, low: str) -> list[Named]:
    found = []
    for number, start, end in find(index.automaton, low):
        if start and is_word(low[start]) and (is_word(low[start - 1]) or low[start - 1] == "-"):
            continue
        if end < len(low) and is_word(low[end - 1]) and is_word(low[end]):
            continue
        ids = index.ids[number]
        if ids and not _is_part_of_name(folded, start, end):
            found.append(Named(start, end, ids))
    return found


def _is_part_of_name(folded: str, start: int, end: int) -> bool:
    """Whether "Rare Earth" with capitals is part of a name: only a headline or a name writes the second capital."""
    words = folded[start:end].split(" ")
    return len(words) > 1 and all(word[:1].isupper() for word in words) and not folded[start:end].isupper()


def _symbols(folded: str) -> list[Named]:
    found = []
    for match in _FORMULA.finditer(folded):
        text = match.group()
        if match["pair"]:
            found.append(Named(match.start(), match.end(), _PAIRS[text[:2]]))
        elif match["magnet"]:
            found.append(Named(match.start(), match.end(), ("NdFeB",) if text[0] == "N" else ("SmCo",)))
        elif match["oxide"]:
            symbol = _LETTERS.match(text.partition("O")[0])
            found.append(Named(match.start(), match.end(), (symbol.group() if symbol else text,), "oxide"))
        else:
            found.append(Named(match.start(), match.end(), (text,)))
            following = _LISTED.match(folded, match.end())
            while following:
                found.append(Named(following.start(1), following.end(1), (following[1],)))
                following = _LISTED.match(folded, following.end())
    return found


def _merged(words: list[Named], symbols: list[Named]) -> list[Named]:
    """Both, in order, without what overlaps a longer one."""
    kept: list[Named] = []
    for named in sorted((*words, *symbols), key=lambda n: (n.start, n.start - n.end)):
        if not kept or named.start >= kept[-1].end:
            kept.append(named)
    return kept


def _give_forms(index: MaterialIndex, low: str, found: list[Named]) -> None:
    """Set form and `is_mixed` of each; a form holds for all of a list: "dysprosium and terbium oxides"."""
    for named in found:
        if named.form is None:
            named.form = _form_before(index, low, named) or (_form_after(index, low, named.end) if index.is_form_after else None)
        named.is_mixed = any(word in low[max(0, named.start - 24) : named.start] for word in index.mixed) or (
            not index.is_form_after and low.startswith(tuple(" " + word for word in index.mixed), named.end)
        )
    pairs = list(zip(found, found[1:], strict=False))
    for left, right in reversed(pairs) if index.is_form_after else pairs:
        giver, taker = (right, left) if index.is_form_after else (left, right)
        if taker.form is None and giver.form and right.start - left.end <= LINK and low[left.end : right.start] in index.links:
            taker.form = giver.form
    for named in found:
        if named.form is None and named.ids[0] in {"NdFeB", "SmCo"}:
            named.form = "magnet"


def _without_spelt_out(low: str, found: list[Named]) -> list[Named]:
    """Without groups whose members follow in brackets: "seven heavy rare earths (samarium, gadolinium …)"."""
    spelt = {
        id(group)
        for group, first, second in zip(found, found[1:], found[2:], strict=False)
        if group.ids[0] in _GROUPS and low[group.end : first.start].strip(" s") in {"(", "（"} and ")" not in low[first.end : second.start]
    }
    return [named for named in found if id(named) not in spelt]


def _form_after(index: MaterialIndex, low: str, end: int) -> str | None:
    """The form that the next words give, fillers skipped."""
    after = low[end : end + REACH]
    while True:
        stripped = after.lstrip(" -")
        for noun, form in index.forms:
            if stripped.startswith(noun) and not (is_word(noun[-1]) and is_word(stripped[len(noun) : len(noun) + 1] or " ")):
                return form
        filler = next((word for word in index.fillers if after.startswith(word)), None)
        if not filler:
            return None
        after = after[len(filler) :]


def _form_before(index: MaterialIndex, low: str, named: Named) -> str | None:
    """The form that the words before give: 氧化…, « oxyde de … », "oxides of …"."""
    surface, before = low[named.start : named.end], low[max(0, named.start - REACH) : named.start]
    for noun, form in index.forms:  # 镨钕金属 stands in the table as one name
        if index.prefixes and surface.endswith(noun):
            return form
    for prefix, form in index.prefixes:
        if before.endswith(prefix):
            return form
        if surface.startswith(prefix):
            return form
    joint = next((joint for joint in index.joints if before.endswith(joint)), None)
    if joint is None:
        return None
    before = before[: -len(joint)]
    for _ in range(2):
        filler = next((word for word in index.fillers if before.endswith(word)), None)
        before = before[: -len(filler)] if filler else before
    for noun, form in index.forms:
        if before.endswith(noun) and not is_word(before[-len(noun) - 1 : -len(noun)] or " "):
            return form
    return None


@cache
def material_index(language: str) -> MaterialIndex:
    """The index for texts of the language, built once from the reference table and the language's data file."""
    known = knowledge(language, "materials")
    names: dict[str, tuple[str, ...]] = {}
    for material in register().materials.values():
        for name in (*material.names_en, *material.names_zh, *(material.names_fr if language == "fr" else ())):
            names[lower(fold(name))] = (material.id,)
    for name, ids in known["names"].items():
        names[lower(fold(name))] = tuple(ids)
    for name in known["left_out"]["names"]:
        names.pop(lower(fold(name)), None)
    for name in known["left_out"].get("hidden", ()):
        names[name] = ()
    for name in [name for name in names if len(name) < 3 and name.isascii()]:
        del names[name]
    grammar = known["grammar"]
    forms = [(noun, form) for form, nouns in known["forms"].items() for noun in nouns]
    joints = tuple(sorted(grammar.get("joints", (" of ",)), key=len, reverse=True))
    texts = sorted(names)
    return MaterialIndex(
        automaton=AhoCorasick(texts, matchkind=MatchKind.LeftmostLongest),
        ids=tuple(names[text] for text in texts),
        forms=tuple(sorted(forms, key=lambda pair: -len(pair[0]))),
        prefixes=tuple(known.get("prefixes", {}).items()),
        links=tuple(grammar["links"]),
        fillers=tuple(sorted(grammar["fillers"], key=len, reverse=True)),
        joints=joints,
        mixed=tuple(lower(word) for word in grammar["mixed"]),
        is_form_after=grammar["order"] == "after",
    )
