"""Masses, money and percentages: formats of three languages, magnitudes, years, basis."""

import time

import pytest
from hypothesis import given, settings

from pipelines.enrich.quantities import amounts, counts, quantities, shares
from tests.unit.enrich.hostile import HUGE, languages, texts


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "sold 1,250.5 tonnes of dysprosium oxide", (1250.5, None, "t", "REO")),
        ("en", "a capacity of 7 ktpa", (7000.0, None, "t/y", "nameplate")),
        ("en", "up to 900 tonnes a year of rare earth carbonate", (900.0, None, "t/y", "gross")),
        ("en", "between 2,000 and 2,500 tonnes of magnets", (2000.0, 2500.0, "t", "magnet")),
        ("en", "recovered 10 lb of mixed oxide", (0.0045359237, None, "t", "REO")),
        ("en", "is targeting output of 80 tonnes a year of terbium oxide", (80.0, None, "t/y", "target")),
        ("en", "an annual capacity of 3 million tonnes", (3_000_000.0, None, "t/y", "nameplate")),
        ("en", "a rated capacity of 100 tonnes a month of magnets", (1200.0, None, "t/y", "nameplate")),
        ("en", "agreed to ship 15 to 20 tonnes of NdFeB scrap per month", (180.0, 240.0, "t/y", "gross")),
        ("en", "a monthly capacity of 25 tonnes of dysprosium oxide", (300.0, None, "t/y", "nameplate")),
        ("en", "yields 800 kg of terbium metal a week", (41.6, None, "t/y", "metal")),
        ("en", "shipped 20 tonnes of carbonate a month later", (20.0, None, "t", "gross")),
        ("en", "recovered 20 tonnes of oxide in a month", (20.0, None, "t", "REO")),
        ("en", "processed 85 tonnes of end-of-life NdFeB magnets", (85.0, None, "t", "magnet")),
        ("en", "processed 12 tonnes of end-of-life magnet scrap", (12.0, None, "t", "gross")),
        ("fr", "produira chaque année 1 700 tonnes d’oxydes", (1700.0, None, "t/y", "nameplate")),
        ("fr", "a livré 2,5 tonnes d'aimants", (2.5, None, "t", "magnet")),
        ("fr", "entre 3 000 et 4 000 tonnes de concentré", (3000.0, 4000.0, "t", "concentrate")),
        ("fr", "une usine de 750 tonnes par an", (750.0, None, "t/y", "nameplate")),
        ("zh", "年产能25吨", (25.0, None, "t/y", "nameplate")),
        ("zh", "生产氧化镝３０吨", (30.0, None, "t", "REO")),
        ("zh", "产量5万-6万吨", (50_000.0, 60_000.0, "t", None)),
        ("zh", "增加2万吨（以REO计）", (20_000.0, None, "t", "REO")),
        ("zh", "年產能三千公噸", (3000.0, None, "t/y", "nameplate")),
    ],
)
def test_a_mass_is_normalised_with_its_basis(language, text, expected):
    found = quantities(text, language)
    assert [(q.normalised_value, q.normalised_value_to, q.normalised_unit, q.basis) for q in found] == [expected]
    assert found[0].text == text[found[0].start : found[0].end]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "raised US$45m", (45e6, None, "USD", None)),
        ("en", "a loan of A$1.65bn", (1.65e9, None, "AUD", None)),
        ("en", "EUR 8.2 million", (8.2e6, None, "EUR", None)),
        ("en", "at 310,000 yuan/mt", (310_000.0, None, "CNY", "t")),
        ("en", "$110 per kg", (110.0, None, "USD", "kg")),
        ("en", "$1.5 billion to $2 billion", (1.5e9, 2e9, "USD", None)),
        ("en", "shares at $21.50 apiece", (21.5, None, "USD", "share")),
        ("fr", "90 millions d’euros", (90e6, None, "EUR", None)),
        ("fr", "1,65 milliard de dollars australiens", (1.65e9, None, "AUD", None)),
        ("fr", "45 M€", (45e6, None, "EUR", None)),
        ("fr", "42 dollars le kilo", (42.0, None, "USD", "kg")),
        ("fr", "12 000 livres d’aide", (12_000.0, None, "GBP", None)),
        ("fr", "3 millions de livres sterling", (3e6, None, "GBP", None)),
        ("zh", "报价56.2万-56.5万元/吨", (562_000.0, 565_000.0, "CNY", "t")),
        ("zh", "总投资1.2亿元", (120e6, None, "CNY", None)),
        ("zh", "3.5亿美元", (350e6, None, "USD", None)),
        ("zh", "每公斤110美元", (110.0, None, "USD", "kg")),
        ("zh", "發行價格28.00元/股", (28.0, None, "CNY", "share")),
    ],
)
def test_money_is_counted_in_units_of_its_currency(language, text, expected):
    assert [(a.value, a.value_to, a.currency, a.per) for a in amounts(text, language)] == [expected]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "four thousand tonnes of ore", [(4000.0, None)]),
        ("en", "thirty-five kilograms", [(0.035, None)]),
        ("en", "seven hundred and twenty tonnes", [(720.0, None)]),
        ("en", "three to four thousand metric tons", [(3000.0, 4000.0)]),
        ("en", "a dozen tonnes", [(12.0, None)]),
        ("en", "thousands of tonnes, and a few tonnes more", []),
        ("en", "at a price per tonne", []),
        ("fr", "une quarantaine de tonnes", [(40.0, None)]),
        ("fr", "neuf mille trois cents tonnes", [(9300.0, None)]),
        ("fr", "quatre-vingt-douze kilos", [(0.092, None)]),
        ("fr", "six ou sept mille tonnes", [(6000.0, 7000.0)]),
        ("fr", "des milliers de tonnes, à tant la tonne", []),
        ("fr", "ses 40 premières tonnes", [(40.0, None)]),
        ("en", "another 60 additional tonnes", [(60.0, None)]),
        ("zh", "产出氧化钬45千克", [(0.045, None)]),
        ("zh", "六千克", [(0.006, None)]),
        ("zh", "约3千吨", [(3000.0, None)]),
        ("zh", "配额为1.7亿湿吨", [(170_000_000.0, None)]),
    ],
)
def test_numbers_in_words_and_units_with_a_word_before_them_are_read(language, text, expected):
    found = quantities(text, language)
    assert [(q.normalised_value, q.normalised_value_to) for q in found] == expected
    assert all(q.text == text[q.start : q.end] for q in found)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "half a million dollars", (500_000.0, "USD")),
        ("fr", "trois millions et demi d’euros", (3_500_000.0, "EUR")),
        ("fr", "à 0,31 dollar canadien l'action", (0.31, "CAD")),
        ("zh", "交割完成，2.4亿澳元的对价已付", (240_000_000.0, "AUD")),
    ],
)
def test_sums_in_words_and_after_a_comma_are_read(language, text, expected):
    assert [(a.value, a.currency) for a in amounts(text, language)] == [expected]


