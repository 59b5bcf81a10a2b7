"""Records for the tests of operations: put into the raw topics as pull does, and taken through the stages."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from pipelines.decode import record_id
from pipelines.flow import VERBS, raw
from pipelines.io.objects import Objects
from pipelines.io.produce import Writer
from pipelines.io.topics import Topics
from pipelines.messages import first_headers
from pipelines.pull import encoded
from pipelines.query import query
from pipelines.run import drain
from pipelines.settings import Settings
from pipelines.sources.raw import Raw

FETCHED_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)


def trade_flow(source: str, number: int, value: float = 1000.0) -> Raw:
    """A figure of a statistics service; a negative value breaks a rule."""
    row = {
        "cmdCode": "280530", "reporterISO": "FRA", "partnerISO": "CHN", "flowCode": "M", "period": "202503",
        "classificationCode": "H6", "primaryValue": value, "netWgt": 10.0 + number,
    }  # fmt: skip
    meta = {"fetched_at": FETCHED_AT.isoformat(), "period": "202503"}
    return Raw(
        record="trade_flow", source=source, source_id=f"{source}/{number}", content_type="application/json",
        payload=json.dumps(row).encode(), meta=meta,
    )  # fmt: skip


def document(source: str, number: int, text: str = "Lynas opened its separation plant in Kuantan in 2012.") -> Raw:
    """A page of text; one without text breaks a rule."""
    url = f"https://example.org/{source}/{number}"
    meta = {"url": url, "fetched_at": FETCHED_AT.isoformat(), "title": f"Report {number}"}
    return Raw(record="document", source=source, source_id=url, content_type="text/plain", payload=text.encode(), meta=meta)


def id_of(record: Raw) -> str:
    return record_id(record.source, record.source_id)


def publish(settings: Settings, records: Iterable[Raw]) -> None:
    with Topics(settings) as topics:
        topics.ensure()
    objects = Objects(settings)
    objects.ensure_bucket()
    writer = Writer(settings, objects)
    for record in records:
        identity = id_of(record)
        headers = first_headers(record.source, record.record, identity, FETCHED_AT)
        writer.send(raw(record.record), encoded(record), headers, identity.encode())
    writer.flush()
    writer.close()


def refine(settings: Settings, record: str) -> dict[str, Any]:
    """Take all that waits through the stages; the reports by verb."""
    return {verb: drain(settings, f"{verb}.{record}") for verb in VERBS}


def rows(settings: Settings, sql: str) -> list[dict[str, Any]]:
    return query(settings, sql).to_pylist()


def accounted(settings: Settings, source: str) -> dict[str, int]:
    """Sums of the accounting of a source by outcome."""
    found = rows(settings, f"SELECT outcome, sum(records)::INT AS n FROM accounting WHERE source = '{source}' GROUP BY outcome")
    return {r["outcome"]: r["n"] for r in found}


def in_topic(settings: Settings, topic: str, source: str) -> list[Any]:
    """The messages of a source in a topic, as the client gives them."""
    consumer = KafkaConsumer(bootstrap_servers=settings.brokers, isolation_level="read_committed", enable_auto_commit=False)
    try:
        parts = [TopicPartition(topic, p) for p in range(settings.partitions)]
        consumer.assign(parts)
        consumer.seek_to_beginning(*parts)
        ends = consumer.end_offsets(parts)
        found = []
        while any(consumer.position(p) < ends[p] for p in parts):
            found += [r for batch in consumer.poll(timeout_ms=500).values() for r in batch]
        return [r for r in found if dict(r.headers or []).get("ce_source") == f"/sources/{source}".encode()]
    finally:
        consumer.close()
