"""Sums and products inside a sentence: shares at a price, stakes, parts and their total, one mass in two units."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipelines.enrich.quantities import Count
from pipelines.enrich.reading import Amount, Quantity, Verdict, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_figures import Figures, number, verdict

MAX_PARTS = 6
LIST_REACH = 120  # characters between two parts of a list
EXACT = 5e-4  # relative; what is decreed is not rounded
SPLIT_REACH = 90  # and between a total and its first part
_OWNER = re.compile(r"(?:(?<!\w)[A-ZÀ-Ý][\w&.'’-]*|[\u4e00-\u9fff])\s?[(（]\Z")  # a name before its stake in brackets
_PER_SHARE = frozenset({"share", "unit"})
_UNITS = re.compile(r"(?<![\d.,])(\d{1,3}(?:[ .,]\d{1,3}){0,3})( millions?)?(?: of | d'| )(?:units|unités)\b")
# Tonnes in a unit that stands alone in brackets after a figure: "1,000 t (ktpa)".
_BARE_UNIT = re.compile(r"\s?[(（](ktpa|kt|mt|tpa|kg|lb|t|tonnes|万吨|千吨|吨|公斤)[)）]", re.IGNORECASE)
_TONNES = {
    "ktpa": 1e3, "kt": 1e3, "mt": 1.0, "tpa": 1.0, "kg": 1e-3, "lb": 4.5359e-4, "t": 1.0, "tonnes": 1.0, "万吨": 1e4, "千吨": 1e3,
    "吨": 1.0, "公斤": 1e-3,
}  # fmt: skip
_BRACKET = re.compile(r"\s?[(（](?:≈|~|about |around |approx\. |approximately |or |environ |soit |约|即|合)?$")


def shares_price(figures: Figures) -> Iterator[Witness]:
    """Number of shares times price makes the amount raised or paid."""
    previous, amounts = figures.previous, list(figures.amounts)
    if not any(a.per in _PER_SHARE for a in amounts) or not figures.says("issue"):
        return
    counts = figures.counts or _units(figures)
    if not counts:
        return
    if previous and previous.paragraph == figures.paragraph and not any(a.per is None for a in amounts):
        amounts = previous.amounts + amounts
    prices = [a for a in amounts if a.per in _PER_SHARE and a.value_to is None]
    totals = [a for a in amounts if a.per is None and a.value_to is None and not _is_other(figures, a)]
    if len(prices) != 1 or not totals:
        return
    price, count = prices[0], min(counts, key=lambda c: abs(c.start - prices[0].start))
    totals = [t for t in totals if t.currency == price.currency]
    if not totals:
        return
    text, product = figures.text, price.value * count.value
    rough = slack(text[price.start : price.end]) + slack(text[count.start : count.end])
    judged = [(verdict(product, t.value, rough + slack(text[t.start : t.end])), t) for t in totals]
    result, total = min(judged, key=lambda pair: (pair[0] != "holds", abs(pair[1].start - count.start)))
    if result == "fails" and (len(totals) > 2 or figures.is_about(total.start)):
        result = "not_testable"
    note = f"{number(count.value)} x {number(price.value)} = {number(product)} {price.currency}"
    note += "" if result == "holds" else f", not {number(total.value)}"
    ends = [x for item in (price, count, total) for x in (item.start, item.end)]
    yield figures.witness("shares_price", result, min(ends), max(ends), note)


def _units(figures: Figures) -> list[Count]:
    """Numbers of units (a share with a warrant) in the sentence."""
    found = []
    for match in _UNITS.finditer(figures.low, figures.start, figures.end):
        digits = match[1].replace(" ", "")
        value = float(digits.replace(",", ".")) if match[2] else float(re.sub(r"\D", "", digits))
        found.append(Count(match.start(), match.end(), value * (1e6 if match[2] else 1)))
    return found


def _is_other(figures: Figures, amount: Amount) -> bool:
    """Whether the words before an amount say that it is no total of the deal."""
    before = figures.low[max(0, amount.start - 32) : amount.start]
    return any(word in before for word in figures.known["not_total"])


def stakes_sum(figures: Figures) -> Iterator[Witness]:
    """Stakes that are said to be all of a company make 100 %."""
    shares = figures.shares
    if len(shares) < 2 or not figures.says("complete"):
        return
    run = [s for s in shares if s.value_to is None and not _is_no_stake(figures, s.start, s.end)]
    # Owners with their stakes in brackets need no word for a stake.
    is_list = len(run) > 1 and all(_OWNER.search(figures.text, max(0, s.start - 24), s.start) for s in run)
    if not (is_list or figures.says("stake")):
        return
    runs: list[list[int]] = [[]]
    for i, share in enumerate(run):
        if runs[-1] and share.start - run[i - 1].end > 60:
            runs.append([])
        runs[-1].append(i)
    for group in runs:
        if len(group) < 2 or _names_other_targets(figures, [run[i].end for i in group]):
            continue
        stakes = [run[i] for i in group]
        total = sum(s.value for s in stakes)
        rough = 0.5 * len(stakes) if all(s.value == int(s.value) for s in stakes) and abs(total - 100) <= 1 else 0.06 * len(stakes)
        if total < 100 - rough and not any(word in figures.said for word in figures.known["whole"]):
            continue
        result = "holds" if abs(total - 100) <= rough else "fails"
        said = " + ".join(f"{s.value:g}" for s in stakes)
        note = f"{said} = {total:g}" + ("" if result == "holds" else ", not 100")
        yield figures.witness("stakes_sum", result, stakes[0].start, stakes[-1].end, note)  # type: ignore[arg-type]


def _is_no_stake(figures: Figures, start: int, end: int) -> bool:
    near = figures.before(start, 14) + "|" + figures.after(end, 20)
    return any(word in near for word in figures.known["not_stake"])


def _names_other_targets(figures: Figures, ends: list[int]) -> bool:
    """Whether two of the stakes are in different companies: "51% of A and 60% of B"."""
    return sum(bool(_OF_NAME.match(figures.text, end)) for end in ends) > 1


_OF_NAME = re.compile(r" (?:of|in|de|du|d')\s?(?:the |la |le |l')?[A-ZÉ]|(?:的)?股权、|股权和")


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


def parts_total(figures: Figures) -> Iterator[Witness]:
    """Parts make the total that the text gives beside them."""
    previous = figures.previous
    masses, money = _masses(figures.quantities), _money(figures.amounts)
    earlier = (_masses(previous.quantities), _money(previous.amounts)) if previous else ([], [])
    for items, before in ((masses, earlier[0]), (money, earlier[1])):
        if len(items) >= 2:
            yield from _sums(figures, items, before)
            yield from _opened(figures, items, before)
        elif items and len(before) >= 2:
            yield from _summed_up(figures, items[0], before)


def _opened(figures: Figures, items: list[_Part], earlier: list[_Part]) -> Iterator[Witness]:
    """Parts that open a sentence (其中, "of this") are not more than the one figure of the sentence before."""
    if len(earlier) != 1 or not figures.said.lstrip(" ,").startswith(tuple(figures.known["partial_opening"])):
        return
    parts = _run(figures, earlier[0], items)
    if len(parts) >= 2 and sum(part.value for part in parts) > earlier[0].value:
        yield from _judge(figures, parts, earlier[0])


def _summed_up(figures: Figures, total: _Part, earlier: list[_Part]) -> Iterator[Witness]:
    """A figure that says that it sums up those of the sentence before; one far from their sum speaks of something else."""
    previous = figures.previous
    if previous is None or previous.paragraph != figures.paragraph or total.is_range or not figures.says("sum_so_far"):
        return
    if previous.says("comparators") or figures.says("comparators"):
        return
    is_list = all(part.unit == total.unit and not part.is_range for part in earlier)
    if is_list and 0.8 < sum(part.value for part in earlier) / (total.value or 1) < 1.25:
        yield from _judge(figures, earlier, total)


def _sums(figures: Figures, items: list[_Part], earlier: list[_Part]) -> Iterator[Witness]:
    known = figures.known
    for i, total in enumerate(items):
        if total.is_range:
            continue
        if i >= 2 and figures.before(total.start, 30).endswith(tuple(known["total_before"])):
            parts = _run(figures, total, items[max(0, i - MAX_PARTS) : i][::-1])
            if len(parts) >= 2:
                yield from _judge(figures, parts[::-1], total)
        following = items[i + 1 : i + 1 + MAX_PARTS]
        if len(following) >= 2:
            between = figures.low[total.end : following[0].start]
            if len(between) <= SPLIT_REACH and any(word in between for word in known["split"]):
                parts = _run(figures, total, following)
                if len(parts) >= 2:
                    yield from _judge(figures, parts, total)
            elif len(between) <= SPLIT_REACH and any(word in between for word in known["partial"]):
                parts = _run(figures, total, following)
                if len(parts) >= 2 and sum(part.value for part in parts) > total.value:
                    yield from _judge(figures, parts, total)
    wholes = [x for x in earlier if x.unit == items[0].unit]
    is_split = len(items) == 2 and len(wholes) == 1 and any(word in figures.said for word in known["split"])
    if is_split and verdict(items[0].value + items[1].value, wholes[0].value, 0.005) == "holds":
        yield from _judge(figures, items, wholes[0])


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
    return len(between) <= LIST_REACH and not any(word in between for word in figures.known["not_parts"])


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


def unit_consistency(figures: Figures) -> Iterator[Witness]:
    """One mass written in two units is the same mass."""
    items = figures.quantities
    for i, item in enumerate(items):
        bare = _BARE_UNIT.match(figures.text, item.end)
        if bare and item.value:
            tonnes = _TONNES[bare[1].lower()]
            written = item.normalised_value / item.value
            if not 0.7 < tonnes / written < 1.4:
                note = f"{item.unit} is not {bare[1]}"
                yield figures.witness("unit_consistency", "fails", item.start, bare.end(), note)
        if i + 1 == len(items):
            break
        other = items[i + 1]
        between = figures.text[item.end : other.start]
        if len(between) > 24 or not _BRACKET.fullmatch(between) or figures.text[other.end : other.end + 1] not in {")", "）"}:
            continue
        if other.unit == item.unit or item.value_to is not None or other.value_to is not None:
            continue
        text = figures.text
        rough = slack(text[item.start : item.end]) + slack(text[other.start : other.end])
        result = verdict(other.normalised_value, item.normalised_value, rough)
        note = f"{item.value:g} {item.unit} is {number(item.normalised_value)} t, not {number(other.normalised_value)} t"
        yield figures.witness("unit_consistency", result, item.start, other.end + 1, note)
