"""Which keys a table already has: a local index beside the table, so that a look-up costs the same however long the history is.

The table is the truth and the index a cache of it: it remembers the snapshot that it covers, reads what was appended since, and is
built anew when it is missing, damaged, or when its snapshot is gone. Landers of one home share it, so it moves from one snapshot to the
next in one transaction, and is only read by a lander whose table stands at just that snapshot.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyiceberg.table import Table

from pipelines.errors import NeedsPerson, StaleWriter, Transient
from pipelines.io.scan import batches_of

log = logging.getLogger(__name__)
SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, id TEXT NOT NULL, revision INT NOT NULL, part INT NOT NULL, place INT NOT NULL)
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_id ON keys (id, revision);
CREATE TABLE IF NOT EXISTS covered (one INT PRIMARY KEY CHECK (one = 1), snapshot INT NOT NULL);
"""


@dataclass(frozen=True)
class Known:
    """A key that landed: in which revision, and from which partition and offset of the clean topic."""

    revision: int
    partition: int
    offset: int


@dataclass(frozen=True)
class Columns:
    """Columns of the table that make the key; the first one is the record's id."""

    key: tuple[str, ...]


class Index:
    """Keys of one table."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self.path, self.columns = path, columns
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
            db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {SCHEMA}")
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise NeedsPerson(f"the index {self.path} cannot be used: {error}", "is the folder writable, is the disk full?") from error
            log.warning("the index %s is damaged and is built anew (%s)", self.path, error)
            self._remove()
            return self._open()
        return db

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Give the library's errors our names; a damaged file is removed, and the next start builds the index anew."""
        try:
            yield
        except sqlite3.OperationalError as error:
            remedy = "is the disk full? it goes on when there is room"
            raise Transient(f"the index {self.path} cannot be used now: {error}", remedy) from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            self._remove()
            raise Transient(f"the index {self.path} is damaged and is built anew: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def catch_up(self, table: Table) -> None:
        """Cover the table's current snapshot; raises StaleWriter when the index covers a later one."""
        with self._named_errors():
            self._catch_up(table)

    def _catch_up(self, table: Table) -> None:
        current, covered = table.current_snapshot(), self._covered()
        if current is None or covered == current.snapshot_id:
            return
        kept = covered is not None and table.metadata.snapshot_by_id(covered) is not None
        if covered is not None and not kept:
            if table.refresh().metadata.snapshot_by_id(covered) is not None:
                raise StaleWriter(f"the index {self.path} covers a later snapshot than this writer knows: another one is at work")
            current = table.current_snapshot() or current
        names = (*self.columns.key, "revision", "origin_partition", "topic_offset")
        scan: Any = table.scan(snapshot_id=current.snapshot_id, selected_fields=names)
        if kept:
            scan = table.incremental_append_scan(from_snapshot_id_exclusive=covered, selected_fields=names)
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS fresh (key, id, revision, part, place)")
        self._db.execute("DELETE FROM temp.fresh")
        for batch in batches_of(scan):
            rows = zip(*(batch.column(name).to_pylist() for name in names), strict=True)
            self._insert("temp.fresh", [("|".join(row[: -3]), row[0], *row[-3:]) for row in rows])
        with self._moving(covered, current.snapshot_id) as is_moved:
            if is_moved and not kept:
                self._db.execute("DELETE FROM keys")
            if is_moved:
                self._db.execute("INSERT OR IGNORE INTO keys SELECT * FROM temp.fresh")
        self._db.execute("DELETE FROM temp.fresh")

    @contextmanager
    def _moving(self, before: int | None, after: int) -> Iterator[bool]:
        """A transaction that takes the index from one snapshot to another; False when it is not at the first any more."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            is_there = self._covered() == before
            yield is_there
            if is_there:
                self._db.execute("INSERT OR REPLACE INTO covered VALUES (1, ?)", (after,))

    def look_up(self, table: Table, keys: Sequence[str], ids: Iterable[str]) -> tuple[dict[str, Known], dict[str, int]]:
        """What the table's current snapshot has: key → where it landed, of the keys that are known, and id → its highest revision.

        Raises StaleWriter when the index covers another snapshot: what it knows then is not what the table held for this writer.
        """
        self.catch_up(table)
        current = table.current_snapshot()
        with self._named_errors(), self._db:
            self._db.execute("BEGIN")  # one state of the file for all that is read
            if self._covered() != (current.snapshot_id if current else None):
                raise StaleWriter(f"the index {self.path} was moved to another snapshot: another writer is at work")
            return self._find(keys), self._last_revisions(ids)

    def _find(self, keys: Sequence[str]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for i in range(0, len(keys), 500):
            part = keys[i : i + 500]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, revision, part, place FROM keys WHERE key IN ({marks})"  # noqa: S608 - only question marks
            found |= {key: Known(*rest) for key, *rest in self._db.execute(query, part)}
        return found

    def _last_revisions(self, ids: Iterable[str]) -> dict[str, int]:
        query = "SELECT coalesce(max(revision), 0) FROM keys WHERE id = ?"
        return {i: self._db.execute(query, (i,)).fetchone()[0] for i in set(ids)}

    def add(self, rows: list[tuple[str, str, int, int, int]], before: int | None, snapshot_id: int) -> None:
        """Add what a commit landed after the snapshot `before`, as (key, id, revision, partition, offset), and cover its snapshot.

        An index that another writer has moved meanwhile is left as it is; it catches up at the next look.
        """
        with self._named_errors(), self._moving(before, snapshot_id) as is_moved:
            if is_moved:
                self._insert("keys", rows)

    def _insert(self, into: str, rows: list[tuple[str, str, int, int, int]]) -> None:
        self._db.executemany(f"INSERT OR IGNORE INTO {into} VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608 - our own names

    def _covered(self) -> int | None:
        row = self._db.execute("SELECT snapshot FROM covered").fetchone()
        return int(row[0]) if row else None
