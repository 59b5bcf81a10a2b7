"""Our own measures over gold documents: the same questions that an outside scorer asks, in few words.

Events match one to one when their types are equal and their sentences overlap or they share an actor or the site; the fields
are compared on the matched events. A figure is None where there was nothing to find and nothing was found.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pipelines.enrich.command import pages
from pipelines.enrich.gold import gold
from pipelines.enrich.read import read

Event = dict[str, Any]
SCALARS = ("factuality", "attribution", "stage", "site_id", "quantity", "amount", "date")
ALWAYS = {"factuality", "attribution"}
TOLERANCE = 0.005


def documents(folder: Path) -> list[tuple[dict[str, Any], dict[str, Any], str]]:
    """(gold, reading in the form of the gold, clean text) of each document of a folder."""
    found = []
    for page in pages(str(folder)):
        reading = read(page)
        wanted = json.loads((folder / f"{page.document_id}.json").read_text(encoding="utf-8"))
        found.append((wanted, gold(reading), page.text))
    return found


def measures(found: list[tuple[dict[str, Any], dict[str, Any], str]]) -> dict[str, float | None]:
    """Every measure by name, from 0 to 1; `false_events` is events per document that has none."""
    counts: dict[str, list[int]] = {}
    for wanted, read_, text in found:
        _count_document(counts, wanted, read_)
        pairs = matched(wanted["events"], read_["events"], text)
        _add(counts, "events", len(pairs), len(read_["events"]), len(wanted["events"]))
        for one, other in pairs:
            _count_fields(counts, one, other)
    quiet = [read_ for wanted, read_, _ in found if not wanted["events"]]
    figures: dict[str, float | None] = {name: _f1(*values) for name, values in counts.items()}
    figures["false_events"] = sum(len(r["events"]) for r in quiet) / len(quiet) if quiet else None
    return figures


def _count_document(counts: dict[str, list[int]], wanted: dict[str, Any], read_: dict[str, Any]) -> None:
    for name in ("language", "published_on"):
        _add(counts, name, int(wanted[name] == read_[name]), 1, 1)
    ids = [{e["entity_id"] for e in d["entities"] if e["entity_id"]} for d in (wanted, read_)]
    lines = [{" ".join(line.split()) for line in d["removed_lines"]} for d in (wanted, read_)]
    for name, (one, other) in (("entities", ids), ("removed_lines", lines)):
        _add(counts, name, len(one & other), len(other), len(one))
    failing = [sorted(w["kind"] for w in d["witnesses"] if w["verdict"] == "fails") for d in (wanted, read_)]
    common = sum(min(failing[0].count(kind), failing[1].count(kind)) for kind in set(failing[0]))
    _add(counts, "witnesses", common, len(failing[1]), len(failing[0]))


def _count_fields(counts: dict[str, list[int]], one: Event, other: Event) -> None:
    for name in SCALARS:
        a, b = value(name, one), value(name, other)
        if name in ALWAYS or a or b:
            _add(counts, name, int(same(a, b)), 1, 1)
    for name, (a, b) in {
        "materials": (set(one["materials"]), set(other["materials"])),
        "actors": (actors(one), actors(other)),
    }.items():
        _add(counts, name, len(a & b), len(b), len(a))


def matched(wanted: list[Event], found: list[Event], text: str) -> list[tuple[Event, Event]]:
    """Pairs of events, best overlap first."""
    candidates = []
    for i, one in enumerate(wanted):
        for j, other in enumerate(found):
            shared = len(actors(one) & actors(other)) + bool(one["site_id"] and one["site_id"] == other["site_id"])
            overlap = _overlap(one["evidence"], other["evidence"], text)
            if one["type"] == other["type"] and (overlap >= 0.5 or shared):
                equal = sum(same(value(name, one), value(name, other)) for name in SCALARS)
                candidates.append((-overlap, -shared, -equal, i, j))
    pairs: dict[int, int] = {}
    for *_, i, j in sorted(candidates):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return [(wanted[i], found[j]) for i, j in pairs.items()]


def _overlap(one: Any, other: Any, text: str) -> float:
    a, b = (_span(evidence, text) for evidence in (one, other))
    common = min(a[1], b[1]) - max(a[0], b[0])
    return max(common, 0) / max(min(a[1] - a[0], b[1] - b[0]), 1)


def _span(evidence: Any, text: str) -> tuple[int, int]:
    parts = evidence if isinstance(evidence, list) else [evidence]
    words = [part if isinstance(part, str) else part["text"] for part in parts]
    places = [text.find(word) for word in words]
    return min(places), max(place + len(word) for place, word in zip(places, words, strict=True))


def actors(event: Event) -> set[str]:
    """Ids of the actors; names without an id do not count."""
    return {actor["entity_id"] for actor in event["actors"] if actor["entity_id"]}


def value(name: str, event: Event) -> Any:
    """The value of a field in the form that is compared."""
    if name == "attribution":
        return (event["attribution"] or {}).get("kind") or "none"
    if name == "date":
        day, precision = event["date"], event["date_precision"]
        return (day, precision, event["date_to"] if precision == "range" else None) if day else None
    if name == "quantity" and event["quantity"]:
        return tuple(
            event["quantity"].get(k) for k in ("normalised_value", "normalised_value_to", "normalised_unit", "basis")
        )
    if name == "amount" and event["amount"]:
        return tuple(event["amount"].get(k) for k in ("value", "value_to", "currency"))
    return event[name]


def same(a: Any, b: Any) -> bool:
    """Equal, numbers within the tolerance."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))
    return bool(a == b)


def _add(counts: dict[str, list[int]], name: str, common: int, found: int, wanted: int) -> None:
    cell = counts.setdefault(name, [0, 0, 0])
    for i, number in enumerate((common, found, wanted)):
        cell[i] += number


def _f1(common: int, found: int, wanted: int) -> float | None:
    return 2 * common / (found + wanted) if found + wanted else None


MARGIN = 0.02  # a floor stands this far under the figure of its day


def main() -> None:
    """Print floors for the folders named, as `floors.toml` holds them: `python -m tests.gold.scoring tests/gold/dev/en …`."""
    for folder in map(Path, sys.argv[1:]):
        print(f"[{folder.parent.name}.{folder.name}]")
        for name, figure in measures(documents(folder)).items():
            if name == "false_events":
                print(f"{name} = {figure or 0.0:.2f}")
            elif figure is not None:
                print(f"{name} = {max(figure - MARGIN, 0.0):.2f}")
        print()


if __name__ == "__main__":
    main()
