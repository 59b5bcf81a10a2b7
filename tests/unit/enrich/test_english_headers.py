"""When an English text says that it was published: headers, datelines and signatures in many wordings."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.publication import publication
from pipelines.enrich.reading import Page

TABLE = tomllib.loads(Path(__file__).with_name("english_headers.toml").read_text(encoding="utf-8"))
BODY = "A kiln was lit.\nIt plans a second line.\nThe plant is in Malaysia.\nNobody was hurt.\nThe strike lasted a week.\nIt rained."


def published(line, place):
    """The day that is read where `line` stands at a place of a text."""
    text = {"head": f"{line}\n{BODY}", "tail": f"{BODY}\n{BODY}\n{line}", "opening": f"{line} {BODY}"}[place]
    return publication(Page("x", text, "A kiln", "Quarry Notes", None), text, "en")[0]


@pytest.mark.parametrize(("place", "line"), [(p, line) for p in ("head", "tail", "opening") for line in TABLE[p]])
def test_a_line_of_who_and_when_gives_the_day(place, line):
    assert published(line, place) == "2026-02-12"


@pytest.mark.parametrize(("place", "line"), [(p, line) for p in ("head", "tail", "opening") for line in TABLE[f"other_{p}"]])
def test_a_sentence_or_a_term_with_a_date_gives_none(place, line):
    assert published(line, place) is None


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("Monthly review, October 2026", BODY, ("2026-10-01", "month", "October 2026")),
        ("Kiln delayed to October 2026", BODY, (None, "unknown", None)),
        ("A kiln", f"10/14/2026\n{BODY}", ("2026-10-14", "day", "10/14/2026")),
        ("A kiln", f"October 2026\n{BODY}", ("2026-10-01", "month", "October 2026")),
    ],
)
def test_a_month_or_a_day_is_told_as_it_is_written(title, text, told):
    assert publication(Page("x", text, title, "Quarry Notes", None), text, "en") == told
