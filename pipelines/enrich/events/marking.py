"""Which words of the lexicon count: not those of names and prices; in a row of prices a colon counts as a verb."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from pipelines.enrich.events.document import Document
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import FINITE, FORMS, VERB, Mark, mask_of
from pipelines.enrich.price_rows import MARKS
from pipelines.enrich.reading import Amount, Sentence

WITHOUT_WORDS = frozenset({"company", "agency", "publisher", "place"})
RESOURCE = mask_of("resource")
NAMED_BEFORE = re.compile(r"\b(?!Mineral|Ore|Indicated|Inferred|Measured|Total|The|Updated|Maiden|Initial|New)[A-Z][\w&-]+\s\Z")
OF_PRICES, QUOTE = mask_of("up", "down", "stable", "quote_price", "price"), mask_of("quote_price")
OUTPUT, MAY = mask_of("produce"), mask_of("may")
SAY = mask_of("say")
ACQUIRE, NOT, TALKS = mask_of("acquire"), mask_of("not"), mask_of("talks")
BEFORE_NUMBERS = ("no", "weighing")
NUMBERED = re.compile(r"\.?\s?(?:about |some |around |roughly |nearly |over |up to )?\d")
PAID = 24  # characters of a verb of paying before its sum
DATE = 24  # characters of a date before its month
GOODS = 12  # characters before a price in which its product is named
ALLOYED = re.compile("[铁钴]?(?:合金|毛坯|精矿|磁体|矿)?")  # between a material and the price of its product
DASHES = (" – ", " — ")
ROW = 4  # characters between the colon of a row and its price
OPENING, ARTICLES = " \"“«•-–", frozenset({"", "the", "an", "a", "its", "our", "their"})
PIECES = frozenset({"share", "unit"})


def outside_names(document: Document, marks: list[Mark]) -> list[Mark]:
    """Words that are part of an organisation's name tell nothing ("European Commission", "Energy Fuels")."""
    ends = [mark[1] for mark in marks]
    rest = len(marks)
    for name in reversed(document.mentions):
        if name.type in WITHOUT_WORDS and not name.is_anaphor:
            low = bisect_right(ends, name.start)
            del marks[low : min(bisect_right(ends, name.end, low), rest)]
            rest = min(low, rest)
    if document.grammar.has_borders:
        marks = [m for m in marks if not (m[2] & RESOURCE and _ends_a_name(document.text, m[0]))]
    return [m for m in marks if not document.is_aside(m[0])] if document.asides else marks


def outside_dates(document: Document, marks: list[Mark]) -> list[Mark]:
    """The month of May is no "may"."""
    return [m for m in marks if not (m[2] & MAY and any(d.end > m[0] for d in document.dates.within(m[0] - DATE, m[0] + 1)))]


def outside_numbers(document: Document, marks: list[Mark]) -> list[Mark]:
    """The "No." of a number is no "no", and what is "weighing 150 kilograms" is not weighed up."""
    low = document.low
    return [m for m in marks if not (low.startswith(BEFORE_NUMBERS, m[0], m[1]) and NUMBERED.match(low, m[1]) and m[2] & (NOT | TALKS))]


def with_purchase(document: Document, sentence: Sentence, marks: list[Mark]) -> list[Mark]:
    """Who pays a sum for a company buys it ("paid $125 million for Acme Metals")."""
    grammar, low = document.grammar, document.low
    for amount in document.amounts.within(sentence.start, sentence.end):
        paid = grammar.pays.search(low, max(sentence.start, amount.start - PAID), amount.start)
        after = grammar.bought_for.match(low, amount.end, sentence.end) if paid and not amount.per else None
        if after and any(m.start == after.end() and m.type == "company" for m in document.mentions.within(after.end(), after.end() + 1)):
            return [(*m[:2], ACQUIRE, m[3]) if m[1] <= amount.start and paid and m[0] == paid.start() else m for m in marks]
    return marks


def _ends_a_name(text: str, start: int) -> bool:
    """Whether a word with a capital follows another ("Base Resources")."""
    return text[start].isupper() and NAMED_BEFORE.search(text, max(0, start - 24), start) is not None


