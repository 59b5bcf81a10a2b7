"""Pull: a source → raw records and the source's new cursor, published together. Changes no value."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from pipelines.decode import record_id
from pipelines.flow import raw
from pipelines.io.objects import Objects
from pipelines.io.produce import Publisher, read_cursor
from pipelines.io.topics import Topics
from pipelines.messages import first_headers
from pipelines.settings import Settings
from pipelines.sources import source_named
from pipelines.sources.raw import Raw
from pipelines.sources.source import Pull

log = logging.getLogger(__name__)


def pull(settings: Settings, name: str, on_progress: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Pull a source where its last pull ended, in transactions of at most a batch; returns the counts of the pull."""
    source = source_named(name)
    objects = Objects(settings)
    with Topics(settings) as topics:
        topics.ensure()
    objects.ensure_bucket()
    publisher = Publisher(settings, objects, name)
    try:
        running = source.pull(source.web(settings), read_cursor(settings, objects, name), settings)
        records = _publish(settings, running, publisher, objects, on_progress)
    finally:
        publisher.close()
    return {"source": name, "record": source.record, "records": records, **running.counts}


def _publish(
    settings: Settings, running: Pull, publisher: Publisher, objects: Objects, on_progress: Callable[[int], None] | None
) -> int:
    """Publish all records of a pull; a batch is archived before its transaction commits."""
    published = 0
    batch: list[Raw] = []
    size = 0
    for record in running:
        batch.append(record)
        size += len(record.payload)
        if len(batch) >= settings.batch_records or size >= settings.batch_bytes:
            published += _transaction(batch, running.cursor, publisher, objects)
            batch, size = [], 0
            if on_progress:
                on_progress(published)
    # Also without records: the cursor may have learned that nothing changed.
    return published + _transaction(batch, running.cursor, publisher, objects)


def _transaction(batch: list[Raw], cursor: dict[str, Any], publisher: Publisher, objects: Objects) -> int:
    _archive(batch, objects)
    publisher.begin()
    at = datetime.now(UTC)
    for record in batch:
        identity = record_id(record.source, record.source_id)
        publisher.send(
            raw(record.record), encoded(record), first_headers(record.source, record.record, identity, at), identity.encode()
        )
    publisher.commit(cursor)
    return len(batch)


def encoded(record: Raw) -> bytes:
    """A raw record as one JSON message; its payload's bytes in base64."""
    return msgspec.json.encode(record)


def _archive(batch: list[Raw], objects: Objects) -> None:
    """Keep the original bytes by the hash of their content: each page for itself, the rows of a service together."""
    for record in batch:
        if record.record == "document" and record.payload:
            objects.put_by_hash("archive", record.payload)
    rows = [record.payload for record in batch if record.record != "document"]
    if rows:
        objects.put_by_hash("archive", b"\n".join(rows))
