"""The way end to end: what the publishers serve travels to the tables, and readers that know nothing of our code agree on it."""

import json
import re

import duckdb
import pandas as pd
import polars as pl
import pytest
import s3fs
from pyiceberg.table import StaticTable

from pipelines.flow import TABLES, VERBS
from pipelines.io.lake import catalog_properties
from pipelines.pull import pull
from pipelines.query import query
from pipelines.readers import snippets
from pipelines.report import Report
from pipelines.run import drain
from pipelines.settings import Settings
from tests.stack_fixture import TestStack

pytestmark = pytest.mark.stack


def refine(settings: Settings) -> dict[str, Report]:
    return {f"{verb}.{record}": drain(settings, f"{verb}.{record}") for record in TABLES for verb in VERBS}


@pytest.fixture(scope="module")
def first(settings: Settings) -> dict[str, object]:
    """The first pull of both sources, refined."""
    pulled = {name: pull(settings, name) for name in ("lodestream_newsroom", "lodestream_statistics")}
    return {"pulled": pulled, "reports": refine(settings)}


@pytest.fixture(scope="module")
def second(settings: Settings, first: dict[str, object]) -> dict[str, object]:
    """The second pull: one page and one figure were corrected meanwhile."""
    before = query(settings, "SELECT document_id, revision FROM documents").to_pylist()
    pulled = {name: pull(settings, name) for name in ("lodestream_newsroom", "lodestream_statistics")}
    return {"before": before, "pulled": pulled, "reports": refine(settings)}


def rows(settings: Settings, sql: str) -> list[dict[str, object]]:
    return query(settings, sql).to_pylist()


@pytest.fixture
def files(settings: Settings) -> s3fs.S3FileSystem:
    secret = settings.s3_secret_key.get_secret_value()
    return s3fs.S3FileSystem(key=settings.s3_access_key, secret=secret, endpoint_url=settings.store_endpoint, skip_instance_cache=True)


def latest(files: s3fs.S3FileSystem, settings: Settings, table: str) -> dict[str, object]:
    files.invalidate_cache()
    return json.loads(files.cat(f"{settings.bucket}/exports/{table}/latest.json"))


def test_at_every_stage_what_goes_in_comes_out_or_is_rejected(first: dict[str, object]) -> None:
    reports = first["reports"]
    counts = {name: (r.read, r.passed, r.rejected, r.landed, r.duplicate, r.repeated) for name, r in reports.items()}
    assert counts == {
        "validate.document": (23, 22, 1, 0, 0, 0),
        "enrich.document": (22, 22, 0, 0, 0, 0),
        "land.document": (22, 22, 0, 21, 1, 0),
        "validate.trade_flow": (625, 624, 1, 0, 0, 0),
        "enrich.trade_flow": (624, 624, 0, 0, 0, 0),
        "land.trade_flow": (624, 624, 0, 623, 1, 0),
    }


def test_the_broken_items_lie_in_quarantine_with_their_rule(settings: Settings, first: dict[str, object]) -> None:
    found = rows(settings, "SELECT source, stage, rule, field FROM quarantine ORDER BY source")
    assert found == [
        {"source": "lodestream_newsroom", "stage": "validate", "rule": "length", "field": "served_text"},
        {"source": "lodestream_statistics", "stage": "validate", "rule": "between", "field": "value_usd"},
    ]


def test_a_second_pull_adds_only_what_changed(settings: Settings, second: dict[str, object]) -> None:
    assert {name: counts["records"] for name, counts in second["pulled"].items()} == {"lodestream_newsroom": 1, "lodestream_statistics": 1}
    assert (second["reports"]["land.document"].landed, second["reports"]["land.trade_flow"].landed) == (1, 1)


def test_a_third_pull_adds_nothing(settings: Settings, second: dict[str, object]) -> None:
    counts = "SELECT (SELECT count(*) FROM documents) AS documents, (SELECT count(*) FROM trade_flows) AS trade_flows"
    before = rows(settings, counts)
    assert [pull(settings, name)["records"] for name in ("lodestream_newsroom", "lodestream_statistics")] == [0, 0]
    assert [r.read for r in refine(settings).values()] == [0] * 6
    assert rows(settings, counts) == before


def test_a_page_that_changed_is_revision_2_and_the_first_stays(settings: Settings, second: dict[str, object]) -> None:
    changed = rows(settings, "SELECT document_id FROM documents WHERE revision = 2")
    assert len(changed) == 1
    texts = rows(settings, f"SELECT revision, text FROM documents WHERE document_id = '{changed[0]['document_id']}' ORDER BY revision")
    assert [t["revision"] for t in texts] == [1, 2]
    assert texts[0]["text"] != texts[1]["text"]
    kept = {(r["document_id"], r["revision"]) for r in rows(settings, "SELECT document_id, revision FROM documents")}
    assert {(r["document_id"], r["revision"]) for r in second["before"]} < kept


