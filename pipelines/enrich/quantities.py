"""Masses, money, percentages and numbers of shares in three languages, with the basis that the words beside them give."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from msgspec import structs

from pipelines.enrich.folding import lower
from pipelines.enrich.measures import REACH, Measure, UnitLexicon, folded, measures, sentence_start, sentence_stop, unit_lexicon
from pipelines.enrich.price_lists import list_prices
from pipelines.enrich.price_rows import row_prices
from pipelines.enrich.price_words import spoken_prices
from pipelines.enrich.reading import Amount, Quantity
from pipelines.enrich.told_masses import told_masses

FORM_REACH = 80  # characters after a number in which the form of its material stands
FAR = 120  # characters after a mass in which its year may be told
THOUSAND, MILLION = 1e3, 1e6
START = attrgetter("start")
DEAREST = 1e6  # what no kilo and no tonne costs
COUNTED = 60  # characters before a price in which the shares that it is of are counted
JOINT = 100  # characters between two masses that share their year
SENTENCE_OR_NUMBER = re.compile(r"[.;\n\d]")
FORM_END = re.compile(r"[.;:,()（），。；：、]|(?<![Ss]tage )(?<![Pp]hase )(?<![Tt]ype )\d|\n(?![ \ta-z])")
ASIDE = re.compile(r"\s?[(（][^()（）\n]{1,30}[)）]")  # "40 lb (18.1 kg) of oxide"
CLAUSE_MARKS = "，。；：！？、;:\n"


class Share(NamedTuple):
    """A percentage as it stands in the text; a range has its end in `value_to`."""

    start: int
    end: int
    value: float
    value_to: float | None = None


class Count(NamedTuple):
    """A number of shares of a company."""

    start: int
    end: int
    value: float


def quantities(text: str, language: str) -> list[Quantity]:
    """Return the masses of a text in order, normalised to tonnes, or tonnes a year where the text says so."""
    lexicon, read = unit_lexicon(language), folded(text, language)
    everything = measures(read, language)
    found = [q for q in (_quantity(read, m, lexicon) for m in everything if m.kind == "mass") if q]
    told = [(_quantity(read, m, lexicon), unit) for m, unit in told_masses(read, language, everything)]
    if told:
        found = sorted([*found, *(structs.replace(q, unit=unit) for q, unit in told if q)], key=START)
    found = _joined(read, found, lexicon)
    return found if read == text else [structs.replace(q, text=text[q.start : q.end]) for q in found]


def amounts(text: str, language: str) -> list[Amount]:
    """Return the sums of money of a text in order, in units of their currency."""
    lexicon, read = unit_lexicon(language), folded(text, language)
    found = [_amount(read, m, lexicon) for m in measures(read, language) if m.kind == "money"]
    told = [*row_prices(read, language), *list_prices(read, language)]
    rows = [r for r in told if not any(a.start < r.end and r.start < a.end for a in found)]
    if rows:
        found = sorted([*found, *rows], key=START)
    found = spoken_prices(read, language, found)
    found = _in_thousands(read, _of_home(read, _with_unit_told(read, found, lexicon), lexicon), language)
    found = _in_yen(read, found, lexicon)
    return found if read == text else [structs.replace(a, text=text[a.start : a.end]) for a in found]


def _of_home(text: str, found: list[Amount], lexicon: UnitLexicon) -> list[Amount]:
    """Plain dollars are another country's where its exchange serves the text, or the text says so ("Dollar figures are Canadian")."""
    home, foreign = lexicon.cues["home_dollar"], lexicon.cues["foreign_dollar"]
    is_plain = [one.currency == "USD" and not foreign.search(one.text) for one in found]
    told = home.search(text) if any(is_plain) else None
    if told is None:
        return found
    currency = told.lastgroup or lexicon.data["home_currency"]
    return [structs.replace(one, currency=currency) if plain else one for one, plain in zip(found, is_plain, strict=True)]


