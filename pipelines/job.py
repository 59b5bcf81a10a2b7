"""The main job: pull every source through its DAG, let the asset events wake the refining DAGs, and tell what landed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.errors import NeedsPerson
from pipelines.flow import VERBS
from pipelines.io.airflow import Airflow
from pipelines.query import states
from pipelines.readers import snippets
from pipelines.settings import Settings
from pipelines.sources import SOURCES

RUN_SECONDS = 600.0


def run(settings: Settings, console: Console) -> None:
    """Run the job on a running stack and print what landed; raises NeedsPerson when a DAG run fails."""
    airflow = Airflow(settings)
    with _telling(console) as tell:
        tell("waiting until Airflow has read the DAGs")
        for source in SOURCES:
            airflow.wait_for_dag(f"pull_{source.name}", 120)
            airflow.wait_for_dag(f"refine_{source.record}", 120)
        pulled = _pull(airflow, tell)
        refined = {record: _refine(airflow, record, since, tell) for record, since in pulled.items()}
    console.print(_stages_table(refined) if refined else "nothing new: all that the sources have was pulled before")
    console.print(_tables_table(settings))


def tell_where(settings: Settings, console: Console) -> None:
    """Print where to look: the UI and its login, and queries to paste."""
    console.rule("read the result")
    for tool, text in snippets(settings).items():
        console.print(f"[bold]{tool}[/bold]  (paste into a shell)")
        console.print(f"{settings.home.name and '.venv/bin/python'} - <<'END'\n{text}END\n", markup=False, highlight=False, soft_wrap=True)
    console.rule("look around")
    console.print(f"Airflow   http://127.0.0.1:{settings.airflow_port}   login {settings.airflow_user} / ", end="")
    console.print(settings.airflow_password.get_secret_value(), markup=False)
    console.print('SQL       lodestream query "SELECT type, evidence FROM events LIMIT 5"', markup=False)
    console.print(f"kept in   {settings.home}", markup=False)


def _pull(airflow: Airflow, tell: Callable[[str], None]) -> dict[str, str]:
    """Run all pulls; returns the records that got something new, with the instant before their pull."""
    started: dict[str, tuple[str, str]] = {}
    for source in SOURCES:
        started[source.name] = airflow.trigger(f"pull_{source.name}"), datetime.now(UTC).isoformat()
    found: dict[str, str] = {}
    for source in SOURCES:
        dag, (run_id, since) = f"pull_{source.name}", started[source.name]
        tell(f"{dag}: pulling")
        if airflow.wait(dag, run_id, RUN_SECONDS) != "success":
            raise NeedsPerson(f"the run {run_id} of {dag} failed", f"read its log at {airflow.address}/dags/{dag}/runs/{run_id}")
        if airflow.state_of(dag, run_id, "pull") == "skipped":
            tell(f"{dag}: nothing new since the last pull")
            continue
        counts = airflow.returned(dag, run_id, "pull")
        tell(f"{dag}: {counts.get('records')} new records")
        found.setdefault(source.record, since)
    return found


def _refine(airflow: Airflow, record: str, since: str, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Wait for the run that the asset event woke; returns the counts of its stages."""
    dag = f"refine_{record}"
    tell(f"{dag}: waiting for the asset event to wake it")
    run_id = airflow.woken_run(dag, since, 120)
    tell(f"{dag}: validating, enriching, landing")
    if airflow.wait(dag, run_id, RUN_SECONDS) != "success":
        raise NeedsPerson(f"the run {run_id} of {dag} failed", f"read its log at {airflow.address}/dags/{dag}/runs/{run_id}")
    return [airflow.returned(dag, run_id, verb) for verb in VERBS]


@contextmanager
def _telling(console: Console) -> Iterator[Callable[[str], None]]:
    """A way to tell progress: a spinner in a terminal, and plain lines."""
    if not console.is_terminal:
        yield lambda text: console.print(f"… {text}", highlight=False)
        return
    with console.status("main job") as status:

        def tell(text: str) -> None:
            console.print(f"… {text}", highlight=False)
            status.update(text)

        yield tell


def _stages_table(refined: dict[str, list[dict[str, Any]]]) -> Table:
    table = Table("stage", "in", "out", "rejected", "landed", "duplicate", title="what each stage did")
    for reports in refined.values():
        for r in reports:
            figures = (r.get(k, "") for k in ("read", "passed", "rejected"))
            landed = (r.get(k, "") if str(r.get("stage", "")).startswith("land") else "" for k in ("landed", "duplicate"))
            table.add_row(str(r.get("stage", "?")), *(str(v) for v in (*figures, *landed)))
    return table


def _tables_table(settings: Settings) -> Table:
    table = Table("table", "rows", "snapshot", "location", title="what the tables hold")
    for s in states(settings):
        table.add_row(s["table"], str(s["rows"]), str(s["snapshot"] or "-"), s["location"])
    return table
