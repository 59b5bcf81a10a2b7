"""Period over period: a percentage against the two figures that it compares."""

import re
from collections.abc import Iterator, Sequence

from msgspec import structs

from pipelines.enrich.quantities import Share
from pipelines.enrich.reading import Amount, Quantity, Verdict, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_figures import MANY, Figures, number, plain
from pipelines.enrich.witness_moves import direction, moved, size

ABOUT = 3.0  # percentage points that a figure told with "about" leaves open
_MORE = re.compile(r"\d[多余]")
_GRADE = re.compile(r"(?:t?reo|wo3|品位|纯度|含量|grade of|purity of|titrant|teneur de)[\s=≥:：]{0,3}\Z")
STEP = 0.5  # percentage points beyond the rounding that no rounding explains


def period_over_period(figures: Figures) -> Iterator[Witness]:
    """A rise or fall in per cent agrees with the old and the new figure that stand beside it."""
    if max(len(figures.quantities), len(figures.amounts)) > MANY:
        return
    if not figures.shares:
        yield from _of_a_change_before(figures)
        return
    changes = [s for s in figures.shares if s.value_to is None and direction(figures, s) and not _is_grade(figures, s)]
    if len(changes) != 1:
        return
    change = changes[0]
    if not (figures.quantities or figures.amounts):
        yield from _of_the_sentence_before(figures, change)
        return
    for items in (figures.quantities, figures.amounts):
        move = moved(figures, items, change)
        if move and move.is_told_with_change:
            yield from _judge(figures, change, move.new, move.old)
        if move:
            return
        pair = _pair(figures, items, change) or _by_difference(figures, items)
        if pair and _is_beside(figures, change, pair) and not _is_apart(figures, change, pair):
            yield from _judge(figures, change, *pair)
            return


def _of_the_sentence_before(figures: Figures, change: Share) -> Iterator[Witness]:
    """A change told in a sentence of its own after the one that gives both figures."""
    before = figures.previous
    opens = figures.said.lstrip(" ,").startswith(tuple(figures.known["refers_back"]))
    if before is None or before.paragraph != figures.paragraph or before.shares or not opens:
        return
    if max(len(before.quantities), len(before.amounts)) > MANY:
        return
    for items in (before.quantities, before.amounts):
        move = moved(before, items, None)
        pair = (move.new, move.old) if move else _pair(before, items, None)
        if pair:
            yield from _judge(figures, change, *pair)
            return


def _of_a_change_before(figures: Figures) -> Iterator[Witness]:
    """The old figure told in a sentence of its own, after the one that gives the new figure and the change."""
    before = figures.previous
    if before is None or before.paragraph != figures.paragraph or not (figures.says("earlier") or _was(figures, figures.said)):
        return
    changes = [s for s in before.shares if s.value_to is None and direction(before, s)]
    for items, earlier in ((figures.quantities, before.quantities), (figures.amounts, before.amounts)):
        if len(items) != 1 or len(earlier) != 1 or len(changes) != 1 or len(before.shares) > 1:
            continue
        new, old = earlier[0], items[0]
        is_plain = new.value_to is None and old.value_to is None and _unit(new) == _unit(old)
        if is_plain and not (_is_old(before, new) or figures.is_about(old.start)) and not _is_apart(before, changes[0], (new, new)):
            yield from _judge(before, changes[0], new, old)


def _is_grade(figures: Figures, share: Share) -> bool:
    """Whether a percentage is what a product holds ("REO 50%")."""
    return _GRADE.search(figures.low, max(figures.start, share.start - 12), share.start) is not None


def _was(figures: Figures, words: str) -> bool:
    """Whether a verb in the imperfect tells what was before."""
    return any(word in words for word in figures.known.get("was", ()))


def _is_apart(figures: Figures, change: Share, pair: tuple[Quantity | Amount, Quantity | Amount]) -> bool:
    """Whether the change is told of something else than the figures (« contre 250 tonnes ; le rendement a gagné 3 % »)."""
    ends = min(pair, key=lambda x: max(x.start - change.end, change.start - x.end))
    between = figures.low[min(change.end, ends.end) : max(change.start, ends.start)]
    words = figures.known.get("other_clause", ())
    whole = figures.low[min(change.end, *(x.end for x in pair)) : max(change.start, *(x.start for x in pair))]
    return any(word in between for word in words) or bool(words and ";" in whole)


def _elided(figures: Figures, items: Sequence[Quantity] | Sequence[Amount]) -> Quantity | Amount | None:
    """An old figure without a unit after the new one: « 212 tonnes au premier trimestre, contre 160 au trimestre d'avant »."""
    expression = figures.known.get("bare_old")
    plain_ones = [x for x in items if x.value_to is None]
    if not expression or len(plain_ones) != 1 or len(items) != 1:
        return None
    new = plain_ones[0]
    found = re.compile(expression).search(figures.low, new.end, figures.end)
    value, shown = plain(found[1]) if found else None, plain(figures.low[new.start : new.end])
    if found is None or not value or not shown:
        return None
    magnitude = found[2] if found.re.groups > 1 else None
    if magnitude and magnitude not in figures.low[new.start : new.end]:
        return None
    start, end = found.span(1)
    if isinstance(new, Quantity):
        return structs.replace(new, start=start, end=end, value=value, normalised_value=new.normalised_value * value / shown)
    return structs.replace(new, start=start, end=end, value=new.value * value / shown)


def _is_beside(figures: Figures, change: Share, pair: tuple[Quantity | Amount, Quantity | Amount]) -> bool:
    """Whether no third figure stands nearer to the change than both of the pair."""
    found: tuple[Quantity | Amount, ...] = (*figures.quantities, *figures.amounts)
    nearest = min(found, key=lambda x: max(x.start - change.end, change.start - x.end))
    return nearest.start in {pair[0].start, pair[1].start}


