"""Protections taken out, one by one, so that a test can show that it would notice: each replaces one method in a worker's process."""

import random
import time
import uuid
from collections.abc import Callable
from typing import Any

from pipelines import landing, messages, run, transforming
from pipelines.io import consume, deadline, index, lake, produce
from pipelines.io.lake import Reached


def _origin_check() -> None:
    """Every message counts as new in quarantine and accounting."""
    landing._is_new = lambda *_: True  # type: ignore[assignment]


def _index_lookup() -> None:
    """The table's keys are not looked up."""
    index.Index.look_up = lambda *_: ({}, {})  # type: ignore[method-assign]


def _decider_origins() -> None:
    """A row's origin is not compared with the highest."""

    class Blind(dict[str, int]):
        def get(self, *_: Any) -> int:
            return -1

    original = landing.Decider.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.origins = Blind(self.origins)

    landing.Decider.__init__ = init  # type: ignore[method-assign]


def _library_retries() -> None:
    """The library tries a commit again on top of what came between, as it does by itself."""
    from pyiceberg.table import TableProperties  # noqa: PLC0415

    TableProperties.COMMIT_NUM_RETRIES = "unset"  # type: ignore[misc]


def _stale_check() -> None:
    """A commit does not compare where the table stands with where the writer believes it."""

    def append(self: Any, rows: Any, progress: Any) -> Any:
        for attempt in range(lake.ATTEMPTS):
            try:
                return self._commit(self.load(), rows, progress)
            except (lake.CommitFailedException, *lake.UNKNOWN):
                time.sleep(0.1 * 2**attempt)
        raise lake.Transient("gave up")

    lake.LakeTable.append = append  # type: ignore[method-assign]


def _max_merge() -> None:
    """Offsets and origins are replaced, not merged by maximum."""

    def advanced(self: Reached, offsets: dict[int, int], origins: dict[str, int]) -> Reached:
        return Reached(self.topic_id, self.offsets | {str(p): o for p, o in offsets.items()}, self.origins | origins)

    Reached.advanced = advanced  # type: ignore[method-assign]


def _flush() -> None:
    """Outputs are not waited for before the offset is committed."""
    produce.Writer.flush = lambda self: None  # type: ignore[method-assign]


def _offset_reset() -> None:
    """A lost offset silently becomes the newest."""
    original = consume.KafkaConsumer.__init__

    def init(self: Any, *topics: Any, **config: Any) -> None:
        original(self, *topics, **(config | {"auto_offset_reset": "latest"}))

    consume.KafkaConsumer.__init__ = init


def _topic_id() -> None:
    """A topic made anew is taken for the old one."""
    reached = lake.LakeTable.reached
    lake.LakeTable.reached = (  # type: ignore[method-assign]
        lambda self, topic, topic_id, table=None: Reached(topic_id, *_rest(reached(self, topic, topic_id, table)))
    )


def _rest(reached: Reached) -> tuple[dict[str, int], dict[str, int]]:
    return reached.offsets, reached.origins


def _deadline() -> None:
    """No deadline ends the process."""
    deadline._end = lambda *_: None  # type: ignore[assignment]


def _content_names() -> None:
    """Data files have random names."""
    lake._content_uuid = lambda *_: uuid.UUID(int=random.getrandbits(128))  # type: ignore[assignment]


def _index_catch_up() -> None:
    """The index says that it covers the table's snapshot, and has not read what was appended."""

    def catch_up(self: index.Index, table: Any) -> None:
        if current := table.current_snapshot():
            self.add([], self._covered(), current.snapshot_id)

    index.Index.catch_up = catch_up  # type: ignore[method-assign]


def _index_snapshot() -> None:
    """What the index knows is taken for what the table held, whichever snapshot it covers; so is a commit that is there already."""

    def look_up(self: index.Index, _table: Any, keys: Any, ids: Any) -> Any:
        return self._find(keys), self._last_revisions(ids)

    def append(self: Any, rows: Any, progress: Any) -> Any:
        table = self.load()
        if all(self.reached(topic, after.topic_id, table) == after for topic, (_, after) in progress.items()):
            return table
        return original(self, rows, progress)

    original = lake.LakeTable.append
    index.Index.catch_up = lambda *_: None  # type: ignore[method-assign]
    index.Index.look_up = look_up  # type: ignore[method-assign]
    lake.LakeTable.append = append  # type: ignore[method-assign]


def _gapless() -> None:
    """A batch that is given up does not end the process."""
    produce.Writer._failed = lambda *_: None  # type: ignore[method-assign]


def _static_members() -> None:
    """A slot does not make a static member."""
    original = consume.GroupReader.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args[:4], None)

    consume.GroupReader.__init__ = init  # type: ignore[method-assign]


def _bounded_commits() -> None:
    """Payloads in the store are not counted by their size."""
    messages.Message.size = property(lambda self: len(self.value or b""))  # type: ignore[assignment]


def _cursor_last() -> None:
    """A pull's cursor is committed before the records that it stands for."""
    send, flush_and_commit = produce.Publisher.send, produce.Publisher._commit
    waiting: list[tuple[Any, ...]] = []

    def hold(_: Any, *args: Any) -> None:
        waiting.append(args)

    def commit(self: Any, cursor: dict[str, Any]) -> None:
        send(self, produce.CURSORS, produce.orjson.dumps(cursor), [], self.source.encode())
        flush_and_commit(self)
        self.begin()
        for args in waiting:
            send(self, *args)
        waiting.clear()
        flush_and_commit(self)

    produce.Publisher.send = hold  # type: ignore[method-assign,assignment]
    produce.Publisher.commit = commit  # type: ignore[method-assign]


def _halving() -> None:
    """What a stage cannot take is not told from what came with it."""
    transforming.Transforming._apply = (  # type: ignore[method-assign]
        lambda self, batch: list(self._function(self.stage.record, batch))
    )


def _attempts() -> None:
    """What fails is not tried again."""
    run.DRAIN_ATTEMPTS, lake.ATTEMPTS = 1, 1


REMOVALS: dict[str, Callable[[], None]] = {
    "origin check": _origin_check,
    "index look-up": _index_lookup,
    "decider's origins": _decider_origins,
    "no retries of the library": _library_retries,
    "stale writer check": _stale_check,
    "maximum merge": _max_merge,
    "flush before commit": _flush,
    "no offset reset": _offset_reset,
    "topic id": _topic_id,
    "deadline": _deadline,
    "names by content": _content_names,
    "index catch-up": _index_catch_up,
    "index at the table's snapshot": _index_snapshot,
    "no gap": _gapless,
    "static members": _static_members,
    "claims by size": _bounded_commits,
    "cursor last": _cursor_last,
    "halving": _halving,
    "further attempts": _attempts,
}
