"""Sums and products inside a sentence: shares at a price, stakes, parts and their total."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import structs

from pipelines.enrich.quantities import Count, Share
from pipelines.enrich.reading import Amount, Quantity, Verdict, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_figures import Figures, number, plain, verdict

ROUGHEST = 0.05  # relative; how far a number of shares or the sum that they bring may be rounded
MAX_PARTS = 6
ELIDED_REACH = 40  # characters before a figure in which another one shares its unit
STAKE_REACH = 80  # characters between two stakes of a list
STAKE_FAR = 110  # and before one that is said to be the rest
LIST_REACH = 120  # characters between two parts of a list
EXACT = 5e-4  # relative; what is decreed is not rounded
COLON_REACH = 24  # characters between a colon and the first part
SPLIT_REACH = 90  # and between a total and its first part
_OWNER = re.compile(r"(?:(?<!\w)[A-ZÀ-Ý][\w&.'’-]*|[\u4e00-\u9fff])\s?[(（]\Z")  # a name before its stake in brackets
_CLAUSE = re.compile(
    r"\b(?:whose|which|where|while(?![^%]{0,60}\b(?:holds?|owns?|has|have|takes?|keeps?) )|dont|qui|où|tandis)\b|其(?!余|他|中)"
)
_OLD, _NEW = re.compile(r"(?:\bfrom |\bde |[由从自])\Z"), re.compile(r"\s?(?:to |à |[升增降提上下至到])")
_PER_SHARE = frozenset({"share", "unit"})
_UNITS = re.compile(r"(?<![\d.,])(\d{1,3}(?:[ .,]\d{1,3}){0,3})( millions?)?(?: of | d'| )(?:units|unités)\b")
_SMALL = re.compile(
    r"(\d(?<![\d.,]\d)\d{0,3}(?:[.,]\d{1,3})?) ?(pence|penny|p(?= )|cents?|centimes?) "
    r"?(?:each|apiece|per share|a share|per ordinary share|per unit|l'action|l'une|chacune|pièce|par action|par titre)"
)
_BARE = re.compile(r"(?:\b(?:lots|batches|tranches|parts|stages|phases|of|de) )(\d[\d.,]*) (?:and|et) \Z")
_LARGE = re.compile(r"\b(million|billion|milliard|thousand)")
_MORE = re.compile(
    r"(?:,|\band|\bet|\bplus) (?:about |some |environ )?(\d+(?:[.,]\d+)?) (million|billion|milliard|thousand)s?\b"
    r"(?! (?:of|de|d'|us|ton|dollar|euro|shares|actions|yuan))"
)


def shares_price(figures: Figures) -> Iterator[Witness]:
    """Number of shares times price makes the amount raised or paid."""
    previous = figures.previous
    if not (figures.amounts or (previous and previous.amounts)):
        return
    sold, amounts = figures, _priced(figures)
    if previous and previous.paragraph != figures.paragraph:
        previous = None
    if previous and not any(a.per in _PER_SHARE for a in amounts):
        # The sentence before gives shares and price, this one what they brought in.
        earlier = _priced(previous)
        if any(a.per is None for a in earlier) or not figures.says("proceeds"):
            return
        sold, amounts = previous, [*earlier, *amounts]
    elif previous and not any(a.per is None for a in amounts):
        amounts = [*previous.amounts, *amounts]
    if not any(a.per in _PER_SHARE for a in amounts) or not (sold.says("issue") or figures.says("issue")):
        return
    counts = sold.counts or _units(sold) or (previous.counts if previous else [])
    if not counts:
        return
    prices = [a for a in amounts if a.per in _PER_SHARE and a.value_to is None]
    totals = [a for a in amounts if a.per is None and a.value_to is None and not _is_other(figures, a)]
    if len(prices) != 1 or not totals:
        return
    price, count = prices[0], min(counts, key=lambda c: abs(c.start - prices[0].start))
    totals = [t for t in totals if t.currency == price.currency]
    if not totals:
        return
    text, product = figures.text, price.value * count.value
    # The price of a share is exact; a number of shares and a sum are rounded, but not to a tenth.
    rough = min(slack(text[count.start : count.end]), ROUGHEST)
    judged = [(verdict(product, t.value, rough + min(slack(text[t.start : t.end]), ROUGHEST)), t) for t in totals]
    result, total = min(judged, key=lambda pair: (pair[0] != "holds", abs(pair[1].start - count.start)))
    if result == "fails" and (len(totals) > 2 or figures.is_about(total.start)):
        result = "not_testable"
    note = f"{number(count.value)} x {number(price.value)} = {number(product)} {price.currency}"
    note += "" if result == "holds" else f", not {number(total.value)}"
    ends = [x for item in (price, count, total) for x in (item.start, item.end)]
    yield figures.witness("shares_price", result, min(ends), max(ends), note)


def _priced(figures: Figures) -> list[Amount]:
    """The amounts of a sentence, with those that words beside them make the price of one share."""
    before, after = tuple(figures.known["price_before"]), tuple(figures.known["price_after"])
    found = []
    for amount in figures.amounts:
        is_price = amount.per is None and (
            figures.before(amount.start).endswith(before) or figures.after(amount.end).lstrip(" ").startswith(after)
        )
        found.append(structs.replace(amount, per="share") if is_price else amount)
    return [*found, *_small_prices(figures)]


def _small_prices(figures: Figures) -> list[Amount]:
    """Prices of a share in pence or cents; those in cents are of the currency that the sentence, or the one before, pays in."""
    found = []
    for match in _SMALL.finditer(figures.low, figures.start, figures.end):
        around = figures.amounts or (figures.previous.amounts if figures.previous else [])
        currency = "GBP" if match[2].startswith("p") else around[0].currency if around else None
        if currency:
            text, value = figures.text[match.start() : match.end()], float(match[1].replace(",", ".")) / 100
            found.append(Amount(match.start(), match.end(), text, value, currency, None, "share"))
    return found


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
    if len(shares) < 2 or not figures.says("complete") or figures.says("votes"):
        return
    run = [s for s in shares if s.value_to is None and not _is_no_stake(figures, s.start, s.end)]
    if any(_OLD.search(figures.low, max(0, s.start - 8), s.start) and _NEW.match(figures.low, s.end) for s in run):
        return  # a stake that grew "from 40% to 51%" is told twice
    # Owners with their stakes in brackets need no word for a stake.
    is_list = len(run) > 1 and all(_OWNER.search(figures.text, max(0, s.start - 24), s.start) for s in run)
    if not (is_list or figures.says("stake")):
        return
    runs: list[list[int]] = [[]]
    for i, share in enumerate(run):
        if runs[-1] and share.start - run[i - 1].end > (STAKE_FAR if _is_rest(figures, share) else STAKE_REACH):
            runs.append([])
        runs[-1].append(i)
    for group in runs:
        if (
            len(group) < 2
            or _CLAUSE.search(figures.low, run[group[0]].end, run[group[-1]].start)
            or _names_other_targets(figures, [run[i].end for i in group])
        ):
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


def _is_rest(figures: Figures, share: Share) -> bool:
    """Whether a stake is said to be all that is left."""
    near = figures.before(share.start, 24) + "|" + figures.after(share.end, 12)
    return any(word in near for word in figures.known["remainder"])


def _is_no_stake(figures: Figures, start: int, end: int) -> bool:
    near = figures.before(start, 14) + "|" + figures.after(end, 20)
    return any(word in near for word in figures.known["not_stake"])


def _names_other_targets(figures: Figures, ends: list[int]) -> bool:
    """Whether two of the stakes are in different things: "51% of A and 60% of B"."""
    if sum(bool(_OF_NAME.match(figures.text, end)) for end in ends) > 1:
        return True
    nouns = {match[1] for end in ends for match in [_OF_NOUN.match(figures.low, end)] if match}
    return len(nouns.difference(figures.known["whole_nouns"])) > 1


_OF_NAME = re.compile(r" (?:of|in|de|du|d')\s?(?:the |la |le |l')?[A-ZÉ]|(?:的)?股权、|股权和")
_OF_NOUN = re.compile(r" (?:of|in|de|du|des|d')\s?(?:the |an? |its |la |le |l')?(\w+)")


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
        sums_up = figures.before(total.start, 30).endswith(tuple(known["total_before"]))
        if i >= 2 and (sums_up or figures.after(total.end, 16).lstrip(" ,").startswith(tuple(known["total_after"]))):
            parts = _run(figures, total, items[max(0, i - MAX_PARTS) : i][::-1])
            if len(parts) >= 2:
                yield from _judge(figures, parts[::-1], total)
        following = items[i + 1 : i + 1 + MAX_PARTS]
        if len(following) >= 2:
            between = figures.low[total.end : following[0].start]
            if len(between) <= SPLIT_REACH and (_ends_in_colon(between) or any(word in between for word in known["split"])):
                parts = _run(figures, total, following)
                if len(parts) >= 2:
                    yield from _judge(figures, parts, total)
            elif len(between) <= SPLIT_REACH and any(word in between for word in known["partial"]):
                parts = _run(figures, total, following)
                if len(parts) >= 2 and (sum(part.value for part in parts) > total.value or _has_remainder(figures, parts)):
                    yield from _judge(figures, parts, total)
            elif len(between) <= SPLIT_REACH:
                parts = _run(figures, total, following)
                if len(parts) >= 2 and _has_remainder(figures, parts):
                    yield from _judge(figures, parts, total)
    wholes = [x for x in earlier if x.unit == items[0].unit]
    is_split = len(items) == 2 and len(wholes) == 1 and any(word in figures.said for word in known["split"])
    if is_split and verdict(items[0].value + items[1].value, wholes[0].value, 0.005) == "holds":
        yield from _judge(figures, items, wholes[0])


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
