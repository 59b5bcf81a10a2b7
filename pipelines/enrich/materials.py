"""Materials: elements, groups, magnets and minerals named in a text, with the form that stands beside them.

« oxydes de dysprosium et de terbium », "dysprosium and terbium oxides" and 氧化镝、氧化铽 all give two oxides. Symbols (Dy, Tb,
Nd2O3) count only where they cannot be words.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from msgspec import Struct

from pipelines.enrich.folding import find, fold, is_word, lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.reading import MaterialMention, Mention
from pipelines.reference import register

LINK = 12  # the longest link between two materials of a list, in characters
REACH = 32  # characters in which a noun of form stands beside its material
TOKEN = 8  # characters before a symbol in which its formula begins
MIXED_REACH = 24  # and in which "mixed" stands before it
_CRACKED = frozenset({"oxide", "carbonate", "chloride"})
_MAGNETS = frozenset({"NdFeB", "SmCo"})


class MaterialIndex(Struct, frozen=True):
    """Automaton over lower-case text, what each pattern names, and the patterns of form around it."""

    automaton: AhoCorasick
    ids: tuple[tuple[str, ...], ...]  # empty: the string hides a material
    forms: dict[str, str]  # noun -> form
    after: re.Pattern[str] | None  # the noun of form after a material, fillers skipped
    before: re.Pattern[str]  # the noun of form before it, up to its end
    joints: tuple[str, ...]  # what stands between that noun and the material
    prefixes: dict[str, str]  # 氧化 -> oxide
    suffixes: dict[str, str]  # after a name, with the space before them
    links: frozenset[str]
    mixed: tuple[str, ...]


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
_ANCHOR = re.compile("Nd|Dy|Tb|Sm|Pr|Gd|Eu|Yb|Lu|O[1-9]")
_TOKEN = re.compile(r"[A-Za-z\d/-]*$")


def materials(text: str, language: str, mentions: Sequence[Mention] = ()) -> list[MaterialMention]:
    """Materials in order of place; a string that names two gives two mentions.

    `mentions` are the entities named in the text: a material inside such a name (北方稀土) is none.
    """
    index = material_index(language if language in {"en", "fr", "zh"} else "en")
    folded = fold(text)
    low = lower(folded)
    found = _outside(_words(index, folded, low), folded, mentions)
    symbols = _symbols(folded)
    if symbols:
        found = _merged(found, symbols)
    _give_forms(index, low, found)
    found = _without_spelt_out(low, found)
    return [MaterialMention(n.start, n.end, key, n.form, n.is_mixed) for n in found for key in n.ids]


def _outside(found: list[Named], folded: str, mentions: Sequence[Mention]) -> list[Named]:
    """Without what is part of an entity's name; "neo magnet" in "neo magnet plant in …" stays, being in lower case."""
    names = [m for m in mentions if not (m.in_title or m.in_removed or m.is_anaphor)]
    if not names:
        return found
    starts = [m.start for m in names]
    kept = []
    for named in found:
        i = bisect_right(starts, named.start) - 1
        if i < 0 or named.start >= names[i].end or folded[named.start].islower():
            kept.append(named)
    return kept


def _words(index: MaterialIndex, folded: str, low: str) -> list[Named]:
    found, last = [], len(low)
    for number, start, end in find(index.automaton, low):
        if start and is_word(low[start]) and (is_word(low[start - 1]) or low[start - 1] == "-"):
            continue
        if end < last and is_word(low[end - 1]) and is_word(low[end]):
            continue
        ids = index.ids[number]
        if ids and not (folded[start].isupper() and _is_part_of_name(folded, start, end)):
            found.append(Named(start, end, ids))
    return found


def _is_part_of_name(folded: str, start: int, end: int) -> bool:
    """Whether "Rare Earth" with capitals is part of a name: only a headline or a name writes the second capital."""
    words = folded[start:end].split(" ")
    return len(words) > 1 and all(word[:1].isupper() for word in words) and not folded[start:end].isupper()


