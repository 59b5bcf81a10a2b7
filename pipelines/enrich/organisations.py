"""Organisations outside the register, known by their form: a legal form, an ending, an authority's head, a descriptor."""

import itertools
import re
from bisect import bisect_right
from functools import cache

from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.name_context import Surroundings
from pipelines.enrich.name_index import Pattern, Role

_CAPITAL = r"(?![a-zß-öø-ÿœ])[^\W\d_]"
_CAPITALISED = rf"{_CAPITAL}[\w'&.-]*"
_BEFORE_FORM = re.compile(rf"(?:{_CAPITALISED}(?: (?:&|and|of|de|du|et|für) )?[ ]?){{1,5}},?$")
_BEFORE_TRADE = re.compile(rf"(?:{_CAPITALISED}(?: &)? ){{1,4}}$")
# A name of no form right before a verb that only parties of a deal have ("Siemens Gamesa has agreed to buy …").
_CLOSED = rf"{_CAPITAL}[\w'&-]*(?:\.\w[\w'&-]*)*"  # with no full stop at its end
_BEFORE_DEAL = re.compile(rf"(?<![\w'.-]){_CLOSED}(?: {_CLOSED}){{0,2}}(?= (?:(?:has|have|had|also|a|ont|avait|avaient) )?$)")
_ELIDED = re.compile(r"[A-Z]'[^\WA-Z]")  # "L'accord": a noun with its article
_AFTER_HEAD = re.compile(rf"(?:(?:the |la |l'|le |les )?{_CAPITALISED}(?:(?:,| and| et| of| de| des| du)? (?={_CAPITAL}))?){{1,6}}")
_AFTER_DESCRIPTOR = re.compile(rf"{_CAPITALISED}(?: {_CAPITALISED}){{0,3}}")
_ARTICLE = re.compile(r"(?:^|\W)(?:l'|le |la |du |au |d'un |un |une )$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\w\w(?=\.\s)")
AGAIN = 40  # times that a name is sought again
SHORTEST_AGAIN = 4
REACH = 60  # characters that a name may take
REACH_ZH = 16

_DEFINED = re.compile(
    r"\s*[（(](?:[^（）()\n]{0,40}?[，,；;])?\s*(?:以下|下文|下|后)?(?:简称|合称|统称|称)(?:为)?[：:]?\s*"
    r"[“\"「『]?([^“”\"「」『』（）()，,；;\n]{2,10})[”\"」』）)]"
)
CELL_ENDS = ("\u3000", "  ", "\t", "|", "｜")  # of a row of a table: no name goes on over them
_LEGAL_ZH = ("有限公司", "责任公司", "股份公司", "分公司")
Span = tuple[int, int, str]  # start, end, type


def organisations(
    context: Surroundings, words: list[tuple[int, int, Pattern]], taken: list[tuple[int, int, tuple[str, ...]]]
) -> list[Span]:
    """(start, end, type) of each organisation that no register name covers, in order, without overlap."""
    found: list[Span] = []
    ends = [end for _, end, _ in taken]
    for start, end, pattern in words:
        span = _span(context, start, end, pattern)
        if span and found and found[-1][0] == span[0]:  # "Blue Harbor Alloys" before its legal form
            found.pop()
        if not span or (found and found[-1][1] > span[0]):
            continue
        i = bisect_right(ends, span[0])
        if i == len(taken) or taken[i][0] >= span[1]:
            found.append(span)
    if found and context.language == "zh":
        return _with_short_names(context, found, taken)
    return _with_repeated(context, found, taken) if found and context.language == "fr" else found


def _with_short_names(context: Surroundings, found: list[Span], taken: list[tuple[int, int, tuple[str, ...]]]) -> list[Span]:
    """Names again where the text gives their short form: one that brackets define (以下简称“金环”), or all before 公司."""
    covered = sorted([(start, end) for start, end, _ in taken] + [(start, end) for start, end, _ in found])
    names: dict[str, str] = {}
    own = _chinese_words()[1]
    for start, end, type_ in found:
        defined = _DEFINED.match(context.document, end)
        name = context.document[start:end]
        if defined and defined[1] not in own:
            names.setdefault(defined[1], type_)
            covered.append(defined.span())
        if name.endswith("公司") and not name.endswith(_LEGAL_ZH) and len(name) - 2 >= SHORTEST_AGAIN:
            names.setdefault(name[:-2], type_)
    again: list[Span] = []
    for name, type_ in itertools.islice(names.items(), AGAIN):
        for match in itertools.islice(re.finditer(re.escape(name), context.document), AGAIN):
            if all(match.end() <= start or end <= match.start() for start, end in covered):
                again.append((match.start(), match.end(), type_))
                covered.append(match.span())
    return sorted([*found, *again])


