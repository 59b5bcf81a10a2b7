"""Lists without verbs: their items tell what the line above them announces, with its parties and its day."""

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Event, Page

CONTEXT = {
    "en": "Rare earth news: neodymium, dysprosium and terbium.\n",
    "fr": "Terres rares : néodyme, dysprosium et terbium.\n",
    "zh": "稀土要闻：镝、铽、钕以及莱纳斯。\n",
}


def events(text: str, language: str) -> list[Event]:
    before = CONTEXT[language]
    return list(read(Page("x", before + text, "", "Wire", "2026-10-14", language)).events)


@pytest.mark.parametrize(
    ("language", "text", "kind", "whose"),
    [
        (
            "en",
            "Pensana signed two offtake contracts on 26 May 2026:\n"
            "(a) Shenghe Resources of China: 4,000 tonnes a year of mixed rare earth carbonate, for seven years;\n"
            "(b) Toyota Tsusho of Japan: 2,500 tonnes a year of mixed rare earth carbonate, for five years.",
            "supply_agreement",
            [{"pensana", "shenghe_resources"}, {"pensana", "toyota_tsusho"}],
        ),
        (
            "en",
            "Export Finance Australia approved these loans on 26 May 2026:\n"
            "1. Iluka Resources: A$200 million for the Eneabba refinery\n2. Arafura Rare Earths: A$100 million for the Nolans project",
            "financing",
            [{"export_finance_australia", "iluka_resources"}, {"export_finance_australia", "arafura_rare_earths"}],
        ),
        (
            "fr",
            "Carester a signé deux contrats le 26 mai 2026 :\n- avec Solvay : 400 tonnes par an d'oxyde de néodyme ;\n"
            "- avec Less Common Metals : 250 tonnes par an d'oxyde de dysprosium.",
            "supply_agreement",
            [{"carester", "solvay"}, {"carester", "less_common_metals"}],
        ),
        (
            "zh",
            "北方稀土于2026年5月26日签署以下供货合同：\n（一）正海磁材：氧化镨钕每年1200吨；\n（二）宁波韵升：氧化镨钕每年900吨。",
            "supply_agreement",
            [{"china_northern_rare_earth", "yantai_zhenghai"}, {"china_northern_rare_earth", "ningbo_yunsheng"}],
        ),
    ],
)
def test_items_have_the_deed_the_parties_and_the_day_of_the_line_above(
    language: str, text: str, kind: str, whose: list[set[str]]
) -> None:
    found = events(text, language)
    assert [(event.type, event.date) for event in found] == [(kind, "2026-05-26")] * 2
    assert [{actor.entity_id for actor in event.actors} for event in found] == whose


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Lynas Rare Earths output, September quarter 2026:\n- NdPr oxide: 2,003 tonnes\n- dysprosium oxide: 9 tonnes"),
        ("fr", "Production au troisième trimestre 2026 :\n– Mountain Pass : 700 t d'oxyde de NdPr\n– La Rochelle : 90 t d'oxyde de NdPr"),
        ("zh", "2026年三季度产量如下：\n1、北方稀土：氧化镨钕8200吨\n2、盛和资源：氧化镨钕2100吨"),
    ],
)
def test_figures_under_a_line_that_names_their_period_are_of_it(language: str, text: str) -> None:
    found = events(text, language)
    assert [(event.type, event.date, event.date_precision) for event in found] == [("production_milestone", "2026-07-01", "quarter")] * 2


@pytest.mark.parametrize(
    "text",
    [
        "Lynas Rare Earths has not signed any of these:\n- Toyota Tsusho: 300 tonnes of NdPr oxide a year",
        "These are the products of Lynas Rare Earths:\n- NdPr oxide, 99.5%: drums of 50 kg",
        "Pensana signed two offtake contracts on 26 May 2026:\nThe weather was fine.\nToyota Tsusho of Japan: 2,500 tonnes of carbonate.",
    ],
)
def test_other_lines_with_figures_tell_nothing(text: str) -> None:
    assert not events(text, "en")
