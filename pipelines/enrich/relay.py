"""Whose report a text relays."""

import re
from collections.abc import Sequence
from functools import cache

from pipelines.enrich.by_name import entity_of
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages
from pipelines.enrich.reading import Mention

RELAY_REACH = 320  # characters of a text in which it says whose report it relays


def relay_of(text: str, mentions: Sequence[Mention], language: str, published_by: str | None = None) -> str | None:
    """Return whose report the opening of a text says it relays: id in the register, else the surface; None for none."""
    data = _relay(language)
    head = text[:RELAY_REACH]
    stop = re.compile(r"[.!?。！？]\s|\n|。").search(head, 40)
    reach = stop.start() + 1 if stop else len(head)
    for mention in mentions:
        if mention.in_title or mention.type != "publisher" or mention.start >= reach:
            continue
        name = mention.entity_id or mention.surface
        before = text[max(0, mention.start - 80) : mention.start]
        after = text[mention.end : mention.end + 40]
        if name != published_by and (data[0].search(before) or data[1].match(after)):
            return name
    found = data[2].search(head, 0, reach)
    if found and found["name"].strip():
        name = found["name"].strip()
        return None if (entity_of(name) or name) == published_by else entity_of(name) or name
    return None


@cache
def _relay(language: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = knowledge(language if language in known_languages() else "en", "text")["documents"]
    return re.compile(data["relay_before"]), re.compile(data["relay_after"]), re.compile(data["relay_form"])
