"""Pronouns and descriptions stand for a name only where that is plain."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.enrich.anaphora import anaphora
from pipelines.enrich.entities import mentions
from pipelines.enrich.sentences import sentences


def stands_for(text: str, language: str, publisher: str | None = None) -> list[tuple[str, str | None]]:
    named = mentions("", text, language)
    found = anaphora(text, language, sentences(text, language), named, publisher)
    return [(text[m.start : m.end], m.entity_id) for m in found]


CASES = [
    ("en", "Solvay opened a line. It will hire. The company is in Brussels.", [("It", "solvay"), ("The company", "solvay")]),
    ("en", "According to Reuters, Pensana sold Longonjo. The miner gave no price.", [("The miner", "pensana")]),
    ("en", "Pensana and Solvay met. Both companies signed.", [("Both companies", "pensana"), ("Both companies", "solvay")]),
    ("en", "Iluka Resources builds at Eneabba. The refinery will open late.", [("The refinery", "eneabba")]),
    ("en", "Solvay waited. It is expected that prices fall, and it rained.", []),
    ("en", "Nobody came. The company of friends was merry.", []),
    ("en", "Lynas Rare Earths sold oxide. The plant in Hull was closed.", []),
    ("fr", "Solvay agrandit La Rochelle. Le groupe embauche. Il vise 2030.", [("Le groupe", "solvay"), ("Il", "solvay")]),
    ("fr", "Pensana renonce. Il est prévu de vendre. Il faut attendre.", []),
    ("fr", "Carester présente Caremag, une usine de séparation. L’usine ouvrira.", [("L’usine", "caremag")]),
    ("fr", "Le fabricant d'aimants Vacuumschmelze embauche.", []),
    ("zh", "金力永磁公告，公司产量增加。该公司表示满意。", [("公司", "jl_mag"), ("该公司", "jl_mag")]),
    ("zh", "盛和资源与宁波韵升签约，后者将供货，其中一半出口。", [("后者", "ningbo_yunsheng")]),
    ("zh", "大地熊的子公司停产，一家公司关闭。", []),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_words_stand_for_the_name_before_them(language: str, text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [pair for pair in stands_for(text, language) if pair[0].lower() not in {"its", "son", "sa", "ses", "其"}] == expected


def test_in_a_release_of_its_own_the_company_is_the_signer() -> None:
    text = "Aclara Resources signed with Vacuumschmelze. The Company is pleased, and we thank all. The company in question was paid."
    assert stands_for(text, "en", "aclara_resources") == [("The Company", "aclara_resources"), ("we", "aclara_resources")]
    text = "本公告涉及盛和资源。盛和资源与赣州稀土集团签约。公司将出资。"
    assert stands_for(text, "zh", "shenghe_resources") == [("公司", "shenghe_resources")]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=150), st.sampled_from(["en", "fr", "zh"]))
def test_any_text_is_safe(noise: str, language: str) -> None:
    text = noise + " Lynas. It 公司 \ud800 elle. " + noise
    for mention in anaphora(text, language, sentences(text, language), mentions("", text, language)):
        assert 0 <= mention.start < mention.end <= len(text)


def test_a_sentence_without_end_takes_linear_time() -> None:
    text = "Lynas and it and the company and its plant and " * 4000
    anaphora(text, "en", sentences(text, "en"), mentions("", text, "en"))
