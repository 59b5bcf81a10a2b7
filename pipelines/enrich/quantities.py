"""Masses, money, shares and counts in three languages: one pass over the numbers of a text, then what stands beside them.

Number formats, units, currencies and the words that tell a basis stand in `languages/*/quantities.toml`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from msgspec import structs

from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages, plain
from pipelines.enrich.reading import Amount, Quantity

REACH = 200  # characters before a number in which its sentence is looked at
CURRENCY_REACH = 6  # characters of a currency before a number
FORM_REACH = 80  # characters after a number in which the form of its material stands
WIDE = str.maketrans("０１２３４５６７８９．，　－", "0123456789., -")
FAR = 120  # characters after a mass in which its year may be told
SENTENCE_OR_NUMBER = re.compile(r"[.;\n\d]")
FORM_END = re.compile(r"[.;:,()（），。；：、\n]|\d")
ASIDE = re.compile(r"\s?[(（][^()（）\n]{1,30}[)）]")  # "40 lb (18.1 kg) of oxide"
CLAUSE_START = re.compile(r"[，。；：！？、;:\n]")
CHINESE = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2}
TENS = {"十": 10, "百": 100, "千": 1000}


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


class _Measure(NamedTuple):
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
class _Lexicon:
    data: dict[str, Any]
    scan: re.Pattern[str]
    cues: dict[str, re.Pattern[str]]
    currency: re.Pattern[str]  # before a number
    joins: str  # what a number may not follow
    qualifier: re.Pattern[str]
    forms: re.Pattern[str]  # one group for each form, named after its basis
    openings: tuple[tuple[str, re.Pattern[str]], ...]  # what tells a basis before a number


CUES = (
    "range_paired", "range_opening", "change_opening", "no_change", "to_opening", "by_opening", "change", "year",
    "year_after", "year_before", "year_joined", "per_mass", "per_before", "annual_prefix", "basis_after_text", "capacity",
    "capacity_after", "target", "sentence_end", "year_named", "output", "reach", "future", "making", "place_before",
)  # fmt: skip


def quantities(text: str, language: str) -> list[Quantity]:
    """Return the masses of a text in order, normalised to tonnes, or tonnes a year where the text says so."""
    lexicon, folded = _lexicon(language), _folded(text, language)
    masses = (m for m in _measures(folded, language) if m.kind == "mass")
    found = _joined(folded, [q for q in (_quantity(folded, m, lexicon) for m in masses) if q], lexicon)
    return found if folded == text else [structs.replace(q, text=text[q.start : q.end]) for q in found]


def amounts(text: str, language: str) -> list[Amount]:
    """Return the sums of money of a text in order, in units of their currency."""
    lexicon, folded = _lexicon(language), _folded(text, language)
    found = [_amount(folded, m, lexicon) for m in _measures(folded, language) if m.kind == "money"]
    return found if folded == text else [structs.replace(a, text=text[a.start : a.end]) for a in found]


def shares(text: str, language: str) -> list[Share]:
    """Return the percentages of a text in order."""
    return [Share(m.start, m.end, m.value, m.value_to) for m in _measures(_folded(text, language), language) if m.kind == "percent"]


def counts(text: str, language: str) -> list[Count]:
    """Return the numbers of shares (股, actions) of a text in order."""
    return [Count(m.start, m.end, m.value * m.factor) for m in _measures(_folded(text, language), language) if m.kind == "count"]


# --- numbers ---------------------------------------------------------------------------------------------------------


def _folded(text: str, language: str) -> str:
    """Return the text with plain spaces, but where a space that does not break is the only sign of a group of digits."""
    return plain(text) if _lexicon(language).data["group_space"] or not _lexicon(language).data["spaces"] else text


@lru_cache(maxsize=4)
def _measures(text: str, language: str) -> tuple[_Measure, ...]:
    lexicon = _lexicon(language)
    found: list[_Measure] = []
    currency = None
    for match in lexicon.scan.finditer(text):
        for measure in _read(text, match, lexicon):
            if measure.kind == "money":
                currency = measure
            elif measure.kind == "bare":  # "a first loan of A$1.25 billion, a second of 400 million"
                near = currency is not None and measure.start - currency.end < REACH
                if currency is None or not near or lexicon.cues["sentence_end"].search(text, currency.end, measure.start):
                    continue
                measure = measure._replace(kind="money", unit=currency.unit)
            found.append(measure)
    return tuple(found)


def _read(text: str, match: re.Match[str], lexicon: _Lexicon) -> Iterable[_Measure]:
    start, first, last = match.start(), match["ma"], match["mb"]
    mass, money, percent, count = match["mass"], match["cur"], match["pct"], match["cnt"]
    currency = lexicon.currency.search(text, max(0, start - CURRENCY_REACH), start) if _may_end(text, start) else None
    if currency:
        start = currency.start()
        before = text[start - 1 : start]
        if currency[1][0].isalpha() and before.isascii() and before.isalnum():
            currency, start = None, match.start()
    if not (currency or mass or money or percent or count or (first and match["bare"] is not None)):
        return
    before = text[start - 1 : start]
    if before and before in lexicon.joins or (before.isascii() and before.isalnum()):
        return
    unit, kind = mass or "", "mass"
    if currency and not mass:
        unit, kind = lexicon.data["currency_before"][currency[1]], "money"
    elif currency:  # "$21.50 t" is money whatever follows
        return
    elif money:
        unit, kind = lexicon.data["currency_after"][money], "money"
    elif percent:
        unit, kind = "%", "percent"
    elif count:
        unit, kind = count, "count"
    elif not mass:
        kind = "bare"
    surface = match["a"]
    magnitudes = lexicon.data["magnitudes"]
    value = _number(surface, lexicon.data)
    factor = magnitudes.get(first or last, 1.0) if first or last else 1.0
    if match["b"] is None:
        role = _role(text, start, lexicon)
        yield _Measure(start, match.end(), match.end("a"), value, None, factor, factor, kind, unit, role)
        return
    value_to = _number(match["b"], lexicon.data)
    factor_to = magnitudes.get(last, 1.0) if last else factor if kind != "money" or not first else factor
    cues, lead = lexicon.cues, text[max(0, start - 40) : start]
    pair = cues["range_paired"].fullmatch(match["sep"]) and not cues["range_opening"].search(lead)
    change = (
        cues["change_opening"].search(lead)
        and not cues["no_change"].search(lead)
        and cues["change"].search(_sentence_before(text, start, lexicon))
    )
    if pair or change or value * factor > value_to * factor_to:
        roles = ("from", "to") if change else (None, None)
        yield _Measure(start, match.end("b"), match.end("b"), value, None, factor, factor, kind, unit, roles[0],
                       match.end())  # fmt: skip
        yield _Measure(match.start("b"), match.end(), match.end("b"), value_to, None, factor_to, factor_to, kind, unit,
                       roles[1])  # fmt: skip
        return
    yield _Measure(start, match.end(), match.end("b"), value, value_to, factor, factor_to, kind, unit, None)


def _may_end(text: str, start: int) -> bool:
    """Tell whether what stands before a number may be a currency: a sign, a code, or one of these and a space."""
    before = text[start - 1 : start]
    return bool(before) and (before in "$€£¥￥₩₹.币幣" or before.isspace() or "A" <= before <= "Z")


def _role(text: str, start: int, lexicon: _Lexicon) -> str | None:
    lead = text[max(0, start - 12) : start]
    for role, cue in (("from", "change_opening"), ("to", "to_opening"), ("by", "by_opening")):
        if lexicon.cues[cue].search(lead):
            return role if lexicon.cues["change"].search(_sentence_before(text, start, lexicon)) else None
    return None


def _number(surface: str, data: dict[str, Any]) -> float:
    """Return the number that a surface writes: 1,200.5, 1 200,5, 1.200, １５８, 三千."""
    plain = "".join(surface.translate(WIDE).split()).replace("’", "").replace("'", "")
    if plain[:1] in CHINESE or plain[:1] in TENS:
        return float(_chinese(plain))
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


def _sentence_before(text: str, start: int, lexicon: _Lexicon) -> str:
    before = text[max(0, start - REACH) : start]
    end = 0
    for stop in lexicon.cues["sentence_end"].finditer(before):
        end = stop.end()
    return before[end:]


# --- masses ----------------------------------------------------------------------------------------------------------


def _quantity(text: str, m: _Measure, lexicon: _Lexicon) -> Quantity | None:
    cues, data = lexicon.cues, lexicon.data
    if text[m.end : m.end + 1] == "/" and text[m.end + 1 : m.end + 2] in "tT" and text[m.end + 1 : m.end + 2]:
        return None  # a grade: 5 kg/t
    mass, *annual = data["masses"][m.unit]
    start, end, shown = m.start, m.unit_end or m.end, m.end
    unit = " ".join(text[m.after_number : end].split()).strip(" -")
    is_annual, sentence = bool(annual), _sentence_before(text, start, lexicon)
    near = text[end : end + FAR]
    hints = data["year_hints"]
    if year := cues["year"].match(text, end):
        is_annual, end = True, year.end()
        unit = text[m.after_number : end].strip(" -")
    elif _has(near, hints) and (year := cues["year_after"].match(text, end)):
        is_annual, end = True, year.end()
        unit += year["year"]
    elif (_has(sentence, hints) and cues["year_before"].search(sentence)) or _has(_until_number(near), data["year_far"]):
        is_annual = True
    elif cues["year_named"].match(near) and cues["target"].search(sentence) and cues["output"].search(sentence):
        is_annual = True
    unit_end = m.unit_end or m.end
    aside = ASIDE.match(text, unit_end)
    after = text[(begin := aside.end() if aside else unit_end) : begin + FORM_REACH]
    form = _form(after, sentence, lexicon)
    if told := cues["basis_after_text"].match(text, end):
        end = told.end()
        form = "TREO" if "TREO" in told[0] else "REO"
    qualifier, start = _qualified(text, start, lexicon)
    end = shown if m.unit_end else end
    prefix = cues["annual_prefix"].search(text[max(0, start - 16) : start])
    start -= len(prefix[0]) if prefix else 0
    factor, factor_to = m.factor * mass, m.factor_to * mass
    return Quantity(
        start, end, text[start:end], m.value, unit, _rounded(m.value * factor), "t/y" if is_annual else "t",
        m.value_to, None if m.value_to is None else _rounded(m.value_to * factor_to),
        _basis(is_annual, form, sentence, text[end : end + FORM_REACH], after, lexicon), qualifier, form, m.role,
    )  # fmt: skip


def _has(text: str, words: list[str]) -> bool:
    return any(word in text for word in words)


def _until_number(text: str) -> str:
    stop = SENTENCE_OR_NUMBER.search(text)
    return text[: stop.start()] if stop else text


def _rounded(value: float) -> float:
    """Return a value without the noise of binary fractions."""
    return float(f"{value:.10g}")


def _basis(is_annual: bool, form: str | None, before: str, after: str, near: str, lexicon: _Lexicon) -> str | None:
    cues = lexicon.cues
    if is_annual:
        if cues["capacity"].search(before) or cues["capacity_after"].match(near) or cues["capacity_after"].match(after):
            return "nameplate"
        if cues["target"].search(before):
            return "target"
        if cues["place_before"].search(before) or (cues["future"].search(before) and cues["making"].search(before)):
            return "nameplate"
    return form


def _form(after: str, before: str, lexicon: _Lexicon) -> str | None:
    """Return the basis that the form of the material beside a number gives."""
    stop = FORM_END.search(after)
    after = after[: stop.start()] if stop else after
    clause = before[max((m.end() for m in CLAUSE_START.finditer(before)), default=0) :]
    for basis, expression in lexicon.openings:
        if expression.search(before):
            return basis
    sides = (clause, after, before) if lexicon.data["form_side"] == "before" else (after,)
    for side in sides:
        hits = [(m.start(), m.end(), m.lastgroup or "") for m in lexicon.forms.finditer(side)]
        if hits:
            chosen = hits[0] if side is after else hits[-1]
            for hit in hits:  # in a compound the last word is the head: "magnet alloy"
                chosen = hit if chosen[1] <= hit[0] <= chosen[1] + 1 else chosen
            return chosen[2]
    return None


def _qualified(text: str, start: int, lexicon: _Lexicon) -> tuple[str | None, int]:
    found = lexicon.qualifier.search(text[max(0, start - 24) : start])
    if not found:
        return None, start
    return found.lastgroup, start - len(found[0])


def _joined(text: str, found: list[Quantity], lexicon: _Lexicon) -> list[Quantity]:
    """Let "600 tonnes of A and 800 tonnes of B a year" both be a year's."""
    for i in range(1, len(found)):  # "capacity rose to 40,000 tonnes. It aims to reach 60,000 tonnes in 2027."
        one, other = found[i - 1], found[i]
        near = one.basis == "nameplate" and other.normalised_unit == "t" and other.start - one.end < REACH
        sentence = _sentence_before(text, other.start, lexicon) if near and not other.form_basis else ""
        if lexicon.cues["reach"].search(sentence) and lexicon.cues["target"].search(sentence):
            found[i] = structs.replace(other, normalised_unit="t/y", basis="nameplate")
    for i in range(len(found) - 2, -1, -1):
        one, other = found[i], found[i + 1]
        between = text[one.end : other.start] if other.start - one.end < 100 else ""
        if one.normalised_unit == "t" and other.normalised_unit == "t/y" and between:
            if lexicon.cues["year_joined"].fullmatch(between):
                basis = other.basis if other.basis in ("nameplate", "target") else one.basis
                found[i] = structs.replace(one, normalised_unit="t/y", basis=basis)
    return found


