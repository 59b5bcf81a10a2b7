"""Validate splits a batch by row, and names rule, field and value."""

import base64
import json
from typing import Any

import msgspec
import pytest

from pipelines.messages import Message, Rejection
from pipelines.sources.raw import Raw
from pipelines.validate import validate

FLOW = {
    "period": "202503", "reporterISO": "CHN", "partnerISO": "JPN", "flowCode": "X", "cmdCode": "284690", "classificationCode": "H6",
    "primaryValue": 1000.5, "netWgt": 12, "isNetWgtEstimated": False,
}  # fmt: skip
META = {"fetched_at": "2026-01-02T03:04:05+00:00", "url": "https://stats.example/1"}


def message(value: bytes | None, offset: int = 0) -> Message:
    return Message("raw.trade_flow", "t", 0, offset, b"k", value, {"ce_source": "/sources/acme_stats"})


def flow(**changes: Any) -> Message:
    payload = json.dumps(FLOW | changes).encode()
    return message(msgspec.json.encode(raw("trade_flow", payload, "application/json")))


def raw(record: Any, payload: bytes, content_type: str) -> Raw:
    return Raw(record=record, source="acme_stats", source_id="row-1", content_type=content_type, payload=payload, meta=META)


def page(html: str) -> Message:
    return message(msgspec.json.encode(raw("document", html.encode(), "text/html")))


def broken(record: str, one: Message) -> tuple[str, str | None]:
    found = validate(record, [one])[0]
    assert isinstance(found, Rejection), found
    return found.rule, found.field


def test_a_good_row_comes_out_with_the_contracts_columns() -> None:
    row = msgspec.json.decode(validate("trade_flow", [flow()])[0])
    assert {k: row[k] for k in ("reporter", "partner", "flow", "hs_code", "period_on", "value_usd", "net_mass_kg")} == {
        "reporter": "CN", "partner": "JP", "flow": "export", "hs_code": "284690", "period_on": "2025-03-01", "value_usd": 1000.5,
        "net_mass_kg": 12.0,
    }  # fmt: skip


def test_one_bad_row_costs_only_itself() -> None:
    results = validate("trade_flow", [flow(), flow(primaryValue=-5), flow(cmdCode="28"), flow()])
    assert [isinstance(r, bytes) for r in results] == [True, False, False, True]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"primaryValue": -5}, ("between", "value_usd")),
        ({"cmdCode": "28A"}, ("pattern", "hs_code")),
        ({"reporterISO": "XXX"}, ("pattern", "reporter")),
        ({"flowCode": "Z"}, ("one_of", "flow")),
        ({"period": "202513"}, ("type", "period_on")),
        ({"netWgt": "heavy"}, ("type", "net_mass_kg")),
    ],
)
def test_a_broken_value_is_named_with_its_rule_and_field(changes: dict[str, Any], wanted: tuple[str, str]) -> None:
    assert broken("trade_flow", flow(**changes)) == wanted


def test_all_broken_rules_are_told_and_the_value_is_shown() -> None:
    found = validate("trade_flow", [flow(primaryValue=-5, flowCode="Z")])[0]
    assert isinstance(found, Rejection)
    assert set(found.reasons) == {"flow: one_of (Z)", "value_usd: between (-5.0)"}


@pytest.mark.parametrize(
    "value",
    [
        b"\xff\xfe\x00", b"", b"null", b"[" * 100_000, b'{"record": NaN}', b'"\\ud800"', b'{"record":"trade_flow"}', b"\x00" * 1000,
    ],
)  # fmt: skip
def test_what_is_no_record_is_rejected_as_such(value: bytes) -> None:
    assert broken("trade_flow", message(value))[0] == "is_record"


def test_a_message_without_value_is_rejected() -> None:
    assert broken("trade_flow", message(None)) == ("has_value", "value")


@pytest.mark.parametrize("payload", [b"NaN", b"[1]", b"{" * 50_000, b"\xff", b'{"period": 1e999}'])
def test_a_payload_that_is_no_row_is_rejected(payload: bytes) -> None:
    one = message(msgspec.json.encode(raw("trade_flow", payload, "application/json")))
    assert broken("trade_flow", one)[0] in {"is_readable", "type", "pattern", "one_of"}


def test_a_record_on_the_wrong_topic_is_rejected() -> None:
    assert broken("document", flow()) == ("is_of_topic", "record")


def test_an_empty_page_breaks_the_length_of_its_text() -> None:
    assert broken("document", page("<html><body></body></html>")) == ("length", "served_text")


def test_a_page_gives_its_title_and_text_without_scripts() -> None:
    text = "The plant opened in May. " * 12
    html = f"<html><head><title>x</title><script>alert(1)</script></head><body><article><h1>Head</h1><p>{text}</p></article></body></html>"
    row = msgspec.json.decode(validate("document", [page(html)])[0])
    assert (row["served_title"], "alert" in row["served_text"], row["served_text"].startswith("The plant opened")) == ("Head", False, True)


def test_what_could_not_be_fetched_is_rejected_with_its_problem() -> None:
    empty = Raw(record="document", source="s", source_id="1", content_type="", payload=b"", meta=META | {"problem": "status_404"})
    found = validate("document", [message(msgspec.json.encode(empty))])[0]
    assert found == Rejection("could_be_fetched", "payload", "status_404", ("payload: could_be_fetched (status_404)",))


def test_the_bytes_of_a_payload_survive_the_message() -> None:
    payload = bytes(range(256))
    value = msgspec.json.encode(raw("document", payload, "text/plain"))
    assert base64.b64decode(json.loads(value)["payload"]) == payload
