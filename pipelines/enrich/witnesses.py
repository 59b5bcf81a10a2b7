"""Arithmetic witnesses: a text checked against itself and against the reference tables.

A check is made only where the text plainly relates the figures; a figure that a rounding explains holds, one that lies
clearly outside fails, and what lies between is not testable.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from msgspec import structs

from pipelines.enrich.folding import fold, lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.quantities import Count, Share
from pipelines.enrich.quantities import counts as counts_in
from pipelines.enrich.reading import Amount, DateSpan, MaterialMention, Quantity, Sentence, Witness
from pipelines.enrich.witness_changes import period_over_period
from pipelines.enrich.witness_figures import Figures, Page
from pipelines.enrich.witness_references import factors, oxide_metal_factor, price_band
from pipelines.enrich.witness_shares import shares_price
from pipelines.enrich.witness_stakes import stakes_sum
from pipelines.enrich.witness_sums import parts_total
from pipelines.enrich.witness_tables import tables
from pipelines.enrich.witness_units import unit_consistency

CHECKS = (shares_price, stakes_sum, parts_total, oxide_metal_factor, price_band, unit_consistency, period_over_period)


def witnesses(  # noqa: PLR0913, PLR0917  every kind of reading that a check may need
    text: str,
    language: str,
    sentences: Sequence[Sentence],
    quantities: Sequence[Quantity],
    amounts: Sequence[Amount],
    shares: Sequence[Share],
    dates: Sequence[DateSpan],
    materials: Sequence[MaterialMention],
    counts: Sequence[Count] | None = None,
) -> list[Witness]:
    """Checks of the text, in order of place. `counts` are numbers of shares, sought in the text where not given."""
    if not sentences or not (amounts or quantities or shares or materials):
        return []
    if counts is None:
        counts = counts_in(text, language) if amounts else ()
    known: dict[str, Any] = knowledge(language if language in {"en", "fr", "zh"} else "en", "witnesses")
    page = Page(text, lower(fold(text)), language, known)
    cells: dict[int, Figures] = {}
    starts = [sentence.start for sentence in sentences]

    def cell(position: int) -> Figures:
        i = max(bisect_right(starts, position) - 1, 0)
        if i not in cells:
            cells[i] = Figures(page, sentences[i])
        return cells[i]

    for quantity in quantities:
        cell(quantity.start).quantities.append(quantity if quantity.times == 1 else _as_written(quantity))
    for amount in amounts:
        cell(amount.start).amounts.append(amount)
    for share in shares:
        cell(share.start).shares.append(share)
    for count in counts:
        cell(count.start).counts.append(count)
    for position in factors(page):
        cell(position)
    named = [material.start for material in materials]
    found = tables(page)
    of_tables = {(w.kind, cell(w.start).start) for w in found}
    for i in sorted(cells):
        figures = cells[i]
        figures.previous = cells.get(i - 1)
        figures.materials = materials[bisect_left(named, figures.start) : bisect_left(named, figures.end)]
        for check in CHECKS:
            found += [w for w in check(figures) if (w.kind, figures.start) not in of_tables]
    return sorted(found, key=lambda w: (w.start, w.kind))


def _as_written(quantity: Quantity) -> Quantity:
    """A mass of a month or a day for itself, not what a year makes of it: checks compare what stands there."""
    to = quantity.normalised_value_to
    return structs.replace(
        quantity, normalised_value=quantity.normalised_value / quantity.times, normalised_unit="t",
        normalised_value_to=None if to is None else to / quantity.times,
    )  # fmt: skip
