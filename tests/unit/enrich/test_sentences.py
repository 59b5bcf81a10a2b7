"""Sentences: exact offsets; datelines, bullets and item numbers stay outside."""

import itertools
import time

import pytest
from hypothesis import given, settings

from pipelines.enrich.sentences import sentences
from tests.unit.enrich.hostile import HUGE, languages, texts


def split(text, language="en"):
    return [text[s.start : s.end] for s in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Ms. Rao agreed.\nMr. Lim left.\tDr. Hale stayed.", ["Ms. Rao agreed.", "Mr. Lim left.", "Dr. Hale stayed."]),
        ("en", "Acme Inc. sold it. Beta Corp. did not.", ["Acme Inc. sold it.", "Beta Corp. did not."]),
        (
            "en",
            "It rose 1.5% on Nov. 3. The U.S. Geological Survey said so.",
            ["It rose 1.5% on Nov. 3.", "The U.S. Geological Survey said so."],
        ),
        ("en", '"We opened the plant," said Ann. "It runs."', ['"We opened the plant," said Ann.', '"It runs."']),
        ("en", '"Is it open?" asked Ann.', ['"Is it open?" asked Ann.']),
        ("en", "OSLO, March 3, 2026 (North Wire) -- Acme opened it. It runs.", ["Acme opened it.", "It runs."]),
        ("en", "• First point\n• Second point", ["First point", "Second point"]),
        ("en", "1. It opened.\n2. It closed.", ["It opened.", "It closed."]),
        ("fr", "SMM, 3 mars : Selon M. Dupont, l’art. 4 vaut. Oui.", ["Selon M. Dupont, l’art. 4 vaut.", "Oui."]),
        ("fr", "« Nous ouvrons », dit-elle. « Demain ! » ajoute-t-il.", ["« Nous ouvrons », dit-elle.", "« Demain ! » ajoute-t-il."]),
        ("zh", "一、公司开工。该项目投产；销量上升。", ["公司开工。", "该项目投产；销量上升。"]),
        ("zh", "【某网3月4日电】公司称：“已开工。”市场平静！", ["公司称：“已开工。”", "市场平静！"]),
        ("zh", "“已经开工。”王某说。价格上涨。", ["“已经开工。”王某说。", "价格上涨。"]),
        ("zh", "【某某稀土】公司开工，计划今年投产。", ["公司开工，计划今年投产。"]),
    ],
)
def test_sentences_are_those_a_reader_sees(language, text, expected):
    assert split(text, language) == expected


def test_the_paragraph_is_the_number_of_the_line():
    assert [s.paragraph for s in sentences("One. Two.\n\nThree.", "en")] == [0, 0, 2]


@given(texts, languages)
@settings(max_examples=200, deadline=None)
def test_any_text_is_safe_and_no_character_stands_in_two_sentences(text, language):
    found = sentences(text, language)
    assert all(0 <= s.start < s.end <= len(text) for s in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("text", [*HUGE[:9], HUGE[9][:300_000]])
def test_a_huge_text_takes_linear_time(text):
    started = time.process_time()
    for language in ("en", "zh"):
        sentences(text, language)
    assert time.process_time() - started < 30
