"""`lodestream read FILE|DIR|URL|-`: what was read of a text, on the terminal or as JSON lines in the form of the gold."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
from rich.console import Console

from pipelines.enrich.gold import gold
from pipelines.enrich.html import html_text
from pipelines.enrich.read import read
from pipelines.enrich.reading import Page
from pipelines.enrich.show import show

Fetch = Callable[[str], str]


class Declared(msgspec.Struct):
    """What a manifest says of a document, besides its text."""

    id: str
    source: str = ""
    published: str | None = None
    language: str | None = None
    has_title: bool | None = None


class Manifest(msgspec.Struct):
    """`manifest.json` of a folder of documents."""

    documents: list[Declared] = []


def read_command(target: str, as_json: bool = False, fetch: Fetch | None = None) -> None:
    """Read TARGET: a file, a folder with `<id>.txt` and `manifest.json`, an address, or `-` for standard input.

    A document that cannot be read is told on standard error and costs no other; the exit code is then 1. Raises FileNotFoundError for a
    path that is not there, ValueError for an address without `fetch`.
    """
    console, failed = Console(), 0
    for page in pages(target, fetch):
        try:
            reading = read(page)
        except Exception as error:  # noqa: BLE001  a text may hold what no rule foresaw
            failed += 1
            print(f"lodestream: {page.document_id} could not be read ({type(error).__name__}: {error})", file=sys.stderr)
            continue
        if as_json:
            sys.stdout.buffer.write(orjson.dumps(gold(reading), option=orjson.OPT_APPEND_NEWLINE))
        else:
            show(reading, console)
    sys.stdout.flush()
    if failed:
        raise SystemExit(1)


def pages(target: str, fetch: Fetch | None = None) -> Iterator[Page]:
    """The documents that a target names."""
    if target == "-":
        yield _page("stdin", sys.stdin.buffer.read().decode("utf-8", "replace"), {})
    elif target.startswith(("http://", "https://")):
        if fetch is None:
            raise ValueError(f"{target}: no way to fetch an address was handed in")
        yield _page(target, fetch(target), {})
    elif Path(target).is_dir():
        yield from _folder(Path(target))
    else:
        path = Path(target)
        yield _page(path.stem, path.read_text(encoding="utf-8", errors="replace"), {})


def _folder(folder: Path) -> Iterator[Page]:
    """Each `<id>.txt` of a folder with what its manifest declares; gold beside it is never looked at."""
    manifest = folder / "manifest.json"
    known = {}
    if manifest.exists():
        known = {d.id: d for d in msgspec.json.decode(manifest.read_bytes(), type=Manifest).documents}
    for path in sorted(folder.glob("*.txt")):
        declared = known.get(path.stem)
        given = msgspec.structs.asdict(declared) if declared else {}
        yield _page(path.stem, path.read_text(encoding="utf-8", errors="replace"), given)


def _page(name: str, text: str, given: dict[str, Any]) -> Page:
    """A page from plain text or HTML; without a manifest the first line is the title where a blank line follows it."""
    title = ""
    if _is_html(text):
        title, text = html_text(text)
    elif given.get("has_title") is not False:
        head, blank, rest = text.partition("\n\n")
        if blank and "\n" not in head:
            title, text = head, rest
    return Page(name, text, title, given.get("source") or "", given.get("published"), given.get("language"))


def _is_html(text: str) -> bool:
    head = text[:1000].lstrip().lower()
    return head.startswith(("<!doctype html", "<html")) or ("<body" in head and "<" in head)


def main() -> None:
    """Run by hand: `python -m pipelines.enrich.command TARGET [--json]`."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--json"]
    for target in arguments:
        read_command(target, "--json" in sys.argv)


if __name__ == "__main__":
    main()
