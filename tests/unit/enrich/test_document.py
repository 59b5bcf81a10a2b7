"""Who publishes a document, when, and whose report it relays."""

import time

import pytest
from hypothesis import given, settings

from pipelines.enrich.publication import publication
from pipelines.enrich.publisher import publisher
from pipelines.enrich.reading import Mention, Page
from pipelines.enrich.relay import relay_of
from tests.unit.enrich.hostile import HUGE, texts


def page(text, source="Somebody", published=None, title="A title"):
    return Page("x", text, title, source, published)


@pytest.mark.parametrize(
    ("language", "text", "served", "expected"),
    [
        ("en", "OSLO, March 3, 2026 (North Wire) -- Acme opened it.", "2026-03-04T01:00:00Z", ("2026-03-03", "day", "March 3, 2026")),
        ("en", "SMM, March 3: Acme opened it.", "2026-03-04T01:00:00+08:00", ("2026-03-03", "day", "March 3")),
        ("en", "SMM, March 3: Acme opened it.", None, (None, "day_without_year", "March 3")),
        ("en", "Acme opened it.", "2026-03-04T23:30:00-05:00", ("2026-03-04", "day", None)),
        ("en", "Acme opened it.", None, (None, "unknown", None)),
        ("en", "ASX Announcement, 4 May 2026\nAcme opened it.", None, ("2026-05-04", "day", "4 May 2026")),
        ("en", "SMM, December 30: Acme opened it.", "2026-01-02", ("2025-12-30", "day", "December 30")),
        ("fr", "Paris, le 3 mars 2026 – Acme ouvre.", None, ("2026-03-03", "day", "3 mars 2026")),
        ("fr", "Somebody, mars 2026\nAcme ouvre.", None, ("2026-03-01", "month", "mars 2026")),
        ("fr", "Acme ouvre.\nElle le dit.\nFait à Paris, le 3 mars 2026.", None, ("2026-03-03", "day", "3 mars 2026")),
        ("zh", "某网3月4日讯：公司开工。", "2026-03-04T20:00:00+08:00", ("2026-03-04", "day", "3月4日")),
        ("zh", "公司开工。\n特此公告。\n某某股份有限公司董事会\n二〇二六年三月四日", None, ("2026-03-04", "day", "二〇二六年三月四日")),
    ],
)
def test_the_date_of_the_text_counts_where_the_server_agrees(language, text, served, expected):
    assert publication(page(text, published=served), text, language) == expected


@pytest.mark.parametrize(
    ("language", "title", "expected"),
    [
        ("en", "Minutes of the meeting of 4 May 2026", ("2026-05-04", "day", "4 May 2026")),
        ("fr", "Compte rendu de la séance du 3 mars 2026", ("2026-03-03", "day", "3 mars 2026")),
        ("zh", "2026年3月4日会议纪要", ("2026-03-04", "day", "2026年3月4日")),
        ("en", "From 4 May 2026 to 9 June 2026", (None, "unknown", None)),
        ("en", "The plant in May", (None, "unknown", None)),
    ],
)
def test_the_day_of_the_title_counts_where_nothing_else_tells(language, title, expected):
    text = "It was open."
    assert publication(page(text, title=title), text, language) == expected


def test_a_date_far_from_the_server_s_is_not_that_of_publication():
    text = "OSLO, March 3, 2012 (North Wire) -- Acme opened it."
    assert publication(page(text, published="2026-03-04"), text, "en") == ("2026-03-04", "day", None)


def test_the_source_publishes_what_it_serves_by_its_id_or_name():
    assert publisher(page("Text.", "SMM"), "T", "Text.") == "smm"
    assert publisher(page("Text.", "Harbour Gazette"), "T", "Text.") == "Harbour Gazette"


def test_the_company_signs_what_two_exchanges_serve():
    mentions = [Mention(0, 4, "Acme", "company", None)]
    assert publisher(page("Acme opened it.", source="ASX/TSX"), "A title", "Acme opened it.", mentions) == "Acme"


def test_the_company_signs_what_a_wire_or_an_exchange_serves():
    text = "OSLO, March 3, 2026 (GLOBE NEWSWIRE) -- Acme Minerals Inc. (TSX: ACM) opened it."
    start = text.index("Acme")
    named = [Mention(start, start + 18, "Acme Minerals Inc.", "company", None)]
    assert publisher(page(text, "GlobeNewswire"), "T", text, named) == "Acme Minerals Inc."
    signed = "公司开工。\n中国稀土集团资源科技股份有限公司董事会\n2026年3月4日"
    assert publisher(page(signed, "SZSE"), "公告", signed) == "china_rare_earth_resources_technology"


def test_a_report_is_relayed_where_the_opening_says_so():
    text = "According to Mining.com, Acme opened it. Argus said the price rose."
    named = [Mention(13, 23, "Mining.com", "publisher", "mining_com"), Mention(41, 46, "Argus", "publisher", "argus")]
    assert relay_of(text, named, "en", "smm") == "mining_com"
    assert relay_of(text[41:], [Mention(0, 5, "Argus", "publisher", "argus")], "en", "argus") is None


@given(texts)
@settings(max_examples=100, deadline=None)
def test_any_text_is_safe(text):
    served = page(text, "ASX", "not a date")
    for language in ("en", "fr", "zh"):
        publication(served, text, language)
        relay_of(text, [], language)
    publisher(served, text, text)


@pytest.mark.parametrize("text", HUGE)
def test_a_huge_text_takes_linear_time(text):
    started = time.process_time()
    publication(page(text), text, "en")
    publisher(page(text, "ASX"), "t", text)
    relay_of(text, [], "en")
    assert time.process_time() - started < 5
