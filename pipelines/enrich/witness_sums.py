"""Parts and their total."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipelines.enrich.reading import Amount, Quantity, Verdict, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_figures import Figures, number, plain, verdict

MAX_PARTS = 6
LISTED = 3  # parts that brackets hold at least
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ELIDED_REACH = 40  # characters before a figure in which another one shares its unit
LIST_REACH = 120  # characters between two parts of a list
FAR_OFF = 0.3  # relative; a figure farther from the sum of the sentences before sums up something else
COMPARED = 22  # characters before a figure in which a word compares it
EXACT = 5e-4  # relative; what is decreed is not rounded
COLON_REACH = 24  # characters between a colon and the first part
SPLIT_REACH = 90  # and between a total and its first part
TOTAL_ROW = re.compile(r"\W*(?:(?:grand |sous-)?total\b|ensemble\s?:|somme\s?:|合计|总计|共计)")
_BARE = re.compile(r"(?:\b(?:lots|batches|tranches|parts|stages|phases|of|de) )(\d[\d.,]*) (?:and|et) \Z")
_LARGE = re.compile(r"\b(million|billion|milliard|thousand)")
_MORE = re.compile(
    r"(?:,|\band|\bet|\bplus) (?:about |some |environ )?(\d+(?:[.,]\d+)?) (million|billion|milliard|thousand)s?\b"
    r"(?! (?:of|de|d'|us|ton|dollar|euro|shares|actions|yuan))"
)


class _Part(NamedTuple):
    """A mass in tonnes or an amount of money, of a kind that can be summed with its like."""

    start: int
    end: int
    value: float
    unit: str  # "t", or currency and what it is paid for
    is_range: bool


def _masses(items: Sequence[Quantity]) -> list[_Part]:
    return [_Part(q.start, q.end, q.normalised_value, "t", q.value_to is not None) for q in items]


def _money(items: Sequence[Amount]) -> list[_Part]:
    return [_Part(a.start, a.end, a.value, f"{a.currency}/{a.per}", a.value_to is not None) for a in items]


def _elided(figures: Figures, items: list[_Part]) -> list[_Part]:
    """The figures with those whose unit is left out: "700 and 500 tonnes", "13,2 millions de tonnes et 6,6 millions"."""
    found: list[_Part] = []
    for i, item in enumerate(items):
        begin = max(items[i - 1].end if i else figures.start, item.start - ELIDED_REACH)
        bare = None if item.is_range else _BARE.search(figures.low, begin, item.start)
        stop = items[i + 1].start if i + 1 < len(items) else min(figures.end, item.end + LIST_REACH)
        more = _MORE.search(figures.low, item.end, stop)
        size = plain(figures.low[item.start : item.end]) if bare or more else None
        value = plain(bare[1]) if bare else None
        if bare and size and value:
            found.append(_Part(bare.start(1), bare.end(1), value * item.value / size, item.unit, is_range=False))
        found.append(item)
        word = _LARGE.search(figures.low, item.start, item.end) if more else None
        if more and word and size and word[1] == more[2]:
            found.append(_Part(more.start(1), more.end(2), (plain(more[1]) or 0.0) * item.value / size, item.unit, is_range=False))
    return found


def parts_total(figures: Figures) -> Iterator[Witness]:
    """Parts make the total that the text gives beside them."""
    previous = figures.previous
    masses, money = _elided(figures, _masses(figures.quantities)), _elided(figures, _money(figures.amounts))
    earlier = (_masses(previous.quantities), _money(previous.amounts)) if previous else ([], [])
    told: tuple[list[list[_Part]], list[list[_Part]]] = ([], [])
    for one in _sentences_before(figures):
        told[0].append(_masses(one.quantities))
        told[1].append(_money(one.amounts))
    for which, (items, before) in enumerate(((masses, earlier[0]), (money, earlier[1]))):
        if len(items) >= 2:
            yield from _sums(figures, items, before)
            yield from _opened(figures, items, before)
        elif items and not items[0].is_range:
            yield from _summed_up(figures, items[0], told[which])


def _opened(figures: Figures, items: list[_Part], earlier: list[_Part]) -> Iterator[Witness]:
    """Parts that open a sentence (其中, "of this") are not more than the one figure of the sentence before."""
    if len(earlier) != 1 or not figures.said.lstrip(" ,").startswith(tuple(figures.known["partial_opening"])):
        return
    parts = _run(figures, earlier[0], items)
    if len(parts) >= 2 and sum(part.value for part in parts) > earlier[0].value:
        yield from _judge(figures, parts, earlier[0])


def _summed_up(figures: Figures, total: _Part, earlier: Sequence[list[_Part]]) -> Iterator[Witness]:
    """A figure that says that it sums up those of the sentences before; one far from their sum speaks of something else."""
    sums = [[part for sentence in earlier[:i][::-1] for part in sentence] for i in range(1, len(earlier) + 1)]
    sums = [parts for parts in sums if len(parts) >= 2 and all(part.unit == total.unit and not part.is_range for part in parts)]
    off = [abs(sum(part.value for part in parts) / (total.value or 1) - 1) for parts in sums]
    if off and min(off) < FAR_OFF:
        yield from _judge(figures, sums[off.index(min(off))], total)


def _sentences_before(figures: Figures) -> Iterator[Figures]:
    """The sentences before one that says that it sums up, the last first, or the lines before one that begins with "total"."""
    is_row = bool(TOTAL_ROW.match(figures.said))
    one = figures.previous
    if not is_row and (not figures.says("sum_so_far") or _compares(figures)):
        return
    if one is not None and any(word in figures.said and word not in one.said for word in figures.known.get("no_sum", ())):
        return  # an aim or a capacity, after what was made
    for _ in range(MAX_PARTS):
        if one is None or _compares(one) or not (is_row or one.paragraph == figures.paragraph):
            return
        yield one
        one = one.previous


def _compares(figures: Figures) -> bool:
    """Whether a figure of the sentence is that of an earlier period, or is compared with another."""
    found: tuple[Quantity | Amount, ...] = (*figures.quantities, *figures.amounts)
    words = figures.known["comparators"]
    return figures.says("earlier") or any(word in figures.before(x.start, COMPARED) for x in found for word in words)


def _sums(figures: Figures, items: list[_Part], earlier: list[_Part]) -> Iterator[Witness]:
    known = figures.known
    for i, total in enumerate(items):
        if total.is_range:
            continue
        sums_up = figures.before(total.start, 30).endswith(tuple(known["total_before"]))
        if i >= 2 and (sums_up or figures.after(total.end, 16).lstrip(" ,").startswith(tuple(known["total_after"]))):
            parts = _run(figures, total, items[max(0, i - MAX_PARTS) : i][::-1])
            if len(parts) >= 2:
                yield from _judge(figures, parts[::-1], total)
        yield from _followed(figures, total, items[i + 1 : i + 1 + MAX_PARTS])
    wholes = [x for x in earlier if x.unit == items[0].unit]
    is_split = len(items) == 2 and len(wholes) == 1 and any(word in figures.said for word in known["split"])
    if is_split and verdict(items[0].value + items[1].value, wholes[0].value, 0.005) == "holds":
        yield from _judge(figures, items, wholes[0])


def _followed(figures: Figures, total: _Part, following: Sequence[_Part]) -> Iterator[Witness]:
    """A total with the parts that come after it."""
    known = figures.known
    if enclosed := _enclosed(figures, total, following):
        yield from _judge(figures, enclosed, total)
        return
    between = figures.low[total.end : following[0].start] if len(following) >= 2 else ""
    if len(following) < 2 or len(between) > SPLIT_REACH:
        return
    parts = _run(figures, total, following)
    if len(parts) < 2:
        return
    is_split = _ends_in_colon(between) or any(word in between for word in known["split"])
    is_partial = any(word in between for word in known["partial"]) and sum(part.value for part in parts) > total.value
    if is_split or is_partial or _has_remainder(figures, parts):
        yield from _judge(figures, parts, total)


def _enclosed(figures: Figures, total: _Part, following: Sequence[_Part]) -> list[_Part]:
    """The parts that brackets after a total give, three or more ("500 t (320 from motors, 120 from scanners and 90 from turbines)")."""
    opened = figures.low.find("(", total.end, total.end + SPLIT_REACH)
    closed = figures.low.find(")", opened, opened + MAX_PARTS * LIST_REACH) if opened >= 0 else -1
    if closed < 0:
        return []
    inside = [x for x in following if opened < x.start < closed]
    words = figures.low[opened + 1 : closed]
    is_list = len(inside) >= LISTED and inside[0] is following[0] and inside[0].start - opened <= COLON_REACH and not YEAR.search(words)
    is_other = any(word in words for word in figures.known["not_parts"] if word != "from ")
    return _run(figures, total, inside) if is_list and not is_other else []


def _ends_in_colon(between: str) -> bool:
    """Whether what stands between a total and the first figure opens a list of its parts."""
    head, colon, tail = between.replace("：", ":").rpartition(":")
    return bool(colon) and len(tail) <= COLON_REACH and not head.strip().endswith(("to", "by"))


def _has_remainder(figures: Figures, parts: Sequence[_Part]) -> bool:
    """Whether the last part is said to be all that is left ("the other 300 tonnes", 其余)."""
    before = figures.low[parts[-2].end : parts[-1].start]
    after = figures.after(parts[-1].end, 12)
    return any(word in before or word in after for word in figures.known["remainder"])


def _run(figures: Figures, total: _Part, items: Sequence[_Part]) -> list[_Part]:
    """The first of `items` that are parts of one list, in the order given."""
    run: list[_Part] = []
    for item in items:
        if item.is_range or item.unit != total.unit:
            break
        if run and not _joined(figures, min(run[-1].end, item.end), max(run[-1].start, item.start)):
            break
        run.append(item)
    return run


def _joined(figures: Figures, end: int, start: int) -> bool:
    """Whether two figures are parts of one list, and not an old and a new one."""
    between = figures.low[end:start]
    words = figures.known["not_parts"]
    semicolon = max(between.rfind(mark) for mark in ";；")
    if semicolon >= 0 and any(word in between[semicolon:] for word in figures.known["total_before"]):
        return False  # another total, with parts of its own
    return len(between) <= LIST_REACH and not any(between.endswith(w) if w[-1] == " " else w in between for w in words)


def _judge(figures: Figures, parts: Sequence[_Part], total: _Part) -> Iterator[Witness]:
    made, whole = sum(part.value for part in parts), total.value
    if whole <= max(part.value for part in parts) or not 0.5 < made / whole < 2:
        return
    text = figures.text
    rough = sum(slack(text[p.start : p.end]) * p.value for p in parts) / whole + slack(text[total.start : total.end])
    is_decreed = figures.says("decreed") and not any(figures.is_about(item.start) for item in (*parts, total))
    result: Verdict = verdict(made, whole, min(rough, 0.01))
    if is_decreed and abs(made - whole) > EXACT * whole:
        result = "fails"
    if result == "fails" and any(figures.is_about(item.start) for item in (*parts, total)):
        result = "not_testable"
    note = " + ".join(number(part.value) for part in parts) + f" = {number(made)}"
    note += "" if result == "holds" else f", not {number(whole)}"
    spans = [x for item in (*parts, total) for x in (item.start, item.end)]
    yield figures.witness("parts_total", result, min(spans), max(spans), note)
