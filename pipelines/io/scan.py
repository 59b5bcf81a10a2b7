"""Reading a table in bounded memory: a few files at a time.

The library's own batch reader starts to read all files of a scan at once and keeps what the consumer has not taken yet.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.table import DataScan, FileScanTask, IncrementalAppendScan, Table

from pipelines.io.lake import NamedErrors

FILES_AT_ONCE = 16
BYTES_AT_ONCE = 16 * 2**20  # compressed


def batches(table: Table, fields: Sequence[str] = ("*",), where: BooleanExpression | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of the table's current snapshot; holds the files of one group at the most."""
    yield from batches_of(table.scan(row_filter=where or AlwaysTrue(), selected_fields=tuple(fields)))


def batches_of(scan: DataScan | IncrementalAppendScan) -> Iterator[pa.RecordBatch]:
    """Batches of a scan, also of one over what was appended."""
    reader = ArrowScan(scan.table_metadata, scan.io, scan.projection(), scan.row_filter, scan.case_sensitive)
    with NamedErrors(f"reading the table {scan.table_metadata.location.rpartition('/')[2]}"):
        for group in grouped(scan.plan_files()):
            yield from reader.to_record_batches(group)


def rows(table: Table, fields: Sequence[str], where: BooleanExpression | None = None) -> Iterator[tuple[Any, ...]]:
    """Rows as tuples in the order of `fields`."""
    for batch in batches(table, fields, where):
        yield from zip(*(batch.column(name).to_pylist() for name in fields), strict=True)


def grouped(tasks: Any) -> Iterator[list[FileScanTask]]:
    """Files in groups of a bounded size; a file over it is a group of its own."""
    group: list[FileScanTask] = []
    size = 0
    for task in tasks:
        if group and (len(group) >= FILES_AT_ONCE or size + task.file.file_size_in_bytes > BYTES_AT_ONCE):
            yield group
            group, size = [], 0
        group.append(task)
        size += task.file.file_size_in_bytes
    if group:
        yield group
