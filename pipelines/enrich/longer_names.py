"""Names inside longer names are no mentions: "Bank of China", "Texas Instruments", 福建 in 福建海川新材料有限公司."""

from pipelines.enrich.name_context import Surroundings
from pipelines.enrich.name_index import Pattern, Role
from pipelines.reference import register

REACH = 14  # characters in which the ending of a Chinese organisation's name stands
_FOLLOWS = 24
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
    follower = folded[end : end + 1]
    if follower == "$" or folded.startswith(cues.longer_after, end):
        return True
    if cues.longer_before and folded[max(0, start - 40) : start].rstrip(" ").endswith(cues.longer_before):
        return True
    if context.language == "zh":
        return False
    in_title = start < context.title_end
    if not in_title and (leader := context.leader(start)) and leader not in cues.place_leaders:
        return True
    if follower != " " or not folded[end + 1 : end + 2].isupper():
        return False
    after = folded[end + 1 : end + _FOLLOWS]
    if after.startswith(cues.longer_after):
        return True
    return not (in_title or place == _COUNTRY_AS_ADJECTIVE or after.startswith(cues.place_followers))


def _runs_on(context: Surroundings, end: int, endings: list[int]) -> bool:
    """Whether a Chinese organisation's name runs on from the place to an ending (有限公司)."""
    for start in endings:
        if end <= start < end + REACH:
            between = context.document[end:start]
            return not any(stop in between for stop in context.cues.organisation_stops)
    return False
