"""The DAGs on real Airflow: each runs in itself, and the scheduler starts the refining ones by asset event."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from infra.airflow import prepare, variables_of
from pipelines.io.airflow import Airflow
from pipelines.job import run
from pipelines.query import query
from tests.stack_fixture import TestStack

pytestmark = pytest.mark.stack
CHECKOUT = Path(__file__).parents[2]
DAGS = CHECKOUT / "dags"
PULLS = ["pull_lodestream_newsroom", "pull_lodestream_statistics"]
REFINES = ["refine_document", "refine_trade_flow"]


@pytest.fixture(scope="module")
def stack() -> Iterator[TestStack]:
    with TestStack(services=("broker", "store", "publishers")) as running:
        yield running


@pytest.fixture(scope="module")
def environment(stack: TestStack) -> dict[str, str]:
    """Environment of a process that runs DAGs; the database is made."""
    folder = stack.home / "airflow"
    folder.mkdir(exist_ok=True)
    (stack.home / "logs").mkdir(exist_ok=True)
    prepare(stack.settings, folder)
    return variables_of(stack.settings, folder)


@pytest.fixture(scope="module")
def before_airflow() -> datetime:
    """An instant before the scheduler's first run."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def airflow(stack: TestStack, environment: dict[str, str], before_airflow: datetime) -> Airflow:
    """A running Airflow with its scheduler."""
    stack.start("airflow")
    return Airflow(stack.settings)


@pytest.mark.parametrize("path", sorted(DAGS.glob("*.py")), ids=lambda p: p.name)
def test_a_dag_file_says_when_and_not_what(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 55, "a DAG file holds scheduling words only"
    assert lines[0].startswith('"""')


def test_each_dag_runs_by_itself(stack: TestStack, environment: dict[str, str]) -> None:
    command = [sys.executable, str(CHECKOUT / "tests" / "dags" / "run_each.py"), str(DAGS), *PULLS, *REFINES]
    done = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    told = [line for line in done.stdout.splitlines() if line.startswith("STATES ")]
    assert told, done.stdout[-3000:] + done.stderr[-3000:]
    assert json.loads(told[0].removeprefix("STATES ")) == dict.fromkeys([*PULLS, *REFINES], "success"), done.stdout[-6000:]


@pytest.fixture(scope="module")
def told(stack: TestStack, airflow: Airflow, before_airflow: datetime) -> str:
    """What the main job told when it ran through the scheduler; what the schedule pulled before it counts, too."""
    console = Console(record=True, width=200)
    run(stack.settings, console, since=before_airflow)
    return console.export_text()


def test_the_scheduler_wakes_both_refining_dags_by_asset_event(stack: TestStack, told: str) -> None:
    for dag in REFINES:
        assert f"{dag}: validating, enriching, landing" in told
    assert query(stack.settings, "SELECT count(*) AS n FROM trade_flows").to_pylist()[0]["n"] >= 623
    assert query(stack.settings, "SELECT count(*) AS n FROM documents").to_pylist()[0]["n"] >= 21


def test_the_counts_of_each_run_stand_in_its_asset_event(airflow: Airflow, told: str) -> None:
    events = airflow.asset_events()
    landed = [e["extra"] for e in events if str(e["extra"].get("stage", "")).startswith("land.")]
    assert {extra["stage"] for extra in landed} == {"land.document", "land.trade_flow"}
    assert all(extra["read"] == extra["passed"] + extra["rejected"] for extra in landed)
    assert all(extra["snapshots"] and extra["offsets"] for extra in landed if extra["read"])
    assert any(extra["read"] for extra in landed)
    assert {"lodestream_newsroom", "lodestream_statistics"} <= {e["extra"].get("source") for e in events}
