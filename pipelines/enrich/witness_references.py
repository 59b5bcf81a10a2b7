"""Figures against reference tables: the factor between metal and oxide, and the band that a price lies in."""

import re
from collections.abc import Iterator
from functools import cache

from msgspec import structs

from pipelines.enrich.reading import Amount, MaterialMention, Witness
from pipelines.enrich.rounding import slack
from pipelines.enrich.witness_conversions import conversions
from pipelines.enrich.witness_figures import Figures, Page, verdict, within
from pipelines.reference import register
from pipelines.reference.register import rows

_FACTOR = re.compile(r"(?<![\d.,])([0-3][.,]\d{2,5})(?![\d]|[.,]\d)")
# Other oxides of an element whose usual one the table gives: their factors, from the standard atomic weights.
_OTHER_OXIDES = {"Tb": (1.1510,), "Pr": (1.1703,), "Ce": (1.1713,)}
# Rough value of a unit of a currency in US dollars: bands are broad, so a rate of the decade serves.
_USD = {"USD": 1.0, "CNY": 0.14, "EUR": 1.12, "GBP": 1.28, "AUD": 0.67, "CAD": 0.74, "JPY": 0.0075}
_OXIDES = ("oxid", "oxyd", "氧化")
_METALS = ("metal", "métal", "金属", "contained", "contenu")
_KILOGRAMS = {"kg": 1.0, "t": 1000.0, "mt": 1000.0, "lb": 0.45359, "g": 0.001}
ABOUT = 0.03  # relative; how far a mass that is told with "about" may be from what the factor makes
REACH = 60  # characters between a material and the price that is its
SENTENCE = 160  # the same, where the sentence names no other material
FACTOR_REACH = 200  # and between an element and a factor
CLOSE = 14  # characters before an amount in which a word may say that it is no price
# Between a price and what it buys; 至每吨 before a price that something fell to.
_BOUGHT = re.compile(r" (?:for|pour)(?: de| du| the| le| la)? ?(?:l')?(?:oxyde (?:de |d'))?")
_ENDS = (". ", "。", "\n", ";", "；")
_PARTED = re.compile(r"[\d,;:]")
_LEVEL = re.compile(r"[至到](?:每?(?:吨|公斤|千克))?\Z")


def factors(page: Page) -> list[int]:
    """Where numbers stand that may be the factor of an oxide, in a text that speaks of factors."""
    if not any(word in page.low for word in page.known["factor"]):
        return []
    return [match.start() for match in _FACTOR.finditer(page.text)]


def oxide_metal_factor(figures: Figures) -> Iterator[Witness]:
    """The factor between an element and its oxide that the text gives, or that two masses of it imply."""
    if not figures.materials:
        return
    elements = [m for m in figures.materials if register().materials[m.material_id].oxide_factor]
    if not elements or not (any(word in figures.said for word in _OXIDES) or any(m.form == "oxide" for m in elements)):
        return
    if figures.says("factor"):
        for match in _FACTOR.finditer(figures.text, figures.start, figures.end):
            element = _nearest(elements, match.start())
            if element and any(word in figures.before(match.start(), 60) for word in figures.known["factor"]):
                yield from _judge_factor(figures, element, float(match[1].replace(",", ".")), match.start(), match.end())
    made = conversions(figures, elements)
    yield from made
    if not made and figures.says("converts"):
        yield from _two_masses(figures, elements)


def _nearest(elements: list[MaterialMention], position: int) -> MaterialMention | None:
    before = within(elements, position - FACTOR_REACH, position)
    return before[-1] if before else None


