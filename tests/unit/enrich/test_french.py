"""What French takes up with a pronoun, says with a verb of its own or leaves to the sentence before."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.dates import dates
from pipelines.enrich.quantities import amounts, quantities
from pipelines.enrich.read import read
from pipelines.enrich.reading import Event, Page

TELLINGS = tomllib.loads(Path(__file__).with_name("french.toml").read_text(encoding="utf-8"))
VOICES = tomllib.loads(Path(__file__).with_name("french_voices.toml").read_text(encoding="utf-8"))
CONTEXT = "La filière des terres rares suit le néodyme, le dysprosium, les oxydes et les aimants NdFeB.\n"


def events(text: str, source: str = "Gazette") -> list[Event]:
    """The events that `text` tells after the context."""
    found = read(Page("x", CONTEXT + text, "Terres rares et aimants", source, "2026-06-10", "fr")).events
    return [event for event in found if event.start >= len(CONTEXT)]


def ids(event: Event) -> list[str]:
    """The ids of the event's actors in the order of the alphabet."""
    return sorted(actor.entity_id for actor in event.actors if actor.entity_id)


@pytest.mark.parametrize(("sentence", "wanted"), TELLINGS.items())
def test_a_sentence_tells_what_it_tells(sentence: str, wanted: list[str]) -> None:
    found = [[f"{event.type}:{event.factuality}", *ids(event)] for event in events(sentence)]
    assert found == ([wanted] if wanted else [])


@pytest.mark.parametrize(("text", "wanted"), VOICES.items())
def test_what_is_said_is_the_word_of_who_says_it(text: str, wanted: str) -> None:
    said = events(text)[-1].attribution
    kind, _, name = wanted.partition(" ")
    assert (said.kind, said.to if name else "") == (kind, name)


def test_none_of_it_is_denied_of_the_same_giver() -> None:
    given, denied = events("La Commission européenne a accordé 20 millions d'euros à Carester, mais Solvay n'en a encore reçu aucun.")
    assert (given.factuality, ids(given)) == ("achieved", ["carester", "european_commission"])
    assert (denied.factuality, ids(denied)) == ("denied", ["european_commission", "solvay"])


def test_another_of_the_kind_is_a_deal_of_its_own() -> None:
    text = "Lynas a signé un contrat de fourniture de NdPr avec Proterial, et un autre, de dysprosium, est en discussion avec Aichi Steel."
    signed, discussed = events(text)
    assert (signed.factuality, "proterial" in ids(signed)) == ("achieved", True)
    assert (discussed.factuality, discussed.materials, "aichi_steel" in ids(discussed)) == ("rumoured", ("Dy",), True)


def test_there_is_the_plant_of_the_sentence_before() -> None:
    _, later = events("Neo a ouvert l'usine de Narva en mai.\nUn four de frittage d'aimants y a été mis en route lundi.")
    assert later.site_id == "narva_magnet_plant"


def test_a_government_is_no_commission() -> None:
    *_, permit = events(
        "La Commission européenne a publié une liste de projets.\n"
        "À Nuuk, le gouvernement a accordé à Critical Metals le permis d'exploitation de Tanbreez."
    )
    assert ids(permit) == ["critical_metals"]


def test_a_plant_s_own_capacity_is_not_the_company_s_named_before() -> None:
    deal = "Solvay SA (Euronext : SOLB) a conclu un accord d'achat de dysprosium avec Vacuumschmelze.\n"
    opening = "L'extension de l'usine de La Rochelle a été mise en service en mai et porte à 2 600 tonnes par an sa capacité de séparation."
    *_, opened = events(deal + opening, "Euronext Paris")
    assert (opened.site_id, ids(opened)) == ("solvay_la_rochelle", ["solvay"])


@pytest.mark.parametrize(
    ("text", "value"),
    [("ses 25 premiers kilos de carbonate", 0.025), ("ses deux premières tonnes d'oxyde", 2), ("300 nouvelles tonnes", 300)],
)
def test_an_adjective_may_stand_before_the_unit(text: str, value: float) -> None:
    assert [q.normalised_value for q in quantities(text, "fr")] == [value]


