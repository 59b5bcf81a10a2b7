"""Quarantine: which records are there, why, and what was decided about them.

A record's status is not stored but follows from the decisions: without one it is `waiting`, else `replayed` or `discarded`. A decision that
still lies in the topic and has not landed yet counts.
"""

import sqlite3
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from pyiceberg import expressions

from pipelines.errors import NeedsPerson
from pipelines.flow import quarantine
from pipelines.io.lake import Lake
from pipelines.io.objects import Objects
from pipelines.io.replays import TopicWindow
from pipelines.io.scan import rows
from pipelines.io.scratch import scratch
from pipelines.land import decision_row
from pipelines.settings import Settings
from schemas.vocabulary import RECORDS

ex: Any = expressions  # their constructors are not typed as they are called
SHORT = ("quarantine_id", "record", "record_id", "source", "stage", "rule", "field", "value", "attempt", "rejected_at")
WHOLE = (*SHORT, "reasons", "payload", "payload_sha256", "headers", "origin_partition", "origin_offset", "message_key")
STATUSES = ("waiting", "replayed", "discarded")
SCHEMA = """
CREATE TABLE decisions (quarantine_id TEXT PRIMARY KEY, decision TEXT, attempt INT, decided_at TEXT, note TEXT) WITHOUT ROWID;
CREATE VIEW listed AS SELECT e.*, coalesce(d.decision, 'waiting') AS status FROM entries e LEFT JOIN decisions d USING (quarantine_id);
"""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which quarantined records are meant; what is left empty selects all. `since` is included, `until` is not."""

    source: Sequence[str] = ()
    rule: Sequence[str] = ()
    stage: Sequence[str] = ()
    ids: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is selected by name."""
        return not (self.source or self.rule or self.stage or self.ids or self.since or self.until)

    def expression(self) -> expressions.BooleanExpression:
        """The selection as a filter of the table's rows."""
        named = {"source": self.source, "rule": self.rule, "stage": self.stage, "quarantine_id": self.ids}
        parts = [ex.In(column, set(values)) for column, values in named.items() if values]
        parts += [ex.GreaterThanOrEqual("rejected_at", self.since.isoformat())] if self.since else []
        parts += [ex.LessThan("rejected_at", self.until.isoformat())] if self.until else []
        found: expressions.BooleanExpression = ex.And(*parts) if len(parts) > 1 else (parts or [ex.AlwaysTrue()])[0]
        return found


@contextmanager
def listed(settings: Settings, which: Selection, columns: Sequence[str] = SHORT) -> Iterator[sqlite3.Connection]:
    """A database with the view `listed`: the selected records with their status, in bounded memory."""
    lake, objects = Lake.open(settings), Objects(settings)
    table = f"CREATE TABLE entries ({', '.join(f'{c} TEXT PRIMARY KEY' if c == 'quarantine_id' else c for c in columns)});"
    with scratch(settings, table + SCHEMA) as db:
        found = rows(lake.tables["quarantine"].load(), columns, which.expression())
        marks = ", ".join("?" * len(columns))
        db.executemany(f"INSERT OR IGNORE INTO entries VALUES ({marks})", (tuple(map(_plain, row)) for row in found))  # noqa: S608 - marks
        insert_decisions(db, settings, lake, objects)
        yield db


def insert_decisions(db: sqlite3.Connection, settings: Settings, lake: Lake, objects: Objects) -> None:
    """Fill the table `decisions` with what landed and with what still lies in the topics."""
    names = ("quarantine_id", "decision", "attempt", "decided_at", "note")
    insert = "INSERT OR IGNORE INTO decisions VALUES (?, ?, ?, ?, ?)"
    table = lake.tables["decisions"]
    loaded = table.load()
    db.executemany(insert, (tuple(map(_plain, row)) for row in rows(loaded, names)))
    for record in RECORDS:
        with TopicWindow(settings, objects, record) as window:
            topic = quarantine(record)
            reached = table.reached(topic, window.ids[topic], loaded)
            start = {p: reached.next_offset(p) if reached.topic_id == window.ids[topic] else 0 for p in range(settings.partitions)}
            made = (decision_row(record, message) for message in window.decisions_from(start))
            db.executemany(insert, (tuple(_plain(row[name]) for name in names) for row in made))


def counts(settings: Settings, which: Selection) -> list[dict[str, Any]]:
    """Records by source, stage and rule with their statuses, the most waiting first."""
    sums = ", ".join(f"sum(status = '{status}') AS {status}" for status in STATUSES)
    query = (
        f"SELECT source, stage, rule, {sums}, min(rejected_at) AS first_at, max(rejected_at) AS last_at"  # noqa: S608 - fixed words
        " FROM listed GROUP BY source, stage, rule ORDER BY waiting DESC, source, stage, rule"
    )
    with listed(settings, which) as db:
        return _dicts(db.execute(query))


def entries(settings: Settings, which: Selection, status: str | None = None, limit: int = -1) -> list[dict[str, Any]]:
    """The selected records without their payloads, the newest first."""
    with listed(settings, which) as db:
        query = "SELECT * FROM listed WHERE ?1 IS NULL OR status = ?1 ORDER BY rejected_at DESC, quarantine_id LIMIT ?2"
        return _dicts(db.execute(query, (status, limit)))


def entry(settings: Settings, quarantine_id: str) -> dict[str, Any]:
    """One record with everything that is known of it; raises NeedsPerson when there is none of that id.

    `body` are the payload's bytes, None for one that lies in the store under the address `payload`.
    """
    with listed(settings, Selection(ids=(quarantine_id,)), WHOLE) as db:
        found = _dicts(db.execute("SELECT * FROM listed"))
        decided = _dicts(db.execute("SELECT * FROM decisions WHERE quarantine_id = ?", (quarantine_id,)))
    if not found:
        raise NeedsPerson(f"there is no quarantined record {quarantine_id!r}", "`lodestream quarantine list` shows their ids")
    row = found[0]
    row |= {"reasons": msgspec.json.decode(row["reasons"]), "headers": msgspec.json.decode(row["headers"])}
    return row | {"body": body_of(row["payload"]), "decision": decided[0] if decided else None}


def body_of(payload: str) -> bytes | None:
    """The bytes in a row's payload; None where it is the address of a large one."""
    return None if is_address(payload) else b64decode(payload)


def is_address(payload: str) -> bool:
    """Whether a row's payload is an address in the store; base64 never has an address' length."""
    return payload.startswith("claims/") and len(payload) == len("claims/00/") + 64


def _plain(value: Any) -> Any:
    """A value that SQLite takes."""
    if isinstance(value, datetime):
        return value.isoformat()
    return msgspec.json.encode(value).decode() if isinstance(value, list) else value


def _dicts(cursor: sqlite3.Cursor) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
