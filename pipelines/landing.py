"""The lander of a record: from its topics to the tables, one committer per table and topic.

It starts from the offsets that the tables hold, never from a group's. The first table of a record decides what is new; the tables that
follow it and the accounting each hold their own offsets, so that a crash between two commits is made good at the next start.
"""

import logging
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
from pyiceberg.table import Table

from pipelines.errors import OffsetLost, TopicChanged
from pipelines.flow import SHARED_TABLES, TABLES, Stage, clean, quarantine, raw, topics_of, valid
from pipelines.io.consume import TableReader
from pipelines.io.deadline import deadline
from pipelines.io.exports import export
from pipelines.io.index import Columns, Index
from pipelines.io.lake import Lake, NamedErrors, Progress, Reached
from pipelines.io.objects import Objects
from pipelines.io.produce import Writer
from pipelines.io.topics import Topics
from pipelines.land import (
    KEYS,
    Decider,
    Decision,
    Place,
    accounting_rows,
    count,
    decision_row,
    key_of,
    quarantine_row,
    rows_of,
    scope_of,
    typed,
)
from pipelines.messages import Message, Rejection, printable, rejected
from pipelines.report import Report
from pipelines.settings import Settings
from pipelines.stories import Stories
from schemas import CONTRACTS
from schemas.arrow import table_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    """A message of the clean topic and what it holds by table; None when it broke a contract and was rejected."""

    message: Message
    record: dict[str, list[dict[str, Any]]] | None


