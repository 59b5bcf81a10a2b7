"""Replay and discard: decisions about quarantined records, each taken once.

A replay publishes the original bytes to the raw topic, with the headers of the first delivery and the next attempt, and the decision
beside it in one transaction: both are visible or none. What has a decision is not decided again, so a command that died half-way is
simply repeated.
"""

import logging
import sqlite3
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from pipelines.errors import ConfigurationError, NeedsPerson
from pipelines.flow import quarantine, raw
from pipelines.io.lake import Lake
from pipelines.io.objects import Objects
from pipelines.io.replays import ReplayWriter, TopicWindow
from pipelines.messages import Decided, Headers, Origin, replayed
from pipelines.quarantine import WHOLE, Selection, body_of, insert_decisions, listed
from pipelines.settings import Settings

log = logging.getLogger(__name__)
Decision = Literal["replayed", "discarded"]
Sent = tuple[str, bytes, Headers, bytes | None, int | None]  # topic, value, headers, key, partition
ORDER = "rejected_at, origin_partition, origin_offset"


@dataclass
class Outcome:
    """What a command did: records by rule, those that had a decision already by that, and what it refused by id."""

    decision: str
    done: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    refused: dict[str, str] = field(default_factory=dict)

    def as_extra(self) -> dict[str, Any]:
        """JSON-able form."""
        done, skipped = dict(self.done), dict(self.skipped)
        return {"decision": self.decision, "records": self.done.total(), "by_rule": done, "skipped": skipped, "refused": self.refused}


def decide(
    settings: Settings, decision: Decision, which: Selection, note: str = "", on_progress: Callable[[int], None] | None = None
) -> Outcome:
    """Replay or discard the selected records that wait; returns what was done."""
    return _Deciding(settings, decision, note, on_progress).run(which)


def decide_as_asked(settings: Settings, asked: dict[str, Any]) -> Outcome:
    """Replay or discard by words, as a DAG's parameters give them; raises ConfigurationError for what they do not say."""
    words = {name: tuple(asked[name] or ()) for name in ("source", "rule", "stage", "ids")}
    which = Selection(**words, since=_instant("since", asked["since"]), until=_instant("until", asked["until"]))
    if which.is_everything and not asked["everything"]:
        raise ConfigurationError("nothing is selected", "give a source, rule, stage, id or time, or set `everything`")
    return decide(settings, asked["decision"], which, asked["note"])


def _instant(name: str, text: str | None) -> datetime | None:
    """An instant in ISO 8601, UTC where it names no zone."""
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigurationError(f"{name} is no time: {text!r}", "write it as 2026-05-31T12:00:00Z") from None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


