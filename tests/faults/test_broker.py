"""The broker killed, also while a pull's transaction is open, several times in a row, and down for long."""

import signal
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tests.faults.trial import Trial, until

pytestmark = pytest.mark.stack
Own = Callable[..., Trial]
STAGES = ("validate.document", "enrich.document", "land.document")


def test_a_broker_that_is_killed_several_times_under_load_loses_and_doubles_nothing(own: Own) -> None:
    trial = own()
    trial.feed(200, bad=10)
    stages = [
        trial.start(s, how="work", slot="1", settings={"batch_records": 20})
        for s in ("validate.document", "enrich.document", "land.document")
    ]
    for _ in range(2):
        time.sleep(trial.random.uniform(1, 4))
        trial.stack.kill("broker")
        begin = time.monotonic()
        trial.stack.start("broker")
        trial.figures["broker_back_seconds"] = round(time.monotonic() - begin, 1)
        trial.feed(100, repeated=5)
    for stage in stages:
        assert stage.process.exitcode in (None, 75), stage.log[-2000:]
    begin = time.monotonic()
    trial.catch_up(stages)
    trial.figures["caught_up_seconds"] = round(time.monotonic() - begin, 1)
    trial.settle(120)
    trial.check()


def test_a_broker_that_is_killed_while_a_pulls_transaction_is_open_loses_nothing(own: Own) -> None:
    trial = own()
    task: dict[str, Any] = {"how": "pull"}
    for round_no, (step, count) in enumerate((("publish_mid_batch", 30), ("publish_flushed", 2), ("publish_before_commit", 2)), 1):
        task["options"] = {"source": trial.fed.source, "records": 120 * round_no}
        pulling = trial.start(at=step, count=count, deed="stop", **task)
        pulling.wait_stopped()
        trial.stack.kill("broker")
        pulling.send(signal.SIGCONT)
        trial.stack.start("broker")
        assert pulling.wait(90) in (0, 1, 2, 75), pulling.log[-2000:]
    done = trial.start(**task)
    assert done.wait(90) == 0, done.log[-2000:]
    trial.expect_pulled(360)
    trial.settle(120)
    trial.check()


def test_a_broker_that_is_paused_past_every_timeout_is_waited_for(own: Own) -> None:
    trial = own()
    trial.feed(150, bad=5)
    stages = [trial.start(s, how="work", slot="1", settings={"batch_records": 20, "deadline_seconds": 10.0}) for s in STAGES[:2]]
    time.sleep(2)
    broker = psutil.Process(trial.stack.supervisor._records()["broker"].pid)
    broker.suspend()
    time.sleep(9)
    broker.resume()
    trial.settle(120)
    trial.check()
    for stage in stages:
        assert stage.process.exitcode in (None, 75), stage.log[-2000:]


@pytest.mark.long
def test_a_broker_that_is_down_for_a_minute_is_waited_for(own: Own) -> None:
    trial = own()
    trial.feed(400, bad=10)
    stages = [
        trial.start(s, how="work", slot="1", settings={"batch_records": 20})
        for s in ("validate.document", "enrich.document", "land.document")
    ]
    time.sleep(3)
    trial.stack.kill("broker")
    time.sleep(60)
    trial.stack.start("broker")
    begin = time.monotonic()
    trial.feed(50)
    trial.catch_up(stages)
    trial.figures["caught_up_seconds"] = round(time.monotonic() - begin, 1)
    trial.settle(120)
    trial.check()


@pytest.mark.long
def test_a_hundred_transactions_over_five_kills_of_the_broker_lose_nothing(own: Own) -> None:
    trial = own()
    total = 5000
    task = {"how": "pull", "options": {"source": trial.fed.source, "records": total}}
    pulling = trial.start(**task)
    for _ in range(5):
        time.sleep(trial.random.uniform(0.5, 3))
        trial.stack.kill("broker")
        trial.stack.start("broker")
        if pulling.process.exitcode is not None:
            pulling = trial.start(**task)
    until(lambda: pulling.process.exitcode is not None, 120)
    done = trial.start(**task)
    assert done.wait(120) == 0, done.log[-2000:]
    trial.expect_pulled(total)
    trial.settle(240, settings={"batch_records": 2000, "commit_records": 20_000})
    trial.check()
