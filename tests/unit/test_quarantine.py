"""The pure parts of quarantine: selections, headers of decisions and replays, how a payload is shown."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from pyiceberg.expressions import AlwaysTrue, And, GreaterThanOrEqual, In, LessThan

from pipelines.land import decision_row, quarantine_row
from pipelines.messages import Decided, Message, Rejection, first_headers, read_headers, rejected, replayed
from pipelines.operate import shown
from pipelines.quarantine import Selection, body_of, is_address

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
ID = "a" * 32


def delivered() -> Message:
    headers = read_headers(first_headers("press", "document", "r1", AT))
    return Message("raw.document", "topic-1", 2, 7, b"key", b"original bytes", headers, 0)


def quarantined(attempt: int = 1) -> Message:
    headers = read_headers(rejected(delivered(), "validate", Rejection("length", "text", "", ("text: length ()",))))
    return Message("quarantine.document", "topic-4", 2, 0, b"key", b"original bytes", headers | {"ce_attempt": str(attempt)}, 0)


def decision(word: str = "replayed", note: str = "") -> Message:
    decided = Decided(quarantine_id=ID, source="press", decision=word, attempt=2, at=AT, note=note)
    return Message("quarantine.document", "topic-4", 2, 1, b"key", b"{}", read_headers(decided.headers()), 0)


def test_a_selection_without_words_is_everything() -> None:
    assert Selection().is_everything
    assert Selection().expression() == AlwaysTrue()
    assert not Selection(until=AT).is_everything


def test_a_selection_becomes_a_filter_of_all_its_parts() -> None:
    which = Selection(source=("b", "a"), rule=("length",), since=AT, until=AT)
    time = "2026-05-04T12:00:00+00:00"
    wanted = And(In("source", {"a", "b"}), In("rule", {"length"}), GreaterThanOrEqual("rejected_at", time), LessThan("rejected_at", time))
    assert which.expression() == wanted


def test_a_replay_has_the_headers_of_the_first_delivery_but_for_its_attempt() -> None:
    again = read_headers(replayed(quarantined().headers, "document", ID, 2))
    assert again == delivered().headers | {"ce_attempt": "2", "ce_replayof": ID}


def test_a_replay_of_a_large_record_does_not_carry_the_old_address() -> None:
    headers = quarantined().headers | {"ce_dataref": "claims/00/0", "ce_datasize": "9"}
    assert not {"ce_dataref", "ce_datasize"} & {name for name, _ in replayed(headers, "document", ID, 2)}


def test_a_decision_is_told_from_a_record_by_its_type_alone() -> None:
    assert decision().is_decision
    assert not quarantined().is_decision
    # A hostile record may carry any header, but its type is said by the stage that rejected it.
    hostile = Message("raw.document", "t", 0, 0, None, b"", delivered().headers | decision().headers, 0)
    passed = read_headers(rejected(hostile, "validate", Rejection("length")))
    assert not Message("quarantine.document", "t", 0, 0, None, b"", passed, 0).is_decision


def test_the_same_decision_has_the_same_id_and_another_one_another() -> None:
    ids = [m.headers["ce_id"] for m in (decision(), decision(note="again"), decision("discarded"))]
    assert ids[0] == ids[1] != ids[2]


def test_a_decision_becomes_a_row() -> None:
    assert decision_row("document", decision(note="a \x1b[31mnote")) == {
        "decision_id": decision().headers["ce_id"],
        "quarantine_id": ID,
        "record": "document",
        "source": "press",
        "decision": "replayed",
        "attempt": 2,
        "decided_at": AT,
        "note": "a �[31mnote",
    }


def test_a_quarantined_row_keeps_bytes_and_key() -> None:
    row = quarantine_row("document", quarantined())
    assert (body_of(row["payload"]), row["message_key"]) == (b"original bytes", b64encode(b"key").decode())


@pytest.mark.parametrize(("payload", "expected"), [("claims/ab/" + "a" * 64, True), (b64encode(b"claims").decode(), False), ("", False)])
def test_an_address_is_told_from_bytes(payload: str, expected: bool) -> None:
    assert is_address(payload) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"plain text", "plain text"),
        ("氧化镨钕\tétain\n".encode(), "氧化镨钕\tétain\n"),
        (b"a \x1b[31m red text of thirty characters", "a �[31m red text of thirty characters"),
        (b"\x89PNG\r\n\x1a\n", "000000  89 50 4e 47 0d 0a 1a 0a                          .PNG...."),
        (b"x" * 2005, "x" * 2000 + "\n… 5 more bytes"),
        (b"", ""),
    ],
)
def test_a_payload_is_shown_as_text_if_it_is_text(body: bytes, expected: str) -> None:
    assert shown(body) == expected
