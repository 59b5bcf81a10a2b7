"""What single sentences tell, in three languages; and the fields of events that rest on more than one sentence."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Event, Page

TELLINGS, TRADE = (tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8")) for name in ("tellings.toml", "trade.toml"))
CONTEXT = {
    "en": "Rare earth news: neodymium, dysprosium and terbium projects of MP Materials and Lynas Rare Earths were in focus.\n",
    "fr": "Actualité des terres rares : néodyme, dysprosium et terbium, avec MP Materials et Lynas Rare Earths.\n",
    "zh": "稀土要闻：关注钕、镝、铽以及北方稀土和盛和资源。\n",
}


def events(language: str, text: str, context: str | None = None) -> list[Event]:
    """The events that `text` tells after the context."""
    before = CONTEXT[language] if context is None else context
    reading = read(Page("x", before + text, "", "Wire", "2026-06-10", language))
    return [event for event in reading.events if event.start >= len(before)]


@pytest.mark.parametrize(
    ("language", "sentence", "wanted"),
    [(language, sentence, wanted) for table in (TELLINGS, TRADE) for language, rows in table.items() for sentence, wanted in rows.items()],
)
def test_a_sentence_tells_what_it_tells(language: str, sentence: str, wanted: str) -> None:
    kind, _, factuality = wanted.partition(":")
    found = events(language, sentence)
    assert [event.type for event in found] == ([kind] if kind else [])
    if factuality:
        assert found[0].factuality == factuality


TOWN = "The town lies on a bend of the river, and its market is held under the lime trees each week. " * 3


@pytest.mark.parametrize(("before", "wanted"), [("", ["facility_change"]), (TOWN, [])])
def test_one_word_of_the_chain_is_enough_for_a_text_of_a_sentence(before: str, wanted: list[str]) -> None:
    found = events("en", "Acme Ltd opened a plant for neodymium oxide in Namibia.", before)
    assert [event.type for event in found] == wanted


def test_two_buyers_are_two_agreements() -> None:
    found = events("en", "Stellantis and General Motors signed offtake agreements for NdPr metal with Energy Fuels.")
    assert [{a.entity_id for a in event.actors} for event in found] == [
        {"stellantis", "energy_fuels"},
        {"general_motors", "energy_fuels"},
    ]


def test_two_products_with_two_figures_are_two_events() -> None:
    found = events(
        "en", "Last year Lynas Rare Earths produced 6,500 tonnes of NdPr oxide and 40 tonnes of terbium oxide."
    )
    assert [(event.quantity.normalised_value, event.materials) for event in found if event.quantity] == [
        (6500, ("NdPr",)),
        (40, ("Tb",)),
    ]


def test_a_plant_is_the_plant_spoken_of() -> None:
    text = "Energy Fuels runs the White Mesa Mill, which separates dysprosium oxide. The plant was closed in March."
    (event,) = events("en", text)
    assert (event.type, event.site_id, event.stage, event.date) == (
        "facility_change", "white_mesa_mill", "separation", "2026-03-01",
    )  # fmt: skip


def test_a_first_sentence_speaks_for_its_paragraph() -> None:
    text = "According to Reuters, MP Materials has opened the 10X facility. The plant will make 7,000 tonnes of magnets a year."
    assert [event.attribution.kind for event in events("en", text)] == ["named", "named"]


def test_every_event_names_its_rule_and_quotes_its_sentence() -> None:
    text = "Solvay a ouvert une usine d'aimants en mai."
    reading = read(Page("x", CONTEXT["fr"] + text, "", "Wire", "2026-06-10", "fr"))
    (event,) = reading.events
    assert event.rule == "opening"
    assert reading.text[event.start : event.end] == event.evidence == text
    assert 0.5 <= event.confidence <= 1.0


def test_a_text_off_the_chain_tells_nothing() -> None:
    text = "The bakery opened its second factory in May. It will produce 3,000 tonnes of bread a year from 2027."
    assert events("en", text, context="A page about the town.\n") == []


def test_a_company_outside_the_register_is_not_taken_for_the_one_spoken_of_before() -> None:
    text = (
        "Cyclic Materials a ouvert en mai un centre de recyclage d'aimants. La minière Vitalor a foré 4 000 mètres à Kipawa en mai. "
        "Le ministère a suspendu le 2 juin le permis de Vitalor à Kipawa."
    )
    assert [[actor.surface for actor in event.actors] for event in events("fr", text)][1:] == [["Vitalor"], ["Vitalor"]]


def test_who_has_the_floor_speaks_for_himself() -> None:
    text = (
        "M. Paul Rey (Carester). – Nous avons démarré en mai notre ligne pilote de séparation.\n"
        "Mme Laure Petit (Solvay). – Nous avons doublé en avril notre capacité de séparation à La Rochelle."
    )
    found = [(event.attribution.kind, [actor.entity_id for actor in event.actors]) for event in events("fr", text)]
    assert found == [("self", ["carester"]), ("self", ["solvay"])]


def test_a_pronoun_after_the_quote_is_the_subject_before_it() -> None:
    text = "Le METI portera de 60 à 180 jours le stock national d'antimoine et de gallium, a-t-il fait savoir à Tokyo."
    (event,) = events("fr", text)
    assert (event.type, event.attribution.kind) == ("policy_control", "self")


def test_the_latter_supplies_the_former() -> None:
    text = "Ucore et Iluka sont liés par un accord d'approvisionnement : la seconde fournira à la première 400 tonnes de xénotime."
    (event,) = events("fr", text)
    assert [(a.role, a.entity_id) for a in event.actors] == [("supplier", "iluka_resources"), ("buyer", "ucore_rare_metals")]


def test_what_another_has_not_begun_is_the_study_of_the_clause_before() -> None:
    text = "Lynas a terminé l'étude de faisabilité de Mount Weld ; Arafura n'a pas encore commencé la sienne à Nolans."
    found = [(e.type, e.factuality, e.site_id) for e in events("fr", text)]
    assert found == [("resource_study", "achieved", "mount_weld"), ("resource_study", "denied", "nolans")]


def test_a_papers_our_is_no_companys_word() -> None:
    text = "Notre bulletin paraîtra lundi. L'oxyde d'holmium s'est négocié mardi à 495 yuans le kilo."
    (event,) = events("fr", text)
    assert event.attribution.kind == "none"


def test_each_buyer_has_its_own_part() -> None:
    text = "Nolans is to deliver 400 tonnes a year of NdPr oxide to Traxys and 250 tonnes a year to Toyota Tsusho, Arafura said."
    found = events("en", f"Under contracts signed on Wednesday, {text}")
    assert [(event.site_id, event.quantity and event.quantity.value) for event in found] == [("nolans", 400), ("nolans", 250)]
    assert [[a.surface for a in event.actors] for event in found] == [["Arafura", "Traxys"], ["Arafura", "Toyota Tsusho"]]


def test_each_buyer_has_its_own_goods() -> None:
    text = "Lynas signed a contract to supply 120 tonnes of dysprosium oxide to Sojitz and 40 tonnes of terbium oxide to JS Link."
    found = events("en", text)
    assert [(event.materials, event.quantity and event.quantity.value) for event in found] == [(("Dy",), 120), (("Tb",), 40)]
