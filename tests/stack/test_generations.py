"""Reading again: under the same rules nothing lands twice, under new rules every document gets a new revision."""

import pytest

from pipelines.enrich import stage
from pipelines.errors import NeedsPerson
from pipelines.positions import rewind
from pipelines.pull import pull
from pipelines.query import query
from pipelines.run import drain
from pipelines.settings import Settings

pytestmark = pytest.mark.stack
COUNTS = "SELECT count(*) AS rows, count(DISTINCT document_id) AS documents, max(revision) AS revision FROM documents"


def count(settings: Settings) -> dict[str, int]:
    return query(settings, COUNTS).to_pylist()[0]


def read_again(settings: Settings) -> dict[str, int]:
    rewind(settings, "enrich.document")
    drain(settings, "enrich.document")
    landed = drain(settings, "land.document")
    return {"landed": landed.landed, "duplicate": landed.duplicate, "repeated": landed.repeated}


def test_reading_again_repeats_under_the_same_rules_and_revises_under_new_ones(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(settings, "lodestream_newsroom")
    for verb in ("validate", "enrich", "land"):
        drain(settings, f"{verb}.document")
    first = count(settings)
    assert first == {"rows": 21, "documents": 21, "revision": 1}

    assert read_again(settings) == {"landed": 0, "duplicate": 0, "repeated": 22}
    assert count(settings) == first

    monkeypatch.setattr(stage, "RULES_VERSION", "next")
    assert read_again(settings) == {"landed": 21, "duplicate": 1, "repeated": 0}
    assert count(settings) == {"rows": 42, "documents": 21, "revision": 2}
    events = query(settings, "SELECT revision, count(*) AS n FROM events GROUP BY revision ORDER BY revision").to_pylist()
    assert [e["revision"] for e in events] == [1, 2]
    assert events[0]["n"] == events[1]["n"]

    # The accounting counts a record once, however often it was read again.
    outcomes = query(settings, "SELECT outcome, sum(records)::INT AS n FROM accounting GROUP BY outcome").to_pylist()
    assert {o["outcome"]: o["n"] for o in outcomes} == {
        "pulled": 23, "validated": 22, "enriched": 22, "landed": 21, "duplicate": 1, "rejected": 1,
    }  # fmt: skip


def test_a_lander_cannot_be_rewound(settings: Settings) -> None:
    with pytest.raises(NeedsPerson, match=r"land\.document"):
        rewind(settings, "land.document")
