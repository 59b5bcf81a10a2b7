"""English news: figures, days, speakers and products that hang on more than one word, each told by a sentence or two."""

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Event, Page

CONTEXT = "Rare earth news: neodymium, dysprosium and terbium projects of MP Materials and Lynas Rare Earths were in focus.\n"
RELEASE = "Lynas Rare Earths Limited (ASX: LYC) reports on its neodymium, dysprosium and terbium business.\n"


def events(text: str, *, release: bool = False) -> list[Event]:
    """The events of `text`, of a wire or (`release`) of a company's own release; published on 10 June 2026, a Wednesday."""
    before = RELEASE if release else CONTEXT
    reading = read(Page("x", before + text, "", "ASX" if release else "Wire", "2026-06-10", "en"))
    return [event for event in reading.events if event.start >= len(before)]


@pytest.mark.parametrize(
    ("text", "value", "value_to"),
    [
        ("Dysprosium oxide, cif Europe: $820-860/kg, down from $850-900/kg", 820, 860),
        ("Terbium oxide slipped by $20/kg to $1,050-1,120/kg on Tuesday.", 1050, 1120),
        ("MP Materials lowered its list price for NdPr oxide by 6,000 yuan to 702,000 yuan per tonne.", 702000, None),
        ("Terbium oxide gained $20 to $930 per kg on Tuesday.", 930, None),
        ("Dysprosium oxide is up $10 at $250/kg.", 250, None),
        ("NdPr oxide fell to $98.50/kg on Monday from $101-103/kg a week earlier.", 98.5, None),
    ],
)
def test_a_price_is_the_new_one(text: str, value: float, value_to: float | None) -> None:
    (event,) = events(text)
    assert event.amount is not None
    assert (event.type, event.amount.value, event.amount.value_to) == ("price_move", value, value_to)


@pytest.mark.parametrize(
    ("text", "date", "precision"),
    [
        ("Yesterday Noveon Magnetics signed an agreement to buy dysprosium oxide from Lynas Rare Earths.", "2026-06-09", "day"),
        ("Lynas Rare Earths this month completed the acquisition of a mine for rare earths.", "2026-06-01", "month"),
    ],
)
def test_a_day_told_by_that_of_publication_is_read(text: str, date: str, precision: str) -> None:
    (event,) = events(text)
    assert (event.date, event.date_precision) == (date, precision)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("MP Materials raised $5 million in May.", "USD"),
        ("Dollar figures are Canadian unless marked otherwise. MP Materials raised $5 million in May.", "CAD"),
        ("All amounts are expressed in Australian dollars. MP Materials raised $5 million in May.", "AUD"),
        ("All amounts are in Canadian dollars. MP Materials raised US$5 million in May.", "USD"),
        ("It received amounts of C$2 million. MP Materials raised $5 million in May.", "USD"),
        ("JOGMEC lent Lynas Rare Earths ¥5 billion in May.", "JPY"),
        ("MP Materials raised ¥5 billion in May from Chinese funds.", "CNY"),
    ],
)
def test_a_sum_has_the_currency_that_the_text_tells(text: str, currency: str) -> None:
    (event,) = events(text)
    assert event.amount is not None
    assert (event.type, event.amount.value > 0, event.amount.currency) == ("financing", True, currency)


@pytest.mark.parametrize(
    ("text", "value", "value_to"),
    [
        ("Lynas Rare Earths signed a contract to deliver from 300 to 450 tonnes of NdPr oxide a year to JS Link.", 300, 450),
        ("Lynas Rare Earths will complete an enlargement of Kalgoorlie from 3,000 to 5,000 tonnes a year in 2027.", 5000, None),
        ("Lynas Rare Earths raised capacity at Kalgoorlie from 3,000 to 5,000 tonnes a year.", 5000, None),
    ],
)
def test_from_and_to_give_a_range_or_a_change(text: str, value: float, value_to: float | None) -> None:
    quantity = events(text)[0].quantity
    assert quantity is not None
    assert (quantity.normalised_value, quantity.normalised_value_to) == (value, value_to)