def _pair(
    figures: Figures, items: Sequence[Quantity] | Sequence[Amount], change: Share | None
) -> tuple[Quantity | Amount, Quantity | Amount] | None:
    """New and old figure; None where the sentence does not plainly compare two."""
    plain = [x for x in items if x.value_to is None and not figures.is_about(x.start)]
    old = [x for x in plain if _is_old(figures, x)]
    if len(old) > 1 and figures.language == "zh":  # 去年…，前年…: the one before
        old = [x for x in old if "前年" in _alone(figures, x)[0]]
    bare = _elided(figures, items)
    if bare is not None:
        return items[0], bare
    if len(old) != 1:
        return None
    new = [x for x in plain if x is not old[0] and _unit(x) == _unit(old[0])]
    if not new and figures.previous and (change or figures.previous.paragraph == figures.paragraph):
        source = figures.previous.quantities if isinstance(old[0], Quantity) else figures.previous.amounts
        new = [x for x in source if x.value_to is None and _unit(x) == _unit(old[0])]
    if len(new) > 1 and change:
        new = [x for x in new if x.end <= change.start][-1:] if len(new) == 2 and new[0].end <= change.start <= new[1].start else []
    return (new[0], old[0]) if len(new) == 1 else None


def _is_difference(figures: Figures, near: str) -> bool:
    """Whether the words before a figure of a Chinese text end with those of a change (上涨, 少了)."""
    return figures.language == "zh" and near.strip(" 了约近逾超出").endswith((*figures.known["up"], *figures.known["down"], "多", "少"))


def _by_difference(figures: Figures, items: Sequence[Quantity] | Sequence[Amount]) -> tuple[Quantity | Amount, Quantity | Amount] | None:
    """New and old figure where the text gives the new one and by how much it differs (160万元，较上周上涨5万元)."""
    if len(items) != 2 or any(x.value_to is not None for x in items) or _unit(items[0]) != _unit(items[1]):
        return None
    new, step = items
    before, _ = _alone(figures, step)
    near = before[max(before.rfind(mark) for mark in "，；;") + 1 :].strip(" 了约近逾超出")
    if not _is_difference(figures, near) or not any(word in near for word in figures.known["comparators"]):
        return None
    sign = -1 if near.endswith((*figures.known["down"], "少")) else 1
    if isinstance(new, Quantity) and isinstance(step, Quantity):
        return new, structs.replace(step, normalised_value=new.normalised_value - sign * step.normalised_value)
    if isinstance(new, Amount) and isinstance(step, Amount):
        return new, structs.replace(step, value=new.value - sign * step.value)
    return None


def _unit(item: Quantity | Amount) -> str:
    return "t" if isinstance(item, Quantity) else item.currency


def _is_old(figures: Figures, item: Quantity | Amount) -> bool:
    """Whether words beside a figure say that it is that of an earlier period."""
    before, after = _alone(figures, item)
    cut = max(before.rfind(mark) for mark in ("，", "；", ";", ", "))
    near = before[cut + 1 :]
    known = figures.known
    if _is_difference(figures, near):
        return False  # 较上周上涨5万元: by how much, not from what
    if near.strip(" ") in known["beside_change"] and any(share.end <= item.start <= share.end + 8 for share in figures.shares):
        return True  # "exceed by 10% the 600 tonnes of June"
    said = near if near.rstrip(" $€£¥").endswith((" of", " de", " d'")) else near[-22:]  # "from the first-quarter mean of"
    if any(word in said for word in known["comparators"]) or any(word in near for word in known["earlier"]) or _was(figures, near):
        return True
    if after.startswith(tuple(known["compared_after"])):
        return True
    return figures.language != "zh" and any(word in after for word in figures.known["earlier"])


def _alone(figures: Figures, item: Quantity | Amount) -> tuple[str, str]:
    """What stands before and after a figure, up to the next figure on either side."""
    others: tuple[Quantity | Amount | Share, ...] = (*figures.quantities, *figures.amounts, *figures.shares)
    left = max((x.end for x in others if x.end <= item.start), default=figures.start)
    right = min((x.start for x in others if x.start >= item.end), default=figures.end)
    return figures.low[max(left, item.start - 34) : item.start], figures.low[item.end : min(right, item.end + 34)]


def _judge(figures: Figures, change: Share, new: Quantity | Amount, old: Quantity | Amount) -> Iterator[Witness]:
    a, b = size(new), size(old)
    if not a or not b or figures.is_about(change.start):
        return
    text, sign = figures.text, direction(figures, change)
    real = (a / b - 1) * 100
    written = sign * change.value
    decimals = len(text[change.start : change.end].replace(",", ".").rstrip(" %％").partition(".")[2])
    rough = 0.5 * 10.0**-decimals + (slack(text[new.start : new.end]) + slack(text[old.start : old.end])) * 20 + 0.05
    if any(_MORE.search(text, x.start, x.end) for x in (new, old)):
        return  # 100多吨: anything up to 200
    if any(figures.is_about(x.start) for x in (new, old)):
        rough += ABOUT
    off = abs(real - written)
    result: Verdict = "holds" if off <= rough else "fails" if off > max(2 * rough, rough + STEP) else "not_testable"
    note = f"{number(a)} / {number(b)} - 1 = {real:.1f} %" + ("" if result == "holds" else f", not {written:g} %")
    ends = [x for item in (change, new, old) for x in (item.start, item.end) if figures.start <= item.start]
    yield figures.witness("period_over_period", result, min(ends), max(ends), note)
