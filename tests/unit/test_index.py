"""The index of landed keys, beside a real Iceberg table in a folder."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table

from pipelines.errors import StaleWriter
from pipelines.io.index import Columns, Index, Known

COLUMNS = ("id", "content", "revision", "origin_partition", "topic_offset")
SCHEMA = pa.schema([(name, pa.string() if name in ("id", "content") else pa.int64()) for name in COLUMNS])


@pytest.fixture
def catalog(tmp_path: Path) -> SqlCatalog:
    (tmp_path / "warehouse").mkdir()
    made = SqlCatalog("test", uri=f"sqlite:///{tmp_path}/catalog.db", warehouse=f"file://{tmp_path}/warehouse")
    made.create_namespace("test")
    made.create_table("test.records", SCHEMA)
    return made


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = Index(tmp_path / "index.sqlite", Columns(("id", "content")))
    yield made
    made.close()


def loaded(catalog: SqlCatalog) -> Table:
    return catalog.load_table("test.records")


def land(catalog: SqlCatalog, name: str, offset: int, revision: int = 1) -> None:
    row = {"id": name, "content": f"{name}{revision}", "revision": revision, "origin_partition": 0, "topic_offset": offset}
    loaded(catalog).append(pa.Table.from_pylist([row], schema=SCHEMA))


def snapshot(table: Table) -> int:
    current = table.current_snapshot()
    assert current
    return current.snapshot_id


def test_an_empty_table_has_no_keys(catalog: SqlCatalog, index: Index) -> None:
    assert index.look_up(loaded(catalog), ["a|a1"], ["a"]) == ({}, {"a": 0})


def test_it_reads_what_was_appended_since_its_snapshot(catalog: SqlCatalog, index: Index) -> None:
    land(catalog, "a", 3)
    index.catch_up(loaded(catalog))
    land(catalog, "a", 4, revision=2)
    assert index.look_up(loaded(catalog), ["a|a1", "a|a2", "b|b1"], ["a", "b"]) == (
        {"a|a1": Known(1, 0, 3), "a|a2": Known(2, 0, 4)},
        {"a": 2, "b": 0},
    )


def test_a_writer_with_an_older_table_than_the_index_covers_is_refused(catalog: SqlCatalog, index: Index) -> None:
    land(catalog, "a", 0)
    old = loaded(catalog)
    land(catalog, "b", 1)
    index.catch_up(loaded(catalog))
    with pytest.raises(StaleWriter, match="later snapshot"):
        index.look_up(old, ["b|b1"], ["b"])


def test_what_is_added_after_another_writer_moved_the_index_is_read_from_the_table(catalog: SqlCatalog, index: Index) -> None:
    land(catalog, "a", 0)
    first = loaded(catalog)
    land(catalog, "b", 1)
    index.catch_up(loaded(catalog))
    index.add([("x|x1", "x", 1, 0, 9)], snapshot(first), 12345)
    assert index.look_up(loaded(catalog), ["x|x1", "b|b1"], []) == ({"b|b1": Known(1, 0, 1)}, {})


def test_it_is_built_anew_when_its_snapshot_has_expired(catalog: SqlCatalog, index: Index) -> None:
    land(catalog, "a", 0)
    index.catch_up(loaded(catalog))
    index.add([("gone|gone1", "gone", 1, 0, 5)], snapshot(loaded(catalog)), 12345)  # a snapshot that the table does not have
    assert index.look_up(loaded(catalog), ["a|a1", "gone|gone1"], []) == ({"a|a1": Known(1, 0, 0)}, {})


def test_a_damaged_file_is_built_anew(catalog: SqlCatalog, tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"no database" * 1000)
    land(catalog, "a", 0)
    index = Index(tmp_path / "index.sqlite", Columns(("id", "content")))
    assert index.look_up(loaded(catalog), ["a|a1"], ["a"]) == ({"a|a1": Known(1, 0, 0)}, {"a": 1})
    index.close()
