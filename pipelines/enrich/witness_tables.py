"""Tables checked against themselves: a change in per cent beside its two columns, and a row of totals under its parts.

Product     | Q1 2026 | Q1 2025 | Change        Batch    | Tonnes
Nd oxide    | 2,310   | 2,100   | +10.0%        A        | 120
Dy oxide    | 42      | 40      | +15.0%  ✗     B        | 140
                                                Total    | 280  ✗
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipelines.enrich.language import plain
from pipelines.enrich.measures import number_of, unit_lexicon
from pipelines.enrich.price_rows import MARKS, MOST, NUMBER, Cell, rows
from pipelines.enrich.reading import Verdict, Witness
from pipelines.enrich.witness_changes import STEP
from pipelines.enrich.witness_figures import Page, number
from pipelines.enrich.witness_sums import TOTAL_ROW

FIGURE = re.compile(rf"[$€£¥]?\s?({NUMBER})(?:\s?[^\W\d]{{1,10}})?")
CHANGE = re.compile(rf"(?P<sign>[+＋\-−–▲▼↑↓]?)\s?(?P<value>{NUMBER})\s?(?P<percent>[%％]?)")
FALLS = "-−–▼↓"
PERIOD = re.compile(r"(?:19|20)\d\d|\bq[1-4]\b|[1-4]t\b|\bt[1-4]\b|[季月]", re.IGNORECASE)
COLUMNS = range(2, MOST + 1)
NOTHING = frozenset("-–—/") | {"nil", "néant", "n/a", "无"}
FEWEST_PARTS = 2
MOST_OFF = 2.0  # times the total; parts that make more are of something else


class _Figure(NamedTuple):
    value: float
    step: float  # that of its last digit


def tables(page: Page) -> list[Witness]:
    """Return the checks of the rows whose columns a heading names; a table that leaves doubt about its columns gives none."""
    if not any(mark in page.text for mark in MARKS):
        return []
    found: list[Witness] = []
    heading: list[Cell] = []
    parts: list[list[Cell]] = []
    for cells in rows(page.text):
        if not heading or len(cells) != len(heading):
            is_heading = len(cells) in COLUMNS and not any(_figure(cell, page) for cell in cells[1:] if not PERIOD.search(cell.text))
            heading, parts = (cells if is_heading else []), []
            continue
        change = _change(heading, cells, page)
        found += [change] if change else []
        if TOTAL_ROW.match(cells[0].text.lower()):
            found += _totals(parts, cells, page)
            heading = []  # what follows a total is a sum of other things
        else:
            parts.append(cells)
    return found


def _figure(cell: Cell, page: Page) -> _Figure | None:
    match = FIGURE.fullmatch(plain(cell.text))
    if match is None:
        return None
    data: dict[str, Any] = unit_lexicon(page.language).data
    tail = match[1].rpartition(data["decimal"])[2] if data["decimal"] in match[1] else ""
    return _Figure(number_of(match[1], data), 10.0 ** -len(tail))


def _change(heading: list[Cell], cells: list[Cell], page: Page) -> Witness | None:
    """The one change in per cent of a row, against the two columns before it, of which one is that of an earlier period."""
    titles = [cell.text.lower() for cell in heading]
    columns = [i for i, title in enumerate(titles) if any(word in title for word in page.known["change_column"])]
    if len(columns) != 1:
        return None
    column = columns[0]
    figures = {i: figure for i, cell in enumerate(cells[1:column], 1) if (figure := _figure(cell, page)) and figure.value}
    has_old = any(word in titles[i] for i in figures for word in page.known["old_column"])
    are_periods = has_old or all(PERIOD.search(titles[i]) for i in figures)
    match = CHANGE.fullmatch(plain(cells[column].text))
    if len(figures) != 2 or not are_periods or match is None or not (match["percent"] or "%" in titles[column]):
        return None
    told = number_of(match["value"], unit_lexicon(page.language).data) * (-1 if match["sign"] and match["sign"] in FALLS else 1)
    one, other = figures.values()
    verdicts = {_compared(told, match["value"], *pair): pair for pair in ((other, one), (one, other))}
    result: Verdict = "holds" if "holds" in verdicts else "not_testable" if "not_testable" in verdicts else "fails"
    new, old = verdicts[result]
    note = f"{number(new.value)} / {number(old.value)} - 1 = {(new.value / old.value - 1) * 100:.1f} %"
    return _witness(page, "period_over_period", result, cells, note + ("" if result == "holds" else f", not {told:g} %"))


def _compared(told: float, written: str, new: _Figure, old: _Figure) -> Verdict:
    """Whether a change in per cent is that of the two figures, each as exact as its last digit."""
    off = abs((new.value / old.value - 1) * 100 - told)
    decimals = len(re.split("[.,]", written)[1]) if re.search("[.,]", written) else 0
    rough = 0.5 * 10.0**-decimals + (new.step / new.value + old.step / old.value) * 50 * new.value / old.value + 0.05
    return "holds" if off <= rough else "fails" if off > max(2 * rough, rough + STEP) else "not_testable"


def _totals(rows_above: list[list[Cell]], total: list[Cell], page: Page) -> Iterator[Witness]:
    """Each column of plain figures against the total below it."""
    names = [row[0].text.lower() for row in rows_above]
    if len(names) < FEWEST_PARTS or any(name.startswith(tuple(page.known["part_row"])) for name in names):
        return
    for i, cell in enumerate(total[1:], 1):
        whole = _figure(cell, page)
        parts = [_Figure(0.0, 1.0) if row[i].text.lower() in NOTHING else _figure(row[i], page) for row in rows_above]
        known = [part for part in parts if part is not None]
        made = sum(part.value for part in known)
        if whole is None or len(known) < len(parts) or max(part.value for part in known) >= whole.value or made > MOST_OFF * whole.value:
            continue
        rough = (sum(part.step for part in known) + whole.step) / 2 if any(part.step < 1 for part in known) else 0.0
        off = abs(made - whole.value)
        result: Verdict = "holds" if off <= rough + 1e-6 else "fails" if off > 2 * rough + whole.step / 2 else "not_testable"
        note = " + ".join(number(part.value) for part in known) + f" = {number(made)}"
        yield _witness(page, "parts_total", result, total, note + ("" if result == "holds" else f", not {number(whole.value)}"))


def _witness(page: Page, kind: str, result: Verdict, cells: list[Cell], note: str) -> Witness:
    start, end = cells[0].start, cells[-1].end
    return Witness(kind, result, start, end, page.text[start:end], note)
