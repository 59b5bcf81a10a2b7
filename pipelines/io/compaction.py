"""Compaction: many small data files of one partition become one, in one commit that changes no row and carries all progress forward.

A commit of this kind is an overwrite. Whoever reads what was appended (the index of keys, the exports) passes over it, and the files that
it replaces stay until no snapshot needs them.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import ArrowScan, _dataframe_to_data_files  # no public way to name data files
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask, Table

from pipelines.io.lake import STATE
from schemas.contract import Contract

# A file that has reached half of one of these is left as it is.
TARGET_BYTES = 8 * 2**20  # compressed
TARGET_ROWS = 200_000
HELD_BYTES = 12 * 2**20  # decoded, of one new file; making it takes some times that


def compact(table: Table, contract: Contract, at_least: int) -> tuple[list[DataFile], list[DataFile]]:
    """Write the files that replace the small ones of each partition with `at_least` so many; returns (old, new), not committed yet."""
    old: list[DataFile] = []
    new: list[DataFile] = []
    for tasks in _small(table).values():
        sized = [(task, size) for task in tasks if (size := _decoded(table, task.file)) < HELD_BYTES / 2] if len(tasks) >= at_least else []
        for portion in _portions(sized) if len(sized) >= at_least else ():
            old += [task.file for task in portion]
            new += _write(table, contract, portion)
    return old, new


def commit(table: Table, old: list[DataFile], new: list[DataFile]) -> None:
    """Replace files in one commit; refused by the catalog when the table moved since it was loaded."""
    state = {name: value for name, value in table.properties.items() if name.startswith(STATE)}
    with table.transaction() as transaction, transaction.update_snapshot(snapshot_properties=state).overwrite() as overwrite:
        for file in old:
            overwrite.delete_data_file(file)
        for file in new:
            overwrite.append_data_file(file)


def _small(table: Table) -> dict[tuple[int, Any], list[FileScanTask]]:
    """Small files by partition."""
    small: dict[tuple[int, Any], list[FileScanTask]] = defaultdict(list)
    for task in table.scan().plan_files():
        is_small = task.file.file_size_in_bytes < TARGET_BYTES / 2 and task.file.record_count < TARGET_ROWS / 2
        if is_small and not task.delete_files:
            small[task.file.spec_id, task.file.partition].append(task)
    return small


def _decoded(table: Table, file: DataFile) -> int:
    """Bytes that a file's rows take when they are read; its footer tells, and the rows stay where they are."""
    with table.io.new_input(file.file_path).open() as stream:
        footer = pq.read_metadata(stream)
    return sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))


def _portions(sized: list[tuple[FileScanTask, int]]) -> Iterator[list[FileScanTask]]:
    """Files, two or more at a time, as many as make a new file."""
    portion: list[FileScanTask] = []
    full = 0.0
    for task, size in sized:
        share = max(size / HELD_BYTES, task.file.file_size_in_bytes / TARGET_BYTES, task.file.record_count / TARGET_ROWS)
        if full + share > 1:
            yield from ([portion] if len(portion) > 1 else [])
            portion, full = [], 0.0
        portion.append(task)
        full += share
    yield from ([portion] if len(portion) > 1 else [])


def _write(table: Table, contract: Contract, portion: list[FileScanTask]) -> list[DataFile]:
    """The rows of a portion in a new file, named for what it replaces, so that a repetition writes the same file."""
    scan = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue())
    rows = pa.concat_tables([scan.to_table([task]) for task in portion], promote_options="permissive")
    expected = sum(task.file.record_count for task in portion)
    if rows.num_rows != expected:
        raise RuntimeError(f"{len(portion)} files of {contract.table} hold {rows.num_rows} rows, their manifests say {expected}")
    rows = rows.sort_by([(name, "ascending") for name in contract.sort])
    name = sha256("\n".join(sorted(task.file.file_path for task in portion)).encode()).digest()
    return list(_dataframe_to_data_files(table.metadata, rows, table.io, write_uuid=uuid.UUID(bytes=name[:16])))
