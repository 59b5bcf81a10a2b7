"""Figures are checked against each other only where the text plainly relates them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.enrich.materials import materials
from pipelines.enrich.quantities import amounts, quantities, shares
from pipelines.enrich.reading import Witness
from pipelines.enrich.sentences import sentences
from pipelines.enrich.witnesses import witnesses


def checks(text: str, language: str) -> list[Witness]:
    return witnesses(
        text, language, sentences(text, language), quantities(text, language), amounts(text, language), shares(text, language), [],
        materials(text, language),
    )  # fmt: skip


RELATED = [
    ("en", "In the venture Alpha, Beta and Gamma hold 45, 35 and 30 percent respectively.", "stakes_sum", "fails"),
    ("en", "In the venture Alpha, Beta and Gamma hold 45, 35 and 20 percent respectively.", "stakes_sum", "holds"),
    ("fr", "L'usine a produit 35 kilogrammes (c'est-à-dire 0,35 tonne) d'oxyde de terbium.", "unit_consistency", "fails"),
    ("en", "The plant is to make 2,000 tonnes of magnets a year (2,000 ktpa on its slide).", "unit_consistency", "fails"),
    ("en", "The plant is to make 2,000 tonnes of magnets a year (2 ktpa on its slide).", "unit_consistency", "holds"),
    ("en", "Neodymium oxide averaged $80.40/kg, a rise of 12% from the first-quarter mean of $73.50/kg.", "period_over_period", "fails"),
    ("en", "It raised $80 million by selling 4 million shares at $20 apiece.", "shares_price", "holds"),
    ("en", "It raised $900 million by selling 4 million shares at $20 apiece.", "shares_price", "fails"),
    ("zh", "公司发行股份3000万股，发行价格10元/股，募集资金总额3亿元。", "shares_price", "holds"),
    ("zh", "公司发行股份3000万股，发行价格10元/股，募集资金总额30亿元。", "shares_price", "fails"),
    ("en", "The joint venture is owned 60% by Alpha, 30% by Beta and 20% by Gamma.", "stakes_sum", "fails"),
    ("en", "Alpha will own 55% of the venture, Beta 30% and Gamma 25%.", "stakes_sum", "fails"),
    ("en", "Alpha will hold 49 percent of the venture and Beta 51 percent.", "stakes_sum", "holds"),
    ("fr", "La coentreprise est détenue à 51 % par A, à 29 % par B et à 20 % par C, respectivement.", "stakes_sum", "holds"),
    ("zh", "三方持股比例分别为50%、30%和25%。", "stakes_sum", "fails"),
    ("en", "The mill shipped 300 tonnes of ore and 450 tonnes of concentrate, for a total of 750 tonnes.", "parts_total", "holds"),
    ("en", "The mill shipped 300 tonnes of ore and 450 tonnes of concentrate, for a total of 950 tonnes.", "parts_total", "fails"),
    ("fr", "Le quota est de 90 000 tonnes, réparties comme suit : 50 000 tonnes pour A et 48 000 tonnes pour B.", "parts_total", "fails"),
    ("zh", "轻稀土7万吨，重稀土1万吨，合计9万吨。", "parts_total", "fails"),
    ("en", "A joint venture was founded by Alpha (60%), Beta (25%) and Gamma (25%).", "stakes_sum", "fails"),
    ("fr", "A, B et C se partagent, à raison de 50 %, 30 % et 10 %, le capital de la société commune.", "stakes_sum", "fails"),
    ("zh", "稀土开采配额为19万吨，其中轻稀土17.3万吨、重稀土1.8万吨。", "parts_total", "fails"),
    ("zh", "资源量为12亿吨。其中，控制级5.5亿吨，推断级8.5亿吨。", "parts_total", "fails"),
    ("en", "Alpha got 90 million euros and Beta 40 million euros. Both thus got 150 million euros.", "parts_total", "fails"),
    ("fr", "Alpha a reçu 30 millions d'euros, Beta 25 millions d'euros. L'aide atteint ainsi 55 millions d'euros.", "parts_total", "holds"),
    ("en", "For terbium and Tb4O7 the factor is 1.176.", "oxide_metal_factor", "holds"),
    ("en", "To get from neodymium to its oxide, multiply by 1.42.", "oxide_metal_factor", "fails"),
    ("fr", "50 kg de terbium métal correspondent à 58,8 kg d'oxyde.", "oxide_metal_factor", "holds"),
    ("en", "Dysprosium oxide cost $0.31 per kg.", "price_band", "fails"),
    ("en", "Dysprosium oxide, cif China and duty unpaid, was last assessed on 16 September at $0.31 per kg.", "price_band", "fails"),
    ("zh", "氧化铽报价620元/吨。", "price_band", "fails"),
    ("en", "The line makes 12 tonnes a year (12 ktpa).", "unit_consistency", "fails"),
    ("en", "It shipped 100 lb (45.4 kg) of oxide.", "unit_consistency", "holds"),
    ("zh", "产量为5公斤（50吨）。", "unit_consistency", "fails"),
    ("en", "Output was 1,200 tonnes, 20% more than the 1,000 tonnes of the year before.", "period_over_period", "holds"),
    ("en", "Output was 1,200 tonnes, 50% more than the 1,000 tonnes of the year before.", "period_over_period", "fails"),
    ("fr", "La production atteint 900 tonnes, contre 1 000 tonnes un an plus tôt, soit une baisse de 10 %.", "period_over_period", "holds"),
    ("zh", "产量880吨，上月为800吨，环比增长25%。", "period_over_period", "fails"),
]


@pytest.mark.parametrize(("language", "text", "kind", "verdict"), RELATED)
def test_related_figures_get_a_verdict(language: str, text: str, kind: str, verdict: str) -> None:
    assert [(w.kind, w.verdict) for w in checks(text, language)] == [(kind, verdict)]


UNRELATED = [
    ("en", "The firm, whose 4 million shares trade at $20 apiece, had revenue of $900 million."),
    ("en", "It holds 60% of Alpha Mines and 70% of Beta Mines."),
    ("en", "Shares rose 60% in May and 70% in June."),
    ("en", "Output rose from 300 tonnes to 450 tonnes, or 150 tonnes more."),
    ("en", "Capacity will go from 300 tonnes to 450 tonnes and later to 900 tonnes."),
    ("en", "It made 200 tonnes of oxide, up 12%, and 90 tonnes of metal."),
    ("en", "About 1,200 tonnes were made, some 15% more than the roughly 1,000 tonnes of the year before."),
    ("en", "Dysprosium oxide rose by $5 per kg to $280 per kg."),
    ("en", "NdPr oxide costs $62 per kg; freight is $0.10 per kg."),
    ("en", "The plant makes 1,000 tonnes (600 tonnes of it oxide)."),
    ("en", "Sales were 1.5 times those of 2024, and dysprosium oxide led."),
    ("fr", "Le prix de l'oxyde de terbium a baissé de 3 euros le kilo."),
    ("zh", "氧化镨钕报价56万元/吨，较上周下跌0.3万元/吨。"),
    ("zh", "公司持有甲公司60%股权、乙公司55%股权。"),
    ("en", "Alpha paid 90 million euros and Beta 40 million euros. The plant will thus cost 900 million euros."),
    ("zh", "产量约19万吨，其中轻稀土17.3万吨、重稀土1.8万吨。"),
    ("en", "The joint venture said that yield (60%), purity (99%) and use (70%) improved, and growth was more than 10%."),
    ("zh", "产量由300吨增至450吨，其中出口100吨。"),
]


@pytest.mark.parametrize(("language", "text"), UNRELATED)
def test_unrelated_figures_never_fail(language: str, text: str) -> None:
    assert [w for w in checks(text, language) if w.verdict == "fails"] == []


def test_a_rounding_explains_a_small_difference() -> None:
    [witness] = checks("It raised $211 million by selling 9.8 million shares at $21.50 apiece.", "en")
    assert (witness.verdict, witness.evidence) == ("holds", "$211 million by selling 9.8 million shares at $21.50 apiece")


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="0123456789.,% $€元吨kgt()约和and氧化镝\ud800\n", max_size=120), st.sampled_from(["en", "fr", "zh"]))
def test_any_figures_are_safe_and_evidence_is_the_text(text: str, language: str) -> None:
    for witness in checks(text, language):
        assert text[witness.start : witness.end] == witness.evidence


ENDLESS = [
    "1 t and ",
    "5% stake, ",
    "$3 per kg dysprosium oxide ",
    "a tonne of dysprosium oxide makes dysprosium metal ",
    "1 t (2 kt per day) ",
]


@pytest.mark.parametrize("unit", ENDLESS)
def test_an_endless_sentence_of_figures_takes_linear_time(unit: str) -> None:
    text = "From $3 to $2 a rise of 5% " + unit * 4000
    found = (quantities(text, "en"), amounts(text, "en"), shares(text, "en"))
    witnesses(text, "en", sentences(text, "en"), *found, [], materials(text, "en"))


OUTPUT = "Output of neodymium oxide\nProduct | Q1 2026 | Q1 2025 | Change\nNd oxide | 2,310 | 2,100 | +10.0%\nDy oxide | 42 | 40 | {}\n"
BATCHES = "Oxyde de néodyme\nLot\tTonnes\nA\t120\nB\t140\nC\t—\nTotal\t{}\n"
TABLES = [
    ("en", OUTPUT.format("+5.0%"), [("period_over_period", "holds")] * 2),
    ("en", OUTPUT.format("+15.0%"), [("period_over_period", "holds"), ("period_over_period", "fails")]),
    ("en", OUTPUT.replace("Q1 2026", "Low").replace("Q1 2025", "High").format("+15.0%"), []),  # of the price of last week
    ("zh", "产品　　本期产量　　上年同期产量　　同比\n氧化镝　　42　　40　　+15.0%\n", [("period_over_period", "fails")]),
    ("fr", BATCHES.format("260"), [("parts_total", "holds")]),
    ("fr", BATCHES.format("280"), [("parts_total", "fails")]),
    ("fr", BATCHES.format("280").replace("\nB", "\ndont B"), []),
    ("zh", "氧化镝\n企业　　配额（吨）\n甲　　188,650\n乙　　81,350\n合计　　270,000\n", [("parts_total", "holds")]),
]


@pytest.mark.parametrize(("language", "text", "verdicts"), TABLES)
def test_columns_of_a_table_are_checked_as_its_heading_names_them(language: str, text: str, verdicts: list[tuple[str, str]]) -> None:
    assert [(w.kind, w.verdict) for w in checks(text, language)] == verdicts
