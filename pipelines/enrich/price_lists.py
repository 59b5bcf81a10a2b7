"""Prices of a list whose unit stands in the line above it.

Market, in yuan a tonne, tax included:          Rotterdam, en dollars par kilogramme :
- Neodymium oxide: 548,000 – 552,000 (-6,000)   Yttrium : 126 à 134, inchangé
"""

import re
from collections.abc import Iterator

from pipelines.enrich.language import plain
from pipelines.enrich.measures import number_of, unit_lexicon
from pipelines.enrich.price_rows import NUMBER, Unit, unit_in
from pipelines.enrich.reading import Amount

LABEL = r"[ \t]*(?:[-–—•·*▪◦]\s?)?[^\n:：|.;\d]{2,40}[^\n:：|;]{0,40}?"
# After the price of a row only what it was or how it moved may stand, in brackets or after a comma.
REST = r"\s*(?:[(（,，;；][^\n]{0,60})?"
ROW = re.compile(
    rf"{LABEL}\s?[:：]\s?(?P<price>(?P<a>{NUMBER})(?:\s?(?:[-–—~/]|à|to|et|and|至)\s?(?P<b>{NUMBER}))?)[\s.。]*(?={REST}\Z)"
)
OPENING = re.compile(r"[:：]\s?\d")  # a line without it is no row
LONGEST = 90  # characters of a row before its price
ROOM = 200  # and of a whole row
HEADING = 240  # characters of a line that may tell a unit
FARTHEST = 40  # rows below the line that tells it
MARKS = (":", "：")


def list_prices(text: str, language: str) -> list[Amount]:
    """Return the prices of the rows that follow a line that tells their unit, in order."""
    if not any(mark in text for mark in MARKS):
        return []
    found: list[Amount] = []
    unit: Unit | None = None
    end_of_list = -1  # where the last row or the heading ends; a row must follow at once
    rows = 0
    for start, match in _rows(plain(text)):
        if end_of_list < 0 or not _goes_on(text[end_of_list:start]):
            unit, rows = _told_above(text, start, language), 0
        stop = text.find("\n", match.end())
        end_of_list = len(text) if stop < 0 else stop
        rows += 1
        if unit is None or rows > FARTHEST:
            continue
        data = unit_lexicon(language).data
        low, high = (number_of(match[g], data) * unit.factor if match[g] else None for g in "ab")
        if low is not None and (high is None or high > low):
            found.append(Amount(*match.span("price"), match["price"], low, unit.currency, high, unit.per, None))
    return found


def _rows(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield where each line that may be a row begins, and the row."""
    reached = 0
    for opening in OPENING.finditer(text):
        if opening.start() < reached:
            continue
        start = text.rfind("\n", max(0, opening.start() - LONGEST), opening.start()) + 1
        if start or opening.start() < LONGEST:
            stop = text.find("\n", opening.end(), start + ROOM)
            reached = stop if stop >= 0 else opening.end()
            row = ROW.match(text, start, stop if stop >= 0 else min(len(text), start + ROOM))
            if row and (stop >= 0 or len(text) <= start + ROOM):
                yield start, row


def _goes_on(between: str) -> bool:
    """Whether a list goes on: between its rows stand only others without a price (« Germanium : non coté »)."""
    lines = [line.strip() for line in between.split("\n") if line.strip()]
    return len(between) < HEADING and all(any(m in line for m in MARKS) and not line.endswith(MARKS) for line in lines)


def _told_above(text: str, start: int, language: str) -> Unit | None:
    """The unit that the last line above a row tells, blank lines apart."""
    above = text[max(0, start - HEADING) : start].rstrip()
    line = above.rpartition("\n")[2]
    is_whole = "\n" in above or start <= HEADING
    return unit_in(line, language) if is_whole else None