@pytest.mark.parametrize(
    ("text", "date", "precision"),
    [
        ("The start of the Eneabba refinery of Iluka has slid from the third quarter of 2026 to early 2027.", "2027-01-01", "year"),
        ("Aclara Resources moved the start of construction at Carina from 2027 to 2029.", "2029-01-01", "year"),
        ("Iluka Resources pushed first oxide at Eneabba back by two quarters, to the third quarter of 2027.", "2027-07-01", "quarter"),
        ("Arafura Rare Earths is targeting the first rare earth concentrate from Nolans in H1 2028.", "2028-01-01", "half"),
        ("Arafura Rare Earths now aims to begin construction of Nolans in 2028.", "2028-01-01", "year"),
    ],
)
def test_a_date_set_or_moved_is_the_new_one(text: str, date: str, precision: str) -> None:
    (event,) = events(text)
    assert (event.type, event.date, event.date_precision) == ("schedule_guidance", date, precision)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("On 3 June Arafura Rare Earths drew A$85 million of a loan. An offtake agreement with Siemens was signed the same day.",
         "2026-06-03"),
        ('"We put the first shovel in on March 30," said the finance chief of Energy Fuels of the White Mesa expansion.', "2026-03-30"),
        ("Noveon Magnetics, which was a start-up last year, opened a plant in San Marcos on 2 May.", "2026-05-02"),
    ],
)  # fmt: skip
def test_a_deed_has_its_own_day(text: str, date: str) -> None:
    assert events(text)[-1].date == date


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('"We commissioned the circuit at Mountain Pass in May," said James Roe, who runs MP Materials.', "self"),
        ("Pensana halted work at its Longonjo mine in May, the London-listed company said.", "self"),
        ("Pensana has not begun work at its Longonjo mine, two bankers close to the company said.", "anonymous"),
        ("Dysprosium supply is expected by Adamas Intelligence, a consultancy, to stay tight next year.", "named"),
        ("According to Benchfield, a price reporter, demand for neodymium will grow next year.", "named"),
        ("Outlook. Output of NdPr oxide at Mountain Pass was 96 tonnes in May, MP Materials said.", "self"),
    ],
)
def test_a_word_is_the_speakers(text: str, kind: str) -> None:
    assert [event.attribution.kind for event in events(text)] == [kind]


def test_a_heading_within_a_paragraph_does_not_open_it() -> None:
    text = "Output. MP Materials said it opened the 10X facility in May. A second line there will make 900 tonnes of magnets a year."
    assert [event.attribution.kind for event in events(text)] == ["self", "self"]


def test_the_oxide_is_the_one_spoken_of() -> None:
    found = events("Demand for dysprosium oxide is weak, traders said. Supply of the oxide should fall in July, they expect.")
    assert [event.materials for event in found] == [("Dy",), ("Dy",)]


def test_a_grade_of_oxides_is_of_rare_earths() -> None:
    (event,) = events("The feasibility study on Songwe Hill gives an ore reserve of 18.1 Mt grading 1.16% TREO.")
    assert (event.type, event.site_id, event.materials) == ("resource_study", "songwe_hill", ("rare_earths",))


def test_a_release_tells_its_own_output_and_deals() -> None:
    text = "NdPr oxide output of 1,912 tonnes in May\nNo binding offtake agreement has been signed for terbium oxide\n"
    found = events(text, release=True)
    assert [(event.type, event.factuality, event.attribution.kind) for event in found] == [
        ("production_milestone", "achieved", "self"),
        ("supply_agreement", "denied", "self"),
    ]


def test_the_company_is_not_the_one_delivered_to() -> None:
    found = events("MP Materials shipped its first magnets to General Motors in May. The company sold $50 million of notes on 2 June.")
    assert [actor.entity_id for actor in found[-1].actors] == ["mp_materials"]


