"""Messages: CloudEvents headers, origins, and headers that mean harm."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.messages import HEADER_COUNT, Message, Origin, Rejection, first_headers, passed_on, read_headers, rejected

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def raw_message(**changes: object) -> Message:
    headers = read_headers(first_headers("acme_news", "document", "id-1", AT))
    fields = {"topic": "raw.document", "topic_id": "t1", "partition": 2, "offset": 7, "key": b"id-1", "value": b"{}", "headers": headers}
    return Message(**(fields | changes))


def test_a_raw_message_is_its_own_origin() -> None:
    assert raw_message().origin == Origin("t1", 2, 7)


def test_what_a_stage_makes_keeps_the_origin_the_source_and_the_trace() -> None:
    first = raw_message()
    second = Message("valid.document", "t2", 2, 99, b"id-1", b"{}", read_headers(passed_on(first, "valid.document")))
    assert (second.origin, second.source, second.published_at) == (Origin("t1", 2, 7), "acme_news", AT)
    assert second.headers["traceparent"] == first.headers["traceparent"]
    assert second.headers["ce_type"] == "lodestream.valid.document"


def test_a_rejected_message_carries_the_rule_and_what_kafka_connects_tools_read() -> None:
    said = read_headers(rejected(raw_message(), "validate", Rejection("between", "value_usd", "-1", ("value_usd: between (-1)",))))
    wanted = {
        "ce_rule": "between",
        "ce_field": "value_usd",
        "ce_value": "-1",
        "ce_stage": "validate",
        "ce_origin": "t1:2:7",
        "__connect.errors.topic": "raw.document",
        "__connect.errors.offset": "7",
        "__connect.errors.exception.message": "value_usd: between (-1)",
    }
    assert {k: said[k] for k in wanted} == wanted


def test_hostile_headers_are_cut_and_made_printable() -> None:
    many = [(f"h{i}", b"x" * 10_000) for i in range(1000)]
    found = read_headers([("a\r\nb", b"c\x00d\xff"), *many])
    assert len(found) == HEADER_COUNT
    assert found["a��b"] == "c�d�"
    assert max(map(len, found.values())) <= 4096


def test_a_message_without_headers_has_an_unknown_source_and_the_brokers_time() -> None:
    message = raw_message(headers={}, timestamp_ms=1_000)
    assert (message.source, message.published_at, message.attempt) == ("unknown", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), 1)


@pytest.mark.parametrize("text", ["", "a:b", "a:1:x", "a:-1:2", "::", "a:1:2:3"])
def test_a_header_that_is_no_origin_is_none(text: str) -> None:
    assert Origin.parse(text) is None


@given(st.text(max_size=40), st.integers(0, 10**6), st.integers(0, 10**12))
def test_an_origin_survives_its_header(topic_id: str, partition: int, offset: int) -> None:
    topic_id = topic_id.replace(":", "")
    assert Origin.parse(str(Origin(topic_id, partition, offset))) == Origin(topic_id, partition, offset)
