"""Exports: each snapshot's rows as Parquet under `exports/<table>/`, and `latest.json`, so that a reader needs no catalog.

A file is named for its snapshot, so writing it again replaces it with the same rows; a reader takes the files that `latest.json` lists.
"""

import io
from hashlib import sha256
from typing import Any

import orjson
import pyarrow.parquet as pq
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot

from pipelines.io.objects import Objects


def latest_key(table: str) -> str:
    """Key of a table's `latest.json`."""
    return f"exports/{table}/latest.json"


def read_latest(objects: Objects, table: str) -> dict[str, Any]:
    """The table's `latest.json`; empty before the first export."""
    found: dict[str, Any] = orjson.loads(objects.get(latest_key(table))) if objects.exists(latest_key(table)) else {}
    return found


def export(objects: Objects, name: str, table: Table) -> dict[str, Any]:
    """Bring the exports of a table up to its current snapshot; returns what `latest.json` then says."""
    latest = read_latest(objects, name)
    current = table.current_snapshot()
    if current is None or latest.get("snapshot_id") == current.snapshot_id:
        return latest
    files = list(latest.get("files", []))
    exported = {f["snapshot_id"] for f in files} | {latest.get("snapshot_id")}
    for snapshot in _since(table, exported):
        if snapshot.summary and snapshot.summary.operation == Operation.APPEND and _added(snapshot):
            files.append(_write(objects, name, table, snapshot))
    latest = {
        "table": name,
        "snapshot_id": current.snapshot_id,
        "sequence_number": current.sequence_number,
        "committed_at_ms": current.timestamp_ms,
        "metadata_location": table.metadata_location,
        "rows": sum(f["rows"] for f in files),
        "files": files,
    }
    objects.put(latest_key(name), orjson.dumps(latest, option=orjson.OPT_INDENT_2))
    return latest


def _since(table: Table, exported: set[int | None]) -> list[Snapshot]:
    """Snapshots that were not exported yet, the oldest first."""
    found: list[Snapshot] = []
    snapshot = table.current_snapshot()
    while snapshot is not None and snapshot.snapshot_id not in exported:
        found.append(snapshot)
        snapshot = table.metadata.snapshot_by_id(snapshot.parent_snapshot_id) if snapshot.parent_snapshot_id else None
    return found[::-1]


def _added(snapshot: Snapshot) -> int:
    return int((snapshot.summary.additional_properties if snapshot.summary else {}).get("added-records", 0))


def _write(objects: Objects, name: str, table: Table, snapshot: Snapshot) -> dict[str, Any]:
    scan = table.incremental_append_scan(
        from_snapshot_id_exclusive=snapshot.parent_snapshot_id, to_snapshot_id_inclusive=snapshot.snapshot_id
    )
    rows = scan.to_arrow()
    sink = io.BytesIO()
    pq.write_table(rows, sink, compression="zstd")
    body = sink.getvalue()
    key = f"exports/{name}/{snapshot.sequence_number:012d}-{snapshot.snapshot_id}.parquet"
    objects.put(key, body)
    return {
        "key": key,
        "snapshot_id": snapshot.snapshot_id,
        "rows": rows.num_rows,
        "bytes": len(body),
        "sha256": sha256(body).hexdigest(),
    }
