"""Who serves what others sign: wires, exchanges, registers of filings."""

import tomllib
from functools import cache
from importlib.resources import files

from pipelines.enrich.issuer import serves_filings

VENUE_WORDS = 5  # fewer words than these name an exchange and its place


def is_venue(name: str) -> bool:
    """Whether a source only serves what others sign."""
    name = name.strip().casefold()
    if serves_filings(name):
        return True
    if "/" in name and all(part.strip() in venues() for part in name.split("/")):
        return True
    words = name.split()
    if 1 < len(words) < VENUE_WORDS and words[0] in venues("heads") and venues("papers").isdisjoint(words):
        return True
    return name in venues() or any(venue in name for venue in _venues_without_spaces())


@cache
def venues(table: str = "venues") -> frozenset[str]:
    """Names of `venues.toml` in lower case; `table` may also be `presses`, `heads` or `papers`."""
    tables = tomllib.loads(files(__package__).joinpath("venues.toml").read_text(encoding="utf-8"))
    return frozenset(name.casefold() for name in tables[table])


@cache
def _venues_without_spaces() -> tuple[str, ...]:
    """Names that may stand inside a longer one, as Chinese ones do."""
    return tuple(venue for venue in venues() if not venue.isascii())
