"""Names inside longer names are no mentions: "Bank of China", "Texas Instruments", 福建 in 福建海川新材料有限公司."""

import re
from bisect import bisect_left

from pipelines.enrich.name_context import Surroundings
from pipelines.enrich.name_index import Pattern, Role
from pipelines.enrich.organisations import is_branch
from pipelines.reference import register

# What ends an authority or a bank, some characters after its country: 某国联邦卡特尔局, but not 当局, 布局 or 东部.
_AUTHORITY_ZH = re.compile(
    r"[\u4e00-\u9fff]{0,10}?(?:内阁|办公室|办事处|银行|法院|委员会|理事会|联合会|总会|工会|基金会|主权基金|[^签部]署"
    r"|[^当布结格全僵时大邮警]局|(?:能源|资源|产业|工业|贸易|财政|国防|外交|环境|矿业|矿产|交通|农业|内政|科技|商务|经济)部(?![门分署队]))"
)
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
    suffixes = [word for word in words if word[2].roles & Role.SUFFIX and not is_branch(context, word[1])]
    endings = [(start, pattern.type == "short") for start, _, pattern in suffixes]
    before: Hit | None = None
    for i, hit in enumerate(hits):
        start, end, keys = hit
        following = hits[i + 1][0] if i + 1 < len(hits) else len(context.folded)
        entity, owner, before = entities[keys[0]], before, hit
        if entity.type == "place" and (_is_adjunct(context, start, end, keys[0]) or _runs_on(context, end, endings)):
            continue
        if entity.type == "place" and context.language == "zh" and _is_authority(context, end, following):
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
    if folded.startswith(cues.longer_after, end) or folded[end : end + 1] == "$" or folded.endswith(("$", "$ "), 0, start):
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
    if folded[end : end + 1] != " " or context.document[end] == "\n" or not folded[end + 1 : end + 2].isupper():
        return False
    if folded.startswith(cues.longer_after, end + 1):
        return True
    if place == _COUNTRY_AS_ADJECTIVE:
        run = _CAPITALS.match(folded, end + 1)
        return bool(run and not in_title and _HEAD.search(run[0]))
    return not (in_title or folded.startswith(cues.place_followers, end + 1))


def _is_authority(context: Surroundings, end: int, following: int) -> bool:
    """Whether a Chinese authority's name runs on from its country: 某国能源与矿产资源部. No other name stands in it."""
    found = _AUTHORITY_ZH.match(context.document, end, min(end + REACH, following))
    if not found:
        return False
    inner = _INSIDE.sub("", found[0])
    is_led = context.document[end] in "与和及同对"  # 美国和某某部
    return not is_led and not any(stop in inner for stop in context.cues.organisation_stops)


_INSIDE = re.compile("中央|进出口|开发|发展|对外|[与和及]")  # what such a name may hold, though it ends other names


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
