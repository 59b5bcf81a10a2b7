"""When events happened: their own day, as texts tell it, read on Thursday 5 November 2026 unless a table says otherwise."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

THURSDAY = "2026-11-05"
BESIDE = " Lynas Rare Earths, MP Materials and other rare earth producers sent nobody to the meeting."


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Dysprosium oxide was assessed at 1,620-1,640 yuan/kg today, up 10 yuan/kg from Wednesday.", ("2026-11-05", None, "day")),
        ("Gallium closed at $1,450/kg, down 2% from Monday.", ("2026-11-05", None, "day")),
        ("Terbium oxide rose 3% on Tuesday to 6,300 yuan/kg.", ("2026-11-03", None, "day")),
        ("NdPr oxide was unchanged on Wednesday at 545,000 yuan/mt.", ("2026-11-04", None, "day")),
        ("Germanium fell to $3,000/kg on Tuesday, against $3,100/kg the previous Friday.", ("2026-11-03", None, "day")),
        ("MP Materials is pleased to announce that it has closed a $300 million loan with the Pentagon.", ("2026-11-05", None, "day")),
        ("Lynas Rare Earths announced a supply agreement with Noveon Magnetics on Monday.", ("2026-11-02", None, "day")),
        ("Over the weekend the Kuantan plant of Lynas Rare Earths was shut by a flood.", ("2026-10-31", "2026-11-01", "range")),
        ("Late on Tuesday the Commerce Department granted USA Rare Earth a loan of $500 million.", ("2026-11-03", None, "day")),
        ("As of 1 December, exports of samarium oxide from China will need a licence.", ("2026-12-01", None, "day")),
        ("The tariff on NdFeB magnets will be in force from January 2027 to the end of June 2028.", ("2027-01-01", "2028-06-30", "range")),
        (
            "Between July and September MP Materials produced 720 tonnes of NdPr oxide at Mountain Pass.",
            ("2026-07-01", "2026-09-30", "quarter"),
        ),
        (
            "MP Materials produced 720 tonnes of NdPr oxide at Mountain Pass in the quarter just ended.",
            ("2026-07-01", "2026-09-30", "quarter"),
        ),
        ("Vulcan Elements will open its Benson plant the year after next.", ("2028-01-01", "2028-12-31", "year")),
        ("Vulcan Elements opened its Benson plant the year before last.", ("2024-01-01", "2024-12-31", "year")),
        ("Vulcan Elements will open its Benson plant in two weeks' time.", ("2026-11-16", "2026-11-22", "range")),
        ("Vulcan Elements will open its Benson plant in three months' time.", ("2027-02-01", "2027-02-28", "month")),
        ("Vulcan Elements will open its Benson plant in the back half of 2027.", ("2027-07-01", "2027-12-31", "half")),
        ("Vulcan Elements will open its Benson plant in the December 2027 quarter.", ("2027-10-01", "2027-12-31", "quarter")),
        ("Vulcan Elements will open its Benson plant in the quarter to March 2027.", ("2027-01-01", "2027-03-31", "quarter")),
        ("Vulcan Elements will open its Benson plant no earlier than the second quarter of 2027.", ("2027-04-01", "2027-06-30", "quarter")),
        ("Vulcan Elements opened its Benson plant on Monday 2nd.", ("2026-11-02", None, "day")),
        ("Vulcan Elements opened its Benson plant earlier today.", ("2026-11-05", None, "day")),
        ("Today Vulcan Elements opened its Benson plant.", ("2026-11-05", None, "day")),
        ("Vulcan Elements opened its Benson plant today.", ("2026-11-05", None, "day")),
        ("Vulcan Elements opened its Benson plant today, two years after it broke ground.", ("2026-11-05", None, "day")),
        (
            "After a pause that began in November, Serra Verde resumed production of rare earth concentrate at Pela Ema on 2 October.",
            ("2026-10-02", None, "day"),
        ),
        (
            "Serra Verde, founded in 2008, resumed production of mixed rare earth concentrate at Pela Ema on Monday.",
            ("2026-11-02", None, "day"),
        ),
        ("Less Common Metals began building a metal plant in Lacq on Tuesday of last week.", ("2026-10-27", None, "day")),
        ("Less Common Metals will begin building a metal plant in Lacq as early as May.", ("2027-05-01", "2027-05-31", "month")),
        ("The Pentagon lent MP Materials $150 million in April, repayable by 2035.", ("2026-04-01", "2026-04-30", "month")),
    ],
)
def test_an_event_has_the_day_that_its_sentence_tells(sentence, expected):
    events = read(Page("x", sentence + BESIDE, "A note", "", THURSDAY, None)).events
    assert [(e.date, e.date_to, e.date_precision) for e in events] == [expected]


DATED = tomllib.loads(Path(__file__).with_name("event_dates.toml").read_text(encoding="utf-8"))
ABOUT = {
    "en": "Notes on neodymium, praseodymium, dysprosium and other rare earths.",
    "fr": "Notes sur le néodyme, le praséodyme, le dysprosium et les autres terres rares.",
    "zh": "本期关注镨、钕、镝、铽等稀土品种。",
}


@pytest.mark.parametrize(
    ("language", "sentence", "wanted"), [(language, *row) for language, rows in DATED.items() for row in rows.items()]
)
def test_an_event_has_the_date_that_its_sentence_gives(language: str, sentence: str, wanted: str) -> None:
    events = read(Page("x", f"{ABOUT[language]}\n{sentence}", "", "Some Wire", "2026-10-14")).events
    assert ["/".join(filter(None, (e.date, e.date_to, e.date_precision))) for e in events] == wanted.split("; ")
