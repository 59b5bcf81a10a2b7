"""The frame of a French document: who signs it, when it says that it was published, whose word its events are."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

FRAMES = tomllib.loads(Path(__file__).with_name("french_frames.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FRAMES)
def test_a_document_says_who_when_and_whose_word(name):
    frame = FRAMES[name]
    found = read(Page(name, frame["text"].strip(), frame["title"], frame["source"], frame.get("served"), "fr"))
    precision = frame.get("precision", "day" if "day" in frame else "unknown")
    kinds = [event.attribution.kind for event in found.events]
    assert (found.publisher, found.published_on, found.published_precision, kinds) == (
        frame["publisher"],
        frame.get("day"),
        precision,
        frame["kinds"],
    )
