"""The named steps at which a worker can be ended: each wraps one method of the production code."""

import functools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines import landing, pull
from pipelines.io import consume, exports, index, lake, produce


@dataclass
class Trigger:
    """Ends the process the `count`-th time that it is pulled, and leaves a mark that the step was reached."""

    count: int
    deed: str
    mark: Path
    seen: int = 0

    def pull(self) -> None:
        """The step is reached once more."""
        self.seen += 1
        if self.seen == self.count:
            self.mark.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL if self.deed == "kill" else signal.SIGSTOP)


def before(owner: Any, name: str, trigger: Trigger, when: Callable[..., bool] = lambda *a, **k: True) -> None:
    """Pull the trigger before a call for which `when` holds."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when(*args, **kwargs):
            trigger.pull()
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, trigger: Trigger, when: Callable[..., bool] = lambda *a, **k: True) -> None:
    """Pull the trigger after a call that returned; `when` is given the result and the arguments."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        if when(result, *args, **kwargs):
            trigger.pull()
        return result

    setattr(owner, name, wrapped)


def _mid_parquet(trigger: Trigger) -> None:
    """Half of a Parquet file was handed to the store's stream, and it is not closed."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    after(pq.ParquetWriter, "write", trigger)


def _after_file(trigger: Trigger) -> None:
    """The data files are in the store, nothing is committed."""
    original = lake._dataframe_to_data_files

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        files = list(original(*args, **kwargs))
        trigger.pull()
        return iter(files)

    lake._dataframe_to_data_files = wrapped  # type: ignore[assignment]


def _in_catalog(where: str) -> Callable[[Trigger], None]:
    def install(trigger: Trigger) -> None:
        from pyiceberg.catalog.sql import SqlCatalog  # noqa: PLC0415
        from sqlalchemy.orm import Session  # noqa: PLC0415

        if where == "before":
            before(SqlCatalog, "commit_table", trigger)
        elif where == "metadata":
            original = SqlCatalog._write_metadata

            def wrapped(*args: Any, **kwargs: Any) -> None:
                original(*args, **kwargs)
                trigger.pull()

            SqlCatalog._write_metadata = staticmethod(wrapped)  # type: ignore[method-assign]
        else:
            before(Session, "commit", trigger)

    return install


def _table(name: str) -> Callable[..., bool]:
    return lambda self, *_a, **_k: self.name == name


def _of_table(name: str) -> Callable[..., bool]:
    return lambda _result, self, *_a, **_k: self.name == name


STEPS: dict[str, Callable[[Trigger], None]] = {
    # pull
    "publish_mid_batch": lambda t: before(produce.Publisher, "send", t),
    "publish_before_commit": lambda t: before(produce.Publisher, "commit", t),
    "publish_flushed": lambda t: after(produce.Publisher, "flush", t),
    "publish_after_commit": lambda t: after(produce.Publisher, "commit", t),
    "publish_after_archive": lambda t: after(pull, "_archive", t),
    # validate, enrich
    "after_poll": lambda t: after(consume.Reader, "poll", t, lambda found, *_: bool(found)),
    "mid_batch": lambda t: after(produce.Writer, "send", t),
    "after_flush": lambda t: before(consume.GroupReader, "commit", t),
    "after_offset_commit": lambda t: after(consume.GroupReader, "commit", t),
    # land
    "after_reached": lambda t: after(landing.Landing, "_load_reached", t),
    "mid_parquet": _mid_parquet,
    "after_file": _after_file,
    "before_catalog": _in_catalog("before"),
    "after_metadata": _in_catalog("metadata"),
    "in_catalog": _in_catalog("sql"),
    "after_commit": lambda t: after(lake.LakeTable, "append", t, _of_table("documents")),
    "before_export": lambda t: before(landing, "export", t, lambda _o, name, *_: name == "documents" and t.mark.parent.exists()),
    "mid_export": lambda t: after(exports, "_write", t),
    "before_index": lambda t: before(index.Index, "add", t),
    "before_documents": lambda t: before(lake.LakeTable, "append", t, _table("documents")),
    "before_dependants": lambda t: before(lake.LakeTable, "append", t, _table("mentions")),
    "after_dependants": lambda t: after(lake.LakeTable, "append", t, _of_table("mentions")),
    "before_quarantine": lambda t: before(lake.LakeTable, "append", t, _table("quarantine")),
    "before_accounting": lambda t: before(lake.LakeTable, "append", t, _table("accounting")),
    "after_accounting": lambda t: after(lake.LakeTable, "append", t, _of_table("accounting")),
}
