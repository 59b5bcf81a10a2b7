"""Maintenance, on a real broker and store: it changes no row, and whoever reads or lands beside it does not notice."""

import io
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyiceberg.table import Table

from pipelines import landing, maintain
from pipelines.audit import audit
from pipelines.errors import Transient
from pipelines.flow import EVERY_TABLE
from pipelines.io.compaction import compact
from pipelines.io.exports import change_latest, export, read_latest
from pipelines.io.exports_merge import merge_exports, remove_exports
from pipelines.io.lake import STATE, Lake
from pipelines.io.objects import Objects
from pipelines.settings import Settings
from tests.stack.feed import accounted, id_of, publish, refine, rows, trade_flow

pytestmark = pytest.mark.stack
DAY = timedelta(days=1)
NOTHING_YOUNG = {"snapshot_days": 0.0, "grace_days": 0.0, "compact_files": 2}


@pytest.fixture
def at_once(settings: Settings) -> Settings:
    """Settings under which nothing is too young to be maintained, and a lander commits every few records."""
    return settings.model_copy(update=NOTHING_YOUNG | {"commit_records": 8, "batch_records": 8})


@pytest.fixture
def land(at_once: Settings) -> Callable[[str, int], list[str]]:
    """Land figures of a source in several commits; returns their ids."""

    def make(source: str, n: int, start: int = 0) -> list[str]:
        records = [trade_flow(source, i) for i in range(start, start + n)]
        publish(at_once, records)
        refine(at_once, "trade_flow")
        return sorted(id_of(r) for r in records)

    return make


def ids_of(settings: Settings, source: str) -> list[str]:
    return sorted(r["trade_flow_id"] for r in rows(settings, f"SELECT trade_flow_id FROM trade_flows WHERE source = '{source}'"))


def state_of(table: Table) -> dict[str, str]:
    return {name: value for name, value in table.properties.items() if name.startswith(STATE)}


def files_of(table: Table) -> set[str]:
    return {task.file.file_path for task in table.scan().plan_files()}


def exported_rows(objects: Objects, latest: dict[str, Any]) -> list[str]:
    """Ids in the files that a `latest.json` lists, each file checked by its hash."""
    found = []
    for file in latest["files"]:
        body = objects.get(file["key"])
        assert sha256(body).hexdigest() == file["sha256"]
        found += pq.read_table(io.BytesIO(body), columns=["trade_flow_id"]).column(0).to_pylist()
    return sorted(found)


def test_after_expiry_a_lander_goes_on_where_it_was(at_once: Settings, land: Callable[..., list[str]]) -> None:
    first = land("expired", 12)
    before = Lake.open(at_once).tables["trade_flows"].load()
    counts = maintain.expire_snapshots(at_once)
    after = Lake.open(at_once).tables["trade_flows"].load()
    assert counts["trade_flows"]["snapshots_expired"] == len(before.snapshots()) - 1 > 0
    assert [s.snapshot_id for s in after.snapshots()] == [before.current_snapshot().snapshot_id]
    assert state_of(after) == state_of(before) != {}
    second = land("expired", 6, start=12)
    land("expired", 3, start=15)  # all of them again
    assert ids_of(at_once, "expired") == sorted(first + second)
    assert accounted(at_once, "expired")["duplicate"] == 3


