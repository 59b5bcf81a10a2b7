"""The commands of whoever keeps the data well: `lodestream quarantine list | show | replay | discard`, `audit`, `maintain`."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.errors import ConfigurationError
from pipelines.settings import load_settings

out = Console()
quarantine = typer.Typer(no_args_is_help=True, help="Records that broke a rule: look at them, send them again, or let them go.")
SHOWN_BYTES = 2000
DEFAULT_LIMIT = 50
WIDTHS = {"quarantine_id": 32, "rejected_at": 11, "last_at": 11, "day_on": 10}

Source = Annotated[list[str] | None, typer.Option(help="Of this source; may be given several times.")]
Rule = Annotated[list[str] | None, typer.Option(help="That broke this rule.")]
Stage = Annotated[list[str] | None, typer.Option(help="That this stage rejected: validate, enrich or land.")]
Ids = Annotated[list[str] | None, typer.Option("--id", help="The record with this id.")]
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
Since = Annotated[datetime | None, typer.Option(formats=FORMATS, help="Pulled at or after this time (UTC).")]
Until = Annotated[datetime | None, typer.Option(formats=FORMATS, help="Pulled before this time (UTC).")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of tables.")]
All = Annotated[bool, typer.Option("--all", help="All that wait; needed where nothing else selects.")]
Note = Annotated[str, typer.Option(help="Why, to be kept with the decision.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(quarantine, name="quarantine")
    app.command()(audit)
    app.command()(maintain)


def maintain(
    steps: Annotated[list[str] | None, typer.Argument(help="compact, merge, expire, remove; all of them if none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep tables and exports small and quick: put small files together, expire snapshots, remove what nothing needs."""
    from pipelines.maintain import STEPS  # noqa: PLC0415

    unknown = set(steps or ()) - set(STEPS)
    if unknown:
        raise ConfigurationError(f"there is no step {sorted(unknown)[0]!r}", f"the steps are {', '.join(STEPS)}")
    settings = load_settings()
    counts = {name: STEPS[name](settings, lambda text: None if as_json else _line("", text)) for name in STEPS if name in (steps or STEPS)}
    if as_json:
        _print_json(counts)


def audit(as_json: AsJson = False) -> None:
    """Prove that every record is accounted for; the exit code is 1, and the ids are printed, if it does not hold."""
    from pipelines.audit import audit as run  # noqa: PLC0415

    found = run(load_settings(), lambda doing: None if as_json else _line("… ", doing))
    if as_json:
        _print_json(found.as_extra())
    else:
        _print_audit(found)
    if not found.holds:
        raise typer.Exit(1)


def _print_audit(found: Any) -> None:
    days = ("source", "day_on", "pulled", "replayed", "landed", "duplicate", "rejected", "pending")
    out.print(_table([{name: getattr(day, name) for name in days} for day in found.days], days))
    stages = ("stage", "in", "out", "rejected", "waiting")
    out.print(_table([dict(zip(stages, vars_of(stage), strict=True)) for stage in found.stages], stages))
    for text in found.not_provable:
        _line("not provable from topics: ", text)
    for text in found.notes:
        _line("note: ", text)
    for finding in found.findings:
        _line("does not hold: ", f"{finding.where}: {finding.what} ({finding.records})")
        for i in finding.ids:
            _line("  ", i)
    rest = "" if not found.not_provable else ", except what is not provable"
    _line("", f"every record is accounted for{rest}" if found.holds else f"{len(found.findings)} findings")


def vars_of(struct: Any) -> tuple[Any, ...]:
    """Values of a struct in the order of its fields."""
    return tuple(getattr(struct, name) for name in struct.__struct_fields__)


@quarantine.command("list")
def list_(  # noqa: PLR0913, PLR0917 - one parameter for each option
    source: Source = None,
    rule: Rule = None,
    stage: Stage = None,
    ids: Ids = None,
    since: Since = None,
    until: Until = None,
    status: Annotated[str | None, typer.Option(help="waiting, replayed or discarded; all if not given.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many records to list.", min=0)] = DEFAULT_LIMIT,
    as_json: AsJson = False,
) -> None:
    """Count what is in quarantine by rule, then list the newest records."""
    from pipelines.quarantine import STATUSES, counts, entries  # noqa: PLC0415 - heavy imports wait until they are needed

    if status and status not in STATUSES:
        raise ConfigurationError(f"there is no status {status!r}", f"a quarantined record is {', '.join(STATUSES)}")
    settings, which = load_settings(), _selection(source, rule, stage, ids, since, until)
    sums, found = counts(settings, which), entries(settings, which, status, limit)
    if as_json:
        _print_json({"counts": sums, "records": found})
        return
    if not sums:
        out.print("nothing is in quarantine" if which.is_everything else "nothing that is selected is in quarantine")
        return
    for row in sums:
        row["broke"] = f"{row['stage']}: {row['rule']}"
    for row in found:
        row["why"] = f"{row['stage']}: {row['rule']} {row['field'] or ''} ({row['value'] or ''})"
        row["status"] = row["status"] if row["attempt"] == 1 else f"{row['status']} ({row['attempt']})"
    out.print(_table(sums, ("source", "broke", *STATUSES, "last_at")))
    out.print(_table(found, ("quarantine_id", "rejected_at", "status", "why")))
    total = sum(row[s] for row in sums for s in STATUSES if status in (None, s))
    if total > len(found):
        out.print(f"{len(found)} of {total} are listed; --limit shows more")