def _judge_factor(figures: Figures, element: MaterialMention, factor: float, start: int, end: int) -> Iterator[Witness]:
    known = register().materials[element.material_id].oxide_factor or 1.0
    rough = slack(figures.text[start:end]) + 0.0005
    expected = known if factor > 1 else 1 / known
    result = verdict(factor, expected, rough)
    others = _OTHER_OXIDES.get(element.material_id, ())
    if any(verdict(factor, other if factor > 1 else 1 / other, rough) == "holds" for other in others):
        result = "holds"
    note = f"factor of {register().materials[element.material_id].oxide_formula}: {expected:.4f}"
    yield figures.witness("oxide_metal_factor", result, min(element.start, start), end, note)


def _is_formula(figures: Figures, end: int) -> bool:
    """Whether the formula of an oxide stands right after a mass ("12 tonnes of Nd2O3")."""
    near = within(figures.materials, end, end + CLOSE)
    return bool(near) and near[0].form == "oxide" and not _PARTED.search(figures.low, end, near[0].start)


def _two_masses(figures: Figures, elements: list[MaterialMention]) -> Iterator[Witness]:
    """100 kg of a metal correspond to so many kilograms of its oxide."""
    masses = [q for q in figures.quantities if q.value_to is None and q.times == 1]
    if len({m.material_id for m in elements}) != 1:
        return
    if len(masses) == 1:
        mass, one = masses[0], _ONE.search(figures.low, figures.start, masses[0].start)
        if any(word in figures.said for word in _PER_UNIT):
            yield from _judge_factor(figures, elements[0], mass.value, mass.start, mass.end)
        elif one and mass.unit[:1].lower() == one[1][:1]:
            masses = [structs.replace(mass, start=one.start(), end=one.end(), normalised_value=mass.normalised_value / mass.value), mass]
    if len(masses) != 2:
        return
    metal, oxide = masses
    first, second = figures.low[metal.start : oxide.start], figures.after(oxide.end, 60)
    if not any(word in first for word in figures.known["converts"]) or any(word in first for word in figures.known["apart"]):
        return
    if any(word in first[:40] for word in _OXIDES) or _is_formula(figures, metal.end):
        metal, oxide = oxide, metal
        is_named = any(word in second for word in _METALS) or within(figures.materials, metal.end, metal.end + REACH)
        if figures.language != "zh" and not is_named:
            return
    elif not any(word in second for word in _OXIDES) and not _is_formula(figures, oxide.end):
        return
    known = register().materials[elements[0].material_id].oxide_factor or 1.0
    text, factor = figures.text, oxide.normalised_value / metal.normalised_value
    rough = slack(text[metal.start : metal.end]) + slack(text[oxide.start : oxide.end])
    if 0.5 < factor < 3:
        note = f"factor of {register().materials[elements[0].material_id].oxide_formula} is {known:.4f}, not {factor:.4g}"
        ends = (metal.start, metal.end, oxide.start, oxide.end)
        is_about = any(m.qualifier or figures.is_about(m.start) for m in (metal, oxide))
        result = verdict(factor, known, ABOUT if is_about else min(rough, 0.01))
        yield figures.witness("oxide_metal_factor", result, min(ends), max(ends), note)


_ONE = re.compile(r"\b(?:an?|one|each|every|une?|chaque) (tonne|ton|kilo|kg|gram)")
_PER_UNIT = (
    "per kilo of metal", "per kilogram of metal", "per kg of metal", "per tonne of metal", "for each kilogram of metal",
    "par kilo de métal", "par kilogramme de métal", "par tonne de métal", "每公斤金属", "每千克金属", "每吨金属",
)  # fmt: skip


def price_band(figures: Figures) -> Iterator[Witness]:
    """A price lies in the broad band of its series; only what lies outside is told."""
    for amount in figures.amounts:
        kilograms = _KILOGRAMS.get(amount.per or _unit_before(figures, amount) or "")
        rate = _USD.get(amount.currency)
        if not kilograms or not rate or _is_no_price(figures, amount):
            continue
        material = _priced(figures, amount)
        if material is None:
            continue
        band = _bands().get((material.material_id, material.form)) or _any_form(material)
        if band is None:
            continue
        low, high = (amount.value * rate / kilograms, (amount.value_to or amount.value) * rate / kilograms)
        if high < band[0] or low > band[1]:
            what = " ".join(filter(None, (material.material_id, material.form)))
            note = f"{what} lies between {band[0]:g} and {band[1]:g} USD/kg; this is {low:.4g} USD/kg"
            yield figures.witness("price_band", "fails", min(material.start, amount.start), amount.end, note)


