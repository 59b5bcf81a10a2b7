"""Processes of the stack are known again and stopped whole."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from infra import processes
from infra.processes import Record
from infra.service import Part
from pipelines.errors import NeedsPerson

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "60"], start_new_session=True)   # leaves the session, keeps the mark
subprocess.Popen(["sleep", "60"], env={})                   # loses the mark, keeps the session
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("run", "logs"):
        (tmp_path / folder).mkdir()
    return tmp_path


def part(*command: str, home: Path) -> Part:
    return Part("sleeper", lambda: list(command), home, is_ready=lambda _: True)


def wait_for(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_that_ignores_the_signal_is_killed_with_all_it_started(home: Path):
    record = processes.start(home, part(sys.executable, "-c", STUBBORN, home=home), 0)
    wait_for(lambda: "ready" in (home / "logs" / "sleeper.log").read_text())
    before = processes.members(home, "sleeper", record)
    assert len(before) == 3

    assert processes.stop(home, "sleeper", record, patience=0.5) == 3

    assert processes.members(home, "sleeper", record) == []
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in before)


def test_a_process_is_found_by_pid_and_start_time_only(home: Path):
    record = processes.start(home, part("sleep", "60", home=home), 0)
    try:
        found = processes.find(record)
        assert found is not None
        assert found.pid == record.pid
        assert processes.find(Record(record.pid, record.created - 60)) is None
        assert processes.find(None) is None
    finally:
        processes.stop(home, "sleeper", record, patience=5)
    assert processes.find(record) is None


def test_a_stranger_with_a_recorded_pid_and_its_session_are_left_alone(home: Path):
    stranger = subprocess.Popen(["sh", "-c", "sleep 60 & wait"], start_new_session=True)
    try:
        recycled = Record(stranger.pid, psutil.Process(stranger.pid).create_time() - 60)
        assert processes.stop(home, "sleeper", recycled, patience=0) == 0
        assert stranger.poll() is None
    finally:
        for child in psutil.Process(stranger.pid).children():
            child.kill()
        stranger.kill()
        stranger.wait()


def test_a_second_process_of_the_same_part_is_refused(home: Path):
    record = processes.start(home, part("sleep", "60", home=home), 0)
    try:
        with pytest.raises(NeedsPerson, match=f"sleeper of {home} is running already"):
            processes.start(home, part("sleep", "60", home=home), 0)
    finally:
        processes.stop(home, "sleeper", record, patience=5)
    again = processes.start(home, part("sleep", "60", home=home), 0)
    assert processes.stop(home, "sleeper", again, patience=5) == 1


def test_a_step_that_an_earlier_start_left_running_is_stopped_before_it_runs_again(home: Path):
    left = processes.start(home, part("sleep", "60", home=home), 0)
    while not processes.members(home, "sleeper", None):  # a process shows its environment only a moment after its start
        time.sleep(0.01)

    assert processes.run(home, part("sh", "-c", "exit 3", home=home)) == 3

    assert processes.find(left) is None


def test_a_step_that_does_not_end_is_stopped(home: Path):
    step = Part("sleeper", lambda: ["sleep", "60"], home, is_ready=lambda _: True, start_seconds=0.2)
    assert processes.run(home, step) != 0
    assert processes.members(home, "sleeper", None) == []


def test_parts_of_another_home_are_not_members(home: Path, tmp_path: Path):
    other = tmp_path / "other"
    for folder in ("run", "logs"):
        (other / folder).mkdir(parents=True)
    record = processes.start(other, part("sleep", "60", home=home), 0)
    try:
        assert processes.members(home, "sleeper", None) == []
        assert [process.pid for process in processes.members(other, "sleeper", None)] == [record.pid]
    finally:
        processes.stop(other, "sleeper", record, patience=5)