class Landing:
    """Lands one record: its own tables, its part of quarantine and of the accounting."""

    def __init__(self, settings: Settings, stage: Stage, *, drain: bool, slot: str | None = None) -> None:
        self.settings, self.stage, self.report = settings, stage, Report(stage.name)
        self.record, self.tables = stage.record, TABLES[stage.record]
        self._objects = Objects(settings)
        self._lake = Lake.open(settings)
        with Topics(settings) as topics:
            self._ids = topics.ids()
            self._targets = {(t, p): end for t in topics_of(self.record) for p, end in topics.ends(t).items()} if drain else None
            oldest = {(t, p): start for t in topics_of(self.record) for p, start in topics.beginnings(t).items()}
        loaded = {name: self._lake.tables[name].load() for name in (*self.tables, *SHARED_TABLES)}
        self._reached = self._load_reached(loaded)
        self._index = Index(settings.home / "index" / f"{self.tables[0]}.sqlite", Columns(KEYS[self.tables[0]]))
        self._stands = loaded[self.tables[0]]  # the table that decides, as this writer knows it
        self._index.catch_up(self._stands)
        self._stories = Stories(self._stands) if self.record == "document" else None
        self._writer = Writer(settings, self._objects)
        self._positions = self._start(oldest)
        self._reader = TableReader(settings, stage.name, self._ids, self._objects.get, self._positions)
        self._buffers: dict[str, list[Message]] = {topic: [] for topic in topics_of(self.record)}
        self._bytes, self._since = 0, time.monotonic()
        self._export_all()

    def step(self, seconds: float) -> bool:
        """Read once, and commit when enough was read or long enough ago; False when nothing came in time."""
        messages = self._reader.poll(seconds)
        if messages and not self._waiting:
            self._since = time.monotonic()
        for message in messages:
            self._take(message)
            # Looked at for each message: one poll may bring far more than a batch of payloads that were left in the store.
            if self._waiting >= self.settings.commit_records or self._bytes >= self.settings.batch_bytes:
                self._commit()
        self._positions |= self._reader.positions()
        is_due = time.monotonic() - self._since >= self.settings.commit_seconds
        if self._waiting and (is_due or self._is_read()):
            self._commit()
        return bool(messages)

    @property
    def _waiting(self) -> int:
        return sum(len(b) for b in self._buffers.values())

    def _take(self, message: Message) -> None:
        """Put a message into its buffer; of topics that are only counted the payload is not kept."""
        is_counted_only = message.topic in (raw(self.record), valid(self.record))
        self._buffers[message.topic].append(replace(message, value=None) if is_counted_only else message)
        self._bytes += 0 if is_counted_only else message.size
        self._positions[message.topic, message.partition] = message.offset + 1

    def is_drained(self) -> bool:
        """Whether the tables are past all that the topics held at the start."""
        return self._is_read() and not any(self._buffers.values())

    def close(self) -> None:
        """Stop; what was not committed is read again at the next start."""
        with ExitStack() as parts:  # each is closed whatever the others say
            for part in (self._index, self._writer, self._reader):
                parts.callback(part.close)

    def _is_read(self) -> bool:
        return self._targets is not None and all(self._positions[place] >= end for place, end in self._targets.items())

    # -- where the tables stand ------------------------------------------------------------------------------------------------

    def _tables_of(self, topic: str) -> tuple[str, ...]:
        """The tables that a topic feeds, the one that decides first."""
        own = {clean(self.record): self.tables, quarantine(self.record): ("quarantine", "decisions")}.get(topic, ())
        return (*own, "accounting")

    def _load_reached(self, loaded: dict[str, Table]) -> dict[tuple[str, str], Reached]:
        """(table, topic) → how far the table has read it; raises TopicChanged for a topic that was made anew."""
        found: dict[tuple[str, str], Reached] = {}
        for topic in topics_of(self.record):
            for name in self._tables_of(topic):
                reached = self._lake.tables[name].reached(topic, self._ids[topic], loaded[name])
                if reached.topic_id != self._ids[topic]:
                    raise TopicChanged(
                        f"the topic {topic} was made anew: {name} has read the one with the id {reached.topic_id}, "
                        f"the broker has {self._ids[topic]}",
                        f"if that was meant, `lodestream topics adopt {topic}` lets the tables begin the new one at its first record",
                    )
                found[name, topic] = reached
        return found

    def _start(self, oldest: dict[tuple[str, int], int]) -> dict[tuple[str, int], int]:
        """Where to begin: the lowest offset that a table still needs; raises OffsetLost when the topic no longer has it."""
        start: dict[tuple[str, int], int] = {}
        for (topic, p), first in oldest.items():
            offset = min(self._reached[name, topic].next_offset(p) for name in self._tables_of(topic))
            if offset < first:
                raise OffsetLost(
                    f"{topic} partition {p}: the tables need the records from offset {offset}, the topic begins at {first}",
                    f"the records between are gone from the topic (retention); `lodestream topics adopt {topic}` accepts the loss",
                )
            start[topic, p] = offset
        return start

    # -- one commit ------------------------------------------------------------------------------------------------------------

    def _commit(self) -> None:
        """Commit what was read: the tables of the record, quarantine, then the accounting of all topics."""
        buffers, self._buffers = self._buffers, {topic: [] for topic in self._buffers}
        positions, self._bytes = dict(self._positions), 0
        outcomes = {topic: self._count_as(topic, messages) for topic, messages in buffers.items()}
        outcomes[clean(self.record)] = self._land(buffers[clean(self.record)], positions)
        self._quarantine(buffers[quarantine(self.record)], positions)
        self._account(outcomes, positions)
        log.info("%s", self.report.line())

    def _land(self, messages: list[Message], positions: dict[tuple[str, int], int]) -> list[tuple[Message, str]]:
        """Commit the record's tables; returns what became of each message."""
        topic, first = clean(self.record), self.tables[0]
        read = [self._read(message) for message in messages]
        self._writer.flush()  # rejects must be safe before the table moves past them
        batch = [(r.message, r.record) for r in read if r.record is not None]
        reached = self._reached[first, topic]
        decider = Decider(first, reached.origins, {p: reached.next_offset(p) for p in range(self.settings.partitions)})
        rows = [record[first][0] for _, record in batch]
        found, revisions = self._index.look_up(self._stands, [key_of(first, row) for row in rows], (row[KEYS[first][0]] for row in rows))
        known = {k: Place(v.revision, v.partition, v.offset) for k, v in found.items()}
        decisions = decider.decide(batch, known, revisions)
        if self._stories:
            landing = [d.record[first][0] for d in decisions if d.outcome == "landed"]
            told = self._stories.assign({row["document_id"]: row["fingerprint"] for row in landing})
            for row in landing:
                row["story_id"] = told[row["document_id"]]
        for name in self.tables:
            fresh = self._fresh(name, topic, decisions)
            table = self._append(name, rows_of(name, fresh), {topic: self._advance(name, topic, positions, decider.origins)})
            if name == first and table:  # after a crash between two commits only the tables behind it have something to do
                self._remember(fresh, table)
        self.report.rejected += len(read) - len(batch)
        return [(d.message, d.outcome) for d in decisions]

    def _read(self, message: Message) -> Read:
        """What a clean message holds; one that breaks a contract goes to quarantine."""
        message = self._reader.complete(message)
        try:
            record = typed(self.record, message.value or b"")
        except (ValueError, KeyError, RecursionError) as error:
            why = Rejection("keeps_contract", None, None, (printable(str(error)[:1000]),))
            headers = rejected(message, self.stage.verb, why)
            self._writer.send(self.stage.rejects, message.value or b"", headers, message.key, message.partition)
            return Read(message, None)
        return Read(replace(message, value=None), record)  # the bytes are not needed any more, and may be many

    def _remember(self, decisions: Sequence[Decision], table: Table) -> None:
        """Put what landed into the index and the report; `table` is the first one after the commit."""
        first = self.tables[0]
        landed = [(d, d.record[first][0]) for d in decisions if d.outcome == "landed"]
        rows = [(key_of(first, row), row[KEYS[first][0]], d.revision, d.message.partition, d.message.offset) for d, row in landed]
        before, self._stands = self._stands.current_snapshot(), table
        self._index.add(rows, before.snapshot_id if before else None, self.report.snapshots[first])
        for decision in decisions:
            self.report.count(decision.message, rejected=False)
            setattr(self.report, decision.outcome, getattr(self.report, decision.outcome) + 1)

    def _quarantine(self, messages: list[Message], positions: dict[tuple[str, int], int]) -> None:
        """Commit the quarantine table, rejected messages whose origin is new for the stage that rejected them, and the decisions."""
        topic = quarantine(self.record)
        origins = dict(self._reached["quarantine", topic].origins)
        decided = self._reached["decisions", topic]
        decisions = [m for m in messages if m.is_decision and m.offset >= decided.next_offset(m.partition)]
        rows = []
        for message in messages:
            if not message.is_decision and message.offset >= self._reached["quarantine", topic].next_offset(message.partition) and _is_new(
                origins, message, message.headers.get("ce_stage", "")
            ):
                rows.append(quarantine_row(self.record, message))
        self._append("quarantine", table_of(CONTRACTS["quarantine"], rows), {topic: self._advance("quarantine", topic, positions, origins)})
        made = table_of(CONTRACTS["decisions"], [decision_row(self.record, m) for m in decisions])
        self._append("decisions", made, {topic: self._advance("decisions", topic, positions, {})})

    # -- accounting ------------------------------------------------------------------------------------------------------------

    def _count_as(self, topic: str, messages: list[Message]) -> list[tuple[Message, str]]:
        """What a message of a topic counts as."""
        if topic == raw(self.record):
            return [(m, "pulled" if m.attempt == 1 else "replayed") for m in messages]
        word = "validated" if topic == valid(self.record) else "rejected"
        return [(m, word) for m in messages if not m.is_decision]

    def _account(self, outcomes: dict[str, list[tuple[Message, str]]], positions: dict[tuple[str, int], int]) -> None:
        """Commit the counts of all topics at once; a record counts once in each topic, however often a stage wrote it."""
        progress: Progress = {}
        parts: list[pa.Table] = []
        for topic, messages in outcomes.items():
            reached = self._reached["accounting", topic]
            origins = dict(reached.origins)
            counted: list[tuple[Message, str]] = []
            for message, outcome in messages:
                stage = message.headers.get("ce_stage", "")
                if message.offset >= reached.next_offset(message.partition) and _is_new(origins, message, stage):
                    is_clean = topic == clean(self.record)
                    counted.append((message, "duplicate" if outcome == "repeated" else outcome))
                    counted += [(message, "enriched")] if is_clean else []
            parts.append(accounting_rows(self.record, topic, count(counted)))
            before, after = self._advance("accounting", topic, positions, origins)
            if after != before:
                progress[topic] = before, after
        self._append("accounting", pa.concat_tables(parts), progress)

    # -- writing ---------------------------------------------------------------------------------------------------------------

    def _fresh(self, name: str, topic: str, decisions: list[Decision]) -> list[Decision]:
        """Decisions on messages that a table has not read yet."""
        reached = self._reached[name, topic]
        return [d for d in decisions if d.message.offset >= reached.next_offset(d.message.partition)]

    def _advance(
        self, name: str, topic: str, positions: dict[tuple[str, int], int], origins: dict[str, int]
    ) -> tuple[Reached, Reached]:
        before = self._reached[name, topic]
        return before, before.advanced({p: o for (t, p), o in positions.items() if t == topic}, origins)

    def _append(self, name: str, rows: pa.Table, progress: Progress) -> Table | None:
        """Commit rows and progress; the table after it, or None when there was nothing to do."""
        progress = {topic: (before, after) for topic, (before, after) in progress.items() if before != after}
        if not progress:
            return None
        table = self._lake.tables[name].append(rows, progress)
        for topic, (_, after) in progress.items():
            self._reached[name, topic] = after
        snapshot = table.current_snapshot()
        self.report.snapshots[name] = snapshot.snapshot_id if snapshot else 0
        self._export(name, table)
        return table

    def _export(self, name: str, table: Table) -> None:
        doing = f"exporting {name}"
        with deadline(self.settings.deadline_seconds, doing), NamedErrors(doing):
            export(self._objects, name, table)

    def _export_all(self) -> None:
        """Make good the exports of commits after which the process ended."""
        for name in (*self.tables, *SHARED_TABLES):
            self._export(name, self._lake.tables[name].load())


def _is_new(origins: dict[str, int], message: Message, generation: str) -> bool:
    """Whether a message's origin is above the highest of its scope, which it then becomes."""
    scope = scope_of(message.origin, generation)
    if message.origin.offset <= origins.get(scope, -1):
        return False
    origins[scope] = message.origin.offset
    return True
