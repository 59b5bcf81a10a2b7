"""Records that are poison: each costs only itself."""

from datetime import UTC, datetime

import pytest
from kafka import KafkaProducer

from pipelines.flow import raw
from pipelines.io.topics import client_options
from pipelines.messages import first_headers
from tests.faults.trial import Trial

pytestmark = pytest.mark.stack

ENVELOPE = '{"record":"document","source":"s","source_id":"1","content_type":"text/plain","payload":"QQ==","meta":%s}'
POISON: dict[str, bytes | None] = {
    "no_value": None,
    "empty": b"",
    "bad_utf8": b'{"record":"document","source":"\xff\xfe"}',
    "no_json": b"<html>",
    "truncated": b'{"record":"docum',
    "other_record": b'{"record":"trade_flow","source":"s","source_id":"1","content_type":"a","payload":"","meta":{}}',
    "deep": b'{"record":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deep_meta": (ENVELOPE % ('{"a":' * 5000 + "1" + "}" * 5000)).encode(),
    "not_a_number": (ENVELOPE % '{"url":NaN}').encode(),
    "overflow": (ENVELOPE % '{"url":1e999}').encode(),
    "lone_surrogate": (ENVELOPE % '{"url":"https://example.org/\\ud800","title":"\\udfff"}').encode(),
    "wrong_types": (ENVELOPE % '{"url":[],"title":{"a":1},"fetched_at":-5}').encode(),
    "far_future": (ENVELOPE % '{"url":"https://example.org/1","fetched_at":"99999-01-01T00:00:00Z"}').encode(),
    "long_title": (ENVELOPE % '{"url":"https://example.org/1","title":"%s"}' % ("x" * 100_000)).encode(),
    "nul": (ENVELOPE % '{"url":"https://example.org/\\u0000"}').encode(),
    "bad_charset": (ENVELOPE % '{"url":"https://example.org/1","charset":"no-such"}').encode(),
}


def test_poison_records_cost_only_themselves(trial: Trial) -> None:
    trial.feed(40)
    producer = KafkaProducer(**client_options(trial.settings), max_request_size=8 * 2**20)
    for i, (name, value) in enumerate(POISON.items()):
        headers = first_headers(trial.fed.source, "document", name, datetime.now(UTC))
        producer.send(raw("document"), value=value, key=name.encode(), headers=headers, partition=i % 4)
        trial.fed.bad[name] += 1
        trial.fed.messages += 1
    hostile = [("ce_source", f"/sources/{trial.fed.source}".encode()), ("ce_id", b"hostile_headers")]
    hostile += [("ce_time", b"not a time"), ("ce_attempt", b"-1")]
    hostile += [(f"x{i}\r\nSet-Cookie: a", b"\xff\x00" * 5000) for i in range(100)]
    producer.send(raw("document"), value=b"?", headers=[*hostile, ("ce_origin", b"fake:0:99999999")], partition=0)
    trial.fed.bad["hostile_headers"] += 1
    trial.fed.messages += 1
    producer.send(raw("document"), value=b"no headers at all", partition=1)
    producer.flush(30)
    producer.close()
    trial.feed(40, bad=2)
    trial.settle()
    trial.check()


def test_records_over_the_size_limit_go_by_the_store_and_land_in_bounded_memory(trial: Trial) -> None:
    trial.settings = trial.settings.model_copy(update={"record_bytes": 128 * 1024, "batch_bytes": 4 * 2**20})
    for number in range(1000, 1060):
        trial.giant(number, 700_000)
    trial.feed(40, bad=2)
    trial.settle(settings={"batch_records": 2000, "commit_records": 20_000})
    trial.check()


def test_a_record_larger_than_the_contract_allows_is_quarantined(trial: Trial) -> None:
    trial.giant(5, 7 * 2**20, is_bad=True)
    trial.feed(20)
    trial.settle()
    trial.check()
