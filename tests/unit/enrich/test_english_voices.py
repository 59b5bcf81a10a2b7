"""Whose word an English sentence is: people and whom they speak for, offices, papers, firms without their name."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

TABLE = tomllib.loads(Path(__file__).with_name("english_voices.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "kinds"), TABLE.items())
def test_a_word_is_that_of_whom_the_speaker_speaks_for(text, kinds):
    page = Page("x", f"Rare earths: a week of news on neodymium.\n{text}", "Rare earths", "Quarry Notes", "2026-08-06")
    assert [event.attribution.kind for event in read(page).events] == kinds
