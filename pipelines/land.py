"""Land: clean records → rows of the tables, as the contracts say. Decides what is new, what repeats and what is a duplicate.

A record repeats when its origin is not above the highest that its partition has seen: a stage wrote it twice. It is a duplicate when
another record with the same key landed before: the source gave it twice. Both are counted and not landed.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import Any, Literal

import msgspec
import pyarrow as pa

from pipelines.flow import TABLES
from pipelines.messages import Message, Origin
from schemas import CONTRACTS
from schemas.arrow import table_of
from schemas.contract import Contract

Outcome = Literal["landed", "duplicate", "repeated"]
# What makes a record's key, its id first: the same record with the same content read by the same rules is the same row.
KEYS = {
    "documents": ("document_id", "text_sha256", "rules_version"),
    "trade_flows": ("trade_flow_id", "content_sha256", "rules_version"),
}


@dataclass(frozen=True)
class Decision:
    """What becomes of one message, and the revision that its record has."""

    message: Message
    outcome: Outcome
    revision: int
    record: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Place:
    """Where a known key landed."""

    revision: int
    partition: int
    offset: int


class Decider:
    """Decides one batch against the highest origins of a table and the keys that it has."""

    def __init__(self, table: str, origins: Mapping[str, int], next_offset: Mapping[int, int]) -> None:
        self.table = table
        self.origins = dict(origins)
        self._next_offset = next_offset

    def decide(
        self, batch: Sequence[tuple[Message, dict[str, Any]]], known: dict[str, Place], revisions: dict[str, int]
    ) -> list[Decision]:
        """One decision for each message, in order; `known` and `revisions` are continued with what lands."""
        return [self._decide(message, record, known, revisions) for message, record in batch]

    def _decide(self, message: Message, record: dict[str, Any], known: dict[str, Place], revisions: dict[str, int]) -> Decision:
        row = record[self.table][0]
        key, record_id = key_of(self.table, row), row[KEYS[self.table][0]]
        place = known.get(key)
        if message.offset < self._next_offset.get(message.partition, 0):
            # The table was past this message when it was last committed; only the tables that follow it still miss it.
            landed = place is not None and (place.partition, place.offset) == (message.partition, message.offset)
            return Decision(message, "landed" if landed else "duplicate", place.revision if place else 0, record)
        scope = scope_of(message.origin, str(row["rules_version"]))
        if message.origin.offset <= self.origins.get(scope, -1):
            return Decision(message, "repeated", place.revision if place else 0, record)
        self.origins[scope] = message.origin.offset
        if place:
            return Decision(message, "duplicate", place.revision, record)
        revisions[record_id] = revisions.get(record_id, 0) + 1
        known[key] = Place(revisions[record_id], message.partition, message.offset)
        return Decision(message, "landed", revisions[record_id], record)


def key_of(table: str, row: Mapping[str, Any]) -> str:
    """Key of a record's row in the table that decides."""
    return "|".join(str(row[name]) for name in KEYS[table])


def scope_of(origin: Origin, generation: str) -> str:
    """Within which origins only rise: a partition of the raw topic, read by one version of a stage."""
    return f"{origin.topic_id}/{generation}/{origin.partition}"


def rows_of(table: str, decisions: Sequence[Decision]) -> pa.Table:
    """Rows of one table for the records that landed."""
    contract = CONTRACTS[table]
    landed = (d for d in decisions if d.outcome == "landed")
    return table_of(contract, [row | _placed(contract, d, row) for d in landed for row in d.record.get(table, [])])


def _placed(contract: Contract, decision: Decision, row: dict[str, Any]) -> dict[str, Any]:
    """What landing fills in a row."""
    message = decision.message
    place = {
        "revision": decision.revision,
        "origin_partition": message.origin.partition,
        "origin_offset": message.origin.offset,
        "topic_offset": message.offset,
    }
    return {k: v for k, v in place.items() if k in _names(contract)}


@cache
def _names(contract: Contract) -> frozenset[str]:
    return frozenset(f.name for f in contract.fields)


# What a row holds until it lands; every value is one that the contract allows.
UNPLACED = {"revision": 1, "origin_partition": 0, "origin_offset": 0, "topic_offset": 0, "story_id": ""}


def typed(record: str, value: bytes) -> dict[str, list[dict[str, Any]]]:
    """A clean message → rows by table with the contracts' types; raises ValueError where it breaks a contract."""
    tables = msgspec.json.decode(value, type=dict[str, list[dict[str, Any]]])
    if set(tables) - set(TABLES[record]) or len(tables.get(TABLES[record][0], [])) != 1:
        raise ValueError(f"a clean {record} holds one row of {TABLES[record][0]}, this message holds {sorted(tables)}")
    return {name: [_typed_row(CONTRACTS[name], row) for row in rows] for name, rows in tables.items()}


def _typed_row(contract: Contract, row: dict[str, Any]) -> dict[str, Any]:
    names = _names(contract)
    record = msgspec.convert(row | {k: v for k, v in UNPLACED.items() if k in names}, contract.record)
    plain: dict[str, Any] = msgspec.to_builtins(record, builtin_types=(date, datetime))
    return plain


def quarantine_row(record: str, message: Message) -> dict[str, Any]:
    """A message of a quarantine topic → its row."""
    said, value = message.headers, message.value or b""
    return {
        "quarantine_id": sha256(f"{said.get('ce_stage')}/{message.origin}".encode()).hexdigest()[:32],
        "record": record,
        "record_id": said.get("ce_id"),
        "source": message.source,
        "stage": said.get("ce_stage", "unknown"),
        "rule": said.get("ce_rule", "unknown"),
        "field": said.get("ce_field") or None,
        "value": said.get("ce_value") or None,
        "reasons": said.get("__connect.errors.exception.message", "").split("; "),
        "attempt": message.attempt,
        "rejected_at": message.published_at,
        "payload": said.get("ce_dataref") or b64encode(value).decode(),
        # A payload in the store is named for its hash.
        "payload_sha256": said["ce_dataref"].rpartition("/")[2] if "ce_dataref" in said else sha256(value).hexdigest(),
        "headers": msgspec.json.encode(said).decode(),
        "origin_partition": message.origin.partition,
        "origin_offset": message.origin.offset,
        "message_key": b64encode(message.key).decode() if message.key else None,
    }


def decision_row(record: str, message: Message) -> dict[str, Any]:
    """A decision on a quarantine topic → its row."""
    said = message.headers
    return {
        "decision_id": said["ce_id"],
        "quarantine_id": said["ce_quarantineid"],
        "record": record,
        "source": message.source,
        "decision": said["ce_decision"],
        "attempt": message.attempt,
        "decided_at": message.published_at,
        "note": said.get("ce_note") or None,
    }


def accounting_rows(record: str, topic: str, counts: Mapping[tuple[str, date, str], int]) -> pa.Table:
    """Accounting rows of counts by (source, day, outcome)."""
    rows = [
        {"record": record, "source": source, "day_on": day, "outcome": outcome, "records": n, "topic": topic}
        for (source, day, outcome), n in sorted(counts.items())
    ]
    return table_of(CONTRACTS["accounting"], rows)


def count(messages: Sequence[tuple[Message, str]]) -> Counter[tuple[str, date, str]]:
    """Messages with their outcomes, counted by source, day of the raw record and outcome."""
    return Counter((m.source, m.published_at.date(), outcome) for m, outcome in messages)
