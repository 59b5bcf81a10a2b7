"""Exports: each snapshot's rows as Parquet under `exports/<table>/`, and `latest.json`, so that a reader needs no catalog.

A file is named for its snapshot, so writing it again replaces it with the same rows; a reader takes the files that `latest.json` lists.
`latest.json` is replaced only by who has read it last: several landers and maintenance write it. Under `retired` it names files that were
put together into others and stay for a while, for readers of an earlier `latest.json`.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot

from pipelines.errors import Transient
from pipelines.io.objects import Objects

ATTEMPTS = 10
ROW_GROUP_BYTES = 4 * 2**20  # decoded


def latest_key(table: str) -> str:
    """Key of a table's `latest.json`."""
    return f"exports/{table}/latest.json"


def read_latest(objects: Objects, table: str) -> dict[str, Any]:
    """The table's `latest.json`; empty before the first export."""
    found = objects.find(latest_key(table))
    latest: dict[str, Any] = orjson.loads(found[0]) if found else {}
    return latest


def change_latest(objects: Objects, table: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Replace `latest.json` by what `change` makes of it, which is asked again when another writer came first."""
    for _ in range(ATTEMPTS):
        found = objects.find(latest_key(table))
        before: dict[str, Any] = orjson.loads(found[0]) if found else {}
        after = change(before)
        if after == before or objects.replace(latest_key(table), orjson.dumps(after, option=orjson.OPT_INDENT_2), found and found[1]):
            return after
    raise Transient(f"{latest_key(table)} was changed by others {ATTEMPTS} times in a row")


def export(objects: Objects, name: str, table: Table) -> dict[str, Any]:
    """Bring the exports of a table up to its current snapshot; returns what `latest.json` then says."""
    return change_latest(objects, name, lambda latest: _brought_up(objects, name, table, latest))


def _brought_up(objects: Objects, name: str, table: Table, latest: dict[str, Any]) -> dict[str, Any]:
    current = table.current_snapshot()
    if current is None or latest.get("sequence_number", 0) > current.sequence_number:
        return latest  # another writer of the table has exported a later state than this one loaded
    if (latest.get("snapshot_id"), latest.get("metadata_location")) == (current.snapshot_id, table.metadata_location):
        return latest
    files = list(latest.get("files", []))
    exported = {f["snapshot_id"] for f in files} | {latest.get("snapshot_id")}
    for snapshot in _since(table, exported):
        if snapshot.summary and snapshot.summary.operation == Operation.APPEND and _added(snapshot):
            files.append(_write(objects, name, table, snapshot))
    return {
        "table": name,
        "snapshot_id": current.snapshot_id,
        "sequence_number": current.sequence_number,
        "committed_at_ms": current.timestamp_ms,
        "metadata_location": table.metadata_location,
        "rows": sum(f["rows"] for f in files),
        "files": files,
        "retired": latest.get("retired", []),
    }


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


def parquet(schema: pa.Schema, row_groups: Iterable[pa.Table]) -> bytes:
    """A Parquet file of the row groups."""
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for group in row_groups:
            writer.write_table(group)
    return sink.getvalue()


def halved(rows: pa.Table) -> Iterator[pa.Table]:
    """The rows in parts of at most ROW_GROUP_BYTES, or of one row: a reader decodes a row group as a whole."""
    if rows.nbytes <= ROW_GROUP_BYTES or rows.num_rows < 2:
        yield rows
    else:
        middle = rows.num_rows // 2
        yield from halved(rows.slice(0, middle))
        yield from halved(rows.slice(middle))


def _write(objects: Objects, name: str, table: Table, snapshot: Snapshot) -> dict[str, Any]:
    scan = table.incremental_append_scan(
        from_snapshot_id_exclusive=snapshot.parent_snapshot_id, to_snapshot_id_inclusive=snapshot.snapshot_id
    )
    rows = scan.to_arrow()
    body = parquet(rows.schema, halved(rows))
    key = f"exports/{name}/{snapshot.sequence_number:012d}-{snapshot.snapshot_id}.parquet"
    objects.put(key, body)
    return {
        "key": key,
        "snapshot_id": snapshot.snapshot_id,
        "month": datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC).strftime("%Y-%m"),
        "rows": rows.num_rows,
        "bytes": len(body),
        "sha256": sha256(body).hexdigest(),
    }
