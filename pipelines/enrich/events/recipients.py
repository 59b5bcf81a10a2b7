"""Recipients: who gets which part of what is dealt in ("400 tonnes of oxide to Alpha and 250 tonnes to Beta")."""

import re

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.slots import first_fit
from pipelines.enrich.reading import Mention, Quantity

# A firm that no mention names, behind the preposition.
_NAME = re.compile(r"\s(?:to|for)\s(?:the\s)?([A-Z][\w&'’-]*(?:\s[A-Z][\w&'’-]*){0,3})(?=\s?(?:,|and\b|\.|\(|over\b|from\b|in\b|$))")
_TO = re.compile(r"\s(?:to|for)\s(?:the\s)?$")
TO_REACH = 10  # characters before a name in which its preposition stands


def recipients(document: Document, clause: Clause) -> list[tuple[Mention, Quantity]]:
    """Each figure of a clause with the one who gets it; nothing unless all have one of their own."""
    if not document.grammar.has_borders or len(clause.quantities) < 2:
        return []
    kept = sorted((q for q in clause.quantities if first_fit([q], document)), key=lambda q: q.start)
    found = []
    for i, quantity in enumerate(kept):
        named = _named(document, quantity.end, kept[i + 1].start if i + 1 < len(kept) else clause.end)
        if named is None:
            return []
        found.append((named, quantity))
    return found if len({m.entity_id or m.surface for m, _ in found}) == len(found) > 1 else []


def _named(document: Document, start: int, end: int) -> Mention | None:
    """The only one that a stretch of text gives something to."""
    text = document.text
    near = [m for m in document.mentions.within(start, end) if m.type == "company"]
    named = [m for m in near if _TO.search(text, max(start - 1, m.start - TO_REACH), m.start)]
    if named:
        return named[0] if len(named) == 1 else None
    outside = _NAME.search(text, start, end)
    if outside is None or any(m.start < outside.end(1) and m.end > outside.start(1) for m in document.mentions.within(start, end)):
        return None
    return Mention(outside.start(1), outside.end(1), outside[1], "company", None)