def test_a_place_that_begins_like_a_verb_changes_no_figure() -> None:
    assert [q.role for q in quantities("À Monte Alto, une ressource de 41 millions de tonnes", "fr")] == [None]
    assert [a.role for a in amounts("À Montréal, un montant de 12 millions d'euros", "fr")] == [None]


def test_the_same_day_may_lie_some_sentences_back_in_its_paragraph() -> None:
    text = f"Le prêt a été signé mardi. {'Les travaux attendent encore. ' * 6}L'aide a été versée le même jour."
    assert [day.first for day in dates(text, "fr", "2026-06-10")] == ["2026-06-09", "2026-06-09"]


def test_a_figure_of_output_has_its_period_not_the_day_of_the_report() -> None:
    (event,) = events("Northern Rare Earth a publié le 27 avril sa production d'oxydes de NdPr : 9 800 tonnes au premier trimestre.")
    assert (event.date, event.date_precision) == ("2026-01-01", "quarter")


def test_a_price_of_today_is_not_the_former_one() -> None:
    (event,) = events("Le prix de l'oxyde de dysprosium est aujourd'hui de 1 580 yuans le kilo, en baisse de 10 yuans.")
    assert event.amount is not None
    assert event.amount.value == 1580


def test_a_verb_with_an_accent_is_no_name() -> None:
    text = CONTEXT + "Une source du groupe évoque un doublement. La société était à Lyon."
    found = read(Page("x", text, "", "Gazette", "2026-06-10", "fr"))
    assert [m.surface for m in found.mentions if m.type == "company" and not m.is_anaphor] == []


def test_what_is_to_come_has_no_day_that_is_over() -> None:
    text = "Le site, inauguré en septembre 2025, doit atteindre 2 000 tonnes d'aimants par an fin 2027."
    *_, aim = events("Neo exploite l'usine de Narva.\n" + text)
    assert (aim.date, aim.date_precision) == ("2027-01-01", "year")


def test_what_a_share_is_called_in_its_price_is_no_plant() -> None:
    text = "Neo a levé 171 millions de dollars en émettant 6 millions d'actions à 19,50 dollars l'unité."
    *_, raised = events("Neo a ouvert l'usine d'aimants de Narva.\n" + text)
    assert (raised.type, raised.site_id, raised.materials) == ("financing", None, ())


def test_a_study_gives_the_cost_of_its_project() -> None:
    text = "Australian Strategic Materials a remis l'étude de faisabilité de Dubbo, qui chiffre le coût à 740 millions de dollars."
    (study,) = events(text)
    assert study.amount is not None
    assert study.amount.value == 740e6


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ("Le prix du kilo de terbium a bondi, à 3 450 dollars. Le dysprosium, lui, valait 780 dollars.", [(3450, "kg"), (780, "kg")]),
        ("Le cours de la tonne de tungstène s'établit à 410 000 yuans. Solvay a levé 3 millions d'euros.", [(410000, "t"), (3e6, None)]),
        ("Le prix du kilo monte.\nL'usine a coûté 780 dollars.", [(780, None)]),
        ("Le prix du kilo monte. Solvay a reçu une aide de 5 000 euros.", [(5000, None)]),
    ],
)
def test_a_price_takes_the_unit_that_its_paragraph_has_told(text: str, prices: list[tuple[float, str | None]]) -> None:
    assert [(a.value, a.per) for a in amounts(text, "fr")] == prices


@pytest.mark.parametrize(
    ("sentence", "supplier", "buyer"),
    [
        ("Vacuumschmelze s'est engagé à acheter à Iluka 400 tonnes d'oxyde de néodyme.", "iluka_resources", "vacuumschmelze"),
        ("Neo s'est engagé à enlever auprès de Lynas 40 tonnes d'oxyde de NdPr.", "lynas_rare_earths", "neo_performance_materials"),
        (
            "POSCO International et Energy Fuels ont signé un contrat ferme : 30 tonnes de dysprosium de White Mesa seront livrées.",
            "energy_fuels",
            "posco_international",
        ),
    ],
)
def test_who_buys_from_whom(sentence: str, supplier: str, buyer: str) -> None:
    (event,) = events(sentence)
    assert {actor.role: actor.entity_id for actor in event.actors} == {"supplier": supplier, "buyer": buyer}


