"""A reading on the terminal: the text with its entities and events marked, and the events as a table."""

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipelines.enrich.reading import Event, Reading

ENTITY_STYLE = {
    "company": "bold cyan",
    "facility": "bold green",
    "deposit": "bold yellow",
    "agency": "bold magenta",
    "publisher": "magenta",
    "place": "blue",
}
EVENT_STYLE = "on grey15"
FACTUALITY_STYLE = {"denied": "red", "rumoured": "yellow", "achieved": "green"}
UNPRINTABLE = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "�")  # a text must not steer the terminal


def show(reading: Reading, console: Console | None = None) -> None:
    """Print a reading: head, text with marks, events, checks."""
    console = console or Console()
    console.print(Group(_head(reading), _body(reading), *_tables(reading)))


def _head(reading: Reading) -> RenderableType:
    lines = [f"[bold]{_plain(reading.title)}[/bold]"] if reading.title else []
    published = f"{reading.published_on or '?'} ({reading.published_precision})"
    parts = [reading.document_id, reading.language, reading.publisher or "?", published]
    if reading.relay_of:
        parts.append(f"relays {reading.relay_of}")
    lines.append(" · ".join(_plain(part) for part in parts))
    return Panel("\n".join(lines))


def _body(reading: Reading) -> RenderableType:
    """The text: sentences that tell events on a darker ground, names in the colour of their type."""
    text = Text(reading.text.translate(UNPRINTABLE))
    for event in reading.events:
        text.stylize(EVENT_STYLE, event.start, event.end)
    for mention in reading.mentions:
        if mention.in_title or mention.in_removed:
            continue
        style = ENTITY_STYLE.get(mention.type, "bold")
        text.stylize(f"{style} italic" if mention.is_anaphor else style, mention.start, mention.end)
    return text


def _tables(reading: Reading) -> list[RenderableType]:
    tables: list[RenderableType] = [_events(reading)] if reading.events else [Text("no events", style="dim")]
    failing = [w for w in reading.witnesses if w.verdict == "fails"]
    if failing:
        checks = Table("check", "verdict", "note", title="checks that fail")
        for witness in failing:
            checks.add_row(witness.kind, witness.verdict, _plain(witness.note))
        tables.append(checks)
    if reading.removed_lines:
        tables.append(Text("removed: " + " | ".join(reading.removed_lines).translate(UNPRINTABLE), style="dim"))
    return tables


def _events(reading: Reading) -> Table:
    table = Table("event", "who and where", "how much and when", "whose word", title="events", show_lines=True)
    for event in reading.events:
        told = Text(f"{event.type}\n")
        told.append(event.factuality, style=FACTUALITY_STYLE.get(event.factuality, ""))
        told.append(f"\n{event.rule} {event.confidence:.2f}", style="dim")
        who = [f"{actor.role}: {actor.entity_id or actor.surface}" for actor in event.actors]
        where = [f"at {event.site_id}" if event.site_id else "", event.stage or "", ", ".join(event.materials)]
        table.add_row(
            told,
            _plain("\n".join(line for line in (*who, *where) if line)),
            _plain("\n".join((*_figures(event), *_when(event)))),
            _plain("\n".join(word for word in (event.attribution.kind, event.attribution.to) if word)),
        )
    return table


def _figures(event: Event) -> list[str]:
    found = []
    if event.quantity:
        basis = f" ({event.quantity.basis})" if event.quantity.basis else ""
        found.append(event.quantity.text + basis)
    if event.amount:
        found.append(f"{event.amount.text} [{event.amount.currency}]")
    if event.direction:
        found.append(event.direction)
    return found


def _when(event: Event) -> list[str]:
    if event.date is None:
        return []
    until = f" to {event.date_to}" if event.date_to else ""
    return [f"{event.date}{until} ({event.date_precision})"]


def _plain(text: str) -> str:
    """Text as it is: no markup of ours or the terminal's in it."""
    return escape(text.translate(UNPRINTABLE))