def test_every_mention_event_and_witness_belongs_to_a_document_and_quotes_it(settings: Settings, second: dict[str, object]) -> None:
    for table, quoted in (("mentions", "surface"), ("events", "evidence"), ("witnesses", "evidence")):
        place = "t.place" if table == "mentions" else "'text'"
        found = rows(
            settings,
            f"SELECT t.start, t.end, t.{quoted} AS quote, d.text, d.title, d.removed_lines, {place} AS place"
            f" FROM {table} t LEFT JOIN documents d USING (document_id, revision)",
        )
        assert found
        for r in found:
            where = "\n".join(r["removed_lines"]) if r["place"] == "removed_lines" else r[r["place"]]
            assert where[r["start"] : r["end"]] == r["quote"]


def test_the_seed_document_tells_its_events(settings: Settings, first: dict[str, object]) -> None:
    found = rows(
        settings,
        "SELECT e.type, e.factuality, e.site_id FROM events e JOIN documents d USING (document_id, revision)"
        " WHERE d.relay_of = 'mining_com' AND d.published_text = '12 janvier' ORDER BY event_no",
    )
    assert {"type": "production_milestone", "factuality": "achieved", "site_id": "stillwater_magnet_plant"} in found
    assert len(found) >= 8


def test_the_accounting_balances_for_each_source_and_day(settings: Settings, second: dict[str, object]) -> None:
    sums = rows(settings, "SELECT source, outcome, sum(records)::INT AS n FROM accounting GROUP BY ALL")
    by = {(r["source"], r["outcome"]): r["n"] for r in sums}
    for source in ("lodestream_newsroom", "lodestream_statistics"):
        gone = sum(by.get((source, outcome), 0) for outcome in ("landed", "duplicate", "rejected"))
        assert by[source, "pulled"] == gone
        assert by[source, "pulled"] == by[source, "validated"] + by[source, "rejected"]
        assert by[source, "validated"] == by[source, "enriched"]


@pytest.mark.parametrize("table", ["documents", "mentions", "events", "trade_flows", "quarantine"])
def test_duckdb_polars_pandas_and_a_reader_without_catalog_see_the_same_rows(
    table: str, settings: Settings, files: s3fs.S3FileSystem, second: dict[str, object]
) -> None:
    said = latest(files, settings, table)
    paths = [f"s3://{settings.bucket}/{f['key']}" for f in said["files"]]
    key = {"documents": "document_id", "mentions": "surface", "events": "evidence", "trade_flows": "trade_flow_id"}
    column = key.get(table, "quarantine_id")

    with duckdb.connect() as connection:
        connection.register_filesystem(files)
        by_duckdb = connection.sql(f"SELECT {column} FROM read_parquet($p)", params={"p": paths}).fetchall()
    options = {k: v for k, v in catalog_properties(settings).items() if k.startswith("s3.")}
    by_polars = pl.scan_iceberg(said["metadata_location"], storage_options=options).select(column).collect()[column].to_list()
    by_pandas = pd.concat([pd.read_parquet(p, columns=[column], filesystem=files) for p in paths])[column].tolist()
    without_catalog = StaticTable.from_metadata(said["metadata_location"], options)
    by_iceberg = without_catalog.scan(selected_fields=(column,)).to_arrow()[column].to_pylist()
    by_us = [r[column] for r in rows(settings, f"SELECT {column} FROM {table}")]

    assert len(by_us) == said["rows"] > 0
    assert sorted(r[0] for r in by_duckdb) == sorted(by_polars) == sorted(by_pandas) == sorted(by_iceberg) == sorted(by_us)


def test_the_queries_to_paste_run_as_they_are_printed(
    settings: Settings, first: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    for tool, program in snippets(settings).items():
        exec(compile(program, tool, "exec"), {})  # noqa: S102 - exactly what a reader pastes
        assert re.search(r"\d", capsys.readouterr().out), tool


def test_partitions_order_ids_and_docs_of_a_table_are_the_contracts(
    settings: Settings, files: s3fs.S3FileSystem, first: dict[str, object]
) -> None:
    options = {k: v for k, v in catalog_properties(settings).items() if k.startswith("s3.")}
    table = StaticTable.from_metadata(latest(files, settings, "trade_flows")["metadata_location"], options)
    assert [str(f.transform) for f in table.spec().fields] == ["month"]
    assert [table.schema().find_column_name(f.source_id) for f in table.sort_order().fields] == ["hs_code", "reporter", "partner"]
    assert table.schema().find_field("net_mass_kg").doc == "Net mass"
    assert [f.field_id for f in table.schema().fields] == list(range(1, len(table.schema().fields) + 1))


def test_the_stack_of_the_tests_is_their_own(stack: TestStack, settings: Settings) -> None:
    assert settings.home == stack.home
