"""The language of a text, by script and function words first."""

import pytest
from hypothesis import given, settings

from pipelines.enrich.language import language_of
from tests.unit.enrich.hostile import texts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The plant was opened in May and it is the first of its kind.", "en"),
        ("L’usine a été ouverte en mai et elle est la première du pays.", "fr"),
        ("公司（Acme Rare Earths Limited）于五月在格宾投产。", "zh"),
        ("工場は五月に開かれました。これは最初のものです。", "ja"),
        ("Завод был открыт в мае прошлого года.", "ru"),
        ("Das Werk wurde im Mai eröffnet und ist das erste seiner Art in Europa.", "de"),
    ],
)
def test_the_text_decides(text, language):
    assert language_of(text, "xx") == language


def test_a_text_that_tells_nothing_has_the_claimed_language():
    assert (language_of("562,000", "fr"), language_of("", None)) == ("fr", "en")


@given(texts)
@settings(max_examples=100, deadline=None)
def test_any_text_has_a_language(text):
    assert language_of(text)
