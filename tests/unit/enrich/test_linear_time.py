"""Hostile texts of every kind are read in linear time, and too large a page is refused."""

import time

import pytest

from pipelines.enrich.html import LARGEST, html_text
from pipelines.enrich.read import read
from pipelines.enrich.reading import Page
from tests.unit.enrich.hostile import REPEATED

SHORT = 12_000  # characters
TIMES = 8  # how much longer the long text is
BOUND = 4 * TIMES  # a quadratic reading takes TIMES ** 2; a busy machine a few times longer than it should
FLOOR = 0.05  # seconds under which a clock tells little


def seconds(text: str) -> float:
    begin = time.process_time()
    read(Page("x", text, "", "SMM", "2026-03-13", None))
    return time.process_time() - begin


def repeated(unit: str, length: int) -> str:
    return (unit * (length // len(unit) + 1))[:length]


@pytest.mark.parametrize("unit", REPEATED, ids=[unit.encode("unicode_escape").decode() for unit in REPEATED])
def test_twice_the_text_takes_twice_the_time(unit: str) -> None:
    seconds(repeated(unit, 500))  # what is built once is built before
    short = min(seconds(repeated(unit, SHORT)) for _ in range(2))
    assert seconds(repeated(unit, SHORT * TIMES)) < BOUND * max(short, FLOOR)


def test_a_page_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="above 4,000,000 none is read"):
        html_text("<p>x</p>" * (LARGEST // 8 + 1))
