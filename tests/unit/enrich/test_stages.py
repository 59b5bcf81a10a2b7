"""Words that name a step of the chain, told from words that only look so."""

import pytest

from pipelines.enrich.stages import stages

CASES = [
    ("en", "The mine feeds a concentrator and a separation plant.", [("mining", False), ("beneficiation", False), ("separation", False)]),
    ("en", "Solvent extraction is used; extraction of ore begins.", [("separation", False), ("mining", False), ("mining", True)]),
    ("en", "Drilling and a pre-feasibility study are under way.", [("exploration", False), ("exploration", False)]),
    ("en", "A determined examiner fled undermined.", []),
    (
        "fr",
        "L'usine de séparation recyclera des aimants en fin de vie.",
        [("separation", False), ("recycling", False), ("recycling", False)],
    ),
    ("fr", "Une réduction des prix et une attaque en justice.", []),
    ("zh", "选矿、冶炼分离和熔盐电解", [("beneficiation", False), ("separation", False), ("metal", False)]),
    ("zh", "磁材厂交付磁体", [("magnet", False), ("magnet", True)]),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_steps_and_products_are_told_apart(language: str, text: str, expected: list[tuple[str, bool]]) -> None:
    assert [(m.stage, m.is_product) for m in stages(text, language)] == expected


def test_offsets_survive_a_lower_case_of_two_characters() -> None:
    text = "İİİ flotation"
    assert [text[m.start : m.end] for m in stages(text, "en")] == ["flotation"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "The solvent-extraction hall was flooded.", {"separation"}),
        ("en", "It has no exploitation licence yet.", {"mining"}),
        ("en", "It takes old motors apart.", {"recycling"}),
        ("fr", "Le permis d'exploitation manque encore.", {"mining"}),
        ("fr", "Les sondages reprendront en mai.", {"exploration"}),
        ("zh", "尾矿再选线投运。", {"beneficiation"}),
        ("zh", "首批混合稀土碳酸盐下线。", {"cracking"}),
    ],
)
def test_licences_feeds_and_steps_in_other_words_name_a_stage(language: str, text: str, expected: set[str]) -> None:
    assert {s.stage for s in stages(text, language)} == expected
