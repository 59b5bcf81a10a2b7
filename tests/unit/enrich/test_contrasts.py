"""A date that is set against another is given up: neither a denial nor a day of what is told."""

import pytest

from tests.unit.enrich.test_french import events

TOLD = [
    ("Meteoric Resources vise désormais le second semestre 2028, et non plus fin 2027, pour le premier carbonate mixte de Caldeira.",
     "schedule_guidance", "targeted", "2028-07-01"),
    ("Arafura vise le troisième trimestre 2029, et non 2028, pour la mise en service de Nolans.",
     "schedule_guidance", "targeted", "2029-07-01"),
    ("Iluka ne démarrera pas la raffinerie d'Eneabba cette année, mais au deuxième trimestre 2027.",
     "schedule_guidance", "planned", "2027-04-01"),
    ("L'usine d'aimants de Solvay à La Rochelle n'ouvrira pas en 2027, mais en 2029.", "schedule_guidance", "planned", "2029-01-01"),
    ("L'atelier d'aimants de Solvay à La Rochelle n'entrera pas en service avant 2028.", "schedule_guidance", "planned", "2028-01-01"),
    ("La raffinerie d'Eneabba n'ouvrira qu'en 2028, indique Iluka.", "schedule_guidance", "planned", "2028-01-01"),
    ("La remise de l'étude de préfaisabilité de Phalaborwa, attendue en juin, est reportée au quatrième trimestre 2026.",
     "resource_study", "planned", "2026-10-01"),
    ("Prévue en mars, la mise en service de l'usine de Kalgoorlie a glissé à septembre 2026.",
     "schedule_guidance", "planned", "2026-09-01"),
    ("L'usine de Kuantan n'a pas redémarré en mai.", "facility_change", "denied", "2026-05-01"),
    ("Solvay n'a pas produit d'aimants avant 2020, et l'usine de La Rochelle n'a pas ouvert.", "facility_change", "denied", None),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "kind", "factuality", "first"), TOLD)
def test_the_date_that_holds_is_that_of_the_event(sentence: str, kind: str, factuality: str, first: str | None) -> None:
    found = events(sentence)[-1]
    assert (found.type, found.factuality, found.date) == (kind, factuality, first)
