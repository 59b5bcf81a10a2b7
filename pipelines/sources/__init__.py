"""What is pulled, one module per source; the list is written by hand.

A new source is one module here with its declaration, one recorded response under `tests/recorded/<source>/`, one test, and one
line in SOURCES.
"""

from pipelines.errors import ConfigurationError
from pipelines.sources import lodestream_newsroom, lodestream_statistics
from pipelines.sources.raw import Raw
from pipelines.sources.source import Cursor, Pull, Source

SOURCES: tuple[Source, ...] = (
    lodestream_newsroom.SOURCE,
    lodestream_statistics.SOURCE,
)


def source_named(name: str) -> Source:
    """The source of that name; raises ConfigurationError with the names there are."""
    for source in SOURCES:
        if source.name == name:
            return source
    raise ConfigurationError(f"there is no source {name!r}", f"choose one of {', '.join(s.name for s in SOURCES)}")


__all__ = ["SOURCES", "Cursor", "Pull", "Raw", "Source", "source_named"]