def outside_prices(document: Document, marks: list[Mark]) -> list[Mark]:
    """What a share or a piece is called in its price is no plant (« 19,50 dollars l'unité »)."""
    inside = {i for a in document.amounts if a.per in PIECES for i in range(a.start, a.end)}
    return [m for m in marks if m[0] not in inside] if inside else marks


def with_quoted(document: Document, sentence: Sentence, marks: list[Mark]) -> list[Mark]:
    """Between a quotation and its speaker any verb is one of speech (« … », lance Anne Petit)."""
    added: list[Mark] = []
    for found in document.grammar.quoted_verb.finditer(document.text, sentence.start, sentence.end):
        start, end = found.span("verb")
        beside = [m for m in marks if m[0] < end and start < m[1]]
        if not any(m[2] & SAY for m in beside):
            marks = [m for m in marks if m not in beside]
            added.append((start, end, SAY, FORMS["past"]))
    return sorted([*marks, *added]) if added else marks


def with_row(document: Document, sentence: Sentence, marks: list[Mark]) -> list[Mark]:
    """In a row of a list of prices ("NdFeB block, ex works : 245 yuan/kg") the colon says what a verb would."""
    prices = document.amounts.within(sentence.start, sentence.end)
    first = next(iter(prices), None)
    if len(prices) > 1 and not document.grammar.has_borders:
        marks = _with_bare_prices(document, prices, marks)
    if first is None and not document.grammar.has_borders:
        return _with_row_of_output(document, sentence, marks)
    if first is None or not first.per or first.per == "share":
        return marks
    if any((mark[2] & OF_PRICES or mark[3] & FINITE) and mark[0] < first.start for mark in marks):
        return marks
    colon = max(document.text.rfind(mark, sentence.start, first.start) for mark in (":", *MARKS))
    if colon < 0 or first.start - colon > ROW or not document.materials.any_within(sentence.start, colon):
        return marks
    return sorted([*marks, (colon, colon + 1, QUOTE, 0)])


def is_parted_row(document: Document, marks: Sequence[Mark]) -> bool:
    """Whether dashes part the cells of a row, so that they part no clauses (see `with_row`)."""
    return any(mark[2] == QUOTE and document.text.startswith(DASHES, mark[0]) for mark in marks)


def _with_row_of_output(document: Document, sentence: Sentence, marks: list[Mark]) -> list[Mark]:
    """In a row under a line that tells the unit of what was produced (氧化镨钕：1,250) the colon says that it was."""
    masses = document.quantities.within(sentence.start, sentence.end)
    heading = unwritten(document.language).output_heading
    if not masses or any(mark[3] and mark[0] < masses[0].start for mark in marks) or not heading.search(document.low, 0, sentence.start):
        return marks
    colon = max(document.text.rfind(mark, sentence.start, masses[0].start) for mark in ("：", ":", *MARKS))
    if colon < 0 or masses[0].start - colon > ROW or not document.materials.any_within(sentence.start, colon):
        return marks
    return sorted([*marks, (colon, colon + 1, OUTPUT, VERB)])


def _with_bare_prices(document: Document, prices: Sequence[Amount], marks: list[Mark]) -> list[Mark]:
    """A product right before its price after the price of another: "氧化镨钕均价52万元/吨，金属镨钕64万元"."""
    added: list[Mark] = []
    for price in prices[1:]:
        goods = document.materials.within(price.start - GOODS, price.start)
        between = document.low[goods[-1].end : price.start] if goods else ""
        is_beside = bool(goods) and ALLOYED.fullmatch(between) is not None and price.per not in {None, "share"}
        if is_beside and not any(goods[0].start <= m[0] < price.start and m[2] & OF_PRICES for m in marks):
            added.append((price.start - 1, price.start, QUOTE, 0))
    return sorted([*marks, *added]) if added else marks


def without_attribute(document: Document, sentence: Sentence, marks: list[Mark]) -> list[Mark]:
    """A participle that opens a sentence describes its subject, where a verb follows ("Separated oxide has not been made")."""
    if len(marks) < 2 or document.low[sentence.start : marks[0][0]].strip(OPENING) not in ARTICLES or not document.grammar.has_borders:
        return marks
    form = marks[0][3]
    opens = form & FORMS["part"] and form & FORMS["past"] and not form & (FORMS["pres"] | FORMS["inf"])
    return marks[1:] if opens and any(mark[3] & FINITE for mark in marks[1:]) else marks
