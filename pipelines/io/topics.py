"""Topics: client options, the topics themselves, and where a stage stands in them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import kafka.errors
import kafka.record.util
from kafka import KafkaAdminClient, OffsetAndMetadata, TopicPartition
from kafka.admin import NewTopic
from kafka.protocol.consumer.offsets import IsolationLevel, OffsetSpec
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from pipelines.errors import ConfigurationError, NeedsPerson, OffsetLost, TopicChanged, Transient
from pipelines.flow import CURSORS, TRANSFORMS, Stage, topics_of
from pipelines.io.deadline import deadline
from pipelines.settings import Settings
from schemas.vocabulary import RECORDS

UP_REMEDY = "is the broker up? `lodestream status` tells, `lodestream up` starts the embedded one"
RESET_REMEDY = (
    "`lodestream topics rewind {stage}` lets it read again from the oldest record that the topic holds; "
    "what landed before is recognised and not landed twice"
)
LOST = (kafka.errors.NoOffsetForPartitionError, kafka.errors.OffsetOutOfRangeError)
PERSON = (kafka.errors.FencedInstanceIdError, kafka.errors.AuthorizationError, kafka.errors.SaslAuthenticationFailedError)
RETENTION_MS = 30 * 24 * 3600 * 1000


def client_options(settings: Settings) -> dict[str, Any]:
    """Options that every client shares; refuses to start without the compiled checksum, which is 85 times faster."""
    if kafka.record.util.crc32c_c is None:
        raise ConfigurationError("kafka-python has no compiled crc32c", "install the locked `kafka-python[crc32c]`: `make venv`")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # a broker that is down floods the log; we say it once
    return {
        "bootstrap_servers": settings.brokers.split(","),
        "client_id": "lodestream",
        "bootstrap_timeout_ms": 8_000,
        "request_timeout_ms": 30_000,
        "reconnect_backoff_max_ms": 1000,
        **settings.kafka_security,
    }


@contextmanager
def named_errors(doing: str, stage: str = "") -> Iterator[None]:
    """Give the client's errors our names."""
    try:
        yield
    except LOST as error:
        message = f"{stage or doing}: the offset to continue from is gone ({type(error).__name__}: {error})"
        raise OffsetLost(message, RESET_REMEDY.format(stage=stage)) from error
    except PERSON as error:
        raise NeedsPerson(f"{doing}: {type(error).__name__}: {error}", "another worker runs in this slot, or access is denied") from error
    except kafka.errors.KafkaTimeoutError as error:
        said = str(error).removeprefix("KafkaTimeoutError: ")
        raise Transient(f"{doing}: the broker did not answer in time ({said})", UP_REMEDY) from error
    except kafka.errors.KafkaError as error:
        raise Transient(f"{doing}: the broker did not do it ({type(error).__name__}: {error})", UP_REMEDY) from error
    except OSError as error:
        raise Transient(f"{doing}: {error}", UP_REMEDY) from error


# A fresh broker makes its topic of group offsets when it is first asked for it, and says no meanwhile.
COORDINATOR = (
    kafka.errors.CoordinatorNotAvailableError,
    kafka.errors.CoordinatorLoadInProgressError,
    kafka.errors.NotCoordinatorError,
)
patiently = retry(retry=retry_if_exception_type(COORDINATOR), wait=wait_fixed(0.2), stop=stop_after_delay(20), reraise=True)
# The session of a worker that was killed lasts some seconds longer than the worker.
BUSY = (*COORDINATOR, kafka.errors.UnknownMemberIdError)
when_empty = retry(retry=retry_if_exception_type(BUSY), wait=wait_fixed(0.5), stop=stop_after_delay(10), reraise=True)


