"""Exports kept short: many small files of a month become one, and what `latest.json` lists no longer goes after a grace period.

Readers take the files that their `latest.json` lists, however old it is within the grace period, so files are first written anew, then
`latest.json` is swapped, and the old files are only marked; a later run removes them.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.io.exports import ROW_GROUP_BYTES, change_latest, latest_key, parquet, read_latest
from pipelines.io.objects import Objects

TARGET_BYTES = 16 * 2**20  # compressed


def merge_exports(objects: Objects, name: str, at_least: int) -> dict[str, int]:
    """Put the small files of each month together where there are `at_least` so many; returns how many went in and came out."""
    latest = read_latest(objects, name)
    merged = before = 0
    for group in _groups(latest.get("files", []), at_least):
        file = _merge(objects, name, group)
        keys = {f["key"] for f in group}

        def swap(now: dict[str, Any], keys: set[str] = keys, file: dict[str, Any] = file) -> dict[str, Any]:
            listed = [f["key"] for f in now["files"]]
            if not keys <= set(listed):
                return now  # somebody else put them together meanwhile
            at = min(listed.index(key) for key in keys)
            kept = [f for f in now["files"] if f["key"] not in keys]
            retired = [{"key": key, "retired_at": datetime.now(UTC).isoformat()} for key in sorted(keys)]
            return now | {"files": [*kept[:at], file, *kept[at:]], "retired": [*now.get("retired", []), *retired]}

        change_latest(objects, name, swap)
        merged, before = merged + 1, before + len(group)
    return {"export_files_merged": before, "into": merged}


def remove_exports(objects: Objects, name: str, grace: timedelta) -> dict[str, int]:
    """Remove files that were retired, or that nothing ever listed, longer ago than the grace period."""
    before = datetime.now(UTC) - grace
    latest = read_latest(objects, name)
    if not latest:
        return {"export_files_removed": 0}
    due = {r["key"] for r in latest.get("retired", []) if datetime.fromisoformat(r["retired_at"]) <= before}
    known = {f["key"] for part in ("files", "retired") for f in latest.get(part, [])} | {latest_key(name)}
    orphans = {o["Key"] for o in objects.list(f"exports/{name}/") if o["Key"] not in known and o["LastModified"] <= before}
    for key in due | orphans:
        modified = objects.modified_at(key)
        # A commit that is repeated writes the same file anew, and may do so since it was looked at.
        if modified is not None and (key in due or modified <= before):
            objects.delete(key)
    change_latest(objects, name, lambda now: now | {"retired": [r for r in now.get("retired", []) if r["key"] not in due]})
    return {"export_files_removed": len(due | orphans)}


def _groups(files: list[dict[str, Any]], at_least: int) -> Iterator[list[dict[str, Any]]]:
    """Small files of one month, neighbours in the list, up to the target size."""
    small = [f for f in files if f["bytes"] < TARGET_BYTES / 2]
    for _, of_month in groupby(sorted(small, key=_month), key=_month):
        found = list(of_month)
        if len(found) < at_least:
            continue
        group: list[dict[str, Any]] = []
        size = 0
        for file in found:
            if group and size + file["bytes"] > TARGET_BYTES:
                yield from ([group] if len(group) > 1 else [])
                group, size = [], 0
            group.append(file)
            size += file["bytes"]
        yield from ([group] if len(group) > 1 else [])


def _month(file: dict[str, Any]) -> str:
    return str(file.get("month", ""))


def _merge(objects: Objects, name: str, group: list[dict[str, Any]]) -> dict[str, Any]:
    """Write one file with the rows of several, in their order, and return its entry."""
    schema = pq.read_schema(io.BytesIO(objects.get(group[-1]["key"])))  # columns are only ever added
    body = parquet(schema, (_as(schema, tables) for tables in _portions(objects, group)))
    rows = pq.read_metadata(io.BytesIO(body)).num_rows
    if rows != sum(f["rows"] for f in group):
        raise RuntimeError(f"putting {len(group)} exports of {name} together made {rows} rows of {sum(f['rows'] for f in group)}")
    digest = sha256(body).hexdigest()
    first, last = (group[i]["key"].rpartition("/")[2][:12] for i in (0, -1))
    key = f"exports/{name}/{first}-{last}-{digest[:16]}.parquet"
    objects.put(key, body)
    return {
        "key": key,
        "snapshot_id": group[-1]["snapshot_id"],
        "month": _month(group[-1]),
        "rows": rows,
        "bytes": len(body),
        "sha256": digest,
    }


def _as(schema: pa.Schema, tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables([schema.empty_table(), *tables], promote_options="permissive").select(schema.names).cast(schema)


def _portions(objects: Objects, group: list[dict[str, Any]]) -> Iterator[list[pa.Table]]:
    """Row groups of the files, as many as make a new one: a file is small as it is stored, but may be large when it is decoded."""
    portion: list[pa.Table] = []
    held = 0
    for file in group:
        with pq.ParquetFile(io.BytesIO(objects.get(file["key"]))) as opened:
            for i in range(opened.num_row_groups):
                rows = opened.read_row_group(i, use_threads=False)
                if portion and held + rows.nbytes > ROW_GROUP_BYTES:
                    yield portion
                    portion, held = [], 0
                portion.append(rows)
                held += rows.nbytes
    if portion:
        yield portion