class _Deciding:
    """One command."""

    def __init__(self, settings: Settings, decision: Decision, note: str, on_progress: Callable[[int], None] | None) -> None:
        self.settings, self.note, self._on_progress = settings, note, on_progress
        self.outcome = Outcome(decision)
        self._objects = Objects(settings)
        self._windows: dict[str, TopicWindow] = {}

    def run(self, which: Selection) -> Outcome:
        """Decide record by record, in transactions of a bounded size."""
        writers: dict[str, ReplayWriter] = {}
        with listed(self.settings, which, WHOLE) as db, ExitStack() as stack:
            for (record,) in db.execute("SELECT DISTINCT record FROM listed WHERE status = 'waiting'").fetchall():
                writers[record] = ReplayWriter(self.settings, self._objects, record)
                stack.callback(writers[record].close)
                self._windows[record] = stack.enter_context(TopicWindow(self.settings, self._objects, record))
            # Only now is nobody else deciding: whoever did so before is shut out, and what they committed can be read.
            insert_decisions(db, self.settings, Lake.open(self.settings), self._objects)
            self.outcome.skipped.update(dict(db.execute("SELECT status, count(*) FROM listed WHERE status != 'waiting' GROUP BY 1")))
            for record, writer in writers.items():
                self._write(writer, _waiting(db, record))
        return self.outcome

    def _write(self, writer: ReplayWriter, rows: Iterator[dict[str, Any]]) -> None:
        done: Counter[str] = Counter()
        decisions: list[Sent] = []
        size = 0
        for row in rows:
            try:
                message = self._delivery(row) if self.outcome.decision == "replayed" else None
            except NeedsPerson as error:
                self.outcome.refused[row["quarantine_id"]] = str(error)
                continue
            if not done:
                writer.begin()
            if message:
                writer.send(raw(row["record"]), *message, *_place(row, by_key=True))
                size += len(message[0])
            decisions.append(self._decision(row))
            done[row["rule"]] += 1
            if done.total() >= self.settings.batch_records or size >= self.settings.batch_bytes:
                self._commit(writer, decisions, done)
                decisions, done, size = [], Counter(), 0
        if done:
            self._commit(writer, decisions, done)

    def _commit(self, writer: ReplayWriter, decisions: list[Sent], done: Counter[str]) -> None:
        # The records are in the log before any decision is: should a broker that was killed show a part of an aborted transaction, a
        # decision without its record cannot be that part.
        writer.flush()
        for decision in decisions:
            writer.send(*decision)
        writer.commit()
        self.outcome.done.update(done)
        if self._on_progress:
            self._on_progress(self.outcome.done.total())

    def _decision(self, row: dict[str, Any]) -> Sent:
        """The message that says what was decided."""
        decided = Decided(
            quarantine_id=row["quarantine_id"],
            source=row["source"],
            decision=self.outcome.decision,
            attempt=row["attempt"] + (self.outcome.decision == "replayed"),
            at=datetime.now(UTC),
            note=self.note,
        )
        return quarantine(row["record"]), msgspec.json.encode(decided), decided.headers(), *_place(row)

    def _delivery(self, row: dict[str, Any]) -> tuple[bytes, Headers]:
        """The original bytes and the headers of their next delivery; raises NeedsPerson when they cannot be sent again."""
        if row["attempt"] > self.settings.replay_limit:
            limit = f"it was sent again {row['attempt'] - 1} times, LODESTREAM_REPLAY_LIMIT is {self.settings.replay_limit}"
            raise NeedsPerson(limit, "discard it, or raise the limit")
        said: dict[str, str] = msgspec.json.decode(row["headers"])
        if row["stage"] == "validate":
            # What validate rejected is the raw message itself; of later stages it is what had become of it.
            body = body_of(row["payload"])
            value = self._objects.get(row["payload"]) if body is None else body
        else:
            origin = Origin.parse(said.get("ce_origin", ""))
            if origin is None:
                raise NeedsPerson("it does not say which raw record it came from", "discard it")
            message = self._windows[row["record"]].raw_record(origin)
            value, said = message.value or b"", message.headers
        if not value:
            raise NeedsPerson("the message has no value that could be sent again", "discard it")
        return value, replayed(said, row["record"], row["quarantine_id"], row["attempt"] + 1)


def _place(row: dict[str, Any], *, by_key: bool = False) -> tuple[bytes | None, int | None]:
    """Key and partition of the record's first delivery; `by_key` leaves the partition to the key where there is one."""
    key = b64decode(row["message_key"]) if row["message_key"] else None
    return key, None if key and by_key else row["origin_partition"]


def _waiting(db: sqlite3.Connection, record: str) -> Iterator[dict[str, Any]]:
    """Waiting records with their payloads, in the order of their first delivery, one in memory at a time."""
    ids = db.execute(f"SELECT quarantine_id FROM listed WHERE status = 'waiting' AND record = ? ORDER BY {ORDER}", (record,))  # noqa: S608
    for (quarantine_id,) in ids:
        found = db.execute("SELECT * FROM entries WHERE quarantine_id = ?", (quarantine_id,))
        yield dict(zip((c[0] for c in found.description), found.fetchone(), strict=True))
