"""Prices in the rows of a table: the figures stand in cells of their own, the unit in a cell beside them or in the heading.

    Product          | Low   | High  | Unit          Product          | Low (USD/kg) | High (USD/kg) | Change
    Samarium metal   | 29.00 | 31.50 | CHF/kg        Terbium oxide    | 3,310        | 3,420         | up
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from pipelines.enrich.language import plain
from pipelines.enrich.measures import number_of, unit_lexicon
from pipelines.enrich.reading import Amount

SEPARATOR = re.compile(r"[ \u00a0]*[|\t｜][ \u00a0]*|[ \u00a0\u3000]*\u3000[ \u00a0\u3000]*| {2,}")
DASHES = re.compile(r"\s[–—]\s")  # in a list whose rows have no other mark: "Gallium, 99.99% – 1,430 to 1,510 – up"
MARKS = ("|", "\t", "｜", "\u3000", "  ", " – ", " — ")  # one of them parts the cells of a row
DIGIT = re.compile(r"\d")
NUMBER = r"\d+(?:[.,'’ \u00a0\u202f\u2009]\d+)*"
BESIDE = r"\s?[(（][^()（）]{1,40}[)）]"  # what the price was before, or its change
VALUE = re.compile(rf"(?P<a>{NUMBER})(?:(?:\s?[-–—~]\s?|\s(?:à|to|至)\s)(?P<b>{NUMBER}))?(?:{BESIDE})?")
FEWEST, MOST = 2, 16  # cells of a row
ROOM = 120  # characters of a row whose cells dashes part
WIDEST = 40  # characters of a cell that holds a figure or a unit
LINE = 200  # characters of a line or a heading that may name a unit
ABOVE = 3  # lines above a table in which its unit is told
# Columns that give no price of today.
OTHER = re.compile(
    r"var|chang|évol|écart|diff|préc|prev|veille|last|%|date|n°|no\.|#|code|tonnage|volume|qty|quantit|moyenne mens|month"
    r"|pureté|purity|grade|spec|teneur|纯度|规格|涨跌|幅|昨|日期|上期|上周",
    re.IGNORECASE,
)


class Cell(NamedTuple):
    """A cell of a row, without the blanks around it."""

    start: int
    end: int
    text: str


class Unit(NamedTuple):
    """A currency for a mass."""

    currency: str
    per: str
    factor: float


def row_prices(text: str, language: str) -> list[Amount]:
    """Return the prices of the rows of tables, one for each row: low to high where a row gives both."""
    if not any(mark in text for mark in MARKS):
        return []
    found: list[Amount] = []
    heading: list[Cell] = []
    told: tuple[int, Unit] | None = None
    for index, cells in enumerate(rows(text)):
        if len(cells) < FEWEST:
            if heading:  # the table has ended, and what was told above it
                heading, told = [], None
            unit = unit_in(cells[0].text, language) if cells else None
            told = (index, unit) if unit else told
        elif not any(_value(cell) for cell in cells):
            heading = cells
            unit = next((unit for cell in cells if (unit := unit_in(cell.text, language))), None)
            told = (index, unit) if unit else told
        elif len(cells) <= MOST:
            near = told[1] if told and index - told[0] <= ABOVE else None
            told = (index, told[1]) if told and near else None
            price = _price(text, cells, heading, near, language)
            found += [price] if price else []
    return found


def rows(text: str) -> Iterator[list[Cell]]:
    """Yield the cells of each line, in order; a line that nothing parts is one cell, an empty line none."""
    start = 0
    for line in text.split("\n"):
        cells, begin = [], start
        marks = list(SEPARATOR.finditer(text, start, start + len(line)))
        if not marks and len(line) < ROOM and not any(mark in line for mark in (":", "：")):
            marks = list(DASHES.finditer(text, start, start + len(line)))
        for mark in (*marks, None):
            stop = mark.start() if mark else start + len(line)
            body = text[begin:stop]
            lead = len(body) - len(body.lstrip())
            if body.strip():
                cells.append(Cell(begin + lead, begin + lead + len(body.strip()), body.strip()))
            begin = mark.end() if mark else stop
        yield cells
        start += len(line) + 1


def _value(cell: Cell) -> re.Match[str] | None:
    return VALUE.fullmatch(plain(cell.text)) if len(cell.text) <= WIDEST else None


def _price(text: str, cells: list[Cell], heading: list[Cell], near: Unit | None, language: str) -> Amount | None:
    """The price of a row; `near`: the unit that was told above it."""
    named = [(i, unit) for i, cell in enumerate(cells) if len(cell.text) <= WIDEST and (unit := _unit(cell.text, language, whole=True))]
    values = []
    for i, cell in enumerate(cells[1:], 1):
        match = _value(cell)
        title = heading[i].text if len(heading) == len(cells) else ""
        if match and not OTHER.search(title):
            values.append((cell, match, unit_in(title, language) if title else None))
    if not values:
        return None
    if len(heading) == len(cells) and all(DIGIT.search(heading[cells.index(cell)].text) for cell, _, _ in values):
        values = values[-1:]  # one column for each day: the last is that of the report
    of_column = next((unit for _, _, unit in values if unit), None)
    of_title = next((unit for cell in heading if (unit := unit_in(cell.text, language))), None)
    unit = named[0][1] if named else of_column or unit_in(cells[0].text, language) or of_title or near
    if unit is None:
        return None
    data = unit_lexicon(language).data
    figures = [number_of(match[group], data) * unit.factor for _, match, _ in values for group in "ab" if match[group]]
    low, high = figures[0], figures[1] if len(figures) > 1 and figures[1] > figures[0] else None
    last = values[1][0] if high is not None and not values[0][1]["b"] else values[0][0]
    beside = cells[named[0][0]] if named else None
    end = beside.end if beside and beside.start > last.start else last.end
    start = values[0][0].start
    return Amount(start, end, text[start:end], low, unit.currency, high, unit.per, None)


def unit_in(text: str, language: str) -> Unit | None:
    """Return the unit that a short text tells somewhere."""
    return _unit(text, language, whole=False) if len(text) < LINE else None


@lru_cache(maxsize=256)
def _unit(text: str, language: str, *, whole: bool) -> Unit | None:
    """The unit that a text is (`whole`) or holds ("USD/kg", "Low (USD/kg)", « en euros par tonne »)."""
    lexicon = unit_lexicon(language)
    match = _currency(language).fullmatch(text) if whole else _currency(language).search(text)
    if match is None or (not whole and DIGIT.search(text[max(0, match.start() - 2) : match.start()])):
        return None
    data: dict[str, Any] = lexicon.data
    currencies = {**data["currency_before"], **data["currency_after"]}
    groups = match.groupdict()
    per = data["per_units"].get(groups.get("per") or groups.get("share"))
    factor = data["magnitudes"].get(match["m"], 1.0) if match["m"] else 1.0
    return Unit(currencies[match["c"]], per, factor) if per else None


@cache
def _currency(language: str) -> re.Pattern[str]:
    lexicon = unit_lexicon(language)
    data = lexicon.data
    words = sorted({*data["currency_before"], *data["currency_after"]}, key=len, reverse=True)
    magnitudes = sorted(data["magnitudes"], key=len, reverse=True)
    either = "|".join(map(re.escape, words))
    return re.compile(
        rf"(?:(?P<m>{'|'.join(map(re.escape, magnitudes))})\s?)?(?<![A-Za-z])(?P<c>{either})(?:{lexicon.cues['per_mass'].pattern})"
    )
