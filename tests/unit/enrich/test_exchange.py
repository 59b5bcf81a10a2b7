"""Names, numbers and dates are exchanged for others: what is read follows, so that no rule knows a text by heart."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipelines.enrich.command import pages
from pipelines.enrich.read import read
from pipelines.enrich.reading import Page, Reading
from pipelines.reference import register

GOLD = Path(__file__).parents[2] / "gold" / "dev"
FOLLOWS = 0.95  # share of the events that must follow
# Names that are nothing but names; none owns a site that the documents speak of.
OTHERS = {
    "en": ["namibia_critical_metals", "defense_metals", "santoku", "cyclic_materials"],
    "fr": ["namibia_critical_metals", "defense_metals", "proterial", "cyclic_materials"],
    "zh": ["xiamen_tungsten", "yantai_zhenghai", "earth_panda", "innuovo"],
}
CALENDAR = 28  # years after which days of the week fall on the same dates
DIGITS = str.maketrans("123456789", "234567891")


def told(reading: Reading, ids: dict[str, str], years: int = 0, digits: dict[int, int] | None = None) -> Counter[Any]:
    """The events of a reading with ids, years and digits exchanged."""
    return Counter(
        (
            event.type,
            event.factuality,
            tuple(sorted(ids.get(a.entity_id or "", a.entity_id) or "" for a in event.actors)),
            event.site_id,
            event.stage,
            event.materials,
            event.quantity and event.quantity.text.translate(digits or {}),
            event.amount and event.amount.text.translate(digits or {}),
            event.date and str(int(event.date[:4]) + years) + event.date[4:],
            event.date_precision,
            event.attribution.kind,
        )
        for event in reading.events
    )


def share(before: Counter[Any], after: Counter[Any]) -> float:
    """How much of what was read is read again."""
    size = max(before.total(), after.total())
    return (before & after).total() / size if size else 1.0


def documents(language: str) -> list[Page]:
    found = [page for page in pages(str(GOLD / language)) if "-o" not in page.document_id]
    assert len(found) >= 5
    return found


def mean(shares: list[float]) -> float:
    return sum(shares) / len(shares)


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_dates_that_move_by_a_calendar_move_the_events(language: str) -> None:
    shares = []
    for page in documents(language):
        later = Page(
            page.document_id, _later(page.text), _later(page.title), page.source, page.published and _later(page.published),
            page.language,
        )  # fmt: skip
        shares.append(share(told(read(page), {}, CALENDAR), told(read(later), {})))
    assert mean(shares) >= FOLLOWS


def _later(text: str) -> str:
    return re.sub(r"(?<!\d)20[0-4]\d(?!\d)", lambda m: str(int(m[0]) + CALENDAR), text)


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_other_numbers_give_other_figures(language: str) -> None:
    shares = []
    for page in documents(language):
        before = read(page)
        if any(event.amount and event.quantity for event in before.events):
            continue
        text, moved = page.text, {}
        for event in before.events:
            figure = event.quantity
            if figure and re.fullmatch(r"\d{2,3}", re.split(r"\D", figure.text)[0]) and text.count(figure.text) == 1:
                other = figure.text.translate(DIGITS)
                if other not in text:
                    moved[figure.text] = other
        for one, other in moved.items():
            text = text.replace(one, other)
        after = read(Page(page.document_id, text, page.title, page.source, page.published, page.language))
        wanted = [event.quantity.text for event in before.events if event.quantity]
        found = [event.quantity.text for event in after.events if event.quantity]
        shares.append(share(Counter(moved.get(one, one) for one in wanted), Counter(found)))
    assert mean(shares) >= FOLLOWS


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_other_companies_do_the_same(language: str) -> None:
    known = register().entities
    shares = []
    for page in documents(language):
        before = read(page)
        exchanged = _exchange(before, page, language)
        if exchanged is None:
            continue
        one, other, text, title = exchanged
        after = read(Page(page.document_id, text, title, page.source, page.published, page.language))
        assert known[other].type == known[one].type
        shares.append(share(told(before, {one: other}), told(after, {})))
    assert len(shares) >= 2
    assert mean(shares) >= FOLLOWS - 0.1  # a new name brings its own aliases and, in some sentences, its own grammar


def _exchange(reading: Reading, page: Page, language: str) -> tuple[str, str, str, str] | None:
    """(id, other id, text, title) with one company's names replaced: one that owns no site and does not sign the text."""
    entities = register().entities
    owners = {
        entities[m.entity_id].parent_id for m in reading.mentions if m.entity_id and m.type in {"facility", "deposit"}
    }
    present = {m.entity_id for m in reading.mentions}
    other = next((name for name in OTHERS[language] if name not in present), None)
    if other is None:  # a text that names them all
        return None
    for mention in reading.mentions:
        key = mention.entity_id
        if not key or mention.type != "company" or key in owners or key == reading.publisher or mention.is_anaphor:
            continue
        names = {m.surface for m in reading.mentions if m.entity_id == key and not m.is_anaphor}
        longer = [e for e in entities.values() if e.id != key for n in e.names if any(s in n for s in names)]
        if longer or any(len(name) < 4 for name in names):
            continue
        new = (
            entities[other].aliases_zh[0]
            if language == "zh"
            else entities[other].aliases_en[0]
            if entities[other].aliases_en
            else entities[other].name
        )
        text, title = page.text, page.title
        for name in sorted(names, key=len, reverse=True):
            text, title = text.replace(name, new), title.replace(name, new)
        return key, other, text, title
    return None
