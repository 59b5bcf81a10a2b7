"""How much, where and who in French: masses in the forms that publishers use, and the events that have them."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.quantities import quantities
from pipelines.enrich.read import read
from pipelines.enrich.reading import Page, Quantity

TABLES = tomllib.loads(Path(__file__).with_name("french_figures.toml").read_text(encoding="utf-8"))
CONTEXT = "La filière des terres rares suit le néodyme, le dysprosium, les oxydes et les aimants NdFeB.\n"


def shown(quantity: Quantity | None) -> str:
    """A figure in tonnes with its basis, as the tables write it."""
    if quantity is None:
        return ""
    values = [v for v in (quantity.normalised_value, quantity.normalised_value_to) if v is not None]
    return f"{'-'.join(f'{v:.10g}' for v in values)} {quantity.normalised_unit} {quantity.basis or '-'}"


@pytest.mark.parametrize(("text", "wanted"), TABLES["masses"].items())
def test_a_mass_is_read_in_the_forms_that_publishers_use(text: str, wanted: list[str]) -> None:
    assert [shown(q) for q in quantities(text, "fr")] == wanted


@pytest.mark.parametrize(("text", "wanted"), TABLES["events"].items())
def test_an_event_has_its_figure_its_site_and_its_firms(text: str, wanted: list[list[str]]) -> None:
    found = read(Page("x", CONTEXT + text, "Terres rares et aimants", "Gazette", "2026-06-10", "fr")).events
    told = [e for e in found if e.start >= len(CONTEXT)]
    assert [[e.type, shown(e.quantity), e.site_id or "", *sorted(a.entity_id or "-" for a in e.actors)] for e in told] == wanted
