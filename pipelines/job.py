"""The main job: pull every source through its DAG, let the asset events wake the refining DAGs, and tell what landed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from pipelines.errors import NeedsPerson
from pipelines.flow import VERBS
from pipelines.io.airflow import Airflow
from pipelines.query import states
from pipelines.readers import snippets
from pipelines.report import Report
from pipelines.settings import Settings
from pipelines.sources import SOURCES

RUN_SECONDS = 600.0
WAKE_SECONDS = 120.0


def run(settings: Settings, console: Console, since: datetime | None = None) -> None:
    """Run the job on a running stack and print what landed; raises NeedsPerson when a DAG run fails.

    `since` is the instant from which runs count: a run that the schedule starts meanwhile takes part of the work.
    """
    airflow, start = Airflow(settings), (since or datetime.now(UTC)).isoformat()
    with _telling(console) as tell:
        tell("waiting until Airflow has read the DAGs")
        for source in SOURCES:
            airflow.wait_for_dag(f"pull_{source.name}", 120)
            airflow.wait_for_dag(f"refine_{source.record}", 120)
        pulled = _pull(airflow, start, tell)
        refined = [_refine(airflow, record, start, tell) for record in sorted(pulled)]
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


def _pull(airflow: Airflow, start: str, tell: Callable[[str], None]) -> set[str]:
    """Run all pulls; returns the records of which there was something new."""
    started = {source.name: airflow.trigger(f"pull_{source.name}") for source in SOURCES}
    found: set[str] = set()
    for source in SOURCES:
        dag = f"pull_{source.name}"
        tell(f"{dag}: pulling")
        _succeed(airflow, dag, started[source.name])
        new = sum(airflow.returned(dag, run_id, "pull").get("records", 0) for run_id in airflow.runs_since(dag, start))
        tell(f"{dag}: {new} new records" if new else f"{dag}: nothing new since the last pull")
        found |= {source.record} if new else set()
    return found


def _refine(airflow: Airflow, record: str, start: str, tell: Callable[[str], None]) -> list[Report]:
    """Wait for the run that the asset event woke; returns the counts of its stages, with those of other runs since the start."""
    dag = f"refine_{record}"
    tell(f"{dag}: waiting for the asset event to wake it")
    run_id = airflow.woken_run(dag, start, WAKE_SECONDS)
    if not run_id:
        # An event that comes while another run is active may start none; the sweep would, within a quarter of an hour.
        tell(f"{dag}: no asset event woke it in {WAKE_SECONDS:.0f} s, starting it by hand")
        run_id = airflow.trigger(dag)
    tell(f"{dag}: validating, enriching, landing")
    _succeed(airflow, dag, run_id)
    reports = {verb: Report(f"{verb}.{record}") for verb in VERBS}
    for other in airflow.runs_since(dag, start):
        for verb in VERBS:
            if counts := airflow.returned(dag, other, verb):
                reports[verb] += Report(**counts)
    return list(reports.values())


def _succeed(airflow: Airflow, dag: str, run_id: str) -> None:
    if airflow.wait(dag, run_id, RUN_SECONDS) != "success":
        raise NeedsPerson(f"the run {run_id} of {dag} failed", f"read its log at {airflow.address}/dags/{dag}/runs/{run_id}")


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


def _stages_table(refined: list[list[Report]]) -> Table:
    table = Table("stage", "in", "out", "rejected", "landed", "duplicate", title="what each stage did")
    for reports in refined:
        for r in reports:
            landed = (str(r.landed), str(r.duplicate)) if r.stage.startswith("land") else ("", "")
            table.add_row(r.stage, str(r.read), str(r.passed), str(r.rejected), *landed)
    return table


def _tables_table(settings: Settings) -> Table:
    table = Table("table", "rows", "snapshot", "location", title="what the tables hold")
    for s in states(settings):
        table.add_row(s["table"], str(s["rows"]), str(s["snapshot"] or "-"), s["location"])
    return table
