"""Exports against their table: rows, hashes, and files that nothing lists."""

import io
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pyarrow.parquet as pq
from pyiceberg.table import Table

from pipelines.errors import NeedsPerson
from pipelines.io.exports import latest_key, read_latest
from pipelines.io.objects import Objects

WRITING = timedelta(hours=1)  # an unlisted file may be one that is being written


def check_exports(objects: Objects, name: str, table: Table) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """(what is wrong, the keys it concerns) and notes on what is merely on its way."""
    latest = read_latest(objects, name)
    found: list[tuple[str, list[str]]] = []
    notes: list[str] = []
    current = table.current_snapshot()
    if current and not latest:
        return [(f"there is no latest.json, the table has the snapshot {current.snapshot_id}", [])], notes
    if current and latest["snapshot_id"] != current.snapshot_id:
        stands = f"exports of {name} stand at snapshot {latest['snapshot_id']}, the table at {current.snapshot_id}"
        notes.append(f"{stands}: its lander makes that good")
    snapshot = table.metadata.snapshot_by_id(latest["snapshot_id"]) if latest else None
    rows = int(snapshot.summary.additional_properties.get("total-records", 0)) if snapshot and snapshot.summary else None
    if rows is not None and rows != latest["rows"]:
        found.append((f"latest.json says {latest['rows']} rows, its snapshot has {rows}", []))
    elif latest and rows is None:
        notes.append(f"exports of {name}: their snapshot {latest['snapshot_id']} is not in the table any more")
    files = latest.get("files", [])
    if latest and sum(f["rows"] for f in files) != latest["rows"]:
        found.append((f"the files hold {sum(f['rows'] for f in files)} rows, latest.json says {latest['rows']}", []))
    for file in files:
        wrong = _wrong(objects, file)
        if wrong:
            found.append((wrong, [file["key"]]))
    return found + _unlisted(objects, name, latest, notes), notes


def _wrong(objects: Objects, file: dict[str, object]) -> str:
    """What is wrong with one file; "" when nothing is."""
    try:
        body = objects.get(str(file["key"]))
    except NeedsPerson:
        return "is listed and not there"
    if sha256(body).hexdigest() != file["sha256"]:
        return "has another hash than latest.json says"
    rows = pq.ParquetFile(io.BytesIO(body)).metadata.num_rows
    return "" if rows == file["rows"] else f"holds {rows} rows, latest.json says {file['rows']}"


def _unlisted(objects: Objects, name: str, latest: dict[str, object], notes: list[str]) -> list[tuple[str, list[str]]]:
    """Files that no `latest.json` lists and that are not waiting to be removed."""
    known = {f["key"] for part in ("files", "retired") for f in latest.get(part, [])} | {latest_key(name)}  # type: ignore[attr-defined]
    unlisted = [o for o in objects.list(f"exports/{name}/") if o["Key"] not in known]
    old = [o["Key"] for o in unlisted if datetime.now(UTC) - o["LastModified"] > WRITING]
    if len(unlisted) > len(old):
        notes.append(f"exports of {name}: {len(unlisted) - len(old)} files are being written or were given up within the hour")
    return [("orphan: not listed in latest.json", old)] if old else []
