"""A number of shares times the price of one makes the sum that they bring."""

import re
from collections.abc import Iterator

from msgspec import structs

from pipelines.enrich.quantities import Count
from pipelines.enrich.reading import Amount, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_figures import Figures, number, verdict

ROUGHEST = 0.05  # relative; how far a number of shares or the sum that they bring may be rounded
DEAREST = 5000.0  # what no share costs
JOINED = 70  # characters between a number of shares and the price of one
_PER_SHARE = frozenset({"share", "unit"})
_UNITS = re.compile(r"(?<![\d.,])(\d{1,3}(?:[ .,]\d{1,3}){0,3})( millions?)?(?: of | d'| )(?:units|unités)\b")
_SMALL = re.compile(
    r"(\d(?<![\d.,]\d)\d{0,3}(?:[.,]\d{1,3})?) ?(pence|penny|p(?= )|cents?|centimes?) "
    r"?(?:each|apiece|per share|a share|per ordinary share|per unit|l'action|l'une|chacune|pièce|par action|par titre)"
)
# The same where what is sold stands before it ("ordinary shares at 35p").
_SMALL_AT = re.compile(
    r"\b(?:(?:shares?|stock|units|priced|offered|placing|placement|offering|issue) at "
    r"|(?:placing|issue|offer|subscription|exercise)? ?price of )(?:a price of )?"
    r"(\d(?<![\d.,]\d)\d{0,3}(?:[.,]\d{1,3})?) ?(pence|p(?!\w)|cents|c(?!\w))"
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
    if not any(a.per in _PER_SHARE for a in amounts) or not (
        sold.says("issue") or figures.says("issue") or (previous and previous.previous and previous.previous.says("issue"))
    ):
        return
    counts = sold.counts or _units(sold) or (previous.counts if previous else [])
    if not counts and previous and previous.previous and previous.previous.paragraph == figures.paragraph:
        counts = previous.previous.counts
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
            figures.before(amount.start).endswith(before)
            or figures.after(amount.end).lstrip(" ").startswith(after)
            or _is_joined(figures, amount)
        )
        found.append(structs.replace(amount, per="share") if is_price else amount)
    return [*found, *_small_prices(figures)]


def _is_joined(figures: Figures, amount: Amount) -> bool:
    """Whether a small sum follows shares that go for it (« 10 millions d'actions à 0,50 dollar »), or is said to be that of each."""
    if amount.value > DEAREST or amount.value_to is not None:
        return False
    each, joint = figures.known.get("price_each"), figures.known.get("price_joint")
    if each and re.search(each, figures.before(amount.start)):
        return True
    count = next((c for c in figures.counts[::-1] if c.end <= amount.start), None)
    return bool(joint and count and amount.start - count.end < JOINED and re.fullmatch(joint, figures.low[count.end : amount.start]))


def _small_prices(figures: Figures) -> list[Amount]:
    """Prices of a share in pence or cents; those in cents are of the currency that the sentence, or the one before, pays in."""
    found = []
    matches = [*_SMALL.finditer(figures.low, figures.start, figures.end)]
    for match in matches or _SMALL_AT.finditer(figures.low, figures.start, figures.end):
        around = figures.amounts or (figures.previous.amounts if figures.previous else [])
        currency = "GBP" if match[2].startswith("p") else around[0].currency if around else None
        if currency:
            text, value = figures.text[match.start(1) : match.end()], float(match[1].replace(",", ".")) / 100
            found.append(Amount(match.start(1), match.end(), text, value, currency, None, "share"))
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
