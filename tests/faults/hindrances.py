"""Faults in the surroundings of one worker process: its clock, its disk, its catalog, its client; and errands that are no stage."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from pipelines.settings import Settings

Options = dict[str, Any]


def pull_from_memory(settings: Settings, options: Options) -> None:
    """Pull a source that serves `options["records"]` records of `options["source"]` from memory, its cursor their number."""
    from pipelines import pull  # noqa: PLC0415
    from pipelines.sources.raw import Raw  # noqa: PLC0415
    from tests.faults.records import html_record  # noqa: PLC0415

    class Running:
        def __init__(self, cursor: dict[str, Any]) -> None:
            self.cursor, self.counts = dict(cursor), {}

        def __iter__(self) -> Iterator[Raw]:
            for number in range(self.cursor.get("next", 0), options["records"]):
                self.cursor["next"] = number + 1
                yield html_record(options["source"], number)

    class Source:
        record = "document"

        def web(self, _: Settings) -> None:
            return None

        def pull(self, _web: None, cursor: dict[str, Any], _settings: Settings) -> Running:
            return Running({} if options.get("is_cleared") else cursor)

    pull.source_named = lambda _: Source()  # type: ignore[assignment,return-value]
    logging.info("pulled: %s", pull.pull(settings, options["source"]))


def _clock(options: Options) -> None:
    """The clock of this process goes wrong by `options["seconds"]`, for datetime and for time."""
    import datetime as module  # noqa: PLC0415

    shift, real_time, real = options["seconds"], time.time, module.datetime

    class Same(type(real)):  # type: ignore[misc]
        def __instancecheck__(cls, value: Any) -> bool:
            return isinstance(value, real)

    class Shifted(real, metaclass=Same):  # type: ignore[misc,valid-type]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.fromtimestamp(real_time() + shift, tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now(module.UTC).replace(tzinfo=None)

    time.time = lambda: real_time() + shift
    import sys  # noqa: PLC0415

    for name, loaded in list(sys.modules.items()):
        if name.startswith(("pyiceberg", "pipelines.io")) and getattr(loaded, "datetime", None) is real:
            loaded.datetime = Shifted  # type: ignore[attr-defined]


def _catalog_lost_answer(options: Options) -> None:
    """The catalog applies a commit, and its answer is lost: `options["times"]` times for `options["table"]`."""
    from pyiceberg.catalog.sql import SqlCatalog  # noqa: PLC0415
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    original, left = SqlCatalog.commit_table, [options.get("times", 1)]

    def commit_table(self: Any, table: Any, *args: Any) -> Any:
        answer = original(self, table, *args)
        if left[0] and table.name()[-1] == options.get("table", "documents"):
            left[0] -= 1
            raise OperationalError("UPDATE iceberg_tables", {}, Exception("the answer was lost"))
        return answer

    SqlCatalog.commit_table = commit_table  # type: ignore[method-assign]


def _catalog_conflict(options: Options) -> None:
    """Another writer commits between the load and the commit, `options["times"]` times."""
    from pyiceberg.catalog.sql import SqlCatalog  # noqa: PLC0415

    original, left, is_inner = SqlCatalog._write_metadata, [options.get("times", 2)], [False]

    def write_metadata(metadata: Any, io: Any, metadata_path: str, *args: Any) -> None:
        original(metadata, io, metadata_path, *args)
        name = metadata.location.rsplit("/", 1)[1]
        if left[0] and not is_inner[0] and name == options.get("table", "documents"):
            left[0] -= 1
            is_inner[0] = True
            try:
                with _catalog[0].load_table(("lodestream", name)).transaction() as transaction:
                    transaction.set_properties(**{f"test.conflict.{left[0]}": "x"})
            finally:
                is_inner[0] = False

    _catalog: list[Any] = []
    init = SqlCatalog.__init__

    def remember(self: Any, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        _catalog[:] = [self]

    SqlCatalog.__init__ = remember  # type: ignore[method-assign]
    SqlCatalog._write_metadata = staticmethod(write_metadata)  # type: ignore[method-assign]


def _small_disk(options: Options) -> None:
    """No file of this process can grow over `options["bytes"]`, as on a disk that is full."""
    import resource  # noqa: PLC0415
    import signal  # noqa: PLC0415

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (options["bytes"], options["bytes"]))


def _slow_steps(options: Options) -> None:
    """Each record takes `options["seconds"]` longer."""
    from pipelines import transforming  # noqa: PLC0415

    original = transforming.Transforming._apply

    def apply(self: Any, batch: Any) -> Any:
        time.sleep(options["seconds"] * len(batch))
        return original(self, batch)

    transforming.Transforming._apply = apply  # type: ignore[method-assign]


def _failing_stage(options: Options) -> None:
    """The stage's function ends by an error for a batch that holds `options["word"]`."""
    from pipelines import transforming  # noqa: PLC0415

    real = transforming.function_of

    def function_of(verb: str) -> Any:
        function = real(verb)

        def fail(record: str, messages: Any) -> Any:
            if any(options["word"].encode() in (m.value or b"") for m in messages):
                raise ZeroDivisionError("of the test")
            return function(record, messages)

        return fail

    transforming.function_of = function_of


def _hanging_client(options: Options) -> None:
    """The client's flush, or commit of a transaction, never returns."""
    from kafka import KafkaProducer  # noqa: PLC0415

    def hang(*_: Any, **__: Any) -> None:
        while True:
            time.sleep(3600)

    setattr(KafkaProducer, options.get("call", "flush"), hang)


def _expired_batch(options: Options) -> None:
    """The client gives the `options["at"]`-th waiting batch up, as it does when its time has passed, and goes on with the next."""
    from kafka.producer.record_accumulator import RecordAccumulator  # noqa: PLC0415

    from pipelines.io.produce import Writer  # noqa: PLC0415

    original, send, seen = RecordAccumulator.expired_batches, Writer.send, [0]

    def expired_batches(self: Any, now: Any = None) -> Any:
        found = original(self, now=now)
        for tp, waiting in list(self._batches.items()):
            with self._tp_lock(tp):
                seen[0] += bool(waiting)
                if waiting and seen[0] == options.get("at", 2):
                    batch = waiting.popleft()
                    batch.records.close()
                    return [*found, batch]
        return found

    def slow_send(self: Any, *args: Any, **kwargs: Any) -> None:
        time.sleep(0.004)  # so that a step's records fill many batches
        send(self, *args, **kwargs)

    RecordAccumulator.expired_batches = expired_batches
    Writer.send = slow_send  # type: ignore[method-assign]


def _lazy_client(_: Options) -> None:
    """The client sends nothing by itself for a while: only a flush makes it."""
    from kafka import KafkaProducer  # noqa: PLC0415

    original = KafkaProducer.__init__

    def init(self: Any, **config: Any) -> None:
        original(self, **(config | {"linger_ms": 20_000}))

    KafkaProducer.__init__ = init


HINDRANCES: dict[str, Callable[[Options], None]] = {
    "clock": _clock,
    "catalog lost answer": _catalog_lost_answer,
    "catalog conflict": _catalog_conflict,
    "small disk": _small_disk,
    "slow steps": _slow_steps,
    "failing stage": _failing_stage,
    "lazy client": _lazy_client,
    "hanging client": _hanging_client,
    "expired batch": _expired_batch,
}
