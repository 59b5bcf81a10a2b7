"""Stakes that are all of a company make a hundred per cent."""

import re
from collections.abc import Iterator

from pipelines.enrich.quantities import Share
from pipelines.enrich.reading import Witness
from pipelines.enrich.witness_figures import Figures

STAKE_REACH = 80  # characters between two stakes of a list
STAKE_FAR = 110  # and before one that is said to be the rest
_OWNER = re.compile(r"(?:(?<!\w)[A-ZÀ-Ý][\w&.'’-]*|[\u4e00-\u9fff])\s?[(（]\Z")  # a name before its stake in brackets
_CLAUSE = re.compile(
    r"\b(?:whose|which|where|while(?![^%]{0,60}\b(?:holds?|owns?|has|have|takes?|keeps?) )|dont|qui|où|tandis)\b|其(?!余|他|中)"
)
_OLD, _NEW = re.compile(r"(?:\bfrom |\bde |[由从自])\Z"), re.compile(r"\s?(?:to |à |[升增降提上下至到])")


def stakes_sum(figures: Figures) -> Iterator[Witness]:
    """Stakes that are said to be all of a company make 100 %."""
    shares = figures.shares
    if len(shares) < 2 or not figures.says("complete") or figures.says("votes"):
        return
    run = [s for s in shares if s.value_to is None and not _is_no_stake(figures, s.start, s.end)]
    if any(_OLD.search(figures.low, max(0, s.start - 8), s.start) and _NEW.match(figures.low, s.end) for s in run):
        return  # a stake that grew "from 40% to 51%" is told twice
    # Owners with their stakes in brackets need no word for a stake.
    is_list = len(run) > 1 and all(_OWNER.search(figures.text, max(0, s.start - 24), s.start) for s in run)
    if not (is_list or figures.says("stake")):
        return
    runs: list[list[int]] = [[]]
    for i, share in enumerate(run):
        if runs[-1] and share.start - run[i - 1].end > (STAKE_FAR if _is_rest(figures, share) else STAKE_REACH):
            runs.append([])
        runs[-1].append(i)
    for group in runs:
        if (
            len(group) < 2
            or _CLAUSE.search(figures.low, run[group[0]].end, run[group[-1]].start)
            or _names_other_targets(figures, [run[i].end for i in group])
        ):
            continue
        stakes = [run[i] for i in group]
        total = sum(s.value for s in stakes)
        rough = 0.5 * len(stakes) if all(s.value == int(s.value) for s in stakes) and abs(total - 100) <= 1 else 0.06 * len(stakes)
        if total < 100 - rough and not any(word in figures.said for word in figures.known["whole"]):
            continue
        result = "holds" if abs(total - 100) <= rough else "fails"
        said = " + ".join(f"{s.value:g}" for s in stakes)
        note = f"{said} = {total:g}" + ("" if result == "holds" else ", not 100")
        yield figures.witness("stakes_sum", result, stakes[0].start, stakes[-1].end, note)  # type: ignore[arg-type]


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
