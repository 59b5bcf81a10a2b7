"""A worker of a transforming stage (validate, enrich): reads a topic, writes results and rejects, then commits its offset.

Output partition = input partition, in order. It may repeat itself at any time: what it repeats carries the same origin.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

from pipelines.errors import LodestreamError
from pipelines.flow import Stage
from pipelines.io.consume import GroupReader
from pipelines.io.objects import Objects
from pipelines.io.produce import Writer
from pipelines.io.topics import Topics
from pipelines.messages import Message, Rejection, passed_on, printable, rejected
from pipelines.report import Report
from pipelines.settings import Settings

log = logging.getLogger(__name__)
SLICE = {"enrich": 100}  # records that a slow stage takes at once, so that it can stop between them; the quick ones take a batch
Function = Callable[[str, Sequence[Message]], Sequence[bytes | Rejection]]


def function_of(verb: str) -> Function:
    """The function of a stage; imported when it is asked for, since each brings libraries that the other workers need not hold."""
    if verb == "validate":
        from pipelines.validate import validate  # noqa: PLC0415

        return validate
    from pipelines.enrich.stage import enrich  # noqa: PLC0415

    return enrich


class Transforming:
    """One member of a stage's group."""

    def __init__(
        self, settings: Settings, stage: Stage, *, drain: bool, slot: str | None = None, stop: threading.Event | None = None
    ) -> None:
        self.settings, self.stage, self.report = settings, stage, Report(stage.name)
        self._stop = stop or threading.Event()
        self._function = function_of(stage.verb)
        self._objects = Objects(settings)
        with Topics(settings) as topics:
            self._targets = topics.ends(stage.reads) if drain else None
            ids = topics.ids()
        self._writer = Writer(settings, self._objects)
        self._reader = GroupReader(settings, stage, ids, self._objects.get, slot)

    def step(self, seconds: float) -> bool:
        """Read, apply, write, commit once; False when nothing came in time. When told to stop it leaves what it has not begun."""
        messages = self._reader.poll(seconds)
        positions = self._reader.positions()
        done: dict[tuple[str, int], int] = {}
        for batch in self._batches(messages):
            self._write(batch, self._apply(batch))
            done |= {(m.topic, m.partition): m.offset + 1 for m in batch}
            if self._stop.is_set():
                positions = done
                break
        self._writer.flush()
        if positions and not self._reader.commit(positions):
            log.info("%s: the partitions moved to another member, which repeats the batch", self.stage.name)
        return bool(messages)

    def is_drained(self) -> bool:
        """Whether the group is past all that the topic held at the start."""
        if self._targets is None:
            return False
        with Topics(self.settings) as topics:
            committed = topics.committed(self.stage)
        return all((committed[p] or 0) >= end for p, end in self._targets.items())

    def close(self) -> None:
        """Leave the group; what was not committed is repeated by whoever takes over."""
        with ExitStack() as parts:  # each is closed whatever the others say
            parts.callback(self._writer.close)
            parts.callback(self._reader.close)

    def _batches(self, messages: Sequence[Message]) -> Iterator[list[Message]]:
        """Messages with their payloads, in batches of a bounded size."""
        batch: list[Message] = []
        size = 0
        for message in map(self._reader.complete, messages):
            batch.append(message)
            size += len(message.value or b"")
            if size >= self.settings.batch_bytes or len(batch) >= SLICE.get(self.stage.verb, self.settings.batch_records):
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _apply(self, batch: list[Message]) -> list[bytes | Rejection]:
        """The stage's results, one for each message; a record that the stage cannot take costs only itself."""
        try:
            results = list(self._function(self.stage.record, batch))
        except LodestreamError:
            raise
        except Exception as error:  # any record may hold what no rule foresaw
            if len(batch) == 1:
                log.exception("%s failed on %s", self.stage.name, batch[0].origin)
                return [Rejection("stage_failed", None, None, (printable(f"{type(error).__name__}: {error}"[:1000]),))]
            half = len(batch) // 2  # what is at fault is found in some halvings; the others stay together
            return [*self._apply(batch[:half]), *self._apply(batch[half:])]
        if len(results) != len(batch):
            raise RuntimeError(f"{self.stage.name} made {len(results)} results of {len(batch)} records")
        return results

    def _write(self, batch: list[Message], results: list[bytes | Rejection]) -> None:
        for message, result in zip(batch, results, strict=True):
            if isinstance(result, Rejection):
                headers = rejected(message, self.stage.verb, result)
                self._writer.send(self.stage.rejects, message.value or b"", headers, message.key, message.partition)
            else:
                headers = passed_on(message, self.stage.writes or "")
                self._writer.send(self.stage.writes or "", result, headers, message.key, message.partition)
            self.report.count(message, rejected=isinstance(result, Rejection))
