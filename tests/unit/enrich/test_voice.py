"""Clauses in another order, another voice, another place of the speaker: the events stay the same."""

from typing import Any

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Page

CONTEXT = {
    "en": "Rare earths: a week of news on neodymium, dysprosium and terbium.\n",
    "fr": "Terres rares : la semaine du néodyme, du dysprosium et du terbium.\n",
    "zh": "稀土一周要闻：钕、镝、铽。\n",
}
PAIRS = [
    (
        "en",
        "Lynas Rare Earths opened the Kalgoorlie plant in November 2024.",
        "In November 2024 Lynas Rare Earths opened the Kalgoorlie plant.",
    ),
    (
        "en",
        "Lynas Rare Earths opened the Kalgoorlie plant in November 2024.",
        "The Kalgoorlie plant was opened by Lynas Rare Earths in November 2024.",
    ),
    ("en", "MP Materials has cancelled the 10X facility.", "The 10X facility has been cancelled by MP Materials."),
    (
        "en",
        "The Department of Energy awarded Energy Fuels $20 million in grants.",
        "Energy Fuels was awarded $20 million in grants by the Department of Energy.",
    ),
    (
        "en",
        "Aclara Resources will acquire Rainbow Rare Earths, it said on Monday.",
        "On Monday Aclara Resources said that it will acquire Rainbow Rare Earths.",
    ),
    (
        "en",
        "USA Rare Earth acquired Less Common Metals in November 2025.",
        "In November 2025 Less Common Metals was acquired by USA Rare Earth.",
    ),
    (
        "en",
        "Traders said that demand for dysprosium remains weak.",
        "Demand for dysprosium remains weak, traders said.",
    ),
    (
        "en",
        "In March, Noveon Magnetics shipped its first magnets to General Motors.",
        "Noveon Magnetics shipped its first magnets to General Motors in March.",
    ),
    (
        "fr",
        "Solvay a inauguré l'usine de La Rochelle en avril 2025.",
        "En avril 2025, Solvay a inauguré l'usine de La Rochelle.",
    ),
    (
        "fr",
        "Solvay a inauguré l'usine de La Rochelle en avril 2025.",
        "L'usine de La Rochelle a été inaugurée par Solvay en avril 2025.",
    ),
    (
        "fr",
        "Energy Fuels a racheté Australian Strategic Materials en juin.",
        "En juin, Australian Strategic Materials a été rachetée par Energy Fuels.",
    ),
    (
        "fr",
        "Selon des négociants, la demande de terbium restera faible.",
        "La demande de terbium restera faible, estiment des négociants.",
    ),
    (
        "fr",
        "Carester a signé avec Stellantis un contrat d'achat d'oxydes de dysprosium.",
        "Stellantis et Carester ont signé un contrat d'achat d'oxydes de dysprosium.",
    ),
    ("zh", "盛和资源3月收购了Peak Rare Earths。", "3月，Peak Rare Earths被盛和资源收购。"),
    ("zh", "商务部4月4日对钐、钆、铽实施出口管制。", "4月4日，商务部对钐、钆、铽实施出口管制。"),
    ("zh", "贸易商表示，氧化镝需求仍然疲软。", "“氧化镝需求仍然疲软。”贸易商表示。"),
]  # fmt: skip


def told(language: str, sentence: str) -> list[dict[str, Any]]:
    """What the sentence tells, without where it stands and by which rule."""
    context = CONTEXT[language]
    reading = read(Page("x", context + sentence, "", "Wire", "2026-06-10", language))
    return sorted(
        (
            {
                "type": event.type,
                "factuality": event.factuality,
                "actors": sorted(actor.entity_id or actor.surface for actor in event.actors if actor.role != "subject"),
                "site": event.site_id,
                "materials": sorted(event.materials),
                "amount": event.amount and event.amount.value,
                "date": (event.date, event.date_precision),
                "attribution": event.attribution.kind,
            }
            for event in reading.events
            if event.start >= len(context)
        ),
        key=str,
    )


@pytest.mark.parametrize(("language", "one", "other"), PAIRS)
def test_order_and_voice_change_no_event(language: str, one: str, other: str) -> None:
    first, second = told(language, one), told(language, other)
    assert len(first) == 1
    assert first == second
