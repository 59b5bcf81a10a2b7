"""The pure parts of maintenance and audit: which files are put together, what makes a key, how findings are told."""

import time
from datetime import timedelta
from typing import Any

import pytest
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadataV2
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.types import LongType, NestedField

from pipelines.audit_findings import Audit, Finding, Unaccounted
from pipelines.audit_scan import key_in
from pipelines.io.expiry import expirable
from pipelines.io.exports_merge import TARGET_BYTES, _groups

NOW_MS = 4_000_000_000_000  # in the future, so that no clock of a test is beyond it


def file(name: str, month: str = "2026-05", size: int = 10) -> dict[str, Any]:
    return {"key": name, "month": month, "bytes": size, "rows": 1}


def names(files: list[dict[str, Any]], at_least: int = 2) -> list[list[str]]:
    return [[f["key"] for f in group] for group in _groups(files, at_least)]


def test_small_files_of_one_month_are_put_together() -> None:
    files = [file("a", "2026-04"), file("b"), file("c"), file("d", "2026-06")]
    assert names(files) == [["b", "c"]]


def test_few_files_are_left_as_they_are() -> None:
    assert names([file("a"), file("b")], at_least=3) == []


def test_no_group_is_larger_than_the_target_and_large_files_stay() -> None:
    third = TARGET_BYTES // 3
    files = [file("a", size=third), file("big", size=TARGET_BYTES), file("b", size=third), file("c", size=third), file("d", size=third)]
    assert names(files) == [["a", "b", "c"]]


def table_of(ages_days: list[float]) -> Table:
    """A table whose snapshots 1, 2, … have the given ages against now, each the parent of the next."""
    now = time.time() * 1000
    snapshots = [
        Snapshot(
            snapshot_id=i,
            parent_snapshot_id=i - 1 or None,
            sequence_number=i,
            timestamp_ms=int(now - age * 86_400_000),
            manifest_list="",
            summary=Summary(Operation.APPEND),
        )
        for i, age in enumerate(ages_days, 1)
    ]
    metadata = TableMetadataV2(
        location="s3://bucket/table",
        last_updated_ms=NOW_MS,
        last_column_id=1,
        schemas=[Schema(NestedField(1, "n", LongType()), schema_id=0)],
        current_schema_id=0,
        partition_specs=[{"spec-id": 0, "fields": []}],
        snapshots=snapshots,
        current_snapshot_id=len(snapshots),
        refs={"main": {"snapshot-id": len(snapshots), "type": "branch"}},
    )
    return Table(("lodestream", "table"), metadata, "", None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ages", "exported", "expected"),
    [
        ([9, 8, 7.5, 1, 0], 5, [3, 2, 1]),
        ([9, 8, 7.5], 3, [2, 1]),  # the current one stays, however old it is
        ([9, 8, 7.5, 7.2], 2, [1]),  # what was not exported stays, and what was exported last
        ([9, 8, 7.5], None, []),  # nothing was exported
        ([9, 8, 7.5], 77, []),  # what was exported is not in the history
        ([9, 1, 8, 0], 4, [1]),  # a clock that went back: only the oldest end goes
        ([1, 0.5], 2, []),
    ],
)
def test_only_old_snapshots_that_were_exported_expire(ages: list[float], exported: int | None, expected: list[int]) -> None:
    assert expirable(table_of(ages), exported, timedelta(days=7), 1000) == expected


@pytest.mark.parametrize(
    ("exported", "limit", "expected"),
    [
        (5, 3, [2, 1]),
        (5, 1, [4, 3, 2, 1]),  # the current one stays
        (3, 2, [2, 1]),  # so does what was not exported, though it is more than the limit
        (5, 5, []),
    ],
)
def test_young_snapshots_over_the_limit_expire_from_the_oldest_on(exported: int, limit: int, expected: list[int]) -> None:
    assert expirable(table_of([4, 3, 2, 1, 0]), exported, timedelta(days=7), limit) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'{"trade_flows":[{"trade_flow_id":"i","content_sha256":"c","rules_version":"1","value_usd":1}]}', "i|c|1"),
        (b'{"trade_flows":[]}', None),
        (b'{"documents":[]}', None),
        (b"\xff", None),
        (None, None),
    ],
)
def test_the_key_of_a_clean_message_is_read_or_there_is_none(value: bytes | None, expected: str | None) -> None:
    assert key_in("trade_flows", value) == expected


def test_an_audit_that_holds_gives_its_numbers_and_one_that_does_not_raises_with_the_ids() -> None:
    assert Audit().held() == {"holds": True, "days": [], "stages": [], "findings": [], "not_provable": [], "notes": []}
    with pytest.raises(Unaccounted, match=r"documents: missing \(2\): a, b"):
        Audit(findings=[Finding("documents", "missing", 2, ["a", "b"])]).held()
