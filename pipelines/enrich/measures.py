"""Numbers and what they measure: one pass over the numbers of a text, then the units beside them.

Number formats, units and currencies stand in `languages/*/quantities.toml`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from pipelines.enrich.folding import lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages, plain
from pipelines.enrich.number_words import NumberWords, Written
from pipelines.enrich.text import branches, openings

REACH = 200  # characters before a number in which its sentence is looked at
CURRENCY_REACH = 6  # characters of a currency before a number
DASHES = frozenset("-–—~")
CURRENCY_ENDS = "$€£¥￥₩₹.币幣"
UNITLESS = frozenset(["a", "ma", "sep", "b", "mb"])  # groups that a number without a unit ends with
NO_START = ".．"  # what a number may not follow
GROUPS = ",，"  # nor this, where a digit stands before it
FAR = 4  # times a change: farther off, the second number is the new level, not the other end of a range
YEAR = re.compile(r"(?:19|20)\d\d")
FIRST = re.compile(r"(\(\?i:)?(?:\\b)?([^\W\d_])(?![?*{])")  # the letter that an expression begins with
WIDE = str.maketrans("０１２３４５６７８９．，　－", "0123456789., -")
CHINESE = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2}
TENS = {"十": 10, "百": 100, "千": 1000}


class Measure(NamedTuple):
    """A number, or a range of numbers, with the unit that follows or precedes it."""

    start: int  # of the number or its currency
    end: int
    after_number: int
    value: float
    value_to: float | None
    factor: float
    factor_to: float
    kind: str  # mass, money, percent, count
    unit: str
    role: str | None
    unit_end: int = 0  # where the unit ends, when another number stands between


@dataclass(frozen=True)
class UnitLexicon:
    """Units, currencies and cues of a language, compiled."""

    data: dict[str, Any]
    scan: re.Pattern[str]
    cues: dict[str, re.Pattern[str]]
    currency: re.Pattern[str]  # before a number
    count: re.Pattern[str]  # shares of a company
    qualifier: re.Pattern[str]
    forms: re.Pattern[str]  # one group for each form, named after its basis
    openings: tuple[tuple[str, re.Pattern[str]], ...]  # what tells a basis before a number
    words: NumberWords | None  # of a language that writes words apart
    unit: re.Pattern[str]  # what may follow a number in words


CUES = (
    "range_paired", "range_opening", "change_opening", "no_change", "to_opening", "by_opening", "change", "year",
    "year_after", "year_before", "year_joined", "per_mass", "per_before", "annual_prefix", "basis_after_text", "capacity",
    "capacity_after", "target", "sentence_end", "year_named", "output", "reach", "future", "making", "place_before",
    "year_opening", "form_stop", "basis_of_sentence", "plant_size", "unit_told", "priced", "home_dollar", "foreign_dollar",
    "of_yen", "of_yuan", "part_of_year", "part_of_year_after", "part_of_year_before", "form_next", "mass_named", "mass_before",
)  # fmt: skip
# Cues that are sought in the text in lower case, which is much faster than a search without regard to case.
LOWERED = frozenset(
    [
        "range_opening", "change_opening", "no_change", "to_opening", "by_opening", "change", "year_before", "capacity",
        "capacity_after", "target", "year_named", "output", "reach", "future", "making", "place_before", "year_opening",
    ]
)  # fmt: skip


@lru_cache(maxsize=4)  # asked for by each kind of measure
def folded(text: str, language: str) -> str:
    """Return the text with plain spaces, but where a space that does not break is the only sign of a group of digits."""
    return plain(text) if unit_lexicon(language).data["group_space"] or not unit_lexicon(language).data["spaces"] else text


@lru_cache(maxsize=4)
def measures(text: str, language: str) -> tuple[Measure, ...]:
    """Return what the numbers of a text measure, in order."""
    lexicon = unit_lexicon(language)
    found: list[Measure] = []
    currency, low = None, lower(text)
    for match in lexicon.scan.finditer(text):
        for measure in _read(text, low, match, lexicon):
            if measure.kind == "money":
                currency = measure
            elif measure.kind == "bare":  # "a first loan of A$1.25 billion, a second of 400 million"
                near = currency is not None and measure.start - currency.end < REACH
                if currency is None or not near or lexicon.cues["sentence_end"].search(text, currency.end, measure.start):
                    continue
                found.append(measure._replace(kind="money", unit=currency.unit))
                continue
            found.append(measure)
    spoken = [m for number in lexicon.words.find(low) if (m := _spoken(text, low, number, lexicon))] if lexicon.words else []
    return tuple(sorted(found + spoken)) if spoken else tuple(found)


def _spoken(text: str, low: str, number: Written, lexicon: UnitLexicon) -> Measure | None:
    """Return what a number in words is a measure of."""
    unit = lexicon.unit.match(text, number.end)
    if not unit:
        return None
    kind = next(kind for kind in ("mass", "money", "percent") if unit[kind])
    name = "%" if kind == "percent" else unit[kind] if kind == "mass" else lexicon.data["currency_after"][unit[kind]]
    role = None if number.value_to else _role(text, low, number.start, lexicon)
    return Measure(number.start, unit.end(), unit.start(kind), number.value, number.value_to, 1.0, 1.0, kind, name, role)


def _read(text: str, low: str, match: re.Match[str], lexicon: UnitLexicon) -> Iterable[Measure]:
    """Return what a number is a measure of; nothing where no unit stands beside it."""
    start = match.start()
    currency = _currency(text, start, lexicon)
    if currency:
        start = currency.start()
    elif match.lastgroup in UNITLESS:
        return ()
    before = text[start - 1 : start]
    if before and (before in NO_START or (before.isascii() and before.isalnum())):
        return ()
    if before and before in GROUPS and text[start - 2 : start - 1].isdecimal():
        return ()
    kind, unit = _kind(text, match, currency, lexicon)
    if not kind:
        return ()
    value, magnitudes = number_of(match["a"], lexicon.data), lexicon.data["magnitudes"]
    factor = magnitudes.get(match["ma"] or match["mb"], 1.0)
    if match["b"] is None:
        end = match.start("cnt") if currency and match["cnt"] else match.end()  # "A$80 million by placing new shares"
        role = _role(text, low, start, lexicon)
        return [Measure(start, end, match.end("a"), value, None, factor, factor, kind, unit, role)]
    return _range((text, low), match, Measure(start, match.end(), match.end("b"), value, None, factor, factor, kind, unit, None), lexicon)


def _currency(text: str, start: int, lexicon: UnitLexicon) -> re.Match[str] | None:
    """Return the currency that stands before a number."""
    before = text[start - 1 : start]
    if not before or not (before in CURRENCY_ENDS or before.isspace() or "A" <= before <= "Z"):
        return None
    found = lexicon.currency.search(text, max(0, start - CURRENCY_REACH), start)
    if found and found[1][0].isalpha() and found.start() and text[found.start() - 1].isalnum() and text[found.start() - 1].isascii():
        return None
    return found


def _kind(text: str, match: re.Match[str], currency: re.Match[str] | None, lexicon: UnitLexicon) -> tuple[str, str]:
    if currency:  # "$21.50 t" is no mass
        return ("", "") if match["mass"] else ("money", lexicon.data["currency_before"][currency[1]])
    unit = match["mass"] or match["cur"]
    if match["mass"] and (unit not in lexicon.data.get("mass_or_money", ()) or _is_mass(text, match, lexicon)):
        return "mass", unit
    if unit:
        return "money", lexicon.data["currency_after"][unit]
    if match["pct"]:
        return "percent", "%"
    if match["cnt"]:
        return "count", match["cnt"]
    return ("bare", "") if match["ma"] and match["bare"] is not None else ("", "")


def _is_mass(text: str, match: re.Match[str], lexicon: UnitLexicon) -> bool:
    """Whether words beside a unit that is also a currency make it a mass (« 15 000 livres (6,8 tonnes) »)."""
    if lexicon.cues["mass_named"].match(text, match.end()):
        return True
    return bool(lexicon.cues["mass_before"].search(text, max(0, match.start() - CURRENCY_REACH * 4), match.start()))


def _range(texts: tuple[str, str], match: re.Match[str], whole: Measure, lexicon: UnitLexicon) -> list[Measure]:
    """Return a range as one measure; the ends of a change, and numbers that "and" joins, as two. Takes the text also in lower case."""
    (text, low), cues, start = texts, lexicon.cues, whole.start
    value_to = number_of(match["b"], lexicon.data)
    factor_to = lexicon.data["magnitudes"].get(match["mb"], 1.0) if match["mb"] else whole.factor
    second = Measure(match.start("b"), whole.end, whole.after_number, value_to, None, factor_to, factor_to, whole.kind,
                      whole.unit, None)  # fmt: skip
    sign = text[match.end("sep") : match.start("b")].strip()
    joined = cues["range_paired"].fullmatch(match["sep"]) and not cues["range_opening"].search(low[max(0, start - 40) : start])
    currency = lexicon.data["currency_before"].get(sign, whole.unit) if whole.kind == "money" else whole.unit
    if sign and whole.kind == "money" and (joined or currency != whole.unit):  # "$5 million and US$3 million"
        end = match.end("ma" if match["ma"] else "a")
        return [whole._replace(end=end), second._replace(start=match.end("sep"), unit=currency)]
    lead = low[max(0, start - 40) : start]
    if YEAR.fullmatch(match["a"]) and not match["ma"] and cues["year_opening"].search(lead):
        return [second]  # "in 2027 to 5,000 tonnes"
    first = whole._replace(end=match.end("b"), unit_end=whole.end)
    is_change = cues["change_opening"].search(lead) and not cues["no_change"].search(lead)
    is_dash = match["sep"].strip() in DASHES  # "down from $850-900/kg": the old range
    if is_change and not is_dash and cues["change"].search(low[sentence_start(text, start, lexicon) : start]):
        return [first._replace(role="from"), second._replace(role="to")]
    if cues["by_opening"].search(lead) and not is_dash and value_to * factor_to > FAR * whole.value * whole.factor > 0:
        return [first._replace(role="by"), second._replace(role="to")]  # "lowered by 6,000 yuan to 702,000 yuan"
    is_pair = cues["range_paired"].fullmatch(match["sep"]) and not cues["range_opening"].search(lead)
    if is_pair or whole.value * whole.factor > value_to * factor_to:
        return [first, second] if whole.kind == "money" and start < match.start() else [second]
    return [whole._replace(value_to=value_to, factor_to=factor_to, role=_role(text, low, start, lexicon))]


def _role(text: str, low: str, start: int, lexicon: UnitLexicon) -> str | None:
    lead = low[max(0, start - 12) : start]
    for role, cue in (("from", "change_opening"), ("to", "to_opening"), ("by", "by_opening")):
        if lexicon.cues[cue].search(lead):
            return role if lexicon.cues["change"].search(low[sentence_start(text, start, lexicon) : start]) else None
    return None


def number_of(surface: str, data: dict[str, Any]) -> float:
    """Return the number that a surface writes: 1,200.5, 1 200,5, 1.200, １５８, 三千."""
    if surface.isdecimal() and surface.isascii():
        return float(surface)
    plain = "".join(surface.translate(WIDE).split()).replace("’", "").replace("'", "")
    if plain[:1] in CHINESE or plain[:1] in TENS:
        whole, _, part = plain.replace("點", "点").partition("点")  # 三点六
        return float(f"{_chinese(whole)}.{''.join(str(CHINESE.get(c, 0)) for c in part) or 0}")
    group, decimal = data["group"], data["decimal"]
    for mark in (group, decimal):
        head, *rest = plain.split(mark)
        other = decimal if mark == group else group
        grouped = len(rest) > 1 or (
            len(rest) == 1 and len(rest[0]) == 3 and 0 < len(head) <= 3 and head != "0"
            and (mark == group or rest[0] == "000") and other not in head
        )  # fmt: skip
        if grouped or (rest and other in rest[-1]):
            plain = plain.replace(mark, "")
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        return float("".join(c for c in plain if c.isdecimal())[:15] or 0)


def _chinese(surface: str) -> int:
    total = digit = 0
    for character in surface:
        if character in TENS:
            total += (digit or 1) * TENS[character]
            digit = 0
        else:
            digit = CHINESE.get(character, 0)
    return total + digit


def sentence_start(text: str, place: int, lexicon: UnitLexicon) -> int:
    """Return where the sentence of a place begins, as far as it counts."""
    stops = _stops(text, lexicon.cues["sentence_end"])
    i = bisect_right(stops, place)
    return max(place - REACH, stops[i - 1] if i else 0)


def sentence_stop(text: str, place: int, lexicon: UnitLexicon) -> int:
    """Return where the sentence of a place ends, as far as it counts."""
    stops = _stops(text, lexicon.cues["sentence_end"])
    i = bisect_right(stops, place)
    return min(place + REACH, stops[i] if i < len(stops) else len(text))


@lru_cache(maxsize=2)  # of the text that is being read
def _stops(text: str, expression: re.Pattern[str]) -> list[int]:
    return [match.end() for match in expression.finditer(text)]


@cache
def unit_lexicon(language: str) -> UnitLexicon:
    """Return the units and cues of a language, compiled; those of English where the language has none."""
    data = knowledge(language if language in known_languages() else "en", "quantities")
    space = "[ \u00a0\u202f\u2009]" if data["group_space"] else r"(?:[\u00a0\u202f\u2009]|(?<!\d{4}) )"  # no group after a year
    digits = rf"(?:(?<=\d)\d{{0,14}}(?:[.,，．'’]\d{{1,12}}|{space}\d{{3}}(?!\d)){{0,5}}"
    number = rf"[\d{data['word_starts']}]{digits}|{data['words']})"
    elided = {m for m in data["magnitudes"] if m[-1] in "'’"}  # "millions d'euros"
    plain_magnitudes = "|".join(_apart(m, data["masses"]) for m in sorted(set(data["magnitudes"]) - elided, key=len, reverse=True))
    magnitude = rf"(?:{_either(elided) or '(?!)'}|(?:{plain_magnitudes})(?![A-Za-zÀ-ÿ]))"
    letters = "(?:(?<![A-Za-zÀ-ÿ])|(?![A-Za-zÀ-ÿ]))"  # 吨TREO: only a unit of letters may not go on as a word
    # A number first: the search for digits is what makes the scan fast. What stands before it is looked at afterwards.
    scan = re.compile(
        rf"(?P<a>{number})(?:[\s-]?(?P<ma>{magnitude}))?"
        rf"(?:(?:\s?(?:{_either(data['currency_after'])}))?(?P<sep>{data['range']})"
        rf"(?:(?:{_either(data['currency_before'])})\s?)?(?P<b>{number})(?:[\s-]?(?P<mb>{magnitude}))?)?"
        rf"(?:{data['more']})?"
        rf"(?:[\s-]?(?P<mass>{_either(data['masses'])}){letters}{data.get('no_mass', '')}"
        rf"|\s?(?P<cur>{_either(data['currency_after'])}){letters}"
        rf"|(?P<pct>{data['percent']['words']})|(?P<cnt>{data['count']})|(?P<bare>{data['bare']})|)"
    )
    border = r"(?<!\w)" if data["spaces"] else ""
    words = "|".join(f"(?P<{name}>{_lower(expression)})" for name, expression in data["qualifiers"].items())
    forms = "|".join(f"(?P<{f['basis']}>{_scoped(f['words'])})" for f in data["bases"])
    before = tuple((f["basis"], re.compile(_lower(f["before"]))) for f in data["bases"] if "before" in f)
    return UnitLexicon(
        data, scan, {cue: re.compile(_lower(data[cue]) if cue in LOWERED else data.get(cue, "(?!)")) for cue in CUES},
        re.compile(rf"({_either(data['currency_before'])})\s?\Z"), re.compile(data["count"]),
        re.compile(rf"{border}(?:{words})\s?(?:de\s|d[’']\s?)?\Z"),
        re.compile(rf"{_begins_with([f['words'] for f in data['bases']])}{border}(?:{forms})"), before,
        NumberWords(data["number_words"]) if "number_words" in data else None,
        re.compile(
            rf"[\s-](?:{data['of']})?(?:(?P<mass>{_either(data['masses'])}){letters}|(?P<money>{_either(data['currency_after'])}){letters}"
            rf"|(?<=[\s-])(?P<percent>{data['percent']['spelled']})\b)"
        ) if "number_words" in data else re.compile(r"(?!)"),
    )  # fmt: skip


def _apart(magnitude: str, units: Iterable[str]) -> str:
    """Return the expression of a magnitude where it does not begin a unit: 千, not that of 千克."""
    rests = [unit.removeprefix(magnitude) for unit in units if unit.startswith(magnitude)]
    return re.escape(magnitude) + (f"(?!{_either(rests)})" if rests and not magnitude.isascii() else "")


def _scoped(expression: str) -> str:
    """Return an expression whose flags hold for itself alone."""
    return f"(?i:{expression[4:]})" if expression.startswith("(?i)") else expression


def _begins_with(expressions: list[str]) -> str:
    """Return what looks ahead for the first letters of expressions, so that most places are passed at once; "" where one has none."""
    letters = set()
    for expression in expressions:
        is_scoped = expression.startswith("(?i)")
        for branch in branches(expression.removeprefix("(?i)")):
            for one in openings(branch.removeprefix(r"\b")):
                first = FIRST.match(one)
                if not first:
                    return ""
                letters |= {first[2].lower(), first[2].upper()} if is_scoped or first[1] else {first[2]}
    return f"(?=[{''.join(sorted(letters))}])"


def _lower(expression: str) -> str:
    """Return an expression for a text in lower case."""
    plain = expression.replace("(?i)", "").replace("(?i:", "(?:")
    return re.sub(r"\\.|[A-Z]", lambda m: m[0] if m[0][0] == "\\" else m[0].lower(), plain)


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
