"""Quarters and years of a company's own calendar, where the text says when its year ends ("a June year", « exercice clos le 31 mars »)."""

from datetime import date

from pipelines.enrich.date_grammar import Expression, Grammar
from pipelines.enrich.periods import Period, month, named, period_of_unit
from pipelines.enrich.sentence_senses import Senses

DECEMBER = 12
OF_A_YEAR = frozenset({"quarter", "half", "year"})  # kinds of expression that may be of it
AFTER = 24  # characters after an expression in which it is said to be of the company's year
WRITTEN = frozenset({"y", "y4"})


def in_fiscal_year(period: Period, found: Expression, senses: Senses, grammar: Grammar) -> Period:
    """Return the days that a period of a company's year has; the period itself where it is of no such year, or nothing tells its end."""
    if found.kind not in OF_A_YEAR or not WRITTEN & found.values.keys():
        return period
    if not grammar.sense["fiscal"].search(senses.text, found.start, min(len(senses.text), found.end + AFTER)):
        return period
    ends = grammar.sense["fiscal_end"].search(senses.text)
    written = (ends["month"] or ends["other"]) if ends else ""
    months = grammar.values["month"]
    number = int(written) if written.isdecimal() else int(months.get(written) or months.get(written.capitalize()) or DECEMBER)
    if not 0 < number < DECEMBER:
        return period
    offset = number - DECEMBER
    return named(_moved(period[0], offset)[0], _moved(period[1], offset)[1])


def _moved(day: date, months: int) -> Period:
    moved = period_of_unit("month", day, months)[0]
    return month(moved.year, moved.month)