def _with_repeated(context: Surroundings, found: list[Span], taken: list[tuple[int, int, tuple[str, ...]]]) -> list[Span]:
    """The same names wherever the text gives them again, without the word that introduced them."""
    covered = sorted([(start, end) for start, end, _ in taken] + [(start, end) for start, end, _ in found])
    starts = [start for start, _ in covered]
    again: list[Span] = []
    for start, end, type_ in found:
        name = context.document[start:end]
        if type_ != "company" or len(name) < SHORTEST_AGAIN or any(context.document[a:b] == name for a, b, _ in again):
            continue
        for match in itertools.islice(re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", context.document), AGAIN):
            i = bisect_right(starts, match.start())
            is_free = (not i or covered[i - 1][1] <= match.start()) and (i == len(covered) or covered[i][0] >= match.end())
            if is_free:
                again.append((match.start(), match.end(), type_))
    return sorted([*found, *again])


def _span(  # noqa: PLR0911  one way for each kind of word
    context: Surroundings, start: int, end: int, pattern: Pattern
) -> Span | None:
    folded = context.folded
    if pattern.roles & Role.DEAL:
        return _party(context, start)
    if pattern.roles & Role.LEGAL:
        if folded[start - 1 : start] != " ":
            return None
        is_trade = pattern.type == "trade"
        name = (_BEFORE_TRADE if is_trade else _BEFORE_FORM).search(folded, max(0, start - REACH), start - (not is_trade))
        if name and not context.opens_sentence(start):
            dot = folded[end : end + 1] == "." and pattern.text[-1] != "." and folded[end + 1 : end + 2] not in {" ", ""}
            return _within_line(context, name.start(), end + dot, "company")
    elif pattern.roles & Role.SUFFIX and pattern.type != "short":
        return None if is_branch(context, end) else _chinese(context, start, end, pattern.type)
    elif pattern.roles & Role.AUTHORITY:
        name = _AFTER_HEAD.match(folded, end, end + REACH)
        if name:
            return _within_line(context, start, name.end(), "agency")
    elif pattern.roles & Role.DESCRIPTOR:
        if pattern.type == "nation" and not _ARTICLE.search(folded, max(0, start - 6), start):
            return None  # "the American president X": the noun is another
        adjective = context.cues.adjective.match(folded, end, end + REACH)
        name = _AFTER_DESCRIPTOR.match(folded, adjective.end() if adjective else end, end + REACH)
        if name:
            ended = _SENTENCE_END.search(folded, name.start(), name.end())
            stop = ended.end() if ended else name.end() - (folded[name.end() - 1] == ".")
            return _within_line(context, name.start(), stop, "company" if pattern.type == "nation" else pattern.type)
    return None


def _party(context: Surroundings, start: int) -> Span | None:
    """The name before the verb of a deal, without what a sentence opens with; None where it is somebody's."""
    name = _BEFORE_DEAL.search(context.folded, max(0, start - REACH), start)
    if name is None:
        return None
    words = name[0].split(" ")
    while words and (words[0] in context.cues.openers or _ELIDED.match(words[0])):
        words.pop(0)
    if not words or words[0] in context.cues.person_before:
        return None
    return _within_line(context, name.end() - len(" ".join(words)), name.end(), "company")


def is_branch(context: Surroundings, end: int) -> bool:
    """Whether a ministry's ending is that of a branch of trade: 能源部门."""
    return context.document[end - 1 : end + 1] == "部门"


def _within_line(context: Surroundings, start: int, end: int, type_: str) -> Span | None:
    """The span without what stands before a line break, trimmed of stray punctuation."""
    surface = context.document[start:end]
    cut = surface.rfind("\n") + 1
    surface = surface[cut:].rstrip(" ,;:'").removesuffix("'s")
    lead = len(surface) - len(surface.lstrip(" "))
    return (start + cut + lead, start + cut + len(surface), type_) if len(surface) > 3 else None


@cache
def _chinese_words() -> tuple[re.Pattern[str], frozenset[str]]:
    """What describes firms of a trade and names none (国内稀土公司); what a text calls its own parties for short (以下简称“公司”)."""
    known = knowledge("zh", "names")
    return re.compile(f"(?:{'|'.join(known['describes_firms'])})+"), frozenset(known["own_names"])


def _chinese(context: Surroundings, start: int, end: int, type_: str) -> Span | None:
    """From the ending to the left, up to the first character that cannot stand in a name."""
    low = max(0, start - REACH_ZH)
    before = context.folded[low:start]  # a stop may be written in traditional characters
    cut = max((before.rfind(stop) + len(stop) for stop in context.cues.organisation_stops if stop in before), default=0)
    cut = max(cut, *(before.rfind(blank) + len(blank) for blank in CELL_ENDS if blank in before), 0)
    if before[:cut].endswith(("（集团）", "(集团)")):  # 北方稀土（集团）高科技股份有限公司: the rest of a name
        return None
    if start - low - cut < 2 or (context.document.endswith("公司", start, end) and _chinese_words()[0].fullmatch(before, cut)):
        return None
    return (low + cut, end, type_)
