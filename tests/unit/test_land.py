"""Landing decides what is new, what repeats and what is a duplicate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.io.lake import Reached
from pipelines.land import Decider, Decision, Place, key_of, scope_of
from pipelines.messages import Message, Origin


def message(offset: int, origin: int, partition: int = 0) -> Message:
    headers = {"ce_origin": f"raw-id:{partition}:{origin}"}
    return Message("clean.trade_flow", "clean-id", partition, offset, None, b"", headers)


def record(identity: str, content: str = "c", rules: str = "1") -> dict[str, list[dict[str, str]]]:
    return {"trade_flows": [{"trade_flow_id": identity, "content_sha256": content, "rules_version": rules}]}


def decide(batch: list[tuple[Message, dict]], origins: dict[str, int] | None = None, start: int = 0) -> list[Decision]:
    return Decider("trade_flows", origins or {}, {0: start}).decide(batch, {}, {})


def outcomes(decisions: list[Decision]) -> list[tuple[str, int]]:
    return [(d.outcome, d.revision) for d in decisions]


def test_new_content_of_a_known_record_is_its_next_revision() -> None:
    batch = [(message(0, 0), record("a", "one")), (message(1, 1), record("a", "two"))]
    assert outcomes(decide(batch)) == [("landed", 1), ("landed", 2)]


def test_the_same_content_from_another_raw_record_is_a_duplicate() -> None:
    batch = [(message(0, 0), record("a")), (message(1, 1), record("a"))]
    assert outcomes(decide(batch)) == [("landed", 1), ("duplicate", 1)]


def test_what_a_stage_wrote_twice_is_a_repetition_and_no_duplicate() -> None:
    batch = [(message(0, 0), record("a")), (message(1, 1), record("b")), (message(2, 0), record("a")), (message(3, 1), record("b"))]
    assert outcomes(decide(batch)) == [("landed", 1), ("landed", 1), ("repeated", 1), ("repeated", 1)]


def test_a_repetition_of_what_an_earlier_commit_saw_is_known_by_its_origin() -> None:
    origins = {scope_of(Origin("raw-id", 0, 0), "1"): 5}
    assert outcomes(decide([(message(9, 5), record("new"))], origins)) == [("repeated", 0)]


def test_reading_again_under_new_rules_is_a_generation_of_its_own() -> None:
    batch = [(message(0, 0), record("a", rules="1")), (message(1, 0), record("a", rules="2"))]
    assert outcomes(decide(batch)) == [("landed", 1), ("landed", 2)]


def test_a_raw_topic_made_anew_is_not_taken_for_a_repetition() -> None:
    origins = {scope_of(Origin("older-id", 0, 0), "1"): 100}
    assert outcomes(decide([(message(0, 3), record("a"))], origins)) == [("landed", 1)]


def test_a_table_that_follows_lands_only_what_the_first_one_landed() -> None:
    known = {key_of("trade_flows", record("a")["trade_flows"][0]): Place(1, 0, 4)}
    decider = Decider("trade_flows", {}, {0: 10})
    batch = [(message(4, 2), record("a")), (message(6, 2), record("a"))]
    assert [d.outcome for d in decider.decide(batch, known, {})] == ["landed", "duplicate"]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3)), max_size=40))
def test_however_stages_repeat_themselves_each_origin_lands_once(steps: list[tuple[int, int]]) -> None:
    """A stage may go back to any earlier record at any time and write from there in order."""
    written: list[int] = []
    highest = -1
    for back, ahead in steps:
        start = max(0, highest + 1 - back)
        written += range(start, start + ahead)
        highest = max([highest, *written])
    batch = [(message(i, origin), record(f"r{origin}")) for i, origin in enumerate(written)]
    landed = [d.message.origin.offset for d in decide(batch) if d.outcome == "landed"]
    assert landed == sorted(set(written))


@given(st.dictionaries(st.integers(0, 3), st.integers(0, 50)), st.dictionaries(st.integers(0, 3), st.integers(0, 50)))
def test_progress_never_goes_back(first: dict[int, int], second: dict[int, int]) -> None:
    one = Reached("id").advanced(first, {})
    two = one.advanced(second, {})
    assert all(two.next_offset(p) >= one.next_offset(p) for p in range(4))


@pytest.mark.parametrize("table", ["documents", "trade_flows"])
def test_a_key_begins_with_the_records_id(table: str) -> None:
    row = {"document_id": "d", "text_sha256": "t", "trade_flow_id": "f", "content_sha256": "c", "rules_version": "1"}
    assert key_of(table, row) in {"d|t|1", "f|c|1"}
