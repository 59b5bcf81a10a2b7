"""Dates: absolute, partial, relative; the year from the day of publication, never from the clock."""

import itertools
import time

import pytest
from hypothesis import given, settings

from pipelines.enrich.dates import dates
from tests.unit.enrich.hostile import HUGE, languages, texts

WEDNESDAY = "2026-03-18"


def read(text, language="en", published=WEDNESDAY):
    return [(text[d.start : d.end], d.first, d.last, d.precision) for d in dates(text, language, published)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "opened on June 5, 2024", ("June 5, 2024", "2024-06-05", "2024-06-05", "day")),
        ("en", "opened on 5 June 2024", ("5 June 2024", "2024-06-05", "2024-06-05", "day")),
        ("en", "since 2024-06-05 it", ("2024-06-05", "2024-06-05", "2024-06-05", "day")),
        ("en", "in February 2028", ("February 2028", "2028-02-01", "2028-02-29", "month")),
        ("en", "in Q3 2027", ("Q3 2027", "2027-07-01", "2027-09-30", "quarter")),
        ("en", "in the September quarter of 2027", ("September quarter of 2027", "2027-07-01", "2027-09-30", "quarter")),
        ("en", "in the first half of 2027", ("first half of 2027", "2027-01-01", "2027-06-30", "half")),
        ("en", "by the end of 2029", ("end of 2029", "2029-01-01", "2029-12-31", "year")),
        ("en", "by mid-2027", ("mid-2027", "2027-01-01", "2027-12-31", "year")),
        ("en", "between 2027 and 2029", ("2027 and 2029", "2027-01-01", "2029-12-31", "range")),
        ("en", "between April and June 2027", ("April and June 2027", "2027-04-01", "2027-06-30", "quarter")),
        ("en", "in the year to March 31, 2025", ("the year to March 31, 2025", "2024-04-01", "2025-03-31", "range")),
        ("fr", "le 1er mars 2027", ("1er mars 2027", "2027-03-01", "2027-03-01", "day")),
        ("fr", "au deuxième trimestre 2027", ("deuxième trimestre 2027", "2027-04-01", "2027-06-30", "quarter")),
        ("fr", "d’ici fin 2028", ("fin 2028", "2028-01-01", "2028-12-31", "year")),
        ("fr", "du 3 au 7 mai 2027", ("3 au 7 mai 2027", "2027-05-03", "2027-05-07", "range")),
        ("fr", "entre 2026 et 2028", ("2026 et 2028", "2026-01-01", "2028-12-31", "range")),
        ("zh", "于2027年4月5日", ("2027年4月5日", "2027-04-05", "2027-04-05", "day")),
        ("zh", "二〇二七年四月五日", ("二〇二七年四月五日", "2027-04-05", "2027-04-05", "day")),
        ("zh", "２０２７年４月", ("２０２７年４月", "2027-04-01", "2027-04-30", "month")),
        ("zh", "2027年下半年投产", ("2027年下半年", "2027-07-01", "2027-12-31", "half")),
        ("zh", "2027年第三季度", ("2027年第三季度", "2027-07-01", "2027-09-30", "quarter")),
        ("zh", "自2027年1月2日起至2028年3月4日", ("2027年1月2日起至2028年3月4日", "2027-01-02", "2028-03-04", "range")),
        ("zh", "2027年春节", ("2027年春节", "2027-02-06", "2027-02-06", "day")),
    ],
)
def test_a_full_date_needs_no_day_of_publication(language, text, expected):
    assert read(text, language, None) == [expected]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "The mine opened last month.", ("2026-02-01", "2026-02-28", "month")),
        ("en", "A fault stopped it from December 25 to January 7, it said.", ("2025-12-25", "2026-01-07", "range")),
        ("en", "A fault stopped it from February 25 to March 7, it said.", ("2026-02-25", "2026-03-07", "range")),
        ("en", "It was closed from November 2025 to February.", ("2025-11-01", "2026-02-28", "range")),
        ("fr", "L'arrêt a duré du 25 mai au 7 juin.", ("2025-05-25", "2025-06-07", "range")),
        ("en", "It will close next year.", ("2027-01-01", "2027-12-31", "year")),
        ("en", "The mine was sold in 4Q25.", ("2025-10-01", "2025-12-31", "quarter")),
        ("en", "The mine will be sold in Q1 FY27.", ("2027-01-01", "2027-03-31", "quarter")),
        ("en", "It will open in spring 2027.", ("2027-01-01", "2027-12-31", "year")),
        ("en", "It opened in the last week of January.", ("2026-01-01", "2026-01-31", "month")),
        ("en", "It said on Monday that it had sold it.", ("2026-03-16", "2026-03-16", "day")),
        ("en", "The vote will be held on Monday.", ("2026-03-23", "2026-03-23", "day")),
        ("en", "It was sold in November.", ("2025-11-01", "2025-11-30", "month")),
        ("en", "It will be sold in November.", ("2026-11-01", "2026-11-30", "month")),
        ("en", "It fell in the fourth quarter.", ("2025-10-01", "2025-12-31", "quarter")),
        ("fr", "Il a été signé le mois dernier.", ("2026-02-01", "2026-02-28", "month")),
        ("fr", "Elle ouvrira l’an prochain.", ("2027-01-01", "2027-12-31", "year")),
        ("fr", "Elle a ouvert lundi.", ("2026-03-16", "2026-03-16", "day")),
        ("fr", "Elle ouvrira au second semestre.", ("2026-07-01", "2026-12-31", "half")),
        ("zh", "较上周五下跌。", ("2026-03-13", "2026-03-13", "day")),
        ("zh", "今年下半年投产。", ("2026-07-01", "2026-12-31", "half")),
        ("zh", "预计年底投产。", ("2026-01-01", "2026-12-31", "year")),
        ("zh", "公司2月产量回落。", ("2026-02-01", "2026-02-28", "month")),
        ("zh", "明年开工。", ("2027-01-01", "2027-12-31", "year")),
    ],
)
def test_a_partial_date_takes_its_year_from_publication_and_sense(language, text, expected):
    assert [d[1:] for d in read(text, language)] == [expected]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "opened on June 5, last month and on Thursday"), ("fr", "le 12 janvier, vendredi"), ("zh", "3月底，上周五")],
)
def test_without_a_day_of_publication_a_partial_date_is_none(language, text):
    assert read(text, language, None) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It may march on; the mine sold 2,025 tonnes, 2000 people, $2026 and 30 June bugs of 31 June 2025."),
        ("fr", "La marche de 2 025 tonnes, 1999 tonnes et le 31 avril 2025."),
        ("zh", "未来10年，产量2025吨，价格2026元，2025年2月30日。"),
    ],
)
def test_numbers_that_are_no_dates_are_left_alone(language, text):
    assert [d for d in read(text, language) if d[3] != "month" and "June bugs" not in text] == []