def test_a_snapshot_that_was_not_exported_is_not_expired(
    at_once: Settings, land: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = land("unexported", 10)
    with monkeypatch.context() as patched:
        patched.setattr(landing, "export", lambda *_: {})
        second = land("unexported", 12, start=10)
        objects, table = Objects(at_once), Lake.open(at_once).tables["trade_flows"]
        assert not set(second) & set(exported_rows(objects, read_latest(objects, "trade_flows")))
        maintain.expire_snapshots(at_once)
        maintain.remove_files(at_once)
    latest = export(objects, "trade_flows", table.load())
    assert set(first + second) <= set(exported_rows(objects, latest))
    assert latest["rows"] == table.load().scan().count()


def test_compaction_changes_no_row_and_duplicates_are_still_recognised(at_once: Settings, land: Callable[..., list[str]]) -> None:
    known = land("compacted", 12)
    index = at_once.home / "index" / "trade_flows.sqlite"
    objects, table = Objects(at_once), Lake.open(at_once).tables["trade_flows"]
    before = table.load()
    sorting = [("trade_flow_id", "ascending"), ("revision", "ascending")]
    rows_before = before.scan().to_arrow().sort_by(sorting)
    counts = maintain.compact_tables(at_once)["trade_flows"]
    after = table.load()
    assert counts == {"data_files_compacted": len(files_of(before)), "into": 1}
    assert len(files_of(after)) == 1
    assert after.scan().to_arrow().sort_by(sorting).equals(rows_before)
    summary = after.current_snapshot().summary.additional_properties
    assert {k: v for k, v in summary.items() if k.startswith(STATE)} == state_of(after) == state_of(before)
    latest = read_latest(objects, "trade_flows")
    assert (latest["snapshot_id"], latest["rows"]) == (after.current_snapshot().snapshot_id, rows_before.num_rows)

    land("compacted", 12)  # again, with the index as it was before the compaction
    index.unlink()
    land("compacted", 12)  # and with one that is built anew from the compacted table
    assert ids_of(at_once, "compacted") == known
    assert accounted(at_once, "compacted") == {"pulled": 36, "validated": 36, "enriched": 36, "landed": 12, "duplicate": 24}


def test_compaction_gives_way_to_a_lander_and_is_done_after_it(
    at_once: Settings, land: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = land("beside", 12)
    second: list[str] = []

    def with_a_lander_between(table: Table, *rest: Any) -> Any:
        planned = compact(table, *rest)
        if table.name()[-1] == "trade_flows":
            second.extend(land("beside", 12, start=12))
        return planned

    with monkeypatch.context() as patched:
        patched.setattr(maintain, "compact", with_a_lander_between)
        counts = maintain.compact_tables(at_once)["trade_flows"]
    assert counts["data_files_compacted"] > 1
    assert ids_of(at_once, "beside") == sorted(first + second)
    latest = read_latest(Objects(at_once), "trade_flows")
    assert latest["rows"] == Lake.open(at_once).tables["trade_flows"].load().scan().count()


def test_a_table_that_moves_all_the_time_is_left_alone_politely(at_once: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(*_: object) -> None:
        raise maintain.CommitFailedException("somebody else")

    monkeypatch.setattr(maintain.time, "sleep", lambda _: None)
    with pytest.raises(Transient, match="gave way to other writers 8 times"):
        maintain._committed(Lake.open(at_once).tables["decisions"], "compacting", moved)


def test_a_reader_of_an_older_latest_json_goes_on_within_the_grace_period(at_once: Settings, land: Callable[..., list[str]]) -> None:
    land("exported", 12)
    objects = Objects(at_once)
    older = read_latest(objects, "trade_flows")
    seen = exported_rows(objects, older)
    counts = merge_exports(objects, "trade_flows", 2)
    newer = read_latest(objects, "trade_flows")
    assert counts["export_files_merged"] == len(older["files"]) > len(newer["files"]) == counts["into"]
    assert remove_exports(objects, "trade_flows", DAY) == {"export_files_removed": 0}
    assert exported_rows(objects, older) == exported_rows(objects, newer) == seen

    stray = "exports/trade_flows/000000000000-7.parquet"
    objects.put(stray, b"given up before it was listed")
    assert remove_exports(objects, "trade_flows", timedelta(0)) == {"export_files_removed": len(older["files"]) + 1}
    latest = read_latest(objects, "trade_flows")
    assert (exported_rows(objects, latest), latest["retired"]) == (seen, [])
    listed = {o["Key"] for o in objects.list("exports/trade_flows/")}
    assert listed == {f["key"] for f in latest["files"]} | {"exports/trade_flows/latest.json"}


def test_two_writers_of_latest_json_lose_nothing_of_each_other(at_once: Settings) -> None:
    objects = Objects(at_once)
    names = iter(["first", "second"])

    def change(now: dict[str, Any]) -> dict[str, Any]:
        name = next(names, None)
        if name == "first":  # while this writer thinks, another one is quicker
            change_latest(objects, "of_a_test", lambda other: other | {"quicker": True})
        return now | {"slower": True}

    assert change_latest(objects, "of_a_test", change) == {"quicker": True, "slower": True}
    assert read_latest(objects, "of_a_test") == {"quicker": True, "slower": True}
    objects.delete("exports/of_a_test/latest.json")


def test_files_that_no_snapshot_needs_go_after_the_grace_period_and_no_other(at_once: Settings, land: Callable[..., list[str]]) -> None:
    land("removed", 12)
    objects, table = Objects(at_once), Lake.open(at_once).tables["trade_flows"]
    stray = table.load().location().removeprefix(f"s3://{at_once.bucket}/") + "/data/given-up.parquet"
    objects.put(stray, b"written by a commit that never was")
    patient = at_once.model_copy(update={"grace_days": 1.0})
    maintain.compact_tables(at_once)
    maintain.expire_snapshots(at_once)
    young = maintain.remove_files(patient)["trade_flows"]
    assert (young["files_removed"], young["files_too_young"] > 1, objects.exists(stray)) == (0, True, True)
    removed = maintain.remove_files(at_once)["trade_flows"]
    assert (removed["files_removed"], removed["files_too_young"], objects.exists(stray)) == (young["files_too_young"], 0, False)
    loaded = table.load()
    assert loaded.scan().to_arrow().num_rows == read_latest(objects, "trade_flows")["rows"]
    data = {o["Key"] for o in objects.list(loaded.location().removeprefix(f"s3://{at_once.bucket}/") + "/data/")}
    assert {f"s3://{at_once.bucket}/{key}" for key in data} == files_of(loaded)


def test_maintenance_twice_over_leaves_a_clean_audit(at_once: Settings, land: Callable[..., list[str]]) -> None:
    land("twice_over", 12)
    told: list[str] = []
    first = maintain.maintain(at_once, told.append)
    second = maintain.maintain(at_once)
    assert list(first) == ["compact", "merge", "expire", "remove"]
    assert len(told) == 4 * len(EVERY_TABLE)
    done = [(step, name, what) for step, tables in second.items() for name, counts in tables.items() for what, n in counts.items() if n]
    assert {what for _, _, what in done} <= {"snapshots_left", "files_removed", "bytes_removed"}  # metadata of the first run
    land("twice_over", 5, start=20)
    found = audit(at_once)
    assert (found.findings, found.not_provable) == ([], [])
