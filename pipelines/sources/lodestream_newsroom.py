"""The bundled newsroom: English, French and Chinese pages that were written for this project, behind an RSS and an Atom feed."""

from pipelines.sources.feed import Feed
from pipelines.sources.source import Source

SOURCE = Source(
    name="lodestream_newsroom",
    record="document",
    publisher="Lodestream newsroom",
    licence="full_text",
    licence_note="Written for this project and under its licence; figures and dealings may be invented.",
    schedule="*/15 * * * *",
    pause_seconds=0.1,
    expected=(10, 50_000),
    url=lambda settings: settings.publisher_url + "/newsroom/",
    connector=Feed(("feed.xml", "atom.xml")),
    is_local=True,
)