def test_ore_that_a_deposit_contains_is_ore():
    (found,) = quantities("The deposit contains 18 million tonnes of ore.", "en")
    assert found.basis == "ore"


def test_the_number_of_a_stage_does_not_end_the_form():
    (found,) = quantities("It will buy 300 tonnes of Phase 2 monazite concentrate.", "en")
    assert found.basis == "concentrate"


def test_a_change_gives_both_ends_and_neither_is_a_range():
    found = quantities("It will raise capacity from 2,000 to 5,000 tonnes a year.", "en")
    assert [(q.normalised_value, q.normalised_unit, q.role) for q in found] == [(2000.0, "t/y", "from"), (5000.0, "t/y", "to")]


def test_masses_that_share_their_year_are_both_of_a_year():
    found = quantities("It can make 600 tonnes of oxides and 800 tonnes of metal a year.", "en")
    assert [(q.normalised_value, q.normalised_unit) for q in found] == [(600.0, "t/y"), (800.0, "t/y")]


def test_a_year_beside_a_mass_is_no_part_of_it():
    assert [q.normalised_value for q in quantities("Output rose in 2025 to 5,000 tonnes.", "en")] == [5000.0]


def test_a_grade_is_no_mass():
    assert quantities("a grade of 5 kg/t", "en") == []


def test_percentages_and_numbers_of_shares_are_found():
    assert [s.value for s in shares("三方持股比例分别为51%、35%和14%", "zh")] == [51.0, 35.0, 14.0]
    assert [c.value for c in counts("selling 9.8 million new shares", "en")] == [9_800_000.0]


@given(texts, languages)
@settings(max_examples=150, deadline=None)
def test_any_text_is_safe(text, language):
    for found in (quantities(text, language), amounts(text, language), shares(text, language), counts(text, language)):
        assert all(0 <= x.start < x.end <= len(text) for x in found)


@pytest.mark.parametrize("text", [HUGE[0], HUGE[1], HUGE[2], HUGE[3][:200_000], HUGE[4], HUGE[10][:120_000], HUGE[11][:60_000]])
def test_a_huge_line_takes_linear_time(text):
    started = time.process_time()
    for language in ("en", "fr", "zh"):
        quantities(text, language)
    assert time.process_time() - started < 30
