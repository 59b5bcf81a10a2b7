"""Expiry of old snapshots, and removal of files that no snapshot needs.

How far a table has read its topics is a property of the table, so it survives the snapshots that said so.
"""

import logging
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from pipelines.io.objects import KEY, Objects

log = logging.getLogger(__name__)
NEEDED = "CREATE TABLE needed (path TEXT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE manifests (path TEXT PRIMARY KEY) WITHOUT ROWID;"


def expirable(table: Table, exported: int | None, age: timedelta, limit: int) -> list[int]:
    """Ids of snapshots older than `age`, or more than `limit`, of which none is the current one, the exported one, or later than that.

    They are the oldest end of the history, so that whoever continues from a kept snapshot finds all that came after it.
    """
    before = (datetime.now(UTC) - age).timestamp() * 1000
    history = list(_history(table))
    places = [i for i, snapshot in enumerate(history) if snapshot.snapshot_id == exported]
    if not places:
        return []
    newest_first = history[places[0] + 1 :]
    kept = max((i + 1 for i, snapshot in enumerate(newest_first) if snapshot.timestamp_ms >= before), default=0)
    kept = min(kept, max(limit - places[0] - 1, 0))
    return [snapshot.snapshot_id for snapshot in newest_first[kept:]]


def _history(table: Table) -> Iterator[Snapshot]:
    """The current snapshot and those before it, the newest first."""
    snapshot = table.current_snapshot()
    while snapshot is not None:
        yield snapshot
        snapshot = table.metadata.snapshot_by_id(snapshot.parent_snapshot_id) if snapshot.parent_snapshot_id else None


def remove_unneeded(objects: Objects, table: Table, latest: dict[str, Any], db: sqlite3.Connection, grace: timedelta) -> dict[str, int]:
    """Remove data files, manifests, lists and metadata that no snapshot needs and that are older than the grace period.

    `db` is scratch paper with the tables of NEEDED. Returns the files removed, their bytes, and those that are still too young.
    """
    prefix = f"s3://{objects.bucket}/"
    if not table.location().startswith(prefix):
        log.warning("the files of %s lie outside of the bucket %s: they are left alone", table.location(), objects.bucket)
        return {"files_removed": 0}
    db.executemany("INSERT OR IGNORE INTO needed VALUES (?)", ((path,) for path in _needed(table, latest, db)))
    before = datetime.now(UTC) - grace
    counts = {"files_removed": 0, "bytes_removed": 0, "files_too_young": 0}
    for found in objects.list(table.location().removeprefix(prefix).rstrip("/") + "/"):
        key = found["Key"]
        if db.execute("SELECT 1 FROM needed WHERE path = ?", (prefix + key,)).fetchone() or not KEY.fullmatch(key):
            continue
        # A commit that is repeated writes the same files anew, and may do so since they were listed.
        modified = objects.modified_at(key) if found["LastModified"] <= before else found["LastModified"]
        if modified is None:
            continue
        if modified > before:
            counts["files_too_young"] += 1
            continue
        objects.delete(key)
        counts["files_removed"] += 1
        counts["bytes_removed"] += found["Size"]
    return counts


def _needed(table: Table, latest: dict[str, Any], db: sqlite3.Connection) -> Iterator[str]:
    """Paths of all files that the table, one of its snapshots, or the exports' `latest.json` refers to."""
    yield table.metadata_location
    yield from (entry.metadata_file for entry in table.metadata.metadata_log)
    yield from (statistics.statistics_path for statistics in table.metadata.statistics)
    if latest:
        yield latest["metadata_location"]
    for snapshot in table.metadata.snapshots:
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            yield manifest.manifest_path
            if db.execute("INSERT OR IGNORE INTO manifests VALUES (?)", (manifest.manifest_path,)).rowcount:
                yield from (entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True))
