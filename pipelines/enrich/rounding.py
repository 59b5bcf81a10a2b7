"""How exact a figure is as it is written: half a step of its last digit."""

import re

_DIGIT = re.compile(r"\d")
ROUND = 0.01  # a round figure ("100 million") is taken to be exact to this


def slack(surface: str) -> float:
    """Relative half step of the last digit written: "9.8 million" gives 0.5/98; at most 1 % where the figure ends in zeros."""
    digits = "".join(_DIGIT.findall(surface))[:15].lstrip("0")
    if not digits:
        return ROUND
    stripped = digits.rstrip("0")
    return 0.5 / int(digits) if stripped == digits else min(0.5 / int(stripped), ROUND)