def test_a_period_that_a_price_is_for_lies_ahead() -> None:
    text = "La tonne de concentré a été fixée à 27 180 yuans pour le troisième trimestre."
    assert [(d.first, d.precision) for d in dates(text, "fr", "2026-05-22")] == [("2026-07-01", "quarter")]


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ("La tonne sèche de concentré a été fixée à 27 180 yuans.", [(27180, "CNY", "t")]),
        ("12 500 000 actions ont été émises à 1,60 $ CA l'une.", [(1.6, "CAD", "share")]),
        ("Le prix du kilo de scandium a été ramené de 960 à 930 dollars.", [(960, "USD", "kg"), (930, "USD", "kg")]),
        ("4 000 000 d'unités ont été émises à 0,25 € l'unité.", [(0.25, "EUR", "share")]),
        ("Ucore (TSXV : UCU) a levé 12,5 millions de dollars, soit 9 M$ US.", [(12.5e6, "CAD", None), (9e6, "USD", None)]),
        ("Les montants sont en dollars canadiens. Le prêt est de 3 M$.", [(3e6, "CAD", None)]),
        ("Neo (NYSE : NEO) a levé 12,5 millions de dollars.", [(12.5e6, "USD", None)]),
    ],
)
def test_sums_have_their_unit_and_their_country(text: str, prices: list[tuple[float, str, str | None]]) -> None:
    assert [(a.value, a.currency, a.per) for a in amounts(text, "fr")] == prices


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("L'usine a produit 172 tonnes au premier trimestre et 215 au deuxième.", ("2026-04-01", "quarter")),
        ("La vente a rapporté 3 millions au premier semestre, contre 2 au second.", ("2026-07-01", "half")),
        ("Au premier trimestre, la mine a livré Lynas ; le second, Iluka.", ("2026-01-01", "quarter")),
        ("La mine rouvrira dans deux mois.", ("2026-10-01", "month")),
        ("La mine a rouvert il y a deux mois.", ("2026-06-01", "month")),
        ("Le contrat a été résilié avant-hier.", ("2026-08-04", "day")),
        ("La production du trimestre de juin a reculé.", ("2026-04-01", "quarter")),
        ("Au titre de l'exercice clos le 30 juin 2026, la production a reculé.", ("2025-07-01", "range")),
    ],
)
def test_days_that_french_leaves_half_unsaid(text: str, last: tuple[str, str]) -> None:
    found = dates(text, "fr", "2026-08-06")[-1]
    assert (found.first, found.precision) == last


def test_a_second_line_is_one_of_the_plant_spoken_of() -> None:
    added = "L'ajout d'une seconde ligne par Ucore, qui porterait la capacité à 5 000 t/an, n'a pas été décidé."
    text = f"Ucore a mis en service le Louisiana SMC.\n{added}"
    *_, line = events(text)
    assert (line.factuality, line.site_id) == ("denied", "ucore_alexandria")


def test_that_of_another_place_is_refused_to_another() -> None:
    text = "Critical Metals n'a pas reçu la licence de Tanbreez ; Energy Transition Minerals s'est vu refuser vendredi celle de Kvanefjeld."
    lacking, refused = events(text)
    assert (lacking.factuality, lacking.site_id, lacking.date) == ("denied", "tanbreez", None)
    assert (refused.factuality, refused.site_id, refused.date) == ("achieved", "kvanefjeld", "2026-06-05")


def test_another_country_is_not_ruled_by_the_authority_of_the_text_before() -> None:
    text = "Le ministère chinois du Commerce a suspendu ses contrôles.\nLe Vietnam interdira l'exportation de terres rares brutes."
    assert events(text)[-1].actors == ()


