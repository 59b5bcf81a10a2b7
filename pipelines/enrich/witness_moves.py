"""Figures that move "from A to B", and the direction of a change beside them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import structs

from pipelines.enrich.quantities import Share
from pipelines.enrich.reading import Amount, Quantity
from pipelines.enrich.witness_figures import Figures, plain

Item = Quantity | Amount
NEAR = 26  # characters on either side of a percentage in which its direction stands
ELIDED = 24  # characters before a figure in which the one that it comes from stands without a unit
TIED = 44  # characters between a move and the change that tells its size
_FROM = re.compile(r"(?:\bfrom |\bde |\bd'|[由从自])(?:每[吨公斤千克]{1,2})?[$€£¥]?\Z")
_TO = re.compile(r"[\w)(%/ ]{0,14}?(?:\bto |\bà |[至到])(?:每[吨公斤千克]{1,2})?[$€£¥]?")
_BARE = re.compile(r"(?:\bfrom |\bde |\bd'|[由从自])[$€£¥]?(\d+(?:[.,\s]\d+)*) ?(?:to |à |[减降增升涨跌]?[至到])[$€£¥]?\Z")
_TO_NEW = re.compile(r"(?:\bto |\bà |[至到])(?:environ |about )?\Z")
OPENING = 8  # characters before a figure that a sentence opens with
_RANGE_TO = re.compile(r" (?:to|à) |[至到]")


class Move(NamedTuple):
    """The figure that something moved to, and the one that it came from."""

    new: Item
    old: Item
    is_told_with_change: bool  # whether the percentage tells of this move and no other


def direction(figures: Figures, share: Share) -> int:
    """1 for a rise, -1 for a fall, 0 where the percentage is no change."""
    after, before = figures.after(share.end, NEAR), figures.before(share.start, NEAR)
    if any(word in after[:12] for word in figures.known["points"]):
        return 0
    known = figures.known
    found = []
    for sign, words in ((1, known["up"]), (-1, known["down"])):
        for word in words:
            if word in {"+", "-", "−"}:
                if before.rstrip(" ").endswith(word):
                    found.append((0, -1, sign))
                continue
            i, j = after.find(word), before.rfind(word)
            if 0 <= i <= 14:
                found.append((i, -len(word), sign))
            if j >= 0:
                found.append((len(before) - j - len(word), -len(word), sign))
    return min(found)[2] if found else 0  # of two words that end together the longer: "increased", not "eased"


def moved(figures: Figures, items: Sequence[Quantity | Amount], change: Share | None) -> Move | None:
    """The one move of the sentence; None where there is none, or more than one."""
    found = [pair for i, item in enumerate(items) for pair in [_before(figures, items[i - 1] if i else None, item)] if pair]
    if len(found) != 1:
        return None
    new, old, is_written_out = found[0]
    if change is None:
        return Move(new, old, is_told_with_change=True) if is_written_out else None
    return Move(new, old, _is_tied(figures, change, new, old, is_written_out=is_written_out))


def _before(figures: Figures, previous: Item | None, item: Item) -> tuple[Item, Item, bool] | None:
    """The figure and the one that it came from, and whether both have their units."""
    low = figures.low
    if item.value_to is not None:
        return _split(figures, item) if _FROM.search(figures.before(item.start, 14)) else None
    if previous is not None and previous.value_to is None and _is_opening(figures, previous, item):
        return item, previous, True
    if previous is not None and previous.value_to is None and _FROM.search(figures.before(previous.start, 14)):
        surface = low[previous.start : min(previous.end, item.start)]
        to = _RANGE_TO.search(surface + low[previous.end : item.start] if previous.end < item.start else surface)
        old = structs.replace(previous, end=min(previous.end, item.start))
        has_unit = previous.end <= item.start  # else both share the unit that stands after the second
        return (item, old, has_unit) if to and item.start - old.end <= ELIDED + 8 and _unit(old) == _unit(item) else None
    bare = _BARE.search(figures.before(item.start, ELIDED))
    value, size = plain(bare[1]) if bare else None, plain(low[item.start : item.end])
    if bare is None or not value or not size:
        return None
    start = item.start - len(bare[0]) + bare.start(1) - bare.start()
    return item, _scaled(item, start, start + len(bare[1]), value, value / size), False


def _is_opening(figures: Figures, old: Item, new: Item) -> bool:
    """Whether the sentence opens with the old figure and a verb leads to the new one (« De 480 tonnes, elle passe à 600 tonnes »)."""
    opens = old.start - figures.start <= OPENING and _FROM.search(figures.before(old.start, OPENING))
    if not opens or _unit(old) != _unit(new) or not _TO_NEW.search(figures.before(new.start, 12)):
        return False
    between = figures.low[old.end : new.start]
    return any(word in between for word in figures.known.get("passes", ()))


def _split(figures: Figures, item: Item) -> tuple[Item, Item, bool] | None:
    """The ends of a range that is the way of a move."""
    to = _RANGE_TO.search(figures.low, item.start, item.end)
    if to is None or not item.value or item.value_to is None:
        return None
    new = _scaled(item, to.end(), item.end, item.value_to, item.value_to / item.value)
    return new, structs.replace(item, end=to.start(), value_to=None), False


def _scaled(item: Item, start: int, end: int, value: float, times: float) -> Item:
    if isinstance(item, Quantity):
        return structs.replace(item, start=start, end=end, value=value, value_to=None, normalised_value=item.normalised_value * times)
    return structs.replace(item, start=start, end=end, value=item.value * times, value_to=None)


def _unit(item: Item) -> str:
    return "t" if isinstance(item, Quantity) else item.currency


def _is_tied(figures: Figures, change: Share, new: Item, old: Item, *, is_written_out: bool) -> bool:
    """Whether the change stands beside the move, goes the same way and is of the same thing."""
    way, known = direction(figures, change), figures.known
    if not is_written_out and (size(new) - size(old)) * way <= 0:
        return False  # more likely a true range of prices
    is_first = change.end <= old.start
    between = figures.low[change.end : old.start] if is_first else figures.low[new.end : change.start]
    if len(between) > (TIED if is_first else 2 * TIED) or any(word in between for word in known["other_thing"]):
        return False
    around = figures.before(old.start, 22) + "|" + figures.after(new.end, 22)
    if not is_written_out and any(word in around for word in known["spread"]):
        return False
    return figures.language != "zh" or _is_of_one_thing(figures, change, old)


def _is_of_one_thing(figures: Figures, change: Share, old: Item) -> bool:
    """Whether the clauses of the change and of the move do not both name a thing of their own."""
    clauses = []
    for position in (change.start, old.start):
        before = figures.before(position)
        cut = max(before.rfind(mark) for mark in "，、；：,;")
        clauses.append((position - len(before) + cut, before[cut + 1 :]))
    (one_place, one), (other_place, other) = clauses
    if one_place == other_place:
        return True
    things = [_thing(figures, clause) for clause in (one, other)]
    return not all(things) or things[0][-2:] in things[1] or things[1][-2:] in things[0]


def _thing(figures: Figures, clause: str) -> str:
    """What a Chinese clause speaks of, without the words for change, time and comparison."""
    for word in figures.known["of_change"]:
        clause = clause.replace(word, "")
    return clause.strip(" ") if len(clause.strip(" ")) > 1 else ""


def size(item: Item) -> float:
    """Tonnes, or units of the currency."""
    return item.normalised_value if isinstance(item, Quantity) else item.value