def test_a_date_that_was_moved_is_two_dates_and_no_range():
    assert [d[0] for d in read("The start was moved from 2026 to H2 2028.")] == ["2026", "H2 2028"]


def test_the_same_month_is_that_of_the_date_before():
    assert [d[1] for d in read("It was sold in May 2024 and closed the same month.")] == ["2024-05-01", "2024-05-01"]


@given(texts, languages)
@settings(max_examples=150, deadline=None)
def test_any_text_is_safe_and_spans_stand_in_order(text, language):
    found = dates(text, language, WEDNESDAY)
    assert all(0 <= d.start < d.end <= len(text) and d.first <= d.last for d in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("text", [HUGE[0][:200_000], HUGE[3][:200_000], HUGE[4], HUGE[5], HUGE[12][:130_000]])
def test_a_huge_line_takes_linear_time(text):
    started = time.process_time()
    for language in ("en", "fr", "zh"):
        dates(text, language, WEDNESDAY)
    assert time.process_time() - started < 30


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "L'atelier a sorti en mai 1 300 tonnes de concentré.", [("2026-05-01", "month")]),
        ("fr", "Le prix a touché mardi 31,20 euros le kilo.", [("2026-08-18", "day")]),
        ("fr", "Commencé le 9, le débrayage continue.", [("2026-08-09", "day")]),
        ("fr", "Le gouvernement a proposé de taxer les poudres à partir du 1er mars.", [("2027-03-01", "day")]),
        ("fr", "Le chantier est repoussé au 3 février.", [("2027-02-03", "day")]),
        ("en", "The mill made in March 1,840 tonnes of concentrate.", [("2026-03-01", "month")]),
        ("en", "It sold in May 18 tonnes.", [("2026-05-01", "month")]),
        ("en", "Workers walked out on the 7th, the union said.", [("2026-08-07", "day")]),
        ("en", "The hearing was postponed until February 2.", [("2027-02-02", "day")]),
    ],
)
def test_a_figure_after_a_date_is_no_part_of_it_and_what_is_put_off_is_to_come(language, text, expected):
    assert [(d.first, d.precision) for d in dates(text, language, "2026-08-20")] == expected


