"""The `lodestream` command."""

import logging
import sys
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from infra.commands import bring_up
from infra.commands import register as register_stack
from pipelines.errors import ConfigurationError, LodestreamError
from pipelines.flow import STAGES, VERBS
from pipelines.operate import register as register_operate
from pipelines.settings import PREFIX, Settings, load_settings
from schemas.vocabulary import RECORDS

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Event-driven ingestion of what the world publishes about critical minerals.",
)
register_stack(app)
register_operate(app)
topics_app = typer.Typer(help="The topics, and where stages and tables stand in them.")
app.add_typer(topics_app, name="topics")
out = Console()


def main() -> None:
    """Run the command line; a failure that we know is told in its own words, with the exit code 2."""
    logs_to_terminal()
    try:
        app()
    except LodestreamError as error:
        Console(stderr=True, soft_wrap=True).print(f"lodestream: {error}", style="bold red", markup=False, highlight=False)
        sys.exit(2)


def logs_to_terminal() -> None:
    """Coloured log lines in a terminal, plain ones elsewhere."""
    handler: logging.Handler = logging.StreamHandler()
    if sys.stderr.isatty():
        handler = RichHandler(console=Console(stderr=True), show_path=False)
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("pyiceberg", "botocore", "great_expectations", "urllib3", "kafka"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


@app.command()
def run(
    wait: Annotated[bool, typer.Option(help="Stay up until Ctrl-C; without it the stack is stopped at the end.")] = True,
) -> None:
    """Start the embedded stack, run the main job through Airflow, tell what landed and where to look."""
    from infra.supervisor import Supervisor
    from pipelines.job import run as run_job
    from pipelines.job import tell_where
    from pipelines.run import stop_on_signals

    since = datetime.now(UTC)
    reached = bring_up(load_settings())
    stop = stop_on_signals()
    try:
        run_job(reached, out, since)
        tell_where(reached, out)
        if wait:
            out.print("the stack stays up; Ctrl-C stops it")
            stop.wait()
    finally:
        Supervisor(reached).down(lambda *_: None)
        out.print(f"stopped; {reached.home} keeps everything for the next run", highlight=False)


@app.command()
def pull(source: Annotated[str, typer.Argument(help="Name of the source; `lodestream sources` lists them.")]) -> None:
    """Pull a source: publish its new records and its cursor."""
    from pipelines.pull import pull as run_pull

    counts = run_pull(load_settings(), source, lambda n: out.print(f"{source}: {n} records published"))
    said = ", ".join(f"{k} {v}" for k, v in counts.items() if k not in ("source", "record"))
    note = "" if counts["records"] else "; nothing new since the last pull"
    out.print(f"{source}: {said}{note}")


@app.command()
def sources() -> None:
    """List the sources."""
    from pipelines.sources import SOURCES

    table = Table("source", "record", "publisher", "schedule", "licence")
    for s in SOURCES:
        table.add_row(s.name, s.record, s.publisher, s.schedule, s.licence)
    out.print(table)


@app.command()
def drain(names: Annotated[list[str] | None, typer.Argument(help="Records or stages; everything if none is named.")] = None) -> None:
    """Work through all that waits in the topics, then stop."""
    from pipelines.run import drain as run_drain

    settings = load_settings()
    for stage in _stages(names):
        out.print(run_drain(settings, stage).line())


@app.command()
def work(
    names: Annotated[list[str], typer.Argument(help="Stages such as validate.document, or records for all of their stages.")],
    slot: Annotated[str | None, typer.Option(help="This worker's place: one that is restarted in it takes over at once.")] = None,
) -> None:
    """Work as a long-lived consumer until it is told to stop."""
    from pipelines.run import work_all

    for report in work_all(load_settings(), _stages(names), slot):
        out.print(report.line())


def _stages(names: list[str] | None) -> list[str]:
    """Stages that the names stand for, in the order of the way."""
    wanted = {s for n in names or RECORDS for s in STAGES if n in (s, STAGES[s].record)}
    unknown = [n for n in names or [] if n not in STAGES and n not in RECORDS]
    if unknown:
        raise ConfigurationError(f"there is no stage {unknown[0]!r}", f"the stages are {', '.join(STAGES)}")
    return sorted(wanted, key=lambda s: (STAGES[s].record, VERBS.index(STAGES[s].verb)))


@app.command()
def tables() -> None:
    """Show what landed: rows, snapshot and location of each table."""
    from pipelines.query import states

    table = Table("table", "rows", "snapshot", "snapshots", "exported files", "location")
    for s in states(load_settings()):
        table.add_row(s["table"], str(s["rows"]), str(s["snapshot"] or "-"), str(s["snapshots"]), str(s["exported_files"]), s["location"])
    out.print(table)


@app.command()
def read(
    target: Annotated[str, typer.Argument(help="A file, a folder with <id>.txt and manifest.json, an address, or - for standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a document.")] = False,
) -> None:
    """Show what is read in a text: its names, events and witnesses."""
    from pipelines.enrich.command import read_command
    from pipelines.io.web import Web

    def fetch(url: str) -> str:
        return Web.for_source(load_settings(), url, pause_seconds=0, is_local=True).get(url).text()

    try:
        read_command(target, as_json, fetch)
    except OSError as error:
        raise ConfigurationError(f"{target} cannot be read: {error.strerror or error}", "name a file, folder, address, or -") from error


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="SQL over documents, mentions, events, witnesses, trade_flows, quarantine, accounting.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Run SQL over the tables."""
    from pipelines.query import query as run_query

    rows = run_query(load_settings(), sql)
    if as_json:
        for row in rows.to_pylist():
            sys.stdout.write(orjson.dumps(row, default=str).decode() + "\n")
        return
    table = Table(*rows.column_names)
    for row in rows.to_pylist():
        table.add_row(*(str(v) for v in row.values()))
    out.print(table)


@topics_app.callback(invoke_without_command=True)
def topics(context: typer.Context) -> None:
    """Show the topics: records, and how far each stage is."""
    from pipelines.progress import topics_table

    if context.invoked_subcommand is None:
        out.print(topics_table(load_settings()))


@topics_app.command()
def create() -> None:
    """Make the topics and the bucket that are missing."""
    from pipelines.io.objects import Objects
    from pipelines.io.topics import Topics

    settings = load_settings()
    with Topics(settings) as found:
        made = found.ensure()
    Objects(settings).ensure_bucket()
    out.print(f"made {', '.join(made)}" if made else "all topics were there")


@topics_app.command()
def rewind(stage: Annotated[str, typer.Argument(help="A stage such as enrich.document, while no worker of it runs.")]) -> None:
    """Let a stage read again from the oldest record that its topic holds; nothing lands twice by it."""
    from pipelines.positions import rewind as run_rewind

    run_rewind(load_settings(), stage)
    out.print(f"{stage} begins at the oldest record again; `lodestream drain` works it through")


@topics_app.command()
def adopt(topic: Annotated[str, typer.Argument(help="A topic that was made anew, or that retention has cut.")]) -> None:
    """Accept the loss: let the tables begin a topic at the oldest record that it holds."""
    from pipelines.positions import adopt as run_adopt

    moved = run_adopt(load_settings(), topic)
    out.print(f"moved {', '.join(moved)}" if moved else f"the tables stood right in {topic}")


@app.command()
def settings() -> None:
    """List all settings with the values in force."""
    values = load_settings()
    table = Table("setting", "value", "meaning")
    for name, info in Settings.model_fields.items():
        table.add_row(PREFIX + name.upper(), str(getattr(values, name)), info.description or "")
    out.print(table)
