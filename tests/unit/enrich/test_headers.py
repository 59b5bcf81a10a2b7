"""Lines that say when a document was published, and lines that only name a day."""

import pytest

from pipelines.enrich.entities import mentions as mentions_of
from pipelines.enrich.publication import publication
from pipelines.enrich.publisher import publisher
from pipelines.enrich.reading import Page

HEADERS = [
    "Posté le dimanche 1er mars 2026 dans « Humeurs »",
    "Publié le 1er mars 2026 à 7 h 30 - Mis à jour le 4 mars 2026 à 9 h 12",
    "Par Jeanne Martin, le 1er mars 2026 à 18 h",
    "Jeanne Martin – 1er mars 2026 – 4 min de lecture",
    "Mis en ligne le 01/03/2026 dans la rubrique Industrie",
    "Lettre n° 12 – 1er mars 2026",
    "Édition du dimanche 1er mars 2026",
    "Dernière mise à jour : 1er mars 2026 à 10:12",
    "Communiqué de presse – Paris, le 1er mars 2026 (avant bourse)",
    "Courbevoie, le 1er mars 2026, après clôture",
    "JORF n° 0052 du 1er mars 2026",
    "Diffusé le 1er mars 2026 à 12h30 sur Radio Lac",
    "Propos recueillis par Jeanne Martin – 1er mars 2026",
    "Par la rédaction du Carnet, le 1er mars 2026",
    "De notre correspondante à Pékin, le 1er mars 2026",
    "Rubrique 1. Acme Ltd (TSXV : ACM), Halifax. Déclaration déposée le 1er mars 2026.",
    "Avis publié le 1er mars 2026 par la préfecture de l'Isère.",
    "Cote arrêtée le dimanche 1er mars 2026.",
    "Cours au 1er mars 2026",
    "Semaine close le 1er mars 2026",
    "Réunion du comité, dimanche 1er mars 2026, 14 h – 16 h 30",
    "NOR : ECOI2612345A – 1er mars 2026",
    "PARIS (Agence Boréale), 1er mars 2026 – Le groupe a signé.",
    "Agence Boréale, Pékin, le 1er mars 2026. Le groupe a signé.",
    "Fait à Nouméa le 1er mars 2026 en deux exemplaires.",
    "La secrétaire de séance, le 1er mars 2026",
    "© Bourse & Minerais, 1er mars 2026",
    "Première publication : 1er mars 2026",
]
NONE = [
    "L'usine ouvrira le 1er mars 2026",
    "Le contrat a été signé le 1er mars 2026 par un client",
    "Chiffres arrêtés au 1er mars 2026",
    "Résultats au 1er mars 2026",
    "Rendez-vous le 1er mars 2026 dans notre salle",
    "Inscriptions jusqu'au 1er mars 2026",
    "Signé le 1er mars 2026, l'accord porte sur trois ans.",
    "Déposée le 1er mars 2026, la demande attend.",
    "Date limite de dépôt : 1er mars 2026",
    "Prochain bulletin le 1er mars 2026",
]


@pytest.mark.parametrize(
    ("line", "expected"), [*((line, "2026-03-01") for line in HEADERS), *((line, None) for line in NONE)]
)
def test_a_line_that_says_when_gives_the_day_of_publication(line, expected):
    text = f"{line}\nL'usine est ouverte. Elle produit des oxydes."
    assert publication(Page("x", text, "Un titre", "Le Carnet"), text, "fr")[0] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Euronext Bruxelles", "solvay"),
        ("Nasdaq Stockholm", "solvay"),
        ("Bourse de Paris", "solvay"),
        ("Bourse Hebdo", "Bourse Hebdo"),
        ("Nasdaq News", "Nasdaq News"),
        ("Bourse & Minerais", "Bourse & Minerais"),
    ],
)
def test_the_company_signs_what_an_exchange_serves_whatever_its_place(source, expected):
    text = "Solvay SA (Euronext : SOLB) met en service une ligne."
    mentions = mentions_of("", text, "fr")
    assert publisher(Page("x", text, "Un titre", source), "Un titre", text, mentions) == expected