# --- money -----------------------------------------------------------------------------------------------------------


def _amount(text: str, m: _Measure, lexicon: _Lexicon) -> Amount:
    end, per = m.end, None
    units = lexicon.data["per_units"]
    if found := lexicon.cues["per_mass"].match(text, end):
        end = found.end()
        groups = found.groupdict()
        per = units.get(groups.get("per") or groups.get("share"))
    elif found := lexicon.cues["per_before"].search(text[max(0, m.start - 16) : m.start]):
        per = units.get(found["per"])
    to = None if m.value_to is None else _rounded(m.value_to * m.factor_to)
    return Amount(m.start, end, text[m.start : end], _rounded(m.value * m.factor), m.unit, to, per, m.role)


# --- compiling -------------------------------------------------------------------------------------------------------


@cache
def _lexicon(language: str) -> _Lexicon:
    data = knowledge(language if language in known_languages() else "en", "quantities")
    space = "[ \u00a0\u202f\u2009]" if data["group_space"] else "[\u00a0\u202f\u2009]"
    digits = rf"(?:(?<=\d)\d{{0,14}}+(?:[.,，．'’]\d{{1,12}}+|{space}\d{{3}}(?!\d)){{0,5}}+"
    number = rf"[\d{data['word_starts']}]{digits}|{data['words']})"
    elided = {m for m in data["magnitudes"] if m[-1] in "'’"}  # "millions d'euros"
    magnitude = rf"(?:{_either(elided) or '(?!)'}|(?:{_either(set(data['magnitudes']) - elided)})(?![A-Za-zÀ-ÿ]))"
    letters = "(?![A-Za-zÀ-ÿ])"
    # A number first: the search for digits is what makes the scan fast. What stands before it is looked at afterwards.
    scan = re.compile(
        rf"(?P<a>{number})(?:[\s-]?(?P<ma>{magnitude}))?"
        rf"(?:(?:\s?(?:{_either(data['currency_after'])}))?(?P<sep>{data['range']})"
        rf"(?:(?:{_either(data['currency_before'])})\s?)?(?P<b>{number})(?:[\s-]?(?P<mb>{magnitude}))?)?"
        rf"(?:{data['more']})?"
        rf"(?:[\s-]?(?P<mass>{_either(data['masses'])}){letters}|\s?(?P<cur>{_either(data['currency_after'])}){letters}"
        rf"|(?P<pct>{data['percent']['words']})|(?P<cnt>{data['count']})|(?P<bare>{data['bare']})|)"
    )
    words = "|".join(f"(?P<{name}>{expression})" for name, expression in data["qualifiers"].items())
    forms = "|".join(f"(?P<{f['basis']}>{_scoped(f['words'])})" for f in data["bases"])
    openings = tuple((f["basis"], re.compile(f["before"])) for f in data["bases"] if "before" in f)
    return _Lexicon(
        data, scan, {cue: re.compile(data[cue]) for cue in CUES},
        re.compile(rf"({_either(data['currency_before'])})\s?\Z"), ".,，．",
        re.compile(rf"(?:{words})\s?(?:de\s|d[’']\s?)?\Z"),
        re.compile(forms), openings,
    )  # fmt: skip


def _scoped(expression: str) -> str:
    """Return an expression whose flags hold for itself alone."""
    return f"(?i:{expression[4:]})" if expression.startswith("(?i)") else expression


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
