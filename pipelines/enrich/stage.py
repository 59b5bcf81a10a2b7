"""Enrich: batch → batch with more columns. Never drops a row."""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec

from pipelines.enrich.read import read
from pipelines.enrich.reading import Event, Mention, Page, Reading
from pipelines.enrich.story import fingerprint, pack
from pipelines.messages import Message
from pipelines.reference.register import register
from pipelines.sources import SOURCES

RULES_VERSION = "1"


def enrich(record: str, messages: Sequence[Message]) -> list[bytes]:
    """One clean record (JSON: table → its rows) for each valid message, in order."""
    clean = clean_document if record == "document" else clean_trade_flow
    encode = msgspec.json.Encoder().encode
    return [encode(clean(msgspec.json.decode(m.value or b""))) for m in messages]


def clean_document(served: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """A served document → rows of documents, mentions, events and witnesses, without what landing fills."""
    page = Page(
        document_id=served["document_id"],
        text=served["served_text"],
        title=served["served_title"],
        source=_publisher(served["source"]),
        published=served["served_published"],
    )
    reading = read(page)
    named = {"document_id": reading.document_id, "fetched_at": served["fetched_at"]}
    return {
        "documents": [served | _document(reading)],
        "mentions": [named | _mention(m) for m in reading.mentions if not m.is_anaphor],
        "events": [named | {"event_no": i} | _event(e) for i, e in enumerate(reading.events, 1)],
        "witnesses": [named | {"witness_no": i} | _plain(w) for i, w in enumerate(reading.witnesses, 1)],
    }


def clean_trade_flow(served: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """A served trade flow → its row, with what the customs heading covers."""
    heading = _headings().get((served["hs_edition"], served["hs_code"]))
    figures = (served["value_usd"], served["net_mass_kg"], served["is_estimated"])
    row = served | {
        "materials": list(heading.materials) if heading else [],
        "form": (heading.form or None) if heading else None,
        "content_sha256": sha256(msgspec.json.encode(figures)).hexdigest(),
        "rules_version": RULES_VERSION,
    }
    return {"trade_flows": [row]}


@cache
def _headings() -> dict[tuple[str, str], Any]:
    return {(h.edition_or_system, h.code): h for h in register().hs_codes.values()}


@cache
def _publisher(source: str) -> str:
    """Name of a source's publisher; the source's own name where it is not declared."""
    return next((s.publisher for s in SOURCES if s.name == source), source)


def _document(reading: Reading) -> dict[str, Any]:
    text = f"{reading.title}\n\n{reading.text}"
    return {
        "title": reading.title,
        "text": reading.text,
        "removed_lines": reading.removed_lines,
        "language": reading.language,
        "publisher": reading.publisher,
        "relay_of": reading.relay_of,
        "published_on": reading.published_on,
        "published_precision": reading.published_precision,
        "published_text": reading.published_text,
        "text_sha256": sha256(text.encode("utf-8", "replace")).hexdigest(),
        "fingerprint": b64encode(pack(fingerprint(reading))).decode(),
        "rules_version": RULES_VERSION,
    }


def _mention(mention: Mention) -> dict[str, Any]:
    row = _plain(mention)
    row["entity_type"] = row.pop("type")
    place = "title" if mention.in_title else "removed_lines" if mention.in_removed else "text"
    return {k: v for k, v in row.items() if k not in ("is_anaphor", "in_title", "in_removed")} | {"place": place}


def _event(event: Event) -> dict[str, Any]:
    row = _plain(event)
    said = row.pop("attribution")
    for name in ("quantity", "amount"):
        if row[name]:
            row[name] = {k: v for k, v in row[name].items() if k not in ("start", "end")}
    row["details"] = [{"name": k, "value": v} for k, v in row["details"].items()]
    dates = {"date_on": row.pop("date"), "date_to_on": row.pop("date_to")}
    return row | dates | {"attribution": said["kind"], "attributed_to": said["to"], "attributed_to_id": said["entity_id"]}


def _plain(struct: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(struct)
    return plain


