"""Documents of one story get one id, whatever their order, language or day of arrival."""

import random
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.enrich.reading import Amount, Event, Mention, Quantity, Reading
from pipelines.enrich.story import fingerprint, pack, stories, unpack

WORDS = [
    "the",
    "mill",
    "near",
    "river",
    "ships",
    "oxide",
    "to",
    "buyers",
    "who",
    "wait",
    "for",
    "news",
    "of",
    "prices",
    "and",
    "permits",
    "while",
    "crews",
]


def reading(key: str, text: str, language: str = "en", day: str | None = "2026-03-02", facts: int = 0) -> Reading:
    events = tuple(
        Event(
            "financing", "achieved", 0, 1, "x", "r", 1.0, amount=Amount(0, 1, "x", 1e6 * (n + 1), "EUR"),
            quantity=Quantity(0, 1, "x", n + 5, "t", 10.0 * n + 5, "t/y"), date="2026-02-1" + str(n), date_precision="day",
        )
        for n in range(facts)
    )  # fmt: skip
    mentions = (Mention(0, 1, "x", "company", "solvay"), Mention(0, 1, "x", "facility", "caremag")) if facts else ()
    return Reading(key, language, "", text, (), None, None, day, "day" if day else "unknown", day, mentions, events, ())


def story_ids(readings: Iterable[Reading]) -> dict[str, str]:
    return stories({one.document_id: fingerprint(one) for one in readings})


def prose(seed: int, length: int = 120) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def test_near_copies_share_a_story_and_others_do_not() -> None:
    text = prose(1)
    ids = story_ids([reading("a", text), reading("b", text + " Share this."), reading("c", prose(2))])
    assert (ids["a"] == ids["b"], ids["a"] == ids["c"]) == (True, False)


def test_a_daily_report_with_new_figures_is_a_new_story() -> None:
    template = prose(3, 60)
    first, second = (f"{template} NdPr {n} yuan, Dy {n + 7} yuan, Tb {n + 11} yuan. {prose(n, 25)}" for n in (560, 571))
    ids = story_ids([reading("a", first), reading("b", second, day="2026-03-03")])
    assert ids["a"] != ids["b"]


def test_translations_meet_by_entities_figures_and_days() -> None:
    ids = story_ids(
        [reading("a", prose(4), facts=3), reading("b", "中文报道" * 40, "zh", facts=3), reading("c", "autre texte " * 40, "fr")]
    )
    assert (ids["a"] == ids["b"], ids["a"] == ids["c"]) == (True, False)


def test_the_same_words_a_year_later_are_another_story() -> None:
    ids = story_ids([reading("a", prose(5)), reading("b", prose(5), day="2027-03-02")])
    assert ids["a"] != ids["b"]


def test_known_documents_keep_their_story_and_new_ones_join_it() -> None:
    old, new = fingerprint(reading("a", prose(6))), fingerprint(reading("b", prose(6), day="2026-03-01"))
    assert stories({"b": new}, {"a": (unpack(pack(old)), "s1")}) == {"b": "s1"}


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(8)))
def test_the_order_of_documents_does_not_matter(order: list[int]) -> None:
    documents = [reading(f"d{i}", prose(i // 3)) for i in range(8)]
    assert story_ids(documents[i] for i in order) == story_ids(documents)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_text_has_a_fingerprint(texts: list[str]) -> None:
    marks = {str(i): fingerprint(reading(str(i), text)) for i, text in enumerate(texts)}
    assert {key: unpack(pack(mark)) for key, mark in marks.items()} == marks
    assert set(stories(marks)) == set(marks)


def test_boilerplate_shared_by_many_does_not_make_the_work_grow_with_the_square() -> None:
    marks = {str(i): fingerprint(reading(str(i), "terms of use apply " * 5 + prose(i, 40))) for i in range(3000)}
    assert len(set(stories(marks).values())) > 2000
