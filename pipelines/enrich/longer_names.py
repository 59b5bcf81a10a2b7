"""Names inside longer names are no mentions: "Bank of China", "Texas Instruments", 福建 in 福建海川新材料有限公司."""

import re
from bisect import bisect_left

from pipelines.enrich.name_context import Surroundings
from pipelines.enrich.name_index import Pattern, Role
from pipelines.reference import register

REACH = 14  # characters in which the ending of a Chinese organisation's name stands
SHORT = (2, 4)  # characters between a place and the ending of a firm's short name
BEFORE = 40  # characters before a place in which the head of a longer name stands
_COUNTRY_AS_ADJECTIVE = "united_states"  # "US Treasury", "US President": said of the country
_CAPITALS = re.compile(r"(?:[A-Z][\w'-]*(?: (?:and|of|for|the) )? ?){1,8}")
_HEAD = re.compile(
    r"\b(?:Corporation|Bank|Agency|Fund|Bureau|Administration|Department|Commission|Survey|Council|Institute|Association|Service|Steel)\b"
)

Hit = tuple[int, int, tuple[str, ...]]


def whole_names(context: Surroundings, hits: list[Hit], words: list[tuple[int, int, Pattern]]) -> list[Hit]:
    """Without places that are part of a longer name or of a currency, and agencies of another country."""
    entities = register().entities
    kept: list[Hit] = []
    endings = [(start, pattern.type == "short") for start, _, pattern in words if pattern.roles & Role.SUFFIX]
    before: Hit | None = None
    for hit in hits:
        start, end, keys = hit
        entity, owner, before = entities[keys[0]], before, hit
        if entity.type == "place" and (_is_adjunct(context, start, end, keys[0]) or _runs_on(context, end, endings)):
            continue
        if entity.type == "agency" and owner and owner[1] == start and entities[owner[2][0]].type == "place":
            if kept and kept[-1] == owner:
                kept.pop()
            if entities[owner[2][0]].country != entity.country:  # 泰国商务部
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
    if place == _COUNTRY_AS_ADJECTIVE:
        run = _CAPITALS.match(folded, end + 1)
        return bool(run and not in_title and _HEAD.search(run[0]))
    return not (in_title or folded.startswith(cues.place_followers, end + 1))


def _runs_on(context: Surroundings, end: int, endings: list[tuple[int, bool]]) -> bool:
    """Whether a Chinese organisation's name runs on from the place to an ending: 有限公司, or a short 矿业."""
    i = bisect_left(endings, (end, False))
    if i == len(endings) or endings[i][0] >= end + REACH:
        return False
    start, is_short = endings[i]
    between = context.document[end:start]
    if is_short and not SHORT[0] <= len(between) <= SHORT[1]:
        return False
    return not any(stop in between for stop in context.cues.organisation_stops)