@quarantine.command()
def show(quarantine_id: Annotated[str, typer.Argument(help="Id as `list` shows it.")], as_json: AsJson = False) -> None:
    """Show one record: the rules that it broke, its headers, its bytes."""
    from pipelines.quarantine import entry  # noqa: PLC0415

    row = entry(load_settings(), quarantine_id)
    body = row.pop("body")
    if as_json:
        _print_json(row | {"payload_text": shown(body) if body is not None else None})
        return
    headers, reasons, payload = row.pop("headers"), row.pop("reasons"), row.pop("payload")
    for name, value in row.items():
        _line(f"{name:18}", value)
    for reason in reasons:
        _line("broke             ", reason)
    for name, value in headers.items():
        _line("header            ", f"{name}: {value}")
    _line("payload           ", f"{len(body)} bytes" if body is not None else f"in the store at {payload}")
    if body is not None:
        _line("", shown(body))


@quarantine.command()
def replay(  # noqa: PLR0913, PLR0917 - one parameter for each option
    source: Source = None,
    rule: Rule = None,
    stage: Stage = None,
    ids: Ids = None,
    since: Since = None,
    until: Until = None,
    everything: All = False,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Send the original bytes of waiting records through the front door again."""
    _decide("replayed", _selected(everything, source, rule, stage, ids, since, until), note, as_json)


@quarantine.command()
def discard(  # noqa: PLR0913, PLR0917 - one parameter for each option
    source: Source = None,
    rule: Rule = None,
    stage: Stage = None,
    ids: Ids = None,
    since: Since = None,
    until: Until = None,
    everything: All = False,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Let waiting records go: they stay in the table, and are not replayed any more."""
    _decide("discarded", _selected(everything, source, rule, stage, ids, since, until), note, as_json)


def _decide(decision: Any, which: Any, note: str, as_json: bool) -> None:
    from pipelines.replay import decide  # noqa: PLC0415

    def progress(n: int) -> None:
        if not as_json:
            out.print(f"{n} records {decision}")

    outcome = decide(load_settings(), decision, which, note, progress)
    if as_json:
        _print_json(outcome.as_extra())
    else:
        by_rule = ", ".join(f"{rule} {n}" for rule, n in outcome.done.most_common())
        skipped = "".join(f"; {n} were {status} before" for status, n in outcome.skipped.items())
        out.print(f"{decision} {outcome.done.total()}" + (f" ({by_rule})" if by_rule else "") + skipped, highlight=False)
        for quarantine_id, why in outcome.refused.items():
            _line(f"{quarantine_id}: not {decision}: ", why)
    if outcome.refused:
        raise typer.Exit(1)


def _selection(*values: Any) -> Any:
    from pipelines.quarantine import Selection  # noqa: PLC0415

    source, rule, stage, ids, since, until = values
    given = {"source": source or (), "rule": rule or (), "stage": stage or (), "ids": ids or ()}
    return Selection(**given, since=_utc(since), until=_utc(until))


def _selected(everything: bool, *values: Any) -> Any:
    which = _selection(*values)
    if which.is_everything and not everything:
        raise ConfigurationError("nothing is selected", "name a --source, --rule, --stage, --since, --until or --id, or say --all")
    return which


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def shown(body: bytes) -> str:
    """The beginning of a payload: as text if it is text, else as a hex dump."""
    head = body[:SHOWN_BYTES]
    rest = f"\n… {len(body) - len(head)} more bytes" if len(body) > len(head) else ""
    try:
        text = head.decode("utf-8") if len(head) == len(body) else head.decode("utf-8", "ignore")
    except UnicodeDecodeError:
        text = ""
    clean = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
    if text and clean.count("\ufffd") <= len(text) / 10:
        return clean + rest
    lines = [head[i : i + 16] for i in range(0, min(len(head), 256), 16)]
    rest = f"\n… {len(body) - 256} more bytes" if len(body) > 256 else ""
    return "\n".join(f"{16 * i:06x}  {line.hex(' '):47}  {_ascii(line)}" for i, line in enumerate(lines)) + rest


def _ascii(line: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 else "." for b in line)


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=column not in ("why", "broke", "source"), min_width=WIDTHS.get(column, len(column)))
    for row in rows:
        table.add_row(*(_cell(column, row[column]) for column in columns))
    return table


def _cell(column: str, value: Any) -> str:
    if value is None:
        return "-"
    return str(value)[5:16].replace("T", " ") if column.endswith("_at") else str(value).replace("[", r"\[")


def _line(label: str, value: Any) -> None:
    """One line as it is: values come from the open web and must not be read as markup."""
    out.print(f"{label}{value}", markup=False, highlight=False, soft_wrap=True)


def _print_json(value: Any) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")