@cache
def _told_factor(language: str) -> re.Pattern[str]:
    return re.compile(unit_lexicon(language).data.get("told_factor", "(?!)"), re.IGNORECASE)


def _in_thousands(text: str, found: list[Amount], language: str) -> list[Amount]:
    """Sums count in what the text says that all do ("amounts are in thousands of Canadian dollars"), where they tell no magnitude."""
    told = _told_factor(language).search(text) if found else None
    if told is None:
        return found
    data = unit_lexicon(language).data
    factor = THOUSAND if told["m"].lower().startswith(("thousand", "millier", "k")) else MILLION
    currency = data["currency_after"].get(told["c"]) or data["currency_before"].get(told["c"])

    def counted(one: Amount) -> Amount:
        is_whole = one.per is not None or any(word.strip() in one.text for word in data["magnitudes"] if word.strip())
        if is_whole:
            return one
        own = currency if currency and one.currency == "USD" else one.currency
        return structs.replace(one, value=one.value * factor, value_to=one.value_to and one.value_to * factor, currency=own)

    return [counted(one) for one in found]


def _in_yen(text: str, found: list[Amount], lexicon: UnitLexicon) -> list[Amount]:
    """Sums with the sign that yuan and yen share are yen where the sentence, else the text, speaks of Japan and not of China."""
    if not any("¥" in one.text and one.currency == "CNY" for one in found):
        return found
    yen, yuan = lexicon.cues["of_yen"], lexicon.cues["of_yuan"]

    def is_yen(one: Amount) -> bool:
        near = text[sentence_start(text, one.start, lexicon) : sentence_stop(text, one.end, lexicon)]
        told = bool(yen.search(near)), bool(yuan.search(near))
        return told[0] if any(told) else bool(yen.search(text)) and not yuan.search(text)

    return [structs.replace(a, currency="JPY") if "¥" in a.text and a.currency == "CNY" and is_yen(a) else a for a in found]


def _with_unit_told(text: str, found: list[Amount], lexicon: UnitLexicon) -> list[Amount]:
    """Prices that leave out a unit which their paragraph has told: « le prix du kilo a bondi … à 3 450 dollars »."""
    if all(one.per or one.value >= DEAREST for one in found):
        return found
    told = list(lexicon.cues["unit_told"].finditer(text))
    if not told:
        return found
    ends = [m.end() for m in told]

    def unit(one: Amount) -> str | None:
        i = bisect_right(ends, one.start) - 1
        if i < 0 or one.per or one.value >= DEAREST or text.find("\n", ends[i], one.start) >= 0:
            return one.per
        is_price = lexicon.cues["priced"].search(text[sentence_start(text, one.start, lexicon) : one.start])
        return lexicon.data["per_units"].get(told[i]["per"].lower()) if is_price else None

    return [structs.replace(one, per=unit(one)) for one in found]


def shares(text: str, language: str) -> list[Share]:
    """Return the percentages of a text in order."""
    found = measures(folded(text, language), language)
    return [Share(m.start, m.end, m.value, m.value_to) for m in found if m.kind == "percent"]


def counts(text: str, language: str) -> list[Count]:
    """Return the numbers of shares (股, actions) of a text in order."""
    found = measures(folded(text, language), language)
    return [Count(m.start, m.end, m.value * m.factor) for m in found if m.kind == "count"]