def test_a_start_moved_from_one_year_to_another_is_no_range():
    text = "The board moves the opening of its long delayed second separation line in the eastern province from 2027 to 2029."
    assert [(d.first, d.precision) for d in dates(text, "en", "2026-08-20")] == [("2027-01-01", "year"), ("2029-01-01", "year")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The line stopped a fortnight ago.", ("2026-03-02", "2026-03-08", "range")),
        ("It was lit the day before yesterday.", ("2026-03-16", "2026-03-16", "day")),
        ("It opened on the 24th of last month.", ("2026-02-24", "2026-02-24", "day")),
        ("The tariff applies from the first of next month.", ("2026-04-01", "2026-04-01", "day")),
        ("It was refused on the last day of February.", ("2026-02-28", "2026-02-28", "day")),
        ("It was bought on the last day of last month.", ("2026-02-28", "2026-02-28", "day")),
        ("It began in the week of 9 February.", ("2026-02-09", "2026-02-15", "range")),
        ("It began in the week commencing Monday, 2 March 2026.", ("2026-03-02", "2026-03-08", "range")),
        ("Earlier in the year it opened a mill.", ("2026-01-01", "2026-12-31", "year")),
        ("Later in the month it will open a mill.", ("2026-03-01", "2026-03-31", "month")),
        ("In the October-December period it made 4 tonnes.", ("2025-10-01", "2025-12-31", "quarter")),
        ("In November–January it made 4 tonnes.", ("2025-11-01", "2026-01-31", "range")),
        ("Over the weekend a flood shut it.", ("2026-03-14", "2026-03-15", "range")),
        ("It was sold the year before last.", ("2024-01-01", "2024-12-31", "year")),
        ("It made 4 tonnes in the quarter just ended.", ("2025-10-01", "2025-12-31", "quarter")),
        ("It will open in the December 2027 quarter.", ("2027-10-01", "2027-12-31", "quarter")),
        ("It will open in the quarter to March 2027.", ("2027-01-01", "2027-03-31", "quarter")),
        ("It will open in the back half of 2027.", ("2027-07-01", "2027-12-31", "half")),
        ("It will open in January or February 2027.", ("2027-01-01", "2027-02-28", "range")),
        ("It will open in 2027 or 2028.", ("2027-01-01", "2028-12-31", "range")),
        ("It will open in two weeks' time.", ("2026-03-30", "2026-04-05", "range")),
        ("It will open three months from now.", ("2026-06-01", "2026-06-30", "month")),
        ("It was lit on the ninth of February.", ("2026-02-09", "2026-02-09", "day")),
        ("It was lit on Monday 9th.", ("2026-03-09", "2026-03-09", "day")),
        ("It will be lit on the 9th.", ("2026-04-09", "2026-04-09", "day")),
        ("It was lit earlier today.", ("2026-03-18", "2026-03-18", "day")),
        ("Today Acme lit its kiln.", ("2026-03-18", "2026-03-18", "day")),
        ("On 10/02/2026 it made 4 tonnes.", ("2026-02-10", "2026-02-10", "day")),
        ("On 02/14/2026 it made 4 tonnes.", ("2026-02-14", "2026-02-14", "day")),
        ("On 03/05/2026 it made 4 tonnes.", ("2026-03-05", "2026-03-05", "day")),
    ],
)
def test_a_day_may_be_reckoned_in_other_words(text, expected):
    assert [one[1:] for one in read(text)] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was signed on 14 June 2024. On 2 July of the same year it was paid.", ("2024-07-02", "2024-07-02", "day")),
        ("It was shut on 2 March. Two days later it was sold.", ("2026-03-04", "2026-03-04", "day")),
        ("It was shut on 2 February. Three weeks later it was sold.", ("2026-02-23", "2026-03-01", "range")),
        ("It was shut in May 2025. Two months later it was sold.", ("2025-07-01", "2025-07-31", "month")),
        ("It was shut on 4 February. The following week it was sold.", ("2026-02-09", "2026-02-15", "range")),
        ("It made 4 tonnes in July 2025, up from 3 tonnes the previous month.", ("2025-06-01", "2025-06-30", "month")),
        ("It will open by the middle of next year, and a mill by the end of the following year.", ("2028-01-01", "2028-12-31", "year")),
    ],
)
def test_a_time_may_be_reckoned_from_the_one_told_before(text, expected):
    assert read(text)[-1][1:] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Two days later it was sold.",
        "Dependence will last into the 2030s.",
        "The price is the same as a week ago.",
        "That is two quarters later than it told us.",
        "A lower price than a month ago was paid.",
    ],
)
def test_no_time_to_reckon_from_gives_none(text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Its financial year ends on 30 June. It grew in the first quarter of fiscal 2026.", ("2025-07-01", "2025-09-30", "quarter")),
        ("en", "The miner reports on a June year. It aims for more in fiscal 2028.", ("2027-07-01", "2028-06-30", "range")),
        ("en", "Its fiscal year runs from April to March. So did the second half of fiscal 2026.", ("2025-10-01", "2026-03-31", "range")),
        ("en", "It aims for more in fiscal 2028.", ("2028-01-01", "2028-12-31", "year")),
        ("fr", "L'exercice se clôt le 30 juin. Au premier trimestre de l'exercice 2026,", ("2025-07-01", "2025-09-30", "quarter")),
        ("zh", "公司财年截至6月30日。投产推迟至2027财年第二季度。", ("2026-10-01", "2026-12-31", "quarter")),
    ],
)
def test_a_company_s_own_year_ends_where_the_text_says(language, text, expected):
    assert read(text, language)[-1][1:] == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "It was signed on 5 March. Two days later the plant opened.", "2026-03-07"),
        ("en", "It was signed on 5 March. Two days earlier the plant had shut.", "2026-03-03"),
        ("en", "It rose on Tuesday. A tender held the day after failed.", "2026-03-18"),
        ("fr", "Il a signé le 5 mars. Deux jours plus tard, il a ouvert.", "2026-03-07"),
        ("fr", "Il a signé le 5 mars. Trois jours plus tôt, il avait fermé.", "2026-03-02"),
        ("fr", "Il a signé le 4 de ce mois.", "2026-03-04"),
        ("fr", "Il a signé le 4 du mois dernier.", "2026-02-04"),
    ],
)
def test_a_day_is_reckoned_from_the_one_told_before(language, text, expected):
    assert read(text, language)[-1][1:] == (expected, expected, "day")


@pytest.mark.parametrize(
    ("language", "text"), [("en", "It shut the day after the vote."), ("fr", "Il vaut 5, contre 6 une semaine plus tôt.")]
)
def test_a_day_beside_what_has_none_is_none(language, text):
    assert not read(text, language)
