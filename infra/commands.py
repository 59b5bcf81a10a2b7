"""The stack's commands: `lodestream up | down | status | logs NAME | doctor`. A failure is a LodestreamError, told by the caller."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from infra import doctor as examination
from infra.files import last_lines
from infra.supervisor import NAMES, State, Supervisor
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings, load_settings

COLOURS = {"healthy": "green", "stopped": "dim", "not answering": "yellow", "left over": "yellow", "died": "red"}
FOLLOW_SECONDS = 0.3

Services = Annotated[list[str] | None, typer.Argument(help=f"Services to start; all of {', '.join(NAMES)} if none is named.")]
Without = Annotated[list[str] | None, typer.Option(help="A service to leave out; may be given several times.")]


def register(app: typer.Typer) -> None:
    """Add the stack's commands to the application."""
    app.command()(up)
    app.command()(down)
    app.command()(status)
    app.command()(logs)
    app.command()(doctor)


def up(services: Services = None, without: Without = None) -> None:
    """Start the embedded stack; returns when all of it is healthy."""
    unknown = set(without or []) - set(NAMES)
    if unknown:
        raise ConfigurationError(f"there is no service {', '.join(sorted(unknown))}", f"the services are {', '.join(NAMES)}")
    names = [name for name in services or NAMES if name not in (without or [])]
    bring_up(load_settings(), names)


def down() -> None:
    """Stop the embedded stack, also what an interrupted start has left behind."""
    settings = load_settings()
    stopped = Supervisor(settings).down(_teller(Console()))
    Console().print(f"stopped, nothing of {settings.home} is running" if stopped else f"nothing of {settings.home} was running")


def status() -> None:
    """Show how each service is; the exit code is 1 if one that should run is not healthy."""
    console, settings = Console(), load_settings()
    states = Supervisor(settings).status()
    console.print(_table(states))
    console.print(f"logs: {settings.home}/logs/SERVICE.log", highlight=False, soft_wrap=True)
    for state in states:
        if state.word == "died":
            words = "".join(last_lines(state.log, 1))[:200]
            console.print(f"{state.name} died: `lodestream up` starts it again; its last line: {words}", markup=False)
        elif state.word == "left over":
            console.print(f"{state.name} was left by an interrupted start: `lodestream down` stops it")
    if any(state.word not in {"healthy", "stopped"} for state in states):
        raise typer.Exit(1)


def logs(
    name: Annotated[str, typer.Argument(help="A service or a part of it, such as broker or airflow-scheduler.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written from now on.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.", min=0)] = 50,
) -> None:
    """Print the last lines of a service's log."""
    folder = load_settings().home / "logs"
    known = sorted(path.stem for path in folder.glob("*.log"))
    paths = [folder / f"{stem}.log" for stem in known if stem == name or stem.startswith(f"{name}-")]
    if not paths:
        remedy = f"there are {', '.join(known)}" if known else "`lodestream up` first"
        raise ConfigurationError(f"there is no log of {name} in {folder}", remedy)
    several = len(paths) > 1
    for path in paths:
        for line in last_lines(path, lines, size=2**20 if lines > 500 else 2**17):
            _print_line(path, line, several)
    if follow:
        for path, line in _followed(paths):
            _print_line(path, line, several)


def doctor() -> None:
    """Say what this machine lacks to run the stack, and the remedy; the exit code is 1 if something that is needed is missing."""
    console = Console()
    findings = examination.examine(load_settings())
    for finding in findings:
        colour = "green" if finding.is_well else ("red" if finding.is_needed else "yellow")
        word = "ok" if finding.is_well else ("missing" if finding.is_needed else "note")
        console.print(f"[{colour}]{word:8}[/]", end="")
        remedy = f" → {finding.remedy}" if finding.remedy and not finding.is_well else ""
        console.print(f"{finding.subject}: {finding.words}{remedy}", markup=False, highlight=False, soft_wrap=True)
    if any(finding.is_needed and not finding.is_well for finding in findings):
        raise typer.Exit(1)


def bring_up(settings: Settings, names: list[str] | tuple[str, ...] = NAMES) -> Settings:
    """Start the services with progress on the terminal, and say where they are; returns the settings to reach them."""
    console = Console()
    with _terminable():
        reached = Supervisor(settings).up(names, _teller(console))
    if "airflow" in names:
        login = f"{reached.airflow_user} / {reached.airflow_password.get_secret_value()}"
        console.print(f"Airflow  http://127.0.0.1:{reached.airflow_port}  login {login}", highlight=False, markup=False)
    return reached


def _teller(console: Console) -> "Teller":
    return Teller(console)


class Teller:
    """Tells the progress: one line for each event, and on a terminal what is being waited for."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, name: str, what: str, seconds: float) -> None:
        """Print the event of a part, `seconds` after the start."""
        if what in {"healthy", "stopped", "was running"}:
            self._console.print(f"✓ {name:22}{what:12}{seconds:6.1f} s", highlight=False, markup=False)
        elif what not in {"preparing", "starting"}:
            self._console.print(f"! {name} {what}", highlight=False, markup=False, soft_wrap=True)


def _table(states: list[State]) -> Table:
    table = Table("service", "state", "pid", "port", "memory", "since", box=box.SIMPLE_HEAD, pad_edge=False)
    for state in states:
        record = state.record
        since = datetime.fromtimestamp(record.created).astimezone().strftime("%m-%d %H:%M:%S") if record else ""
        table.add_row(
            state.name,
            f"[{COLOURS[state.word]}]{state.word}",
            str(record.pid) if record else "",
            str(record.port) if record and record.port else "",
            f"{state.memory // 2**20} MB" if state.memory else "",
            since,
        )
    return table


def _print_line(path: Path, line: str, several: bool) -> None:
    sys.stdout.write(f"{path.stem}  {line}\n" if several else f"{line}\n")
    sys.stdout.flush()


def _followed(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Lines that are written from now on; a log that is begun anew is read from its beginning."""
    reached = {path: path.stat().st_size for path in paths}
    while True:
        for path in paths:
            size = path.stat().st_size if path.exists() else 0
            if size == reached[path]:
                continue
            with path.open("rb") as file:
                file.seek(reached[path] if size > reached[path] else 0)
                data = file.read()
                reached[path] = file.tell()
            yield from ((path, line) for line in data.decode("utf-8", "replace").splitlines())
        time.sleep(FOLLOW_SECONDS)


@contextmanager
def _terminable() -> Iterator[None]:
    """A plain `kill` of the start ends it as Ctrl-C does: what was started is stopped again."""

    def interrupt(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


__all__ = ["bring_up", "register"]
