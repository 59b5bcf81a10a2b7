"""Names inside longer names are no mentions: "Bank of China", "Texas Instruments", 福建 in 福建海川新材料有限公司."""

from bisect import bisect_left

from pipelines.enrich.name_context import Surroundings
from pipelines.enrich.name_index import Pattern, Role
from pipelines.reference import register

REACH = 14  # characters in which the ending of a Chinese organisation's name stands
BEFORE = 40  # characters before a place in which the head of a longer name stands
_COUNTRY_AS_ADJECTIVE = "united_states"  # "US Treasury", "US President": said of the country

Hit = tuple[int, int, tuple[str, ...]]


def whole_names(context: Surroundings, hits: list[Hit], words: list[tuple[int, int, Pattern]]) -> list[Hit]:
    """Without places that are part of a longer name or of a currency, and agencies of another country."""
    entities = register().entities
    kept: list[Hit] = []
    endings = [start for start, _, pattern in words if pattern.roles & Role.SUFFIX]
    for hit in hits:
        start, end, keys = hit
        type_ = entities[keys[0]].type
        if type_ == "place" and (_is_adjunct(context, start, end, keys[0]) or _runs_on(context, end, endings)):
            continue
        if type_ == "agency" and kept and kept[-1][1] == start:
            owner = entities[kept[-1][2][0]]
            if owner.type == "place":  # 泰国商务部
                kept.pop()
                if owner.country != entities[keys[0]].country:
                    continue
        kept.append(hit)
    return kept


def _is_adjunct(context: Surroundings, start: int, end: int, place: str) -> bool:
    """Whether a place's name is part of a longer name, or of a currency."""
    folded, cues = context.folded, context.cues
    if folded.startswith(cues.longer_after, end) or folded[end : end + 1] == "$":
        return True
    if cues.longer_before and folded[max(0, start - BEFORE) : start].rstrip(" ").endswith(cues.longer_before):
        return True
    return context.language != "zh" and _has_capital_beside(context, start, end, place)


def _has_capital_beside(context: Surroundings, start: int, end: int, place: str) -> bool:
    """Whether a capitalised word beside the place makes a longer name with it: "Innovate UK", "Texas Instruments"."""
    folded, cues, in_title = context.folded, context.cues, start < context.title_end
    leader = "" if in_title else context.leader(start)
    if leader and leader not in cues.place_leaders:
        return True
    if folded[end : end + 1] != " " or not folded[end + 1 : end + 2].isupper():
        return False
    if folded.startswith(cues.longer_after, end + 1):
        return True
    return not (in_title or place == _COUNTRY_AS_ADJECTIVE or folded.startswith(cues.place_followers, end + 1))


def _runs_on(context: Surroundings, end: int, endings: list[int]) -> bool:
    """Whether a Chinese organisation's name runs on from the place to an ending (有限公司)."""
    i = bisect_left(endings, end)
    if i == len(endings) or endings[i] >= end + REACH:
        return False
    between = context.document[end : endings[i]]
    return not any(stop in between for stop in context.cues.organisation_stops)
