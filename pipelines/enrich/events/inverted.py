"""What may stand between a verb of speech and the speaker that follows it.

« …, écrit de son côté Fastmarkets », « …, ont raconté mardi à l'agence deux employés »: an aside, a day, somebody who is told.
"""

from pipelines.enrich.events.document import Document


def past_asides(document: Document, start: int, stop: int) -> int:
    """Return where the speaker's name may begin: after asides, and after those whom he tells where a subject follows them."""
    grammar, end = document.grammar, start
    aside = grammar.aside.match(document.low, end, stop)
    end = aside.end() if aside else end
    told = grammar.told_to.match(document.text, end, stop)
    if told is None:
        return end
    end = told.end()
    aside = grammar.aside.match(document.low, end, stop)
    return aside.end() if aside else end
