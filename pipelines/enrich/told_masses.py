"""Masses in sentences and rows that leave out their unit, because a line above has told it.

2026年6月稀土产品产量（单位：吨）
氧化镨钕：1,250 → tonnes
北方稀土当月产量为860，环比增长3%。 → tonnes
"""

import re
from collections.abc import Sequence
from functools import cache

from pipelines.enrich.measures import Measure, number_of, unit_lexicon
from pipelines.enrich.price_rows import NUMBER

FARTHEST = 3000  # characters below the line that tells the unit
FEWEST = 2  # digits of a number alone


@cache
def _cues(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    data = unit_lexicon(language).data
    if "mass_heading" not in data:
        return None
    return re.compile(data["mass_heading"], re.MULTILINE), re.compile(data["bare_mass"].replace("NUMBER", NUMBER), re.MULTILINE)


def told_masses(text: str, language: str, taken: Sequence[Measure]) -> list[tuple[Measure, str]]:
    """Return the numbers whose unit of mass is told above, each with that unit as written, in order; none where none is told."""
    cues = _cues(language)
    told = list(cues[0].finditer(text)) if cues else []
    if cues is None or not told:
        return []
    data, measured = unit_lexicon(language).data, {i for m in taken for i in range(m.start, m.end)}
    found = []
    for i, heading in enumerate(told):
        start = text.rfind("\n", 0, heading.start()) + 1
        stop = told[i + 1].start() if i + 1 < len(told) else len(text)
        factor = data["magnitudes"].get(heading["m"], 1.0) if heading["m"] else 1.0
        for match in cues[1].finditer(text, start, min(stop, start + FARTHEST)):
            begin, end = match.span("a")
            if begin in measured or sum(c.isdigit() for c in match["a"]) < FEWEST:
                continue
            value = number_of(match["a"], data)
            measure = Measure(begin, end, end, value, None, factor, factor, "mass", heading["unit"], None)
            found.append((measure, f"{heading['m'] or ''}{heading['unit']}"))
    return found
