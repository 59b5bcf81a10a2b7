"""Reading topics: as a member of a stage's group, or from the offsets that a table holds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import kafka.errors
from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

from pipelines.flow import Stage
from pipelines.io.deadline import deadline
from pipelines.io.topics import client_options, named_errors
from pipelines.messages import Message, read_headers
from pipelines.settings import Settings

FETCH = {"fetch_max_bytes": 8 * 2**20, "max_partition_fetch_bytes": 2**20, "isolation_level": "read_committed"}
AT_ONCE = 8  # records taken from the client together: what a fetch holds may be hundreds of times larger than it was on the wire


class Reader:
    """What both ways of reading share. `fetch` brings a payload that was left in the store."""

    def __init__(self, settings: Settings, name: str, topic_ids: dict[str, str], fetch: Callable[[str], bytes], **options: Any) -> None:
        self.settings, self.name, self._ids, self._fetch = settings, name, topic_ids, fetch
        with named_errors(f"{name}: connecting to the broker"), deadline(settings.deadline_seconds, "connecting to the broker"):
            self._consumer = KafkaConsumer(
                **client_options(settings),
                **FETCH,
                **options,
                auto_offset_reset="none",
                enable_auto_commit=False,
                max_poll_records=settings.batch_records,
            )

    def poll(self, seconds: float) -> list[Message]:
        """Next messages of all partitions, each partition in order, up to a batch's number and size; empty when none came in time."""
        messages: list[Message] = []
        size, wait = 0, int(seconds * 1000)
        with named_errors(f"{self.name}: reading", self.name), deadline(self.settings.deadline_seconds, f"{self.name} was reading"):
            while len(messages) < self.settings.batch_records and size < self.settings.batch_bytes:
                room = min(AT_ONCE, self.settings.batch_records - len(messages))
                found = self._consumer.poll(timeout_ms=wait, max_records=room)
                new = [self._message(tp, record) for tp, records in found.items() for record in records]
                if not new:
                    break
                messages += new
                size += sum(len(m.value or b"") for m in new)
                wait = 0
        return messages

    def complete(self, message: Message) -> Message:
        """The message with its payload, where that was left in the store."""
        address = message.headers.get("ce_dataref")
        return replace(message, value=self._fetch(address)) if address else message

    def positions(self) -> dict[tuple[str, int], int]:
        """(topic, partition) → next offset, of the partitions held now."""
        with named_errors(f"{self.name}: reading", self.name), deadline(self.settings.deadline_seconds, f"{self.name} was reading"):
            return {(tp.topic, tp.partition): self._consumer.position(tp) for tp in self._consumer.assignment()}

    def close(self) -> None:
        """Leave without committing anything."""
        with named_errors(f"{self.name}: closing"), deadline(self.settings.deadline_seconds, f"{self.name} was closing"):
            self._consumer.close(autocommit=False)

    def _message(self, tp: Any, record: Any) -> Message:
        headers = read_headers(record.headers)
        return Message(
            tp.topic, self._ids[tp.topic], tp.partition, record.offset, record.key, record.value, headers, record.timestamp or 0
        )


class GroupReader(Reader):
    """A member of the group of a stage; partitions move to it and away while it polls. A slot makes it a static member."""

    def __init__(
        self, settings: Settings, stage: Stage, topic_ids: dict[str, str], fetch: Callable[[str], bytes], slot: str | None = None
    ) -> None:
        super().__init__(
            settings,
            stage.name,
            topic_ids,
            fetch,
            group_id=stage.name,
            group_instance_id=f"{stage.name}-{slot}" if slot else None,
            partition_assignment_strategy=(CooperativeStickyAssignor,),
            session_timeout_ms=6000,
            heartbeat_interval_ms=1000,
            max_poll_interval_ms=int(settings.deadline_seconds * 1000) + 60_000,
        )
        self._consumer.subscribe([stage.reads])

    def commit(self, positions: dict[tuple[str, int], int]) -> bool:
        """Commit what was written and flushed; False when the partitions went to another member, which will repeat them."""
        offsets = {TopicPartition(topic, p): OffsetAndMetadata(o, "", -1) for (topic, p), o in positions.items()}
        with named_errors(f"{self.name}: committing offsets"), deadline(self.settings.deadline_seconds, f"{self.name} was committing"):
            try:
                self._consumer.commit(offsets)
            except (kafka.errors.CommitFailedError, kafka.errors.RebalanceInProgressError, kafka.errors.IllegalGenerationError):
                return False
            except kafka.errors.UnknownMemberIdError:
                return False
        return True


class TableReader(Reader):
    """Reads given partitions from given offsets: those that a table holds."""

    def __init__(
        self, settings: Settings, name: str, topic_ids: dict[str, str], fetch: Callable[[str], bytes], start: dict[tuple[str, int], int]
    ) -> None:
        super().__init__(settings, name, topic_ids, fetch)
        parts = {TopicPartition(topic, p): offset for (topic, p), offset in start.items()}
        self._consumer.assign(list(parts))
        for tp, offset in parts.items():
            self._consumer.seek(tp, offset)
