"""Times that are reckoned from one that the text told before: "that day", "two days later", "the following week", "in the quarter"."""

from datetime import date, timedelta
from typing import Any

from pipelines.enrich.date_surroundings import Surroundings
from pipelines.enrich.periods import Period, day, period_of_unit
from pipelines.enrich.reading import DateSpan

SAME_REACH = 160  # characters back in which "that day" has its day
SAME_PARAGRAPH = 400  # the same within a paragraph
EVENT_REACH = 1600  # the same in which an event was told that another is reckoned from
SAME_DAYS = 6  # days before that one that are asked
REPORTED = frozenset({"month", "quarter", "half", "year", "range"})
NAMED_BEFORE = 40  # expressions back among which "the quarter" has its own


def beside(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "The following week", "the previous month": beside the time that the text told last, else beside that of publication."""
    unit, offset = values.get("stepped_told") or (str(values["unit"]), int(values.get("beside", values.get("beside_after", 0))))
    told = _told_before(sense)
    if told is not None:
        return period_of_unit(unit, date.fromisoformat(told.last if offset > 0 else told.first), offset)
    return period_of_unit(unit, sense.reference, offset) if sense.reference else None


def later(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "Two days later", "a month later": after the time that the text told last; nothing where it told none."""
    return _beside_told(values, sense, _count(values))


def hence(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "三天后": from the day of publication of what is to come, else after the time that the text told last."""
    if sense.to_come == "future":
        return _moved(sense.reference, str(values["span"]), _count(values)) if sense.reference else None
    return later(values, sense)


def beside_event(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "Eight days before the call", "a week after Acme spoke": beside the day of the sentence that told of it, else the day told last."""
    text, thing = sense.senses.text, sense.grammar.sense["thing"].match(sense.senses.text, sense.found.end)
    days = [d for d in sense.before if d.precision == "day" and d.end > sense.found.start - EVENT_REACH]
    if thing is None or not days or values.get("span", "day") not in {"day", "week"}:
        return None
    named = [d for d in days if thing["thing"] in text[(told := sense.senses.sentence_of(d.start)).start : told.end]]
    if not named and not thing["known"]:
        return None
    start = date.fromisoformat((named or days)[-1].first)
    if "day_beside" in values:  # "the day after the offering closed"
        return day(start + timedelta(days=int(values["day_beside"])))
    return _moved(start, str(values["span"]), _count(values) * int(values["side"]))


def same_month_day(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "The 20th of the same month": of that of the time told last."""
    told = _told_before(sense)
    return day(date.fromisoformat(told.first).replace(day=int(values["d"]))) if told is not None else None


def _count(values: dict[str, Any]) -> int:
    return int(next(values[name] for name in ("later", "number", "d") if name in values))


def earlier(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "Two days earlier": before the time that the text told last, else before that of publication; "one week earlier" only compares."""
    count = _count(values)
    if count == 1:
        return None
    found, reference = _beside_told(values, sense, -count), sense.reference
    return found or (_moved(reference, str(values["span"]), -count) if reference else None)


def _beside_told(values: dict[str, Any], sense: Surroundings, count: int) -> Period | None:
    told, unit = _told_before(sense), str(values["span"])
    if told is None or (unit in {"day", "week"} and told.precision != "day"):
        return None
    return _moved(date.fromisoformat(told.first), unit, count)


def _moved(start: date, unit: str, count: int) -> Period:
    return day(start + timedelta(days=count)) if unit == "day" else period_of_unit(unit, start, count)


def _told_before(sense: Surroundings) -> DateSpan | None:
    """The time that was told last, in this sentence or shortly before it."""
    begin = max(sense.found.start - SAME_PARAGRAPH, sense.sentence_start - SAME_REACH)
    last = sense.before[-1] if sense.before else None
    return last if last is not None and last.end > begin else None


def same_day(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """The day that the text named last in this sentence or just before; "that day" alone is the day of publication."""
    offset, text = int(values.get("same_day", values.get("day_beside", 0))), sense.senses.text
    paragraph = text.rfind("\n", max(0, sense.found.start - SAME_PARAGRAPH), sense.found.start) + 1
    begin = min(sense.found.start - SAME_REACH, max(paragraph, sense.found.start - SAME_PARAGRAPH))
    days = [d for d in sense.before[-SAME_DAYS:] if d.precision == "day" and d.end > begin]
    last = days[-1] if days else None
    if last is not None and last.start < sense.sentence_start:  # of the sentence before the first: what follows is compared with it
        begun = sense.senses.sentence_of(last.start).start
        last = next(d for d in days if d.start >= begun)
    if last is not None:
        return day(date.fromisoformat(last.first) + timedelta(days=offset))
    return day(sense.reference) if sense.reference and not offset else None


def same(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "The same month", "that year": that of the time told last."""
    if not sense.before:
        return None
    return period_of_unit(str(values["unit"]), date.fromisoformat(sense.before[-1].first), 0)


def reported(values: dict[str, Any], sense: Surroundings) -> Period | None:
    """ "In the quarter", "over the period": the last such period that the text named, if it is over."""
    unit, over = str(values["reported"]), sense.reference.isoformat() if sense.reference else ""
    found = [d for d in sense.before[-NAMED_BEFORE:] if d.last < over and d.precision in ({unit} if unit else REPORTED)]
    if not found:
        return None
    return date.fromisoformat(found[-1].first), date.fromisoformat(found[-1].last), found[-1].precision
