"""Arithmetic witnesses: a text checked against itself and against the reference tables.

A check is made only where the text plainly relates the figures; a figure that a rounding explains holds, one that lies
clearly outside fails, and what lies between is not testable.
"""

from collections.abc import Sequence
from typing import Any

from pipelines.enrich.folding import fold, lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.quantities import Count, Share
from pipelines.enrich.quantities import counts as counts_in
from pipelines.enrich.reading import Amount, DateSpan, MaterialMention, Quantity, Sentence, Witness
from pipelines.enrich.witness_changes import period_over_period
from pipelines.enrich.witness_figures import Figures, spread
from pipelines.enrich.witness_references import oxide_metal_factor, price_band
from pipelines.enrich.witness_sums import parts_total, shares_price, stakes_sum, unit_consistency

CHECKS = (shares_price, stakes_sum, parts_total, oxide_metal_factor, price_band, unit_consistency, period_over_period)


def witnesses(
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
    if not (amounts or quantities or shares or materials):
        return []
    if counts is None:
        counts = counts_in(text, language) if amounts else ()
    known: dict[str, Any] = knowledge(language if language in {"en", "fr", "zh"} else "en", "witnesses")
    low = lower(fold(text))
    cells = [Figures(text, low, language, known, sentence) for sentence in sentences]
    starts = [cell.start for cell in cells]
    spread(quantities, starts, [cell.quantities for cell in cells])
    spread(amounts, starts, [cell.amounts for cell in cells])
    spread(shares, starts, [cell.shares for cell in cells])
    spread(counts, starts, [cell.counts for cell in cells])
    spread(materials, starts, [cell.materials for cell in cells])
    found: list[Witness] = []
    for previous, figures in zip((None, *cells), cells, strict=False):
        figures.previous = previous
        if figures.quantities or figures.amounts or figures.shares or figures.materials:
            for check in CHECKS:
                found += check(figures)
    return sorted(found, key=lambda w: (w.start, w.kind))
