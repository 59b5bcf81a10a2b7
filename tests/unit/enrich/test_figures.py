"""Passages in three languages whose figures agree, disagree, or are no check at all."""

import tomllib
from pathlib import Path

import pytest

from tests.unit.enrich.test_witnesses import checks

PASSAGES = tomllib.loads(Path(__file__).with_name("figures.toml").read_text(encoding="utf-8"))
ROWS = [(language, *row) for language, rows in PASSAGES.items() for row in rows]


@pytest.mark.parametrize(("language", "kind", "verdict", "text"), [row for row in ROWS if row[1] != "none"])
def test_figures_that_are_related_get_a_verdict(language: str, kind: str, verdict: str, text: str) -> None:
    assert [(w.kind, w.verdict) for w in checks(text, language)] == [(kind, verdict)]


@pytest.mark.parametrize(("language", "text"), [(row[0], row[3]) for row in ROWS if row[1] == "none"])
def test_figures_of_different_things_never_fail(language: str, text: str) -> None:
    assert [w for w in checks(text, language) if w.verdict == "fails"] == []
