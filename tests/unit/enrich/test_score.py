"""What is read of the project's own gold documents does not get worse: floors for every measure and language."""

import tomllib
from pathlib import Path

import pytest

from tests.gold.scoring import documents, measures

GOLD = Path(__file__).parents[2] / "gold"
FLOORS = tomllib.loads((GOLD / "floors.toml").read_text(encoding="utf-8"))
CASES = [(half, language) for half, languages in FLOORS.items() for language in languages]


@pytest.mark.parametrize(("half", "language"), CASES)
def test_no_measure_falls_below_its_floor(half: str, language: str) -> None:
    figures = measures(documents(GOLD / half / language))
    floors = dict(FLOORS[half][language])
    most_false = floors.pop("false_events")
    fallen = {name: (figures[name], floor) for name, floor in floors.items() if (figures[name] or 0.0) < floor}
    assert fallen == {}
    assert (figures["false_events"] or 0.0) <= most_false


def test_every_document_that_has_gold_is_scored() -> None:
    texts = {path.with_suffix("") for path in GOLD.glob("*/*/*.txt")}
    gold = {path.with_suffix("") for path in GOLD.glob("*/*/*.json") if path.name != "manifest.json"}
    scored = {path.with_suffix("") for half, language in CASES for path in (GOLD / half / language).glob("*.txt")}
    assert texts == gold == scored