def _quantity(text: str, m: Measure, lexicon: UnitLexicon) -> Quantity | None:
    cues, data = lexicon.cues, lexicon.data
    if text[m.end : m.end + 1] == "/" and text[m.end + 1 : m.end + 2] in "tT" and text[m.end + 1 : m.end + 2]:
        return None  # a grade: 5 kg/t
    mass, *annual = data["masses"][m.unit]
    start, end, shown = m.start, m.unit_end or m.end, m.end
    unit = " ".join(text[m.after_number : end].split()).strip(" -")
    low, begin, is_annual = lower(text), sentence_start(text, start, lexicon), bool(annual)
    sentence, near = low[begin:start], low[end : end + FAR]
    hints, parts_a_year = data["year_hints"], 1
    told_year = cues["year"].match(text, end)
    if told_year:
        is_annual, end = True, told_year.end()
        unit = text[m.after_number : end].strip(" -")
    elif _has(near, hints) and (year := cues["year_after"].match(text, end)):
        is_annual, end = True, year.end()
        unit += year["year"]
    elif part := _part_of_year(text, sentence, end, lexicon):
        parts_a_year, unit, end = part
        is_annual, unit = True, f"{text[m.after_number : m.unit_end or m.end].strip(' -')}{unit}"
    elif (
        (_has(sentence, hints) and cues["year_before"].search(sentence))
        or _has(_until_number(near), data["year_far"])
        or cues["plant_size"].match(near)
        or (cues["year_named"].match(near) and cues["target"].search(sentence) and cues["output"].search(sentence))
    ):
        is_annual = True
    unit_end = told_year.end() if told_year else m.unit_end or m.end
    aside = ASIDE.match(text, unit_end)
    after = aside.end() if aside else unit_end
    form = _form(text[after : after + FORM_REACH], text[begin:start], sentence, lexicon)
    if told := cues["basis_after_text"].match(text, end):
        end = told.end()
        form = "TREO" if "TREO" in told[0] else "REO"
    elif form in (None, "ore") and (told := cues["basis_of_sentence"].search(text, end, sentence_stop(text, end, lexicon))):
        form = "TREO" if "TREO" in told[0] else "REO"
    form = form or ("ore" if m.unit in data["ore_units"] else None)
    qualifier, start = _qualified(low, start, lexicon)
    end = shown if m.unit_end else end
    prefix = cues["annual_prefix"].search(text[max(0, start - 16) : start])
    start -= len(prefix[0]) if prefix else 0
    factor, factor_to = m.factor * mass * parts_a_year, m.factor_to * mass * parts_a_year
    return Quantity(
        start, end, text[start:end], m.value, unit, _rounded(m.value * factor), "t/y" if is_annual else "t",
        m.value_to, None if m.value_to is None else _rounded(m.value_to * factor_to),
        _annual_basis(sentence, (low[end : end + FORM_REACH], low[after : after + FORM_REACH]), lexicon) or form if is_annual else form,
        qualifier, form, m.role, parts_a_year,
    )  # fmt: skip


def _part_of_year(text: str, before: str, end: int, lexicon: UnitLexicon) -> tuple[int, str, int] | None:
    """Return how many of the parts of the year that a mass is told for a year has, the words that say so, and where they end.

    "60 tonnes a month", "30 tonnes of scrap per month", "a monthly capacity of 30 tonnes".
    """
    parts, cues = lexicon.data.get("parts_of_year", {}), lexicon.cues
    if told := cues["part_of_year"].match(text, end):
        return parts[told["part"]], told[0], told.end()
    if _has(text[end : end + FAR], parts) and (told := cues["part_of_year_after"].match(text, end)):
        return parts[told["part"]], told["told"], end
    told = cues["part_of_year_before"].search(before) if _has(before, parts) else None
    return (parts[told["part"]], "", end) if told else None


