"""Reading as a whole: any text is safe, time is linear, the forms on the terminal and as JSON lines are what they should be."""

import json
import random
import time
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from pipelines.enrich import command
from pipelines.enrich.command import pages, read_command
from pipelines.enrich.gold import gold
from pipelines.enrich.read import read
from pipelines.enrich.reading import Page, Reading
from pipelines.enrich.show import show
from tests.gold.splicing import spliced
from tests.unit.enrich.hostile import HUGE, texts

SENTENCE = "Lynas Rare Earths opened a separation plant for dysprosium oxide in Texas in March 2026"
OTHERS = ["not", "will", "if", "said", "that", "which", ",", ".", "和", "稀土", "公告", "，", "。", "qui", "\n", "1,000", "t"]
WORDS = st.lists(st.sampled_from([*SENTENCE.split(), *OTHERS]), max_size=60)


@given(texts, texts, st.sampled_from([None, "en", "fr", "zh", "xx"]))
@settings(max_examples=120, deadline=None)
def test_any_text_is_safe(text: str, title: str, language: str | None) -> None:
    reading = read(Page("x", text, title, "SMM", "2026-03-13", language))
    for event in reading.events:
        assert reading.text[event.start : event.end] == event.evidence


@given(WORDS)
@settings(max_examples=150, deadline=None)
def test_words_of_the_trade_in_any_order_are_safe(words: list[str]) -> None:
    reading = read(Page("x", " ".join(words), "", "SMM", "2026-03-13", None))
    assert json.loads(json.dumps(gold(reading)))["id"] == "x"


@pytest.mark.parametrize("seed", range(6))
def test_documents_put_together_from_pieces_of_others_are_safe(seed: int) -> None:
    for text in islice(spliced(random.Random(seed)), 120):
        reading = read(Page("x", text, text[:50], "", None, None))
        assert json.loads(json.dumps(gold(reading)))["title"] == reading.title


@pytest.mark.parametrize(
    "text", [text[:200_000] for text in HUGE], ids=[text[:6].encode("unicode_escape").decode() for text in HUGE]
)
def test_a_huge_text_takes_no_more_than_its_share(text: str) -> None:
    begin = time.process_time()
    read(Page("x", text, "", "SMM", "2026-03-13", None))
    assert time.process_time() - begin < 20


def test_time_grows_with_the_length_of_the_text() -> None:
    def seconds(count: int) -> float:
        text = (SENTENCE + ". ") * count
        begin = time.process_time()
        read(Page("x", text, "", "SMM", "2026-03-13", "en"))
        return time.process_time() - begin

    seconds(20)
    assert seconds(1600) < 14 * seconds(200)


def test_the_same_page_is_read_the_same() -> None:
    page = Page("x", SENTENCE + ".", "", "Wire", "2026-06-10", "en")
    assert read(page) == read(page)


def test_a_folder_is_read_without_its_gold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("Plant opens\n\n" + SENTENCE + ".", encoding="utf-8")
    (tmp_path / "a.json").write_text("never looked at", encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"documents": [{"id": "a", "source": "Wire", "published": "2026-06-10"}]}')
    read_command(str(tmp_path), as_json=True)
    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)
    assert (row["id"], row["title"], row["publisher"], [e["type"] for e in row["events"]]) == (
        "a", "Plant opens", "Wire", ["facility_change"],
    )  # fmt: skip


def test_a_document_that_cannot_be_read_is_told_and_costs_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_on_a(page: Page) -> Reading:
        if page.document_id == "a":
            raise KeyError("of the test")
        return read(page)

    monkeypatch.setattr(command, "read", fail_on_a)
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("Plant opens\n\n" + SENTENCE + ".", encoding="utf-8")
    with pytest.raises(SystemExit, match="1"):
        read_command(str(tmp_path), as_json=True)
    said = capsys.readouterr()
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == ["b"]
    assert said.err == "lodestream: a could not be read (KeyError: 'of the test')\n"


def test_an_address_needs_a_way_to_fetch_it() -> None:
    with pytest.raises(ValueError, match="no way to fetch"):
        list(pages("https://example.org/a"))
    (page,) = pages(
        "https://example.org/a", fetch=lambda _: "<html><head><title>T</title></head><body><p>Words.</p></body></html>"
    )
    assert page.document_id == "https://example.org/a"


def test_a_text_cannot_steer_the_terminal() -> None:
    page = Page("x", "\x1b[31m[bold]" + SENTENCE + ".\x07", "[red]Title\x1b]0;x\x07", "Wire", "2026-06-10", "en")
    console = Console(record=True, width=160, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        show(read(page), console)
    shown = captured.get()
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold]" in shown
    assert "[red]Title" in shown
