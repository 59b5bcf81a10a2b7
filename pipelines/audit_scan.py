"""What an audit compares, on scratch paper: each record of the topics by its origin, each row of the tables by the same.

The order of looking makes it safe beside running stages: first what stages and tables claim to have reached, then the topics,
which only grow.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from pyiceberg.table import Table

from pipelines.flow import TABLES, Stage, clean, quarantine, raw, topics_of, valid
from pipelines.io.consume import TableReader
from pipelines.io.lake import Lake, Reached
from pipelines.io.objects import Objects
from pipelines.io.scan import rows
from pipelines.io.topics import Topics
from pipelines.land import KEYS
from pipelines.messages import Message, Origin
from pipelines.settings import Settings

SCHEMA = """
CREATE TABLE days (day INTEGER PRIMARY KEY, source TEXT, day_on TEXT, UNIQUE (source, day_on));
CREATE TABLE raw (part INT, place INT, at INT, day INT, attempt INT, id TEXT, replay_of TEXT, PRIMARY KEY (part, place)) WITHOUT ROWID;
CREATE TABLE valid (part INT, place INT, at INT, day INT, id TEXT, PRIMARY KEY (part, place)) WITHOUT ROWID;
CREATE TABLE clean (part INT, place INT, at INT, day INT, id TEXT, key TEXT, PRIMARY KEY (part, place)) WITHOUT ROWID;
CREATE TABLE keys (key TEXT PRIMARY KEY, id TEXT, part INT, place INT, at INT) WITHOUT ROWID;
CREATE TABLE before (topic TEXT, part INT, at INT, PRIMARY KEY (topic, part, at)) WITHOUT ROWID;
CREATE TABLE quarantine (part INT, place INT, at INT, day INT, id TEXT, stage TEXT, PRIMARY KEY (part, place, stage)) WITHOUT ROWID;
CREATE TABLE decisions (id TEXT, at INT, part INT, decision TEXT, replay_of TEXT, attempt INT);
CREATE TABLE landed (id TEXT, revision INT, key TEXT, part INT, place INT, at INT, source TEXT);
CREATE TABLE quarantined (id TEXT, part INT, place INT, stage TEXT, is_of_topic INT);
CREATE TABLE decided (id TEXT);
CREATE TABLE reached (what TEXT, part INT, offset INT, PRIMARY KEY (what, part)) WITHOUT ROWID;
CREATE TABLE accounting (day INT, outcome TEXT, records INT);
"""
INDEXES = """
CREATE INDEX landed_by_key ON landed (key);
CREATE INDEX landed_by_place ON landed (part, place);
CREATE INDEX landed_by_id ON landed (id, revision);
CREATE INDEX quarantined_by_place ON quarantined (part, place, stage);
CREATE INDEX raw_by_replay ON raw (replay_of, attempt) WHERE replay_of IS NOT NULL;
"""


@dataclass
class Looked:
    """What was found beside the records themselves: the tables as they were loaded, and what cannot be proven."""

    record: str
    tables: dict[str, Table]
    oldest: dict[str, dict[int, int]]
    foreign: int = 0  # messages whose raw record lay in a topic that was made anew since

    def is_whole(self, topic: str) -> bool:
        """Whether a topic still holds all that it ever held."""
        return not any(self.oldest[topic].values())


class Scan:
    """Fills the scratch paper for one record."""

    def __init__(self, settings: Settings, lake: Lake, objects: Objects, db: sqlite3.Connection) -> None:
        self.settings, self._lake, self._objects, self._db = settings, lake, objects, db
        self._days: dict[tuple[str, str], int] = {}

    def run(self, record: str) -> Looked:
        """Look at everything there is of a record."""
        first = TABLES[record][0]
        with Topics(self.settings) as topics:
            ids = topics.ids()
            committed = {stage.verb: topics.committed(stage) for stage in (Stage("validate", record), Stage("enrich", record))}
            # What follows is loaded before what it follows, so that nothing seems to be missing that was only committed meanwhile.
            order = ("accounting", *TABLES[record][1:], first, "decisions", "quarantine")
            tables = {name: self._lake.tables[name].load() for name in order}
            # Backwards along the way, so that what is seen of a topic also has its origin in the topic before.
            oldest, ends = ({t: offsets(t) for t in topics_of(record)[::-1]} for offsets in (topics.beginnings, topics.ends))
        looked = Looked(record, tables, {topic: oldest[topic] for topic in topics_of(record)})
        for verb, offsets in committed.items():
            self._reached(verb, {p: o or 0 for p, o in offsets.items()})
        for name in (first, "quarantine", "decisions"):
            topic = clean(record) if name == first else quarantine(record)
            self._reached(name, self._offsets(tables[name], name, topic, ids))
        for topic in topics_of(record):
            self._reached(f"oldest {topic.split('.')[0]}", oldest[topic])
            self._reached(f"accounting {topic.split('.')[0]}", self._offsets(tables["accounting"], "accounting", topic, ids))
        self._tables(record, first, tables, ids)
        self._topics(record, ids, oldest, ends, looked)
        self._db.executescript(INDEXES)
        return looked

    def _offsets(self, table: Table, name: str, topic: str, ids: dict[str, str]) -> dict[int, int]:
        reached: Reached = self._lake.tables[name].reached(topic, ids[topic], table)
        return {p: reached.next_offset(p) if reached.topic_id == ids[topic] else 0 for p in range(self.settings.partitions)}

    def _reached(self, what: str, offsets: dict[int, int]) -> None:
        self._db.executemany("INSERT INTO reached VALUES (?, ?, ?)", [(what, p, o) for p, o in offsets.items()])

    # -- tables ----------------------------------------------------------------------------------------------------------------

    def _tables(self, record: str, first: str, tables: dict[str, Table], ids: dict[str, str]) -> None:
        key = KEYS[first]
        names = (*key, "revision", "origin_partition", "origin_offset", "topic_offset", "source")
        n = len(key)
        found = ((row[0], row[n], "|".join(map(str, row[:n])), *row[n + 1 :]) for row in rows(tables[first], names))
        self._db.executemany("INSERT INTO landed VALUES (?, ?, ?, ?, ?, ?, ?)", found)
        self._db.executemany("INSERT INTO quarantined VALUES (?, ?, ?, ?, ?)", self._quarantined(record, tables["quarantine"], ids))
        decided = rows(tables["decisions"], ("decision_id", "record"))
        self._db.executemany("INSERT INTO decided VALUES (?)", ((i,) for i, of in decided if of == record))
        counts = rows(tables["accounting"], ("record", "source", "day_on", "outcome", "records"))
        sums = ((self._day(s, d.isoformat()), outcome, n) for of, s, d, outcome, n in counts if of == record)
        self._db.executemany("INSERT INTO accounting VALUES (?, ?, ?)", sums)

    def _quarantined(self, record: str, table: Table, ids: dict[str, str]) -> Iterator[tuple[Any, ...]]:
        for i, of, stage, headers in rows(table, ("quarantine_id", "record", "stage", "headers")):
            if of == record:
                origin = Origin.parse(msgspec.json.decode(headers).get("ce_origin", "")) or Origin("", -1, -1)
                yield i, origin.partition, origin.offset, stage, origin.topic_id == ids[raw(record)]

    def _day(self, source: str, day: str) -> int:
        """Number of a source and day."""
        if (source, day) not in self._days:
            self._days[source, day] = len(self._days)
            self._db.execute("INSERT INTO days VALUES (?, ?, ?)", (self._days[source, day], source, day))
        return self._days[source, day]

    # -- topics ----------------------------------------------------------------------------------------------------------------

    def _topics(
        self, record: str, ids: dict[str, str], oldest: dict[str, dict[int, int]], ends: dict[str, dict[int, int]], looked: Looked
    ) -> None:
        """Read all topics of the record from their oldest message to what was their end."""
        start = {(t, p): o for t, offsets in oldest.items() for p, o in offsets.items() if o < ends[t][p]}
        if not start:
            return
        reader = TableReader(self.settings, "audit", ids, self._objects.get, start)
        try:
            while any(offset < ends[t][p] for (t, p), offset in reader.positions().items()):
                messages = [m for m in reader.poll(1.0) if m.offset < ends[m.topic][m.partition]]
                self._insert(record, ids[raw(record)], reader, messages, looked)
        finally:
            reader.close()

    def _insert(self, record: str, raw_id: str, reader: TableReader, messages: Iterable[Message], looked: Looked) -> None:
        found: dict[str, list[tuple[Any, ...]]] = {
            topic: [] for topic in ("raw", "valid", "clean", "keys", "before", "quarantine", "decisions")
        }
        for m in messages:
            if m.is_decision:
                said = m.headers
                found["decisions"].append((said["ce_id"], m.offset, m.partition, said["ce_decision"], said["ce_quarantineid"], m.attempt))
                continue
            if m.origin.topic_id != raw_id:
                looked.foreign += 1
                found["before"].append((m.topic.split(".")[0], m.partition, m.offset))
                continue
            row = (m.origin.partition, m.origin.offset, m.offset, self._day(m.source, m.published_at.date().isoformat()))
            name = m.headers.get("ce_id", "")
            if m.topic == raw(record):
                found["raw"].append((*row, m.attempt, name, m.headers.get("ce_replayof")))
            elif m.topic == valid(record):
                found["valid"].append((*row, name))
            elif m.topic == clean(record):
                key = key_in(TABLES[record][0], reader.complete(m).value) or f"none of {m.origin}"
                found["clean"].append((*row, name, key))
                found["keys"].append((key, name, *row[:3]))  # read by new rules, a record has a key for each of them
            else:
                found["quarantine"].append((*row, name, m.headers.get("ce_stage", "")))
        for name, tuples in found.items():
            if tuples:
                marks = ", ".join("?" * len(tuples[0]))
                self._db.executemany(f"INSERT OR IGNORE INTO {name} VALUES ({marks})", tuples)  # noqa: S608 - our own names


def key_in(table: str, value: bytes | None) -> str | None:
    """Key of the record in a clean message; None where none can be read."""
    try:
        row = getattr(msgspec.json.decode(value or b"", type=_clean(table)), table)[0]
    except (msgspec.DecodeError, RecursionError, IndexError):
        return None
    return "|".join(getattr(row, name) for name in KEYS[table])


@cache
def _clean(table: str) -> type[msgspec.Struct]:
    """The part of a clean message that holds the key; the rest is not decoded."""
    row = msgspec.defstruct(f"Key{table}", [(name, str) for name in KEYS[table]])
    return msgspec.defstruct(f"Clean{table}", [(table, list[row])])  # type: ignore[valid-type]
