"""Sums and products inside a sentence: shares at a price, stakes, parts and their total, one mass in two units."""

import re
from collections.abc import Iterator, Sequence

from pipelines.enrich.reading import Amount, Quantity, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_figures import Figures, number, verdict

MAX_PARTS = 6
# Tonnes in a unit that stands alone in brackets after a figure: "1,000 t (ktpa)".
_BARE_UNIT = re.compile(r"\s?[(（](ktpa|kt|mt|tpa|kg|lb|t|tonnes|万吨|千吨|吨|公斤)[)）]", re.IGNORECASE)
_TONNES = {"ktpa": 1e3, "kt": 1e3, "mt": 1.0, "tpa": 1.0, "kg": 1e-3, "lb": 4.5359e-4, "t": 1.0, "tonnes": 1.0, "万吨": 1e4, "千吨": 1e3, "吨": 1.0, "公斤": 1e-3}  # fmt: skip
_BRACKET = re.compile(r"\s?[(（](?:≈|~|about |around |approx\. |approximately |or |environ |soit |约|即|合)?$")
_NUMBERED = re.compile(r"\d")


def shares_price(figures: Figures) -> Iterator[Witness]:
    """Number of shares times price makes the amount raised or paid."""
    counts, previous = figures.counts, figures.previous
    if not counts or not figures.says("issue"):
        return
    amounts = list(figures.amounts)
    if previous and previous.paragraph == figures.paragraph and not any(a.per is None for a in amounts):
        amounts = previous.amounts + amounts
    prices = [a for a in amounts if a.per == "share" and a.value_to is None]
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


def _is_other(figures: Figures, amount: Amount) -> bool:
    """Whether the words before an amount say that it is no total of the deal."""
    before = figures.low[max(0, amount.start - 32) : amount.start]
    return any(word in before for word in figures.known["not_total"])


def stakes_sum(figures: Figures) -> Iterator[Witness]:
    """Stakes that are said to be all of a company make 100 %."""
    shares = figures.shares
    if len(shares) < 2 or not figures.says("stake") or not figures.says("complete"):
        return
    run = [s for s in shares if s.value_to is None and not _is_no_stake(figures, s.start, s.end)]
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


def parts_total(figures: Figures) -> Iterator[Witness]:
    """Parts make the total that the text gives beside them."""
    for items in (figures.quantities, figures.amounts):
        if len(items) >= 2 and (len(items) > 2 or figures.previous):
            yield from _sums(figures, items)


def _sums(figures: Figures, items: Sequence[Quantity] | Sequence[Amount]) -> Iterator[Witness]:
    known = figures.known
    for i, total in enumerate(items):
        if total.value_to is not None:
            continue
        before = figures.before(total.start, 30)
        alike = [j for j, item in enumerate(items) if item.value_to is None and _unit(item) == _unit(total)]
        if before.endswith(tuple(known["total_before"])) and i >= 2:
            first = i
            while first - 1 in alike and i - first < MAX_PARTS and _joined(figures, items[first - 1].end, items[first].start):
                first -= 1
            if i - first >= 2:
                yield from _judge(figures, items[first:i], total)
        after = figures.low[total.end : items[i + 1].start] if i + 1 < len(items) else ""
        if len(after) <= 90 and any(word in after for word in known["split"]):
            last = i + 1
            while last + 1 in alike and last - i < MAX_PARTS and _joined(figures, items[last].end, items[last + 1].start):
                last += 1
            if last - i >= 2 and i + 1 in alike:
                yield from _judge(figures, items[i + 1 : last + 1], total)
    previous = figures.previous
    if previous and len(items) == 2 and any(word in figures.said for word in known["split"]):
        wholes = [x for x in (previous.quantities if isinstance(items[0], Quantity) else previous.amounts) if _unit(x) == _unit(items[0])]
        if len(wholes) == 1 and verdict(sum(_value(x) for x in items), _value(wholes[0]), 0.005) == "holds":
            yield from _judge(figures, items, wholes[0])


def _joined(figures: Figures, end: int, start: int) -> bool:
    """Whether two figures are parts of one list, and not an old and a new one."""
    between = figures.low[end:start]
    return len(between) <= 120 and not any(word in between for word in figures.known["not_parts"])


def _judge(figures: Figures, parts: Sequence[Quantity] | Sequence[Amount], total: Quantity | Amount) -> Iterator[Witness]:
    made, whole = sum(_value(part) for part in parts), _value(total)
    if whole <= max(_value(part) for part in parts) or not 0.5 < made / whole < 2:
        return
    text = figures.text
    rough = sum(slack(text[p.start : p.end]) * _value(p) for p in parts) / whole + slack(text[total.start : total.end])
    result = verdict(made, whole, min(rough, 0.01))
    if result == "fails" and any(figures.is_about(item.start) for item in (*parts, total)):
        result = "not_testable"
    note = " + ".join(number(_value(part)) for part in parts) + f" = {number(made)}"
    note += "" if result == "holds" else f", not {number(whole)}"
    spans = [x for item in (*parts, total) for x in (item.start, item.end)]
    yield figures.witness("parts_total", result, min(spans), max(spans), note)


def _value(item: Quantity | Amount) -> float:
    return item.normalised_value if isinstance(item, Quantity) else item.value


def _unit(item: Quantity | Amount) -> str:
    return "t" if isinstance(item, Quantity) else f"{item.currency}/{item.per}"


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
        note = f"{item.value:g} {item.unit} is {number(item.normalised_value)} t, {other.value:g} {other.unit} {number(other.normalised_value)} t"
        yield figures.witness("unit_consistency", result, item.start, other.end + 1, note)
