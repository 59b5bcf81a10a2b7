"""Stakes that are all of a company make a hundred per cent."""

import re
from collections.abc import Iterator
from itertools import pairwise

from pipelines.enrich.quantities import Share
from pipelines.enrich.reading import Verdict, Witness
from pipelines.enrich.witness_figures import Figures

STAKE_REACH = 80  # characters between two stakes of a list
STAKE_FAR = 110  # and before one that is said to be the rest
OWNERS = 3  # that need no word to be all of them
# From one stake to the next: a name or a noun with its article, no year and no other figure.
_NEXT_OWNER = re.compile(
    r"(?:(?:[)）]| (?:of|in) (?:it|the [a-z -]{3,20})| d[ue] (?:la |l'|l’)?[a-zé-]{3,15}| des (?:parts|actions|titres))?"
    r"(?:\s?[,;，、]|\s(?:and|et)\s)"
    r"(?:[^\d%.;:]*\b(?:l['’]|l[ae]s?|une?|des|the|an?)\s?[^\d%.;:]{3,}|[^\d%.;:]*[A-ZÀ-Ý][^\d%.;:]*))"
    r"|\s(?:par|by|aux?|à|pour|to|for)\s[^\d%.;:,]{2,50}(?:,|\s(?:and|et)\s)[^\d%.;:]{0,8}"
)
LEAD = 90  # characters before the first stake in which the word for it stands, where nothing says that they are all
_OWNER = re.compile(r"(?:(?<!\w)[A-ZÀ-Ý][\w&.'’-]*|[\u4e00-\u9fff])\s?[(（]\Z")  # a name before its stake in brackets
_CLAUSE = re.compile(
    r"\b(?:whose|which|where|while(?![^%]{0,60}\b(?:holds?|owns?|has|have|takes?|keeps?) )|dont|qui|où|tandis)\b|其(?!余|他|中)"
)
_LIST = re.compile(
    r"((?:(?<![\d.,])\d{1,2}(?:[.,]\d+)?(?:, | and |, and | et |、|和|及)){1,5}\d{1,2}(?:[.,]\d+)?)\s?(?:%|percent|per cent|pc|pour cent)"
    r"[\s,]*(?:respectively|respectivement)"
)
_FIGURE = re.compile(r"\d{1,2}(?:[.,]\d+)?")
_OLD, _NEW = re.compile(r"(?:\bfrom |\bde |[由从自])\Z"), re.compile(r"\s?(?:to |à |[升增降提上下至到])")


def stakes_sum(figures: Figures) -> Iterator[Witness]:
    """Stakes that are said to be all of a company make 100 %; three owners or more of one thing never have more."""
    shares = _listed(figures) or figures.shares
    if not shares or figures.says("votes"):
        return
    run = [s for s in shares if s.value_to is None and not _is_no_stake(figures, s.start, s.end)]
    if len(shares) == 1:
        yield from _with_sentence_before(figures, run)
        return
    is_complete = figures.says("complete")
    if not is_complete and len(run) < OWNERS:
        return
    if any(_OLD.search(figures.low, max(0, s.start - 8), s.start) and _NEW.match(figures.low, s.end) for s in run):
        return  # a stake that grew "from 40% to 51%" is told twice
    # Owners with their stakes in brackets need no word for a stake.
    is_list = len(run) > 1 and all(_OWNER.search(figures.text, max(0, s.start - 24), s.start) for s in run)
    if not (is_list or figures.says("stake")):
        return
    for group in _groups(figures, run):
        if is_complete or _is_of_owners(figures, group):
            yield from _judge(figures, group, is_whole=any(word in figures.said for word in figures.known["whole"]))


def _listed(figures: Figures) -> list[Share]:
    """Stakes of which only the last has its sign ("hold 45, 35 and 20 percent respectively")."""
    found = _LIST.search(figures.low, figures.start, figures.end)
    if found is None or len(figures.shares) > 1:
        return []
    return [Share(m.start(), m.end(), float(m[0].replace(",", "."))) for m in _FIGURE.finditer(figures.low, *found.span(1))]


