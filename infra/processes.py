"""Processes of the stack: started in sessions of their own, known again by pid and start time, stopped with all they started.

What a process belongs to is known in three ways, because any one of them can fail: the record (pid and start time, lost if the
starter is killed between the start and the note), the session (left by a daemon), and a mark in the environment (overwritten by
processes that set their title).
"""

import fcntl
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from infra.files import rotate
from infra.service import Part
from pipelines.errors import NeedsPerson

MARK = "EMBEDDED_STACK_PART"
CLOCK_STEP_SECONDS = 2.0


@dataclass(frozen=True)
class Record:
    """A started process: `created` is its start time in seconds of the epoch, as the system tells it; `port` 0 means none."""

    pid: int
    created: float
    port: int = 0


def start(home: Path, part: Part, port: int) -> Record:
    """Start a part, its words going to `<home>/logs/NAME.log`; raises NeedsPerson if another one of its name runs already."""
    log = home / "logs" / f"{part.name}.log"
    rotate(log)
    with (home / "run" / f"{part.name}.lock").open("w") as lock, log.open("ab") as output:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NeedsPerson(f"{part.name} of {home} is running already", "`lodestream down` stops it, then try again") from None
        # The process inherits the lock and holds it until it and its children are gone, whatever happens to the one who started it.
        started = subprocess.Popen(  # noqa: S603 - our own words
            part.command(),
            cwd=part.folder,
            env={**part.environment(), MARK: _mark(home, part.name)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
        started.returncode = 0  # not waited for here: psutil does where it is stopped
    return Record(started.pid, psutil.Process(started.pid).create_time(), port)


def run(home: Path, part: Part) -> int:
    """Run a step to its end, at most `start_seconds` long, and return its exit code; what an earlier one has left is stopped first."""
    stop(home, part.name, None, patience=0)
    record = start(home, part, 0)
    try:
        return int(psutil.Process(record.pid).wait(part.start_seconds) or 0)
    except psutil.TimeoutExpired:
        return -signal.SIGALRM
    finally:
        stop(home, part.name, record, patience=0)


def find(record: Record | None) -> psutil.Process | None:
    """The recorded process, if it still runs: never another one that was given its pid."""
    if record is None:
        return None
    try:
        process = psutil.Process(record.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            process.wait(0)  # takes it off the list if it is a child of ours
            return None
        same = abs(process.create_time() - record.created) < CLOCK_STEP_SECONDS
        return process if same else None
    except psutil.Error:
        return None


def members(home: Path, name: str, record: Record | None) -> list[psutil.Process]:
    """All running processes of the part: the recorded one, its session, and whatever carries its mark."""
    mark, session = _mark(home, name), _session(record)
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if os.getsid(process.pid) == session or process.environ().get(MARK) == mark:
                found.append(process)
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue
    return found


def stop(home: Path, name: str, record: Record | None, patience: float) -> int:
    """End all processes of the part, gently for `patience` seconds, then surely; returns how many there were."""
    leader = find(record)
    processes = members(home, name, record)
    total = len(processes)
    _send([leader] if leader else processes, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while processes and time.monotonic() < deadline:
        psutil.wait_procs(processes, timeout=0.1)
        processes = members(home, name, record)
        if leader and not leader.is_running():
            _send(processes, signal.SIGTERM)  # what the leader left behind
            leader = None
    while processes:  # new ones may have been born meanwhile
        _send(processes, signal.SIGKILL)
        psutil.wait_procs(processes, timeout=1)
        processes = members(home, name, record)
    return total


def listens(process: psutil.Process, port: int) -> bool:
    """Whether the process, or a child of it, is the one that listens on the port."""
    try:
        family = [process, *process.children(recursive=True)]
        connections = [c for one in family for c in one.net_connections("tcp")]
    except psutil.Error:
        return False
    return any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in connections)


def memory(processes: list[psutil.Process]) -> int:
    """Bytes that the processes really use: proportional where the system tells it, so that shared pages count once."""
    total = 0
    for process in processes:
        try:
            used = process.memory_full_info()
            total += getattr(used, "pss", 0) or used.rss
        except psutil.Error:
            continue
    return total


def _mark(home: Path, name: str) -> str:
    return f"{home.resolve()}:{name}"


def _session(record: Record | None) -> int:
    """The record's session; -1 if its pid now belongs to another process, for then no process of that session is left."""
    if record is None or (psutil.pid_exists(record.pid) and find(record) is None and not _is_zombie(record.pid)):
        return -1
    return record.pid


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _send(processes: list[psutil.Process], what: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(what)
        except psutil.Error:
            continue
