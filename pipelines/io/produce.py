"""Writing topics: stages with an idempotent producer that bounds what is in flight, pulls in one transaction with their cursor."""

from collections.abc import Iterator
from typing import Any

import kafka.errors
import orjson
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from pipelines.flow import CURSORS
from pipelines.io.deadline import deadline, end_process
from pipelines.io.objects import Objects
from pipelines.io.topics import client_options, named_errors
from pipelines.messages import Headers, read_headers
from pipelines.settings import Settings

IN_FLIGHT_BYTES = 8 * 2**20
OVERHEAD = 4096  # room for key and headers beside a value
NEVER_MS = 2**31 - 1


class Writer:
    """An idempotent producer. The client has no back-pressure, so what is in flight is bounded here.

    What lands is told by the highest origin of a partition, so a batch must never reach the log when one before it did not: no batch is
    given up for its age, and one that fails for another reason ends the process before the client sends the next.
    """

    def __init__(self, settings: Settings, objects: Objects, transactional_id: str | None = None) -> None:
        self.settings, self._objects = settings, objects
        self._pending: list[Any] = []
        self._pending_bytes = 0
        self._must_be_gapless = transactional_id is None
        with named_errors("starting a producer"), deadline(settings.deadline_seconds, "starting a producer"):
            self._producer = KafkaProducer(
                **client_options(settings),
                acks="all",
                enable_idempotence=True,
                transactional_id=transactional_id,
                transaction_timeout_ms=60_000,
                compression_type="lz4",
                linger_ms=10,
                batch_size=262_144,
                max_request_size=2 * settings.record_bytes,
                max_block_ms=20_000,
                delivery_timeout_ms=NEVER_MS if self._must_be_gapless else 40_000,
            )

    def send(self, topic: str, value: bytes, headers: Headers, key: bytes | None = None, partition: int | None = None) -> None:
        """Queue one message; a value over the size limit goes to the store and the message carries its address."""
        if len(value) > self.settings.record_bytes - OVERHEAD:
            address = self._objects.put_by_hash("claims", value)
            headers = [*headers, ("ce_dataref", address.encode()), ("ce_datasize", str(len(value)).encode())]
            value = b""
        with named_errors(f"writing to {topic}"), deadline(self.settings.deadline_seconds, f"writing to {topic}"):
            future = self._producer.send(topic, value=value, key=key, headers=headers, partition=partition)
        self._pending.append(future.add_errback(self._failed, topic))
        self._pending_bytes += len(value) + OVERHEAD
        if self._pending_bytes > IN_FLIGHT_BYTES:
            self.flush()

    def flush(self) -> None:
        """Wait until the broker has acknowledged everything; raises Transient when it has not."""
        if not self._pending:
            return
        with named_errors("waiting for acknowledgements"), deadline(self.settings.deadline_seconds, "waiting for acknowledgements"):
            self._producer.flush(timeout=self.settings.deadline_seconds / 2)
            pending, self._pending, self._pending_bytes = self._pending, [], 0
            for future in pending:
                future.get(timeout=1)

    def _failed(self, topic: str, error: BaseException) -> None:
        """Called by the client's thread for a message that was given up, before it sends another."""
        if self._must_be_gapless:
            end_process(f"a message to {topic} was refused and those behind it must not overtake it ({type(error).__name__}: {error})")

    def close(self) -> None:
        """Close; what was not flushed is not sent."""
        self._must_be_gapless = False  # from here on the client gives up what is left, all of it
        with deadline(self.settings.deadline_seconds, "closing a producer"):
            try:
                self._producer.close(timeout=2)
            except kafka.errors.KafkaTimeoutError:
                # The client's own way to close ends at what it could not send, and leaves its thread at work.
                self._producer._sender.force_close()


class Publisher(Writer):
    """What pull publishes with: the records of a batch become visible together, and the source's new cursor only after them.

    The cursor has a transaction of its own: should a broker that was killed show a part of an aborted transaction, the cursor can then
    not be that part, and what is published once more is recognised by its ids.
    """

    def __init__(self, settings: Settings, objects: Objects, source: str) -> None:
        super().__init__(settings, objects, transactional_id=f"pull.{source}")
        self.source = source
        with named_errors(f"pull {source}: opening its transactions"), deadline(settings.deadline_seconds, "opening transactions"):
            self._producer.init_transactions()

    def begin(self) -> None:
        """Begin a transaction."""
        with named_errors("beginning a transaction"):
            self._producer.begin_transaction()

    def commit(self, cursor: dict[str, Any]) -> None:
        """Commit the records, then publish the cursor; raises Transient when a record was refused, and then nothing becomes visible."""
        self._commit()
        self.begin()
        self.send(CURSORS, orjson.dumps(cursor), [("content-type", b"application/json")], key=self.source.encode())
        self._commit()

    def _commit(self) -> None:
        # A refused record does not fail the commit by itself, so every acknowledgement is looked at first.
        self.flush()
        with named_errors("committing a transaction"), deadline(self.settings.deadline_seconds, "committing a transaction"):
            self._producer.commit_transaction()


def read_cursor(settings: Settings, objects: Objects, source: str) -> dict[str, Any]:
    """The source's cursor as its last pull left it; empty before the first."""
    last = None
    for record in _cursors(settings):
        if record.key == source.encode():
            last = record
    if last is None:
        return {}
    address = read_headers(last.headers).get("ce_dataref")
    cursor: dict[str, Any] = orjson.loads(objects.get(address) if address else last.value)
    return cursor


def _cursors(settings: Settings) -> Iterator[Any]:
    part = TopicPartition(CURSORS, 0)
    with named_errors("reading cursors"), deadline(settings.deadline_seconds, "reading cursors"):
        consumer = KafkaConsumer(**client_options(settings), enable_auto_commit=False, isolation_level="read_committed")
        try:
            consumer.assign([part])
            consumer.seek_to_beginning(part)
            end = consumer.end_offsets([part])[part]
            while consumer.position(part) < end:
                found = consumer.poll(timeout_ms=1000)
                yield from (record for records in found.values() for record in records)
        finally:
            consumer.close(autocommit=False)


