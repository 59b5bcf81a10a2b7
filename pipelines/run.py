"""run(stage): read → stage → write → commit. The only loop over a topic."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from pipelines.errors import StaleWriter, Transient
from pipelines.flow import STAGES, Stage
from pipelines.io.topics import Topics
from pipelines.report import Report
from pipelines.settings import Settings

log = logging.getLogger(__name__)
DRAIN_ATTEMPTS = 5
IDLE_SECONDS = 20.0
PAUSES = (0.5, 1, 2, 5, 10)


class Worker(Protocol):
    """What the loop needs of a stage's worker."""

    report: Report

    def step(self, seconds: float) -> bool:
        """Do one batch; False when nothing came in time."""

    def is_drained(self) -> bool:
        """Whether all is done that was there at the start."""

    def close(self) -> None:
        """Let go of everything without committing more."""


def open_worker(settings: Settings, stage: Stage, *, drain: bool, slot: str | None, stop: threading.Event | None = None) -> Worker:
    """The worker of a stage; a worker holds in memory only what its own stage needs."""
    if stage.verb == "land":
        from pipelines.landing import Landing  # noqa: PLC0415

        return Landing(settings, stage, drain=drain, slot=slot)
    from pipelines.transforming import Transforming  # noqa: PLC0415

    return Transforming(settings, stage, drain=drain, slot=slot, stop=stop)


def drain(settings: Settings, name: str, on_progress: Callable[[Report], None] | None = None) -> Report:
    """Work through all that the stage's topic holds now, and return the counts. Transient errors are tried again a few times."""
    with Topics(settings) as topics:
        topics.ensure()
    return _attempts(settings, STAGES[name], None, threading.Event(), on_progress, is_drain=True)


def work(settings: Settings, name: str, slot: str | None, stop: threading.Event) -> Report:
    """Work until `stop` is set; transient errors are waited out."""
    with Topics(settings) as topics:
        topics.ensure()
    return _attempts(settings, STAGES[name], slot, stop, None, is_drain=False)


def work_all(settings: Settings, names: Sequence[str], slot: str | None = None) -> list[Report]:
    """Work several stages, each in a thread of its own; one that fails ends them all, and its error is raised."""
    stop, reports, failures = stop_on_signals(), list[Report](), list[Exception]()

    def one(name: str) -> None:
        try:
            reports.append(work(settings, name, slot, stop))
        except Exception as error:  # noqa: BLE001 - raised below, in the main thread
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=one, args=(name,), name=name) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return reports


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set; the loop ends after the batch in hand."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop


def _attempts(  # noqa: PLR0913 - the loop's whole state
    settings: Settings,
    stage: Stage,
    slot: str | None,
    stop: threading.Event,
    on_progress: Callable[[Report], None] | None,
    *,
    is_drain: bool,
) -> Report:
    total = Report(stage.name)
    failures = 0
    while True:
        worker: Worker | None = None
        try:
            worker = open_worker(settings, stage, drain=is_drain, slot=slot, stop=stop)
            active_at = time.monotonic()
            while not stop.is_set():
                if worker.step(0.3 if is_drain else 1.0):
                    failures, active_at = 0, time.monotonic()
                elif is_drain and (worker.is_drained() or _is_left(stage, active_at, failures)):
                    break
                if on_progress:
                    on_progress(worker.report)
            worker.close()
            return total + worker.report
        except (Transient, StaleWriter) as error:
            failures += 1
            if is_drain and failures >= DRAIN_ATTEMPTS:
                raise
            log.warning("%s: %s; trying again from what the tables and offsets say (%d)", stage.name, error, failures)
            total = total + worker.report if worker else total
            _close_quietly(worker)
            if stop.wait(PAUSES[min(failures, len(PAUSES)) - 1]):
                return total


def _is_left(stage: Stage, active_at: float, failures: int) -> bool:
    """Whether a drain ends although the offsets say that more is there: nothing came to a second member either, another may have it."""
    if time.monotonic() - active_at < IDLE_SECONDS:
        return False
    if not failures:
        raise Transient(f"nothing came for {IDLE_SECONDS:.0f} s, though more waits", "nothing, a new member of the group is tried")
    log.warning("%s: nothing came for %.0f s again; what still waits is left to the next run", stage.name, IDLE_SECONDS)
    return True


def _close_quietly(worker: Worker | None) -> None:
    """Close what is left of a worker that failed."""
    try:
        if worker:
            worker.close()
    except Transient as error:
        log.info("closing after a failure: %s", error)
