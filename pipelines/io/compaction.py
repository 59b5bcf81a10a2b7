"""Compaction: many small data files of one partition become one, in one commit that changes no row and carries all progress forward.

A commit of this kind is an overwrite. Whoever reads what was appended (the index of keys, the exports) passes over it, and the files that
it replaces stay until no snapshot needs them.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import ArrowScan, _dataframe_to_data_files  # no public way to name data files
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask, Table

from pipelines.io.lake import STATE
from schemas.contract import Contract

TARGET_BYTES = 32 * 2**20  # compressed; a group is held in memory decoded


def compact(table: Table, contract: Contract, at_least: int) -> tuple[list[DataFile], list[DataFile]]:
    """Write the files that replace the small ones of each partition with `at_least` so many; returns (old, new), not committed yet."""
    old: list[DataFile] = []
    new: list[DataFile] = []
    for group in _groups(table, at_least):
        old += [task.file for task in group]
        new += _write(table, contract, group)
    return old, new


def commit(table: Table, old: list[DataFile], new: list[DataFile]) -> None:
    """Replace files in one commit; refused by the catalog when the table moved since it was loaded."""
    state = {name: value for name, value in table.properties.items() if name.startswith(STATE)}
    with table.transaction() as transaction, transaction.update_snapshot(snapshot_properties=state).overwrite() as overwrite:
        for file in old:
            overwrite.delete_data_file(file)
        for file in new:
            overwrite.append_data_file(file)


def _groups(table: Table, at_least: int) -> Iterator[list[FileScanTask]]:
    small: dict[tuple[int, Any], list[FileScanTask]] = defaultdict(list)
    for task in table.scan().plan_files():
        if task.file.file_size_in_bytes < TARGET_BYTES / 2 and not task.delete_files:
            small[task.file.spec_id, task.file.partition].append(task)
    for tasks in small.values():
        if len(tasks) < at_least:
            continue
        group: list[FileScanTask] = []
        size = 0
        for task in tasks:
            if group and size + task.file.file_size_in_bytes > TARGET_BYTES:
                yield from ([group] if len(group) > 1 else [])
                group, size = [], 0
            group.append(task)
            size += task.file.file_size_in_bytes
        yield from ([group] if len(group) > 1 else [])


def _write(table: Table, contract: Contract, group: list[FileScanTask]) -> list[DataFile]:
    """The rows of a group in new files, named for what they replace, so that a repetition writes the same files."""
    rows = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue()).to_table(group)
    expected = sum(task.file.record_count for task in group)
    if rows.num_rows != expected:
        raise RuntimeError(f"{len(group)} files of {contract.table} hold {rows.num_rows} rows, their manifests say {expected}")
    rows = rows.sort_by([(name, "ascending") for name in contract.sort])
    name = sha256("\n".join(sorted(task.file.file_path for task in group)).encode()).digest()
    return list(_dataframe_to_data_files(table.metadata, rows, table.io, write_uuid=uuid.UUID(bytes=name[:16])))
