"""The JSON form of the gold: a reading as the plain dict that documents are annotated in and scored by."""

from typing import Any

import msgspec

from pipelines.enrich.reading import Amount, Event, Quantity, Reading


def gold(reading: Reading) -> dict[str, Any]:
    """A reading as JSON data: entities by id with their surfaces, events with evidence and offsets, witnesses."""
    return {
        "id": reading.document_id,
        "language": reading.language,
        "title": reading.title,
        "publisher": reading.publisher,
        "relay_of": reading.relay_of,
        "published_on": reading.published_on,
        "published_precision": reading.published_precision,
        "published_text": reading.published_text,
        "removed_lines": list(reading.removed_lines),
        "entities": _entities(reading),
        "events": [_event(event) for event in reading.events],
        "witnesses": [msgspec.to_builtins(witness) for witness in reading.witnesses],
    }


def _entities(reading: Reading) -> list[dict[str, Any]]:
    """Each entity once with its surfaces, in the order of the text; organisations without an id by their surface."""
    found: dict[str, dict[str, Any]] = {}
    for mention in reading.mentions:
        if mention.is_anaphor:
            continue
        entity = found.setdefault(
            mention.entity_id or f"?{mention.surface}",
            {"entity_id": mention.entity_id, "type": mention.type, "surfaces": []},
        )
        if mention.surface not in entity["surfaces"]:
            entity["surfaces"].append(mention.surface)
    return list(found.values())


def _event(event: Event) -> dict[str, Any]:
    return {
        "type": event.type,
        "sub_type": event.sub_type,
        "factuality": event.factuality,
        "actors": msgspec.to_builtins(event.actors),
        "site_id": event.site_id,
        "stage": event.stage,
        "materials": list(event.materials),
        "quantity": _quantity(event.quantity),
        "amount": _amount(event.amount),
        "date": event.date,
        "date_to": event.date_to,
        "date_precision": event.date_precision,
        "direction": event.direction,
        "horizon": event.horizon,
        "attribution": msgspec.to_builtins(event.attribution),
        "evidence": {"text": event.evidence, "start": event.start, "end": event.end},
        "rule": event.rule,
        "confidence": event.confidence,
        "details": event.details,
    }


def _quantity(quantity: Quantity | None) -> dict[str, Any] | None:
    if quantity is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(quantity)
    for internal in ("start", "end", "form_basis", "role", "times"):
        plain.pop(internal, None)
    return plain


def _amount(amount: Amount | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(amount)
    for internal in ("start", "end", "role"):
        plain.pop(internal, None)
    return plain
