"""Maintain: what keeps tables and exports small and quick. It runs beside the landers, changes no row, and may be repeated at any time.

Each step is a function of settings, so that a DAG runs them one by one; each returns its counts by table.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pyiceberg.exceptions import CommitFailedException, CommitStateUnknownException, ValidationException
from pyiceberg.table import Table
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import Transient
from pipelines.flow import EVERY_TABLE
from pipelines.io.compaction import commit, compact
from pipelines.io.deadline import deadline
from pipelines.io.expiry import NEEDED, expirable, remove_unneeded
from pipelines.io.exports import export, read_latest
from pipelines.io.exports_merge import merge_exports, remove_exports
from pipelines.io.lake import Lake, LakeTable, NamedErrors
from pipelines.io.objects import Objects
from pipelines.io.scratch import scratch
from pipelines.settings import Settings

log = logging.getLogger(__name__)
ATTEMPTS = 8
MOVED = (CommitFailedException, CommitStateUnknownException, ValidationException, SQLAlchemyError)
Counts = dict[str, dict[str, int]]
Progress = Callable[[str], None]


def maintain(settings: Settings, on_progress: Progress = lambda _: None) -> dict[str, Counts]:
    """All steps in their order; returns the counts by step and table."""
    return {name: step(settings, on_progress) for name, step in STEPS.items()}


def compact_tables(settings: Settings, on_progress: Progress = lambda _: None) -> Counts:
    """Put small data files together."""

    def step(table: LakeTable, objects: Objects) -> dict[str, int]:
        loaded = table.load()
        old, new = compact(loaded, table.contract, settings.compact_files)
        if old:
            replaced = {file.file_path for file in old}

            def replace(now: Table) -> None:
                # The commit of an attempt whose outcome was unknown may have been applied.
                if replaced & {task.file.file_path for task in now.scan().plan_files()}:
                    commit(now, old, new)

            _committed(table, "compacting", replace)
            export(objects, table.name, table.load())
        return {"data_files_compacted": len(old), "into": len(new)}

    return _each(settings, "compact", step, on_progress)


def merge_export_files(settings: Settings, on_progress: Progress = lambda _: None) -> Counts:
    """Put small export files together."""
    return _each(settings, "merge exports", lambda t, objects: merge_exports(objects, t.name, settings.compact_files), on_progress)


def expire_snapshots(settings: Settings, on_progress: Progress = lambda _: None) -> Counts:
    """Expire snapshots over the age or the number of the settings that were exported."""

    def step(table: LakeTable, objects: Objects) -> dict[str, int]:
        expired: set[int] = set()

        def expire(now: Table) -> None:
            exported = read_latest(objects, table.name).get("snapshot_id")
            ids = expirable(now, exported, timedelta(days=settings.snapshot_days), settings.snapshot_limit)
            expired.update(ids)
            if ids:
                now.maintenance.expire_snapshots().by_ids(ids).commit()

        _committed(table, "expiring snapshots", expire)
        loaded = table.load()
        if expired:
            export(objects, table.name, loaded)
        return {"snapshots_expired": len(expired), "snapshots_left": len(loaded.snapshots())}

    return _each(settings, "expire", step, on_progress)


def remove_files(settings: Settings, on_progress: Progress = lambda _: None) -> Counts:
    """Remove files that nothing needs any more and that are older than the grace period."""
    grace = timedelta(days=settings.grace_days)

    def step(table: LakeTable, objects: Objects) -> dict[str, int]:
        with scratch(settings, NEEDED) as db:
            counts = remove_unneeded(objects, table.load(), read_latest(objects, table.name), db, grace)
        return counts | remove_exports(objects, table.name, grace)

    return _each(settings, "remove", step, on_progress)


STEPS: dict[str, Callable[[Settings, Progress], Counts]] = {
    "compact": compact_tables,
    "merge": merge_export_files,
    "expire": expire_snapshots,
    "remove": remove_files,
}


def _each(settings: Settings, doing: str, step: Callable[[LakeTable, Objects], dict[str, int]], on_progress: Progress) -> Counts:
    lake, objects = Lake.open(settings), Objects(settings)
    counts: Counts = {}
    for name in EVERY_TABLE:
        counts[name] = step(lake.tables[name], objects)
        on_progress(f"{doing} {name}: {line(counts[name])}")
    return counts


def line(counts: dict[str, Any]) -> str:
    """Counts in words."""
    return ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in counts.items())


def _committed(table: LakeTable, doing: str, change: Callable[[Table], None]) -> None:
    """Apply a change to the table as it stands; when another writer comes first, to the table as it then stands."""
    doing = f"{doing} of {table.name}"
    with deadline(table.settings.deadline_seconds, doing):
        for attempt in range(ATTEMPTS):
            loaded = table.load()
            try:
                with NamedErrors(doing):
                    change(loaded)
            except MOVED as error:
                log.info("%s: another writer came first, trying again (%s)", doing, error)
            except Transient as error:
                log.warning("%s: outcome unknown, looking it up (%s)", doing, error)
            else:
                return
            time.sleep(min(0.1 * 2**attempt, 2))
    raise Transient(f"{doing} gave way to other writers {ATTEMPTS} times", "nothing, the next run does it")
