"""Reading a document: the modules of enrichment in order, from served text to what an analyst can use. Pure."""

from pipelines.enrich.anaphora import anaphora
from pipelines.enrich.dates import dates
from pipelines.enrich.document import publication, publisher, relay_of
from pipelines.enrich.entities import mentions
from pipelines.enrich.events import Found, read_events
from pipelines.enrich.language import language_of
from pipelines.enrich.materials import materials
from pipelines.enrich.quantities import amounts, quantities
from pipelines.enrich.reading import Page, Reading
from pipelines.enrich.sentences import sentences
from pipelines.enrich.stages import stages
from pipelines.enrich.text import clean


def read(page: Page) -> Reading:
    """All that enrichment reads in `page`. Any text is safe; the clock is never asked."""
    cleaned = clean(page.text)
    text = cleaned.text
    language = language_of(text or page.title, page.language)
    published_on, precision, published_text = publication(page, text, language)
    split = sentences(text, language)
    named = mentions(page.title, text, language, split, cleaned.removed_lines)
    signer = publisher(page, page.title, text, named)
    named = sorted([*named, *anaphora(text, language, split, named, signer)], key=lambda m: (not m.in_title, m.in_removed, m.start, m.end))
    found = Found(
        page.document_id, text, language, tuple(split), tuple(named), tuple(materials(text, language, named)),
        tuple(stages(text, language)), tuple(dates(text, language, published_on)), tuple(quantities(text, language)),
        tuple(amounts(text, language)), signer, published_on,
    )  # fmt: skip
    return Reading(
        page.document_id, language, page.title, text, tuple(cleaned.removed_lines), signer, relay_of(text, named, language, signer),
        published_on, precision, published_text, tuple(named), read_events(found), (),
    )  # fmt: skip
