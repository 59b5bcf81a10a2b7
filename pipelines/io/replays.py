"""Writing replays and decisions together, and reading the raw records that they need from their topic."""

from collections.abc import Iterator
from typing import Self

from kafka import TopicPartition

from pipelines.errors import OffsetLost
from pipelines.flow import quarantine, raw
from pipelines.io.consume import TableReader
from pipelines.io.deadline import deadline
from pipelines.io.objects import Objects
from pipelines.io.produce import Writer
from pipelines.io.topics import Topics, named_errors
from pipelines.messages import Message, Origin
from pipelines.settings import Settings

GONE_REMEDY = "it cannot be replayed any more: discard it, or pull its source again"


class ReplayWriter(Writer):
    """Writes raw records and the decisions about them in one transaction. A second writer for the same record shuts the first out."""

    def __init__(self, settings: Settings, objects: Objects, record: str) -> None:
        super().__init__(settings, objects, transactional_id=f"replay.{record}")
        with named_errors("opening transactions"), deadline(settings.deadline_seconds, "opening transactions"):
            self._producer.init_transactions()  # also ends what an earlier one left open

    def begin(self) -> None:
        """Begin a transaction."""
        with named_errors("beginning a transaction"):
            self._producer.begin_transaction()

    def commit(self) -> None:
        """Commit; raises Transient when a message was refused, and then nothing becomes visible."""
        self.flush()
        with named_errors("committing a transaction"), deadline(self.settings.deadline_seconds, "committing a transaction"):
            self._producer.commit_transaction()


class TopicWindow:
    """The topics of a record as they stood when it was opened, read without a group."""

    def __init__(self, settings: Settings, objects: Objects, record: str) -> None:
        self.settings, self._objects, self.record = settings, objects, record
        with Topics(settings) as topics:
            self.ids = topics.ids()
            self._span = {t: (topics.beginnings(t), topics.ends(t)) for t in (raw(record), quarantine(record))}
        self._places: PlaceReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._places:
            self._places.close()

    def decisions_from(self, offsets: dict[int, int]) -> Iterator[Message]:
        """Decisions from the given offsets of the quarantine topic on, which the table has not landed yet."""
        topic = quarantine(self.record)
        oldest, ends = self._span[topic]
        start = {(topic, p): max(o, oldest[p]) for p, o in offsets.items() if max(o, oldest[p]) < ends[p]}
        if not start:
            return
        reader = TableReader(self.settings, "reading decisions", self.ids, self._objects.get, start)
        try:
            while any(offset < ends[p] for (_, p), offset in reader.positions().items()):
                yield from (m for m in reader.poll(0.5) if m.is_decision and m.offset < ends[m.partition])
        finally:
            reader.close()

    def raw_record(self, origin: Origin) -> Message:
        """The raw record at its place, with its payload; raises OffsetLost when the topic has it no longer."""
        topic = raw(self.record)
        oldest, ends = self._span[topic]
        where = f"the raw record {topic}:{origin.partition}:{origin.offset}"
        if origin.topic_id != self.ids[topic]:
            raise OffsetLost(f"{where} was in a topic that was made anew since", GONE_REMEDY)
        if origin.offset < oldest.get(origin.partition, 0):
            raise OffsetLost(f"{where} is gone: the topic begins at {oldest[origin.partition]} (retention)", GONE_REMEDY)
        self._places = self._places or PlaceReader(self.settings, "reading raw records", self.ids, self._objects.get, {})
        message = self._places.at(topic, origin.partition, origin.offset, ends.get(origin.partition, 0))
        if message is None:
            raise OffsetLost(f"{where} is not there", GONE_REMEDY)
        return message


class PlaceReader(TableReader):
    """Reads single messages by their places."""

    def at(self, topic: str, partition: int, offset: int, end: int) -> Message | None:
        """The message at an offset, with its payload; None where the topic holds none there."""
        place = TopicPartition(topic, partition)
        self._consumer.assign([place])
        self._consumer.seek(place, offset)
        while self.positions()[topic, partition] < end:
            for message in self.poll(0.5):
                return self.complete(message) if message.offset == offset else None
        return None
