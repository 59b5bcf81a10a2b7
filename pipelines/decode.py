"""A raw record → the fields of its contract that a source fills. Reads the form of a payload; judges nothing.

What cannot be read is left out, so that the contract names the field that is missing.
"""

from datetime import date
from hashlib import sha256
from typing import Any

import msgspec
import pycountry

from pipelines.enrich.html import html_text
from pipelines.sources import SOURCES
from pipelines.sources.raw import Raw

COMTRADE_FLOWS = {"M": "import", "X": "export", "RM": "re_import", "RX": "re_export"}
HS_EDITION_BY_LENGTH = {6: "HS6", 10: "HTS_US"}
WORLD = "_W"


def record_id(source: str, source_id: str) -> str:
    """Stable id of a record: the same for all of its revisions."""
    return sha256(f"{source}\n{source_id}".encode("utf-8", "replace")).hexdigest()[:32]


def decode(raw: Raw) -> dict[str, Any]:
    """Fields of the contract by name; raises ValueError for a payload that has not the form that its source declares."""
    return _document(raw) if raw.record == "document" else _trade_flow(raw)


def _document(raw: Raw) -> dict[str, Any]:
    meta = raw.meta
    title, text = _text(raw)
    source = next((s for s in SOURCES if s.name == raw.source), None)
    return {
        "document_id": record_id(raw.source, raw.source_id),
        "source": raw.source,
        "source_id": raw.source_id,
        "url": meta.get("url", raw.source_id),
        "fetched_at": meta.get("fetched_at"),
        "served_published": meta.get("published"),
        "served_title": meta.get("title") or title,
        "served_text": text,
        "licence": source.licence if source else "metadata",
        "payload_sha256": sha256(raw.payload).hexdigest(),
    }


def _text(raw: Raw) -> tuple[str, str]:
    """Title and plain text of a page."""
    charset = raw.meta.get("charset")
    is_html = "html" in raw.content_type
    if is_html and not charset:  # the page itself may name it
        return html_text(raw.payload)
    try:
        decoded = raw.payload.decode(charset or "utf-8", "replace")
    except LookupError:
        raise ValueError(f"there is no charset {charset}") from None
    return html_text(decoded) if is_html else ("", decoded)


def _trade_flow(raw: Raw) -> dict[str, Any]:
    """A row in the form of UN Comtrade's version 1."""
    try:
        row = msgspec.json.decode(raw.payload, type=dict[str, Any])
    except RecursionError as error:
        raise ValueError("the row is nested too deep") from error
    code = str(row.get("cmdCode", ""))
    return {
        "trade_flow_id": record_id(raw.source, raw.source_id),
        "source": raw.source,
        "fetched_at": raw.meta.get("fetched_at"),
        "reporter": _country(row.get("reporterISO")),
        "partner": _country(row.get("partnerISO")),
        "flow": COMTRADE_FLOWS.get(str(row.get("flowCode")), str(row.get("flowCode"))),
        "hs_code": code,
        "hs_edition": HS_EDITION_BY_LENGTH.get(len(code), "HS6"),
        "classification": str(row.get("classificationCode", "")),
        "period_on": _month(str(row.get("period", ""))),
        "value_usd": row.get("primaryValue"),
        "net_mass_kg": row.get("netWgt"),
        "is_estimated": bool(row.get("isNetWgtEstimated") or row.get("isAggregate", False)),
    }


def _country(alpha_3: Any) -> str | None:
    """ISO 3166-1 alpha-2 of an alpha-3 code; the code itself where there is none, for the contract to judge."""
    if alpha_3 == "W00":
        return WORLD
    found = pycountry.countries.get(alpha_3=str(alpha_3))
    return found.alpha_2 if found else str(alpha_3)


def _month(period: str) -> str:
    """First day of `202503`, ISO 8601; the text itself where it is none."""
    try:
        return date(int(period[:4]), int(period[4:6]), 1).isoformat() if len(period) == 6 else period
    except ValueError:
        return period
