"""Materials with their forms, in three languages, and the words that are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.enrich.entities import mentions
from pipelines.enrich.materials import materials
from pipelines.enrich.stages import stage_of_product


def read(text: str, language: str) -> list[tuple[str, str | None]]:
    return [(m.material_id, m.form) for m in materials(text, language, mentions("", text, language))]


CASES = [
    ("en", "It sells dysprosium and terbium oxides.", [("Dy", "oxide"), ("Tb", "oxide")]),
    ("en", "oxides of lanthanum and NdPr oxide", [("La", "oxide"), ("NdPr", "oxide")]),
    (
        "en",
        "praseodymium-neodymium metal and light and heavy rare earth oxides",
        [("NdPr", "metal"), ("light", "oxide"), ("heavy", "oxide")],
    ),
    ("en", "A new plant for neo magnets; neo soul and neoclassical art.", [("NdFeB", "magnet")]),
    ("en", "xenotime concentrate and monazite ore", [("xenotime", "concentrate"), ("monazite", "ore")]),
    ("en", "seven heavy rare earths (samarium, gadolinium and yttrium)", [("Sm", None), ("Gd", None), ("Y", None)]),
    ("en", "heavy rare earths such as dysprosium", [("heavy", None), ("Dy", None)]),
    ("en", "Nd2O3; Dy/Tb; NdFeB alloy", [("Nd", "oxide"), ("Dy", None), ("Tb", None), ("NdFeB", "alloy")]),
    ("en", "We lead in tin and mercury; in May it was as good as new, Pr people said. La La Land. Er, no. Co. Ltd.", []),
    ("en", "The band Rare Earth played; USA Rare Earth listened.", []),
    ("en", "SmCo magnets, strip-cast alloys and rare-earth permanent magnets", [("SmCo", "magnet"), ("rare_earths", "magnet")]),
    ("fr", "des oxydes de dysprosium et de terbium", [("Dy", "oxide"), ("Tb", "oxide")]),
    ("fr", "aimants permanents en terres rares et aimants au néodyme", [("rare_earths", "magnet"), ("NdFeB", "magnet")]),
    ("fr", "le nickel néo-calédonien et des terres rares lourdes", [("Ni", None), ("heavy", None)]),
    ("fr", "concentré de monazite, carbonate mixte de terres rares", [("monazite", "concentrate"), ("rare_earths", "carbonate")]),
    ("fr", "du gallium, du germanium et de l’antimoine", [("Ga", None), ("Ge", None), ("Sb", None)]),
    ("zh", "氧化镨钕、金属镝和镨钕金属", [("NdPr", "oxide"), ("Dy", "metal"), ("NdPr", "metal")]),
    ("zh", "稀散金属和稀有金属不是稀土，氧化铝也不是。", [("rare_earths", None)]),
    ("zh", "北方稀土销售稀土精矿，中重稀土供应（以REO计）", [("rare_earths", "concentrate"), ("heavy", None)]),
    ("zh", "钕铁硼毛坯与离子型稀土矿", [("NdFeB", "magnet"), ("ionic_clay", "ore")]),
    ("zh", "釹鐵硼磁體與氧化鏑、鋱", [("NdFeB", "magnet"), ("Dy", "oxide"), ("Tb", None)]),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_materials_come_with_their_forms(language: str, text: str, expected: list[tuple[str, str | None]]) -> None:
    assert read(text, language) == expected


PRODUCTS = [
    ("en", "dysprosium oxide", "separation"),
    ("en", "mixed rare earth oxide", "cracking"),
    ("en", "mixed rare earth carbonate", "cracking"),
    ("en", "neodymium metal", "metal"),
    ("en", "neo magnets", "magnet"),
    ("en", "monazite concentrate", "beneficiation"),
    ("en", "rare earth ore", "mining"),
    ("en", "gallium metal", None),
    ("en", "tungsten concentrate", "beneficiation"),
    ("en", "ionic clay", "mining"),
    ("en", "rare earths", None),
    ("fr", "oxydes mixtes de terres rares", "cracking"),
    ("zh", "混合碳酸稀土", "cracking"),
    ("zh", "氧化铽", "separation"),
]


@pytest.mark.parametrize(("language", "text", "stage"), PRODUCTS)
def test_a_product_tells_the_step_that_gives_it(language: str, text: str, stage: str | None) -> None:
    assert stage_of_product(materials(text, language)[0]) == stage


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["en", "fr", "zh"]))
def test_any_text_is_safe_and_spans_lie_in_it(noise: str, language: str) -> None:
    text = noise + " Dy\ud800 氧化镝 İ oxyde de terbium " + noise
    assert all(0 <= m.start < m.end <= len(text) for m in materials(text, language))


@pytest.mark.parametrize("unit", ["Nd", "oxyde de ", "氧化", "neodymium and ", "Nd2O3/", "rare earth ("])
def test_a_large_text_takes_linear_time(unit: str) -> None:
    for language in ("en", "fr", "zh"):
        materials(unit * (300_000 // len(unit)), language)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Neo metal was dear.", [("Nd", "metal")]),
        ("fr", "deux tonnes de terbium métal", [("Tb", "metal")]),
        ("fr", "le terbium, métal cher", [("Tb", None)]),
    ],
)
def test_the_last_word_of_a_name_and_the_word_after_it_give_a_form(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert [(m.material_id, m.form) for m in materials(text, language)] == expected