def test_the_day_of_a_decree_that_is_recalled_is_that_of_the_permit() -> None:
    text = "M. le Président rappelle que, par arrêté du 3 mai 2026, la préfecture a autorisé Carester à exploiter un four de frittage."
    assert events(text)[-1].date == "2026-05-03"


def test_a_part_of_a_project_is_sold_there() -> None:
    assert events("Energy Fuels ne cédera pas sa part du projet Donald.")[-1].site_id == "donald_project"


def test_a_clause_that_goes_on_about_a_project_is_told_of_it() -> None:
    _, later = events("Arafura Rare Earths a levé mercredi 475 millions de dollars pour Nolans ; la construction n'a pas commencé.")
    assert (later.factuality, later.site_id) == ("denied", "nolans")


def test_a_denial_in_brackets_denies_nothing_outside() -> None:
    text = "MP Materials (aucun rapport avec la police militaire) dit avoir produit 212 tonnes d'aimants NdFeB au premier trimestre."
    assert events(text)[-1].factuality == "achieved"


def test_a_mine_that_no_register_knows_is_not_the_plant_spoken_of() -> None:
    text = "Neo a fermé la ligne de tantale de Silmet.\n« Sangdong est la plus grande mine de tungstène hors de Chine », dit Almonty."
    assert events(text)[-1].site_id is None


def test_what_a_source_thinks_possible_is_a_rumour() -> None:
    text = "Vulcan Elements pourrait entrer au capital de Noveon Magnetics, croit savoir une source bancaire."
    assert [(e.type, e.factuality, e.attribution.kind) for e in events(text)] == [("ownership_change", "rumoured", "anonymous")]


def test_ten_years_from_now_is_a_year() -> None:
    assert [(d.first, d.precision) for d in dates("d'ici dix ans", "fr", "2026-06-10")] == [("2036-01-01", "year")]


def test_who_speaks_for_a_firm_in_minutes_tells_of_it() -> None:
    said = events("M. Etcheverry, pour Carester, expose que le démarrage de Caremag est repoussé au deuxième trimestre 2027.")[-1]
    assert (said.attribution.kind, said.attribution.to) == ("self", "Carester")


def test_a_turn_of_a_firm_outside_the_register_is_not_told_by_who_spoke_before() -> None:
    text = "Mme Roy (Solvay) : nous avons produit 60 tonnes de NdPr.\nM. Blanc (Orano) : notre four de recyclage est fermé depuis juin."
    last = events(text)[-1]
    assert (last.actors, last.attribution.kind, last.attribution.to) == ((), "self", "Orano")


def test_a_letter_signed_in_march_is_of_the_march_before() -> None:
    text = "Ucore devrait recevoir 10 % du concentré, aux termes d'une lettre d'intention paraphée en mars."
    assert [d.first for d in dates(text, "fr", "2026-06-18")] == ["2026-03-01"]
    assert [d.first for d in dates("L'étude sera remise au quatrième trimestre.", "fr", "2026-06-18")] == ["2026-10-01"]


def test_the_term_of_a_permit_is_not_the_day_of_its_refusal() -> None:
    text = "La relance de Dong Pao attendra : les autorités n'ont pas renouvelé le permis d'exploitation, expiré en décembre."
    assert [(e.factuality, e.date) for e in events(text)] == [("denied", None)]


def test_a_letter_to_shareholders_is_the_word_of_a_company_outside_the_register() -> None:
    text = (
        "Chers actionnaires,\nLe 14 octobre, notre usine de Noyarey a livré ses premiers aimants frittés à Renault : 12 tonnes au total.\n"
        "En décembre, nous avons levé 25 millions d'euros auprès de Bpifrance pour le frittage. Lynas nous fournira du NdPr.\n"
        "Jean Blanc, président de MagREEsource\nGrenoble, le 8 avril 2026"
    )
    found = read(Page("x", text, "Lettre aux actionnaires", "MagREEsource")).events[:2]
    assert [(event.type, event.attribution.kind, event.attribution.to) for event in found] == [
        ("production_milestone", "self", "MagREEsource"),
        ("financing", "self", "MagREEsource"),
    ]
    assert {actor.surface for event in found for actor in event.actors} == {"MagREEsource"}