def test_a_cause_after_a_stop_is_no_second_event() -> None:
    (event,) = events("Work at Browns Range was halted on Sunday after flooding cut the access road, Northern Minerals said.")
    assert (event.type, event.site_id, event.date) == ("disruption", "browns_range", "2026-06-07")


def test_what_is_started_where_the_paragraph_stands_has_its_site() -> None:
    text = "Brazil issued the installation licence for Caldeira on 29 May. Construction is scheduled to start in the first quarter of 2027."
    assert [(event.type, event.site_id, event.date) for event in events(text)] == [
        ("permit", "caldeira", "2026-05-29"),
        ("schedule_guidance", "caldeira", "2027-01-01"),
    ]


def test_the_quarter_is_the_last_one_named_that_is_over() -> None:
    text = (
        "In the first quarter Mountain Pass made 1,012 tonnes of NdPr oxide. MP Materials will open a plant in Texas in the third quarter."
        "\nThe Independence plant finished 310 tonnes of NdFeB magnets in the quarter."
    )
    assert [(e.type, e.date) for e in events(text)][-1] == ("production_milestone", "2026-01-01")


def test_no_quarter_named_gives_no_date() -> None:
    (event,) = events("The Independence plant finished 310 tonnes of NdFeB magnets in the quarter.")
    assert event.date is None


def test_rows_of_a_table_are_prices_of_the_day_in_its_heading() -> None:
    table = "Rare earth prices, 5 June 2026 (US$/kg, FOB China)\nProduct\tLow\tHigh\nTerbium oxide\t930\t945\nYttrium metal\t40\t42"
    assert [(e.type, e.date, e.amount and e.amount.value_to) for e in events(table)] == [
        ("price_move", "2026-06-05", 945), ("price_move", "2026-06-05", 42),
    ]  # fmt: skip


def test_a_second_line_is_the_operators_and_makes_what_the_plant_makes() -> None:
    text = (
        "In the March quarter 85 tonnes of NdFeB magnets were recycled by HyProMag at its plant in Birmingham."
        " The plant's throughput in May was 20 tonnes, a monthly record."
        " A second line, able to take 30 tonnes a month, was commissioned on 14 May."
    )
    event = events(text)[-1]
    assert (event.type, [a.entity_id for a in event.actors], event.materials) == ("facility_change", ["hypromag"], ("NdFeB",))
    assert event.quantity is not None
    assert (event.quantity.normalised_value, event.quantity.normalised_unit, event.quantity.basis) == (360, "t/y", "nameplate")


def test_a_stop_has_the_days_from_which_to_which_it_lasted() -> None:
    (event,) = events("Power cuts stopped the cracking kilns at the Kalgoorlie plant of Lynas from May 25 to June 7, the miner said.")
    assert (event.type, event.date, event.date_to, event.date_precision) == ("disruption", "2026-05-25", "2026-06-07", "range")


def test_a_control_with_immediate_effect_begins_on_the_day_of_its_notice() -> None:
    (event,) = events("MOFCOM has suspended its ban on gallium exports to the United States until 27 November 2026 with immediate effect.")
    assert (event.type, event.date, event.date_to, event.date_precision) == ("policy_control", "2026-06-10", "2026-11-27", "range")


def test_a_company_that_opens_a_text_with_its_code_tells_its_own_output() -> None:
    text = "Lynas Rare Earths Limited (ASX: LYC)\nNdPr output was 2,080 tonnes (Q4: 1,507 tonnes). Total REO output was 3,212 tonnes."
    found = read(Page("x", text, "Quarterly report", "Wire", "2026-06-10", "en")).events
    assert [(e.type, [a.entity_id for a in e.actors], e.quantity and e.quantity.value, e.date) for e in found] == [
        ("production_milestone", ["lynas_rare_earths"], 2080, None), ("production_milestone", ["lynas_rare_earths"], 3212, None),
    ]  # fmt: skip
