"""Towns that stand for a plant: "its plant in Kuantan", « à Narva … une usine », 位于…的工厂."""

import re

from pipelines.enrich.folding import lower_part
from pipelines.enrich.name_context import Surroundings
from pipelines.enrich.name_index import Pattern
from pipelines.reference import register

# The plant's noun with the words that say what it makes, up to the town: taken into the surface.
_PLANT_IN = re.compile(
    r"(?:\b(?:neo|NdFeB|rare[ -]earth|heavy|light|sintered|magnet|separation|metals?|alloy|recycling|processing)[ -]){0,4}"
    r"(?:plant|facility|factory|refinery) (?:in|at|near) $"
    r"|\b(?:usine|installation|raffinerie)(?: d['e] ?[\w ]{1,30})? (?:de|d'|à|à proximité de) ?$"
)
BESIDE = 14  # characters after a town in which its plant's product stands


def plants_of_towns(context: Surroundings, towns: list[tuple[int, int, Pattern]], named: set[str]) -> list[tuple[int, int, str]]:
    """(start, end, facility) for each town whose sentence speaks of a plant whose owner the document names."""
    found = []
    for start, end, pattern in towns:
        if not context.speaks_of_plant(start):
            continue
        facility = _facility(context, start, end, pattern.towns, named)
        if facility:
            noun = _PLANT_IN.search(context.folded, max(0, start - 70), start) if context.language != "zh" else None
            found.append((noun.start() if noun else start, end, facility))
    return found


def _facility(context: Surroundings, start: int, end: int, facilities: tuple[str, ...], named: set[str]) -> str | None:
    """The plant of that town: that of the owner named in the sentence, else of the one owner named in the document."""
    first, last = context.sentence(start)
    said = context.folded[first:last]
    entities = register().entities
    owned = [key for key in facilities if entities[key].parent_id in named or key in named]
    beside = _makes(context.folded[end : end + BESIDE].partition("厂")[0]) if len(owned) > 1 else set()
    if beside:  # 关丹磁材厂, "the Kuantan magnet plant": of two plants of a town the one that makes it
        owned = [key for key in owned if not beside.isdisjoint(entities[key].stages)]
    here = [key for key in owned if any(name in said for name in entities[entities[key].parent_id].names)]
    for group in (here, owned):
        if len(group) == 1:
            return group[0] if _fits(said, group[0]) else None
    return None


# What a sentence that names another product than the plant's own is about.
_PRODUCTS = {
    "separation": ("separation", "séparation", "分离", "oxide", "oxyde", "氧化"),
    "magnet": ("magnet", "aimant", "磁"),
    "metal": ("metals plant", "usine de métaux", "金属厂"),
}


def _fits(said: str, facility: str) -> bool:
    """Whether the sentence names a product of the plant, or none at all."""
    named, stages = _makes(said), register().entities[facility].stages
    return not named or not named.isdisjoint(stages) or "recycling" in stages


def _makes(said: str) -> set[str]:
    """The steps whose products the words name."""
    low = lower_part(said)
    return {stage for stage, words in _PRODUCTS.items() if any(word in low for word in words)}