def _has(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


def _until_number(text: str) -> str:
    stop = SENTENCE_OR_NUMBER.search(text)
    return text[: stop.start()] if stop else text


def _rounded(value: float) -> float:
    """Return a value without the noise of binary fractions."""
    return float(f"{value:.10g}")


def _annual_basis(before: str, after: tuple[str, str], lexicon: UnitLexicon) -> str | None:
    """Return the basis of a mass of a year that capacity, target or a place of production beside it gives."""
    cues = lexicon.cues
    if cues["capacity"].search(before) or any(cues["capacity_after"].match(text) for text in after):
        return "nameplate"
    if cues["target"].search(before):
        return "target"
    if (
        cues["place_before"].search(before)
        or cues["output"].search(before)
        or (cues["future"].search(before) and cues["making"].search(before))
    ):
        return "nameplate"
    return None


def _form(after: str, before: str, low: str, lexicon: UnitLexicon) -> str | None:
    """Return the basis that the form of the material beside a number gives; `low` is `before` in lower case."""
    stop = FORM_END.search(after)
    after = after[: stop.start()] if stop else after
    place = lexicon.cues["form_stop"].search(after)
    after = after[: place.start()] if place else after
    for basis, expression in lexicon.openings:
        if expression.search(low):  # "contains 25 million tonnes of ore": the ore is not contained in the ore
            told = lexicon.forms.search(after) if basis == "contained" else None
            return "ore" if told and told.lastgroup == "ore" else basis
    clause = max(map(before.rfind, CLAUSE_MARKS)) + 1
    before_first = lexicon.data["form_side"] == "before"
    follows = lexicon.forms.search(after) if before_first else None  # 600吨氧化镨钕, whatever stands before
    is_next = follows is not None and lexicon.cues["form_next"].fullmatch(after, 0, follows.start())
    sides = (before[clause:], after, before) if before_first and not is_next else (after, before)
    for side in sides:
        hits = [(m.start(), m.end(), m.lastgroup or "") for m in lexicon.forms.finditer(side)]
        if hits:
            chosen = hits[0] if side is after else hits[-1]
            for hit in hits:  # in a compound the last word is the head: "magnet alloy"
                chosen = hit if chosen[1] <= hit[0] <= chosen[1] + 1 else chosen
            return chosen[2]
    return None


def _qualified(text: str, start: int, lexicon: UnitLexicon) -> tuple[str | None, int]:
    found = lexicon.qualifier.search(text[max(0, start - 24) : start])
    if not found:
        return None, start
    return found.lastgroup, start - len(found[0])


def _joined(text: str, found: list[Quantity], lexicon: UnitLexicon) -> list[Quantity]:
    """Let "600 tonnes of A and 800 tonnes of B a year" both be a year's."""
    for i in range(1, len(found)):  # "capacity rose to 40,000 tonnes. It aims to reach 60,000 tonnes in 2027."
        one, other = found[i - 1], found[i]
        near = one.basis == "nameplate" and other.normalised_unit == "t" and other.start - one.end < REACH
        is_open = near and not other.form_basis
        sentence = lower(text)[sentence_start(text, other.start, lexicon) : other.start] if is_open else ""
        if lexicon.cues["reach"].search(sentence) and lexicon.cues["target"].search(sentence):
            found[i] = structs.replace(other, normalised_unit="t/y", basis="nameplate")
    for i in range(len(found) - 2, -1, -1):
        one, other = found[i], found[i + 1]
        between = text[one.end : other.start] if other.start - one.end < JOINT else ""
        share = one.normalised_unit == "t" and other.normalised_unit == "t/y" and between
        if share and lexicon.cues["year_joined"].fullmatch(between):
            basis = other.basis if other.basis in ("nameplate", "target") else one.basis
            found[i] = structs.replace(one, normalised_unit="t/y", basis=basis)
    return found


def _amount(text: str, m: Measure, lexicon: UnitLexicon) -> Amount:
    end, per = m.end, None
    units = lexicon.data["per_units"]
    if found := lexicon.cues["per_mass"].match(text, end):
        end = found.end()
        groups = found.groupdict()
        per = units.get(groups.get("per") or groups.get("share"))
        if per == "unit" and lexicon.count.search(text, max(0, m.start - COUNTED), m.start):
            per = "share"  # "5 million shares at $14 each"
    elif found := lexicon.cues["per_before"].search(text[max(0, m.start - 16) : m.start]):
        per = units.get(found["per"])
    to = None if m.value_to is None else _rounded(m.value_to * m.factor_to)
    return Amount(m.start, end, text[m.start : end], _rounded(m.value * m.factor), m.unit, to, per, m.role)