def _unit_before(figures: Figures, amount: Amount) -> str | None:
    """The unit of a price that stands before it: "la tonne d'oxyde de terbium se payait 900 000 dollars"."""
    units = figures.known["unit_price"]
    if amount.per is not None or not units or not figures.materials:
        return None
    before = figures.before(amount.start, REACH + 30)
    found = max(((before.rfind(words), unit) for words, unit in units.items()), default=(-1, ""))
    is_whole = found[0] >= 0 and not _PARTED.search(before, found[0]) and any(word in before[found[0] :] for word in figures.known["costs"])
    return found[1] if is_whole else None


def _is_no_price(figures: Figures, amount: Amount) -> bool:
    """Whether the words right before say that it is a change, a fee or a difference."""
    before = figures.before(amount.start, CLOSE).rstrip(" ")
    if figures.language == "zh":
        level = _LEVEL.search(before)  # 回落至每吨: a level, although it tells of a change
        return not level and (amount.role == "by" or any(word in before[-6:] for word in figures.known["not_price"]))
    return amount.role == "by" or any(before.endswith((" " + word, "," + word)) or before == word for word in figures.known["not_price"])


def _priced(figures: Figures, amount: Amount) -> MaterialMention | None:
    """The material before the price in its clause; one of several of a list only where all are of one band."""
    before = [m for m in within(figures.materials, amount.start - REACH, amount.start) if m.end <= amount.start]
    before = before or _only_one_of_sentence(figures, amount)
    if before:
        between = figures.low[before[-1].end : amount.start]
        return before[-1] if not re.search(r"[;；。]", between) else None
    after = within(figures.materials, amount.end, amount.end + 2 * CLOSE)
    if after and after[0].start - amount.end >= CLOSE:
        between = figures.low[amount.end : after[0].start]
        return after[0] if _BOUGHT.fullmatch(between) else None
    return after[0] if after and not re.search(r"[,，、]|\bore\b|minerai|矿石", figures.low[amount.end : after[0].start]) else None


def _only_one_of_sentence(figures: Figures, amount: Amount) -> list[MaterialMention]:
    """The only material that the sentence names before its only price, farther off; beside another it may be a change."""
    start, stop = max(0, amount.start - SENTENCE), amount.end + SENTENCE
    start = max(start, *(figures.low.rfind(mark, start, amount.start) for mark in _ENDS))
    stop = min([stop, *(at for mark in _ENDS if (at := figures.low.find(mark, amount.end, stop)) >= 0)])
    found = [m for m in within(figures.materials, start, amount.start) if m.end <= amount.start]
    is_alone = len([a for a in figures.amounts if start <= a.start < stop]) == 1
    return found if len(found) == 1 and is_alone else []


@cache
def _bands() -> dict[tuple[str, str | None], tuple[float, float]]:
    """Bands in US dollars per kilogram, by material and form."""
    return {
        (row["material"], row["form"] or None): (float(row["low_usd_kg"]), float(row["high_usd_kg"])) for row in rows("price_bands.csv")
    }


def _any_form(material: MaterialMention) -> tuple[float, float] | None:
    """The widest band of a material whose form the text leaves open."""
    return _widest(material.material_id) if material.form is None and material.material_id != "rare_earths" else None


@cache
def _widest(material_id: str) -> tuple[float, float] | None:
    bands = [band for (key, _), band in _bands().items() if key == material_id]
    return (min(b[0] for b in bands), max(b[1] for b in bands)) if bands else None