class Topics:
    """The topics of all records, and offsets as the broker keeps them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with named_errors("connecting to the broker"), deadline(settings.deadline_seconds, "connecting to the broker"):
            self._admin = KafkaAdminClient(**client_options(settings))

    def __enter__(self) -> "Topics":
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def ensure(self) -> list[str]:
        """Make the topics that are missing, and set the stages of an empty topic to its beginning; returns what was made."""
        wanted = [CURSORS, *(topic for record in RECORDS for topic in topics_of(record))]
        with named_errors("creating topics"), deadline(self.settings.deadline_seconds, "creating topics"):
            missing = [topic for topic in wanted if topic not in self._admin.list_topics()]
            if missing:
                self._admin.create_topics([self._new(topic) for topic in missing], raise_errors=False)
                self._admin.wait_for_topics(missing)
        self.ids()
        for record in RECORDS:
            for verb in TRANSFORMS:
                self._begin(Stage(verb, record))
        return missing

    def _new(self, topic: str) -> NewTopic:
        config = {"max.message.bytes": str(2 * self.settings.record_bytes)}
        if topic == CURSORS:
            return NewTopic(topic, 1, self.settings.replication, topic_configs=config | {"cleanup.policy": "compact"})
        config["retention.ms"] = str(RETENTION_MS)
        return NewTopic(topic, self.settings.partitions, self.settings.replication, topic_configs=config)

    def _begin(self, stage: Stage) -> None:
        """Commit offset 0 for partitions that never held a record and have no offset: only there is 0 certainly right."""
        committed = self.committed(stage)
        ends = self.ends(stage.reads)
        new = {p: OffsetAndMetadata(0, "", -1) for p, end in ends.items() if end == 0 and committed[p] is None}
        if new:
            with named_errors(f"setting the first offsets of {stage.name}"), suppress(kafka.errors.UnknownMemberIdError):
                # The error that is passed over: members are at work already, so that another process has set them.
                patiently(self._alter)(stage.name, {TopicPartition(stage.reads, p): o for p, o in new.items()})

    def _alter(self, group: str, offsets: dict[TopicPartition, OffsetAndMetadata]) -> None:
        """Set offsets of a group; raises what the broker answers for a partition, which the client only hands back."""
        for tp, error in self._admin.alter_group_offsets(group, offsets).items():
            if error is not kafka.errors.NoError:
                raise error(f"{tp.topic} partition {tp.partition} of the group {group}")

    def ids(self) -> dict[str, str]:
        """Topic → id; raises TopicChanged for a topic that is missing or has another number of partitions."""
        wanted = [topic for record in RECORDS for topic in topics_of(record)]
        with named_errors("describing topics"), deadline(self.settings.deadline_seconds, "describing topics"):
            found = {t["name"]: t for t in self._admin.describe_topics(wanted) if not t.get("error_code")}
        for topic in wanted:
            if topic not in found:
                raise TopicChanged(f"the topic {topic} is missing", "`lodestream topics create` makes it")
            partitions = len(found[topic]["partitions"])
            if partitions != self.settings.partitions:
                raise TopicChanged(
                    f"the topic {topic} has {partitions} partitions, LODESTREAM_PARTITIONS says {self.settings.partitions}",
                    "all topics of a record need the same number: drain the stages, then raise all topics and the setting together",
                )
        return {topic: str(found[topic]["topic_id"]) for topic in wanted}

    def committed(self, stage: Stage) -> dict[int, int | None]:
        """Partition → offset that the stage's group committed, None where there is none."""
        parts = self._parts(stage.reads)
        with self._asking():
            found = patiently(self._admin.list_group_offsets)({stage.name: parts}).get(stage.name, {})
        return {tp.partition: found[tp].offset if tp in found and found[tp].offset >= 0 else None for tp in parts}

    def ends(self, topic: str) -> dict[int, int]:
        """Partition → offset behind the last committed record."""
        return self._offsets(topic, OffsetSpec.LATEST)

    def beginnings(self, topic: str) -> dict[int, int]:
        """Partition → offset of the oldest record that the topic still holds."""
        return self._offsets(topic, OffsetSpec.EARLIEST)

    def _offsets(self, topic: str, spec: OffsetSpec) -> dict[int, int]:
        wanted = dict.fromkeys(self._parts(topic), spec)
        with self._asking():
            found = self._admin.list_partition_offsets(wanted, isolation_level=IsolationLevel.READ_COMMITTED)
        return {tp.partition: offset.offset for tp, offset in found.items()}

    def _parts(self, topic: str) -> list[TopicPartition]:
        return [TopicPartition(topic, p) for p in range(self.settings.partitions)]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with named_errors("asking for offsets"), deadline(self.settings.deadline_seconds, "asking for offsets"):
            yield

    def rewind(self, stage: Stage) -> None:
        """Let a stage read again from the oldest record; only while no worker of it runs."""
        offsets = {TopicPartition(stage.reads, p): OffsetAndMetadata(o, "", -1) for p, o in self.beginnings(stage.reads).items()}
        with named_errors(f"rewinding {stage.name}"):
            try:
                when_empty(self._alter)(stage.name, offsets)
            except kafka.errors.UnknownMemberIdError as error:
                raise NeedsPerson(f"{stage.name} was not rewound: a worker of it runs", "stop its workers, then rewind") from error
