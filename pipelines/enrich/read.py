"""Reading a document: the modules of enrichment in order, from served text to what an analyst can use. Pure."""

from pipelines.enrich.anaphora import anaphora
from pipelines.enrich.dates import dates
from pipelines.enrich.entities import mentions
from pipelines.enrich.events import Found, read_events, speaks_of_chain
from pipelines.enrich.language import language_of
from pipelines.enrich.materials import materials
from pipelines.enrich.publication import publication
from pipelines.enrich.publisher import publisher
from pipelines.enrich.quantities import amounts, counts, quantities, shares
from pipelines.enrich.reading import Page, Reading
from pipelines.enrich.relay import relay_of
from pipelines.enrich.sentences import sentences
from pipelines.enrich.stages import stages
from pipelines.enrich.text import clean
from pipelines.enrich.witnesses import witnesses


def read(page: Page) -> Reading:
    """All that enrichment reads in `page`. Any text is safe; the clock is never asked."""
    cleaned = clean(page.text)
    text = cleaned.text
    language = language_of(text or page.title, page.language)
    published_on, precision, published_text = publication(page, text, language)
    split = sentences(text, language)
    named = mentions(page.title, text, language, split, cleaned.removed_lines)
    signer = publisher(page, page.title, text, named)
    pronouns = anaphora(text, language, split, named, signer)
    if pronouns:
        named = sorted([*named, *pronouns], key=lambda m: (not m.in_title, m.in_removed, m.start, m.end))
    made_of = materials(text, language, named)
    days, steps = [], []  # what only events need
    is_of_chain = speaks_of_chain(text, language, made_of, named, signer)
    if is_of_chain:
        days, steps = dates(text, language, published_on), stages(text, language)
    masses = quantities(text, language)
    money = amounts(text, language)
    checks = witnesses(text, language, split, masses, money, shares(text, language), days, made_of, counts(text, language))
    found = Found(
        page.document_id, text, language, tuple(split), tuple(named), tuple(made_of), tuple(steps), tuple(days),
        tuple(masses), tuple(money), page.title, signer, published_on if precision == "day" else None,
    )  # fmt: skip
    return Reading(
        document_id=page.document_id,
        language=language,
        title=page.title,
        text=text,
        removed_lines=tuple(cleaned.removed_lines),
        publisher=signer,
        relay_of=relay_of(text, named, language, signer),
        published_on=published_on,
        published_precision=precision,
        published_text=published_text,
        mentions=tuple(named),
        events=read_events(found) if is_of_chain else (),
        witnesses=tuple(checks),
    )
