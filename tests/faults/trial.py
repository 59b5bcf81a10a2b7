"""One trial: records are fed, workers are started and hurt, everything settles, and the oracle is asked."""

import itertools
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from pipelines.decode import record_id
from pipelines.errors import Transient
from pipelines.flow import STAGES, raw
from pipelines.io.deadline import EXIT_CODE
from pipelines.io.lake import Lake
from pipelines.io.objects import Objects
from pipelines.io.produce import Writer
from pipelines.io.topics import Topics
from pipelines.messages import first_headers
from pipelines.pull import encoded
from pipelines.settings import Settings
from pipelines.sources.raw import Raw
from tests.faults import oracle
from tests.faults.records import html_record
from tests.faults.worker import Task, main
from tests.stack_fixture import TestStack

GROWTH_LIMIT = 200 * 2**20  # over the start; whole workers are measured against 400 MB in test_memory.py
# Set for the processes that this one starts too: they shall have the seed that is printed.
SEED = int(os.environ.setdefault("FAULTS_SEED", str(random.SystemRandom().randrange(10**6))))
# Processes are forked from one that has the imports done: a start takes some milliseconds and not seconds.
COUNT = itertools.count(1)
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.preload"])


@dataclass
class Worker:
    """A worker's process."""

    task: Task
    process: Any
    peak: int = 0  # most memory that it held, bytes
    base: int = 0  # what it held at its start, with the imports of all stages

    @property
    def pid(self) -> int:
        pid: int = self.process.pid
        return pid

    @property
    def grown(self) -> int:
        """Bytes by which it grew over its start."""
        return self.peak - self.base

    @property
    def log(self) -> str:
        return self.task.log.read_text(errors="replace") if self.task.log.exists() else ""

    def wait(self, seconds: float = 60) -> int:
        """Exit code, negative for a signal; the process is killed and the test fails where it does not end in time."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            self.send(signal.SIGUSR1)
            time.sleep(1)
            self.kill()
            raise AssertionError(f"the worker did not end within {seconds:.0f} s:\n{self.log[-3000:]}")
        code: int = self.process.exitcode
        return code

    def send(self, number: int) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.join(10)

    def wait_stopped(self, seconds: float = 60) -> None:
        """Wait until it has stopped itself at its step."""
        until(lambda: self.process.exitcode is not None or psutil.Process(self.pid).status() == psutil.STATUS_STOPPED, seconds)
        assert self.process.exitcode is None, f"it ended before it reached its step:\n{self.log[-3000:]}"


@dataclass
class Trial:
    """A source of its own on a stack that others may share."""

    stack: TestStack
    name: str
    seed: int = SEED
    settings: Settings = field(init=False)
    fed: oracle.Fed = field(init=False)
    workers: list[Worker] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    mentions_each: int | None = 1
    growth_limit: int = GROWTH_LIMIT

    def __post_init__(self) -> None:
        self.random = random.Random(f"{self.seed}/{self.name}")
        self.settings = self.stack.settings.model_copy(
            update={"batch_records": 50, "commit_records": 200, "commit_seconds": 2.0, "deadline_seconds": 30.0}
        )
        self.fed = oracle.Fed(f"{self.name[:40]}_{self.random.randrange(16**6):06x}_{next(COUNT)}")  # no two of a session alike
        self.began = time.monotonic()
        self._next = 0
        self._good = 0  # records 0 … are good
        self._over = threading.Event()
        threading.Thread(target=self._watch_memory, daemon=True).start()

    # -- input -----------------------------------------------------------------------------------------------------------------

    def feed(self, good: int, *, bad: int = 0, repeated: int = 0, changed: int = 0) -> None:
        """Publish new records: good ones, some that break a rule, some given twice, some with a second content; shuffled."""
        first, self._next = self._next, self._next + good + bad
        self._good = self._good or good
        numbers = range(first, first + good)
        records = [html_record(self.fed.source, n) for n in numbers]
        records += [html_record(self.fed.source, n) for n in self.random.sample(numbers, repeated)]
        again = [html_record(self.fed.source, n, version=2) for n in self.random.sample(numbers, changed)]
        broken = [html_record(self.fed.source, n, is_bad=True) for n in range(first + good, self._next)]
        self.random.shuffle(records)
        for record in records:
            self.fed.revisions.setdefault(_id(record), 1)
        self.fed.revisions.update(_id(r) for r in again)
        self.fed.bad.update(_id(r) for r in broken)
        self.publish(_mixed(records, [*again, *broken], self.random))

    def giant(self, number: int, size: int, *, is_bad: bool = False) -> None:
        """Publish one record whose payload has about `size` bytes."""
        record = html_record(self.fed.source, number)
        body = record.payload + b" " + b"magnets and oxides " * (size // 19)
        (self.fed.bad if is_bad else self.fed.revisions)[_id(record)] += 1
        self.publish([msgspec.structs.replace(record, payload=body)])

    def again(self, count: int) -> None:
        """Publish records that were fed before once more, as a cleared pull does."""
        self.publish(html_record(self.fed.source, n) for n in self.random.sample(range(self._good), count))

    def publish(self, records: Iterable[Raw]) -> None:
        """Put raw records into their topic, as pull does; what is in doubt is published again, and is then a duplicate."""
        records = list(records)
        while True:
            try:
                self._publish(records)
            except Transient:
                self.fed.messages = None  # how many arrived only the topic can tell
            else:
                break
        if self.fed.messages is not None:
            self.fed.messages += len(records)

    def _publish(self, records: list[Raw]) -> None:
        writer = Writer(self.settings, Objects(self.settings))
        at = datetime.now(UTC)
        try:
            for record in records:
                identity = _id(record)
                headers = first_headers(record.source, record.record, identity, at)
                writer.send(raw(record.record), encoded(record), headers, identity.encode())
            writer.flush()
        finally:
            writer.close()

    def expect_pulled(self, records: int) -> None:
        """Expect that a source that serves this many records was pulled; how many messages that took, the topic says."""
        self.fed.revisions = Counter({_id(html_record(self.fed.source, n)): 1 for n in range(records)})
        self.fed.messages = None

    def progress(self, stage: str = "validate.document") -> int:
        """Records that a stage's group is past."""
        with Topics(self.settings) as topics:
            return sum(offset or 0 for offset in topics.committed(STAGES[stage]).values())

    # -- workers ---------------------------------------------------------------------------------------------------------------

    def start(self, *names: str, settings: dict[str, Any] | None = None, **task: Any) -> Worker:
        """Start a worker process of some stages, all if none is named."""
        if names:
            task["names"] = names
        return self.start_task(Task(self.settings.model_copy(update=settings or {}), Path(), **task))

    def start_task(self, task: Task) -> Worker:
        """Start a worker process."""
        made = replace(task, log=self.stack.home / "logs" / f"{self.fed.source}-{len(self.workers)}.log")
        process = CONTEXT.Process(target=main, args=(made,), daemon=True)  # type: ignore[attr-defined]
        process.start()
        worker = Worker(made, process)
        self.workers.append(worker)
        return worker

    def transform(self) -> None:
        """Validate and enrich all that waits."""
        done = self.start("validate.document", "enrich.document")
        assert done.wait() == 0, done.log[-3000:]

    def settle(self, seconds: float = 90, **task: Any) -> None:
        """Let healthy workers finish everything; the time that it takes is the time to recover."""
        begin = time.monotonic()
        done = self.start(**task)
        code = done.wait(seconds)
        assert code == 0, f"recovery ended with {code}:\n{done.log[-3000:]}"
        self.figures["recovered_seconds"] = round(time.monotonic() - begin, 1)

    def catch_up(self, workers: list[Worker], seconds: float = 120) -> None:
        """Wait until long-lived workers have landed all; one that ended itself at a deadline is started again, as a supervisor does."""

        def is_done() -> bool:
            for i, worker in enumerate(workers):
                if worker.process.exitcode is not None:
                    assert worker.process.exitcode == EXIT_CODE, worker.log[-3000:]
                    workers[i] = self.start_task(worker.task)
            return oracle.landed(self.settings, self.fed.source) >= sum(self.fed.revisions.values())

        until(is_done, seconds, pause=1.0)
        for worker in workers:
            worker.send(signal.SIGTERM)
            assert worker.wait(30) == 0, worker.log[-3000:]

    # -- verdict ---------------------------------------------------------------------------------------------------------------

    def complaints(self) -> list[str]:
        """What the oracle has to say, memory included."""
        found = oracle.complaints(self.settings, [self.fed], mentions_each=self.mentions_each)
        self.figures["peak_mb"] = max((w.peak for w in self.workers), default=0) // 2**20
        self.figures["grown_mb"] = max((w.grown for w in self.workers), default=0) // 2**20
        large = [w for w in self.workers if w.grown > self.growth_limit]
        return found + [f"a worker ({w.task.how} {' '.join(w.task.names)}) grew by {w.grown // 2**20} MB" for w in large]

    def check(self) -> None:
        """Fail with all that the oracle complains about."""
        found = self.complaints()
        self.figures["seconds"] = round(time.monotonic() - self.began, 1)
        print(f"{self.name}: seed {self.seed}, {self.figures}")
        assert not found, "\n".join([*found, *(worker.log[-2000:] for worker in self.workers[-1:])])

    def close(self) -> None:
        """End what still runs."""
        self._over.set()
        for worker in self.workers:
            if worker.process.exitcode is None:
                worker.send(signal.SIGCONT)
                worker.kill()

    def _watch_memory(self) -> None:
        while not self._over.wait(0.1):
            for worker in list(self.workers):
                try:
                    status = Path(f"/proc/{worker.pid}/status").read_text()
                except (OSError, TypeError):
                    continue
                peak = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")]
                worker.peak = max([worker.peak, *peak])
                worker.base = worker.base or worker.peak


def long(*values: object) -> list[Any]:
    """Parameters of the long form only."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


def until(condition: Any, seconds: float = 60, pause: float = 0.05) -> float:
    """Wait until the condition holds; returns the seconds that it took, fails past the time."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, f"it did not come true within {seconds:.0f} s"
        time.sleep(pause)
    return time.monotonic() - begin


def prepare(settings: Settings) -> None:
    """Topics, bucket and tables."""
    with Topics(settings) as topics:
        topics.ensure()
    Objects(settings).ensure_bucket()
    Lake.open(settings)


def _id(record: Raw) -> str:
    return record_id(record.source, record.source_id)


def _mixed(records: list[Raw], others: list[Raw], chance: random.Random) -> list[Raw]:
    """The others put in at random places, each in its order; a changed content comes behind the first one."""
    mixed = list(records)
    for other in others:
        behind = max((i for i, r in enumerate(mixed) if r.source_id == other.source_id), default=-1)
        mixed.insert(chance.randint(behind + 1, len(mixed)), other)
    return mixed
