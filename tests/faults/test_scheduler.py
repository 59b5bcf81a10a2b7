"""Airflow itself hurt under way: its scheduler killed, a task killed after it had committed, an old run cleared.

On a real Airflow with the bundled sources. What is left is what the delivery promises: one row for each record, and a clean audit.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psutil
import pytest

from infra.supervisor import NAMES
from pipelines.io.airflow import Airflow
from pipelines.query import query
from pipelines.sources import SOURCES
from tests.faults.oracle import audit_findings
from tests.faults.trial import until
from tests.stack_fixture import TestStack

pytestmark = [pytest.mark.stack, pytest.mark.long]
PULL, REFINE = "pull_lodestream_newsroom", "refine_document"
DOCUMENTS = 21  # what the newsroom serves and the contract takes; one of them changes between two pulls


@pytest.fixture
def stack() -> Iterator[TestStack]:
    with TestStack(services=NAMES) as running:
        yield running


@pytest.fixture
def airflow(stack: TestStack) -> Airflow:
    client = Airflow(stack.settings)
    for source in SOURCES:
        client.wait_for_dag(f"pull_{source.name}", 120)
        client.wait_for_dag(f"refine_{source.record}", 120)
    return client


def _pulled(airflow: Airflow) -> str:
    """Pull the newsroom; returns the run of the refining DAG that the asset event woke."""
    since = datetime.now(UTC).isoformat()
    assert airflow.wait(PULL, airflow.trigger(PULL), 120) == "success"
    return airflow.woken_run(REFINE, since, 60) or airflow.trigger(REFINE)


def _clear(airflow: Airflow, dag: str, run: str) -> None:
    """What the button of the UI does."""
    airflow._call("POST", f"/api/v2/dags/{dag}/clearTaskInstances", json={"dry_run": False, "dag_run_id": run, "only_failed": False})


def _check(stack: TestStack) -> None:
    """Each document is there, in each of its revisions once: the schedule may have pulled the page that changes a second time."""
    counts = "count(*) AS n, count(DISTINCT (document_id, revision)) AS revisions, count(DISTINCT document_id) AS documents"
    found = query(stack.settings, f"SELECT {counts} FROM documents").to_pylist()[0]
    assert found["documents"] == DOCUMENTS
    assert found["n"] == found["revisions"] <= DOCUMENTS + 1
    assert audit_findings(stack.settings) == []


def _commits(stack: TestStack) -> int:
    """Commits to `documents`, by the catalog's own file: it can be asked so often that none is seen late."""
    try:
        with closing(sqlite3.connect(f"file:{stack.home}/catalog.db?mode=ro", uri=True)) as catalog:
            found = catalog.execute("SELECT metadata_location FROM iceberg_tables WHERE table_name = 'documents'").fetchone()
    except sqlite3.OperationalError:  # nothing has opened the catalog yet
        return 0
    return int(found[0].rpartition("/")[2].partition("-")[0]) if found else 0


def _tasks(stack: TestStack) -> list[psutil.Process]:
    """Processes in which a task runs: the scheduler's workers start one for each."""
    workers = psutil.Process(stack.supervisor._records()["airflow-scheduler"].pid).children()
    return [task for worker in workers for task in worker.children()]


def test_a_scheduler_that_is_killed_under_way_is_started_again_and_each_record_lands_once(stack: TestStack, airflow: Airflow) -> None:
    run = _pulled(airflow)
    until(lambda: airflow.returned(REFINE, run, "validate"), 120)
    stack.kill("airflow-scheduler")
    stack.start(*NAMES)
    begin = time.monotonic()
    state = airflow.wait(REFINE, run, 400)
    print(f"the run that lost its scheduler ended with {state} after {time.monotonic() - begin:.0f} s")
    assert airflow.wait(REFINE, airflow.trigger(REFINE), 300) == "success"
    _check(stack)


def test_a_task_that_is_killed_after_its_commit_is_run_again_and_lands_nothing_twice(stack: TestStack, airflow: Airflow) -> None:
    before = _commits(stack)
    run = _pulled(airflow)
    until(lambda: _commits(stack) > before, 200, pause=0.02)
    killed = _tasks(stack)
    for process in killed:
        process.kill()
    assert killed, "no process of a task was found"
    assert not airflow.returned(REFINE, run, "land"), "its success was recorded before it was killed"
    begin = time.monotonic()
    assert airflow.wait(REFINE, run, 400) == "success"
    print(f"the run whose task was killed ended well after {time.monotonic() - begin:.0f} s")
    _check(stack)


def test_an_old_run_of_each_dag_that_is_cleared_lands_nothing_twice(stack: TestStack, airflow: Airflow) -> None:
    refined = _pulled(airflow)
    assert airflow.wait(REFINE, refined, 300) == "success"
    for dag in (PULL, REFINE):
        old = airflow.runs_since(dag, "2000-01-01T00:00:00Z")[-1]
        _clear(airflow, dag, old)
        assert airflow.wait(dag, old, 200) == "success"
    assert airflow.wait(REFINE, airflow.trigger(REFINE), 300) == "success"
    _check(stack)
