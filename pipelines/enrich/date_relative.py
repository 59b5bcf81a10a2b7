"""Times that are reckoned from the day of publication: "last month", "on Monday", "three days ago", "the 24th of last month"."""

from datetime import timedelta
from typing import Any

from pipelines.enrich.date_surroundings import Surroundings
from pipelines.enrich.periods import Period, day, period_of_unit, week

SUNDAY = 6
AHEAD = 1  # « dans trois semaines », beside « il y a »


def relative(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "Last month", « le trimestre en cours », 下季度."""
    if sense.reference is None:
        return None
    tables = ("rel", "rel_after", "monthrel", "quarterrel")
    offset = next((int(values[t]) for t in tables if t in values), 0)
    return period_of_unit(str(values["unit"]), sense.reference, offset)


def weekday(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "On Monday", "next Friday": the last such day, or the next where the word or the sentence looks ahead."""
    reference = sense.reference
    if reference is None:
        return None
    wanted = int(values["weekday"])
    if "weekrel" in values:
        return day(reference - timedelta(days=reference.weekday() - wanted - 7 * int(values["weekrel"])))
    offset = values.get("rel", values.get("rel_after"))
    back = (reference.weekday() - wanted) % 7
    if offset == 1 or (offset is None and back and not sense.ends_week and sense.to_come == "future"):
        return day(reference + timedelta(days=7 - back))
    if offset == 0 and back:
        return day(reference + timedelta(days=wanted - reference.weekday()))
    return day(reference - timedelta(days=7 if offset == -1 and not back else back))


def ago(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "Three days ago", « il y a deux semaines », « dans un mois »."""
    if sense.reference is None:
        return None
    if "since" in values:  # "a fortnight ago"
        unit = str(values["since"])
        return period_of_unit("week", sense.reference, -2) if unit == "fortnight" else period_of_unit(unit, sense.reference, -1)
    count = int(values.get("number", values.get("d", 0)))
    unit, way = str(values["span"]), 1 if values.get("ago") == AHEAD else -1
    if unit == "day":
        return day(sense.reference + timedelta(days=way * count))
    return period_of_unit(unit, sense.reference, way * count)


def day_alone(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "On the 14th": of the last such month, or the next where the sentence looks ahead."""
    if sense.reference is None:
        return None
    number, today = int(values["d"]), sense.reference.day
    shift = (1 if number < today else 0) if sense.to_come == "future" else (-1 if number > today else 0)
    return day(period_of_unit("month", sense.reference, shift)[0].replace(day=int(values["d"])))


def month_day_rel(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ 上月5日."""
    if sense.reference is None:
        return None
    return day(period_of_unit("month", sense.reference, int(values["monthrel"]))[0].replace(day=int(values["d"])))


def day_of_month(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "The 24th of last month"."""
    return month_day_rel({"monthrel": values.get("rel", values.get("rel_after", 0)), "d": values["d"]}, sense)


def stepped(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "The month before last", "the quarter just ended"."""
    unit, offset = values["stepped"]
    return period_of_unit(unit, sense.reference, offset) if sense.reference else None


def weekend(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """The Saturday and Sunday before the day of publication, or after it where the sentence or the word looks ahead."""
    if sense.reference is None:
        return None
    is_ahead = int(values["weekend"]) > 0 or (int(values["weekend"]) == 0 and sense.to_come == "future")
    sunday = week(sense.reference)[1] if is_ahead or sense.reference.weekday() == SUNDAY else week(sense.reference)[0] - timedelta(days=1)
    return sunday - timedelta(days=1), sunday, "range"


def ahead(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "In three months' time", "a year from now"."""
    unit, count = str(values["span"]), int(values["later"])
    if sense.reference is None:
        return None
    return day(sense.reference + timedelta(days=count)) if unit == "day" else period_of_unit(unit, sense.reference, count)