def _symbols(folded: str) -> list[Named]:
    found: list[Named] = []
    done = 0
    for anchor in _ANCHOR.finditer(folded):
        start = anchor.start()
        if start < done:
            continue
        token = _TOKEN.search(folded, max(done, start - TOKEN), start)
        match = _FORMULA.match(folded, token.start() if token else start)
        if not match:
            continue
        text, done = match.group(), match.end()
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
                done = following.end()
                following = _LISTED.match(folded, done)
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
            named.form = _form_before(index, low, named)
        if named.form is None and index.after:
            match = index.after.match(low, named.end, named.end + REACH)
            named.form = index.forms[match[1]] if match else None
        if named.form is None:
            named.form = _form_of_name(index, low, named)
    pairs = list(pairwise(found))
    for left, right in reversed(pairs) if index.after else pairs:
        giver, taker = (right, left) if index.after else (left, right)
        if taker.form is None and giver.form and right.start - left.end <= LINK and low[left.end : right.start] in index.links:
            taker.form = giver.form
    for named in found:
        if named.form in _CRACKED:
            begin = max(0, named.start - MIXED_REACH)
            begin = max(begin, low.rfind("。", begin, named.start) + 1)
            around = low[begin : named.end + (0 if index.after else MIXED_REACH // 2)]
            named.is_mixed = any(word in around for word in index.mixed)
        elif named.form is None and named.ids[0] in _MAGNETS:
            named.form = "magnet"


def _without_spelt_out(low: str, found: list[Named]) -> list[Named]:
    """Without groups whose members follow in brackets: "seven heavy rare earths (samarium, gadolinium …)"."""
    spelt = {
        id(group)
        for group, first, second in zip(found, found[1:], found[2:], strict=False)
        if group.ids[0] in _GROUPS and low[group.end : first.start].strip(" s") in {"(", "（"} and ")" not in low[first.end : second.start]
    }
    return [named for named in found if id(named) not in spelt]


def _form_before(index: MaterialIndex, low: str, named: Named) -> str | None:
    """The form that the words before give, or the name itself: 氧化…, « oxyde de … », "oxides of …", 镨钕金属."""
    start = named.start
    if index.prefixes:
        form = index.prefixes.get(low[max(0, start - 2) : start]) or index.prefixes.get(low[start : start + 2])
        if form:
            return form
        match = index.before.search(low, start, named.end)
        return index.forms[match[1]] if match else None
    before = low[max(0, start - REACH) : start]
    if not before.endswith(index.joints):
        return None
    match = index.before.search(before)
    return index.forms[match[1]] if match else None


def _form_of_name(index: MaterialIndex, low: str, named: Named) -> str | None:
    """The form that the last word of the name gives ("neo metal"), or a word after it where others stand before (« dysprosium métal »)."""
    for noun, form in index.suffixes.items():
        if low.startswith(noun, named.end) and not is_word(low[named.end + len(noun) : named.end + len(noun) + 1] or " "):
            return form
    return index.forms.get(low[named.start : named.end].rpartition(" ")[2]) if index.after else None


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
    texts = sorted(names)
    return MaterialIndex(
        automaton=AhoCorasick(texts, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA),
        ids=tuple(names[text] for text in texts),
        **_form_patterns(language, known),
    )


def _form_patterns(language: str, known: dict[str, Any]) -> dict[str, Any]:
    """The fields of the index that give a form."""
    grammar = known["grammar"]
    forms = {noun: form for form, nouns in known["forms"].items() for noun in nouns}
    nouns, fillers, joints = _any_of(forms), _any_of(grammar["fillers"]), _any_of(grammar["joints"])
    is_after, end = grammar["order"] == "after", "" if language == "zh" else r"(?!\w)"
    return {
        "forms": forms,
        "after": re.compile(rf"(?:{fillers}){{0,3}}[ -]*({nouns}){end}") if is_after else None,
        "before": re.compile(rf"({nouns})$" if language == "zh" else rf"(?<!\w)({nouns})(?:{fillers}){{0,2}}(?:{joints})$"),
        "joints": tuple(grammar["joints"]),
        "prefixes": dict(known.get("prefixes", {})),
        "suffixes": {f" {noun}": form for noun, form in known.get("suffixes", {}).items()},
        "links": frozenset(grammar["links"]),
        "mixed": tuple(lower(word) for word in grammar["mixed"]),
    }


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
