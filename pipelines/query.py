"""Reading the tables: their state, and SQL over them."""

import re
from typing import Any

import duckdb
import pyarrow as pa
from pyiceberg.exceptions import NoSuchTableError

from pipelines.errors import NeedsPerson
from pipelines.flow import EVERY_TABLE
from pipelines.io.exports import read_latest
from pipelines.io.lake import Lake, NamedErrors
from pipelines.io.objects import Objects
from pipelines.settings import Settings


def states(settings: Settings) -> list[dict[str, Any]]:
    """Each table's rows, snapshot, number of snapshots, location and exported files."""
    lake, objects = Lake.open(settings), Objects(settings)
    found = []
    for name in EVERY_TABLE:
        table = lake.tables[name].load()
        snapshot = table.current_snapshot()
        summary = snapshot.summary.additional_properties if snapshot and snapshot.summary else {}
        found.append(
            {
                "table": name,
                "rows": int(summary.get("total-records", 0)),
                "snapshot": snapshot.snapshot_id if snapshot else None,
                "snapshots": len(table.snapshots()),
                "location": table.location(),
                "exported_files": len(read_latest(objects, name).get("files", [])),
            }
        )
    return found


def query(settings: Settings, sql: str) -> pa.Table:
    """Run SQL over the tables by their names; raises NeedsPerson with the engine's words when it cannot."""
    lake = Lake.open(settings)
    connection = duckdb.connect()
    for name in EVERY_TABLE:
        if re.search(rf"\b{name}\b", sql, re.IGNORECASE):
            try:
                with NamedErrors(f"reading the table {name}"):
                    connection.register(name, lake.tables[name].load().scan().to_arrow())
            except NoSuchTableError as error:
                raise NeedsPerson(f"the table {name} does not exist yet", "`lodestream run` fills it") from error
    try:
        return connection.sql(sql).to_arrow_table()
    except duckdb.Error as error:
        raise NeedsPerson(f"the query failed: {error}", f"the tables are {', '.join(EVERY_TABLE)}") from error