def _with_sentence_before(figures: Figures, rest: list[Share]) -> Iterator[Witness]:
    """What is left for another ("the remaining 40%"), told in a sentence of its own."""
    before = figures.previous
    if not rest or before is None or before.paragraph != figures.paragraph or not _is_rest(figures, rest[0]):
        return
    if not (before.says("stake") and (figures.says("stake") or figures.says("complete"))) or before.says("votes"):
        return
    run = [s for s in before.shares if s.value_to is None and not _is_no_stake(before, s.start, s.end)]
    if run and len(run) == len(before.shares) and not _names_other_targets(before, [s.end for s in run]):
        yield from _judge(figures, [*run, rest[0]], is_whole=True)


def _groups(figures: Figures, run: list[Share]) -> list[list[Share]]:
    """Stakes that stand near each other and in no clause of its own."""
    groups: list[list[Share]] = [[]]
    for share in run:
        if groups[-1] and share.start - groups[-1][-1].end > (STAKE_FAR if _is_rest(figures, share) else STAKE_REACH):
            groups.append([])
        groups[-1].append(share)
    return [
        group
        for group in groups
        if len(group) > 1
        and not _CLAUSE.search(figures.low, group[0].end, group[-1].start)
        and not _names_other_targets(figures, [share.end for share in group])
        and not _is_compared(figures, group)
    ]


def _is_compared(figures: Figures, group: list[Share]) -> bool:
    """Whether one stake is the former one ("92.5%, against 42% until then")."""
    words = [word for word in figures.known["not_parts"] if word == word.strip(" ")]
    return any(word in figures.low[one.end : other.start] for one, other in pairwise(group) for word in words)


def _is_of_owners(figures: Figures, stakes: list[Share]) -> bool:
    """Whether three owners or more, each named with a stake and nothing else, have all of it or more."""
    if len(stakes) < OWNERS or sum(s.value for s in stakes) < 99.5:
        return False
    lead = figures.low[max(figures.start, stakes[0].start - LEAD) : stakes[0].start]
    if not any(word in lead for word in figures.known["stake"]):
        return False
    moves = (word for way in ("up", "down") for word in figures.known[way] if len(word) > 1)
    if any(word in lead for word in (*moves, *figures.known["not_stake"])):
        return False
    between = [figures.text[one.end : other.start] for one, other in pairwise(stakes)]
    return all(_NEXT_OWNER.fullmatch(words) for words in between)


def _judge(figures: Figures, stakes: list[Share], *, is_whole: bool) -> Iterator[Witness]:
    total = sum(s.value for s in stakes)
    rough = 0.5 * len(stakes) if all(s.value == int(s.value) for s in stakes) and abs(total - 100) <= 1 else 0.06 * len(stakes)
    if total < 100 - rough and not is_whole:
        return
    result: Verdict = "holds" if abs(total - 100) <= rough else "fails"
    said = " + ".join(f"{s.value:g}" for s in stakes)
    note = f"{said} = {total:g}" + ("" if result == "holds" else ", not 100")
    yield figures.witness("stakes_sum", result, stakes[0].start, stakes[-1].end, note)


def _is_rest(figures: Figures, share: Share) -> bool:
    """Whether a stake is said to be all that is left."""
    near = figures.before(share.start, 24) + "|" + figures.after(share.end, 12)
    return any(word in near for word in figures.known["remainder"])


def _is_no_stake(figures: Figures, start: int, end: int) -> bool:
    near = figures.before(start, 14) + "|" + figures.after(end, 20)
    return any(word in near for word in figures.known["not_stake"])


def _names_other_targets(figures: Figures, ends: list[int]) -> bool:
    """Whether two of the stakes are in different things: "51% of A and 60% of B"."""
    if sum(bool(_OF_NAME.match(figures.text, end)) for end in ends) > 1:
        return True
    nouns = {match[1] for end in ends for match in [_OF_NOUN.match(figures.low, end)] if match}
    return len(nouns.difference(figures.known["whole_nouns"])) > 1


_OF_NAME = re.compile(r" (?:of|in|de|du|d')\s?(?:the |la |le |l')?[A-ZÉ]|(?:的)?股权、|股权和")
_OF_NOUN = re.compile(r" (?:of|in|de|du|des|d')\s?(?:the |an? |its |la |le |l')?(\w+)")
