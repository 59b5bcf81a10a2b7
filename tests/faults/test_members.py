"""Members that come and go, deliveries that repeat and overtake each other."""

import signal
import threading
import time

import pytest

from pipelines.flow import STAGES, clean, quarantine, valid
from pipelines.io.consume import GroupReader
from pipelines.io.objects import Objects
from pipelines.io.produce import Writer
from pipelines.io.topics import Topics
from pipelines.messages import passed_on
from tests.faults.records import read_topic
from tests.faults.trial import Trial, until

pytestmark = pytest.mark.stack
VALIDATE, ENRICH, LAND = "validate.document", "enrich.document", "land.document"


def _storm(trial: Trial, changes: int) -> None:
    """1 → 4 → 1 members of a stage, one joining, leaving or dying every second or two, while records come in."""
    members = [trial.start(VALIDATE, how="work", settings={"batch_records": 20})]
    for i in range(changes):
        trial.feed(30, bad=2, repeated=2)
        is_growing = i < changes // 2
        if is_growing and len(members) < 4:
            members.append(trial.start(VALIDATE, how="work", settings={"batch_records": 20}))
        elif len(members) > 1:
            leaving = members.pop(trial.random.randrange(len(members)))
            if trial.random.random() < 0.5:
                leaving.kill()
            else:
                leaving.send(signal.SIGTERM)
        time.sleep(trial.random.uniform(0.5, 2))
    for member in members:
        member.kill()


def test_members_that_join_leave_and_die_lose_and_double_nothing(trial: Trial) -> None:
    _storm(trial, 6)
    trial.settle(120)
    trial.check()


@pytest.mark.long
def test_a_long_storm_of_members_loses_and_doubles_nothing(trial: Trial) -> None:
    _storm(trial, 40)
    trial.settle(300, settings={"batch_records": 500, "commit_records": 5000})
    trial.check()


def test_a_worker_restarted_in_its_slot_is_back_in_two_seconds(trial: Trial) -> None:
    first = trial.start(ENRICH, how="work", slot="7")
    _one_more(trial)
    first.kill()
    _validate_more(trial)
    before = trial.progress(ENRICH)
    second = trial.start(ENRICH, how="work", slot="7")
    trial.figures["back_seconds"] = round(until(lambda: trial.progress(ENRICH) > before, 60), 1)
    second.send(signal.SIGTERM)
    assert second.wait(20) == 0, second.log[-2000:]
    trial.settle()
    trial.check()
    assert trial.figures["back_seconds"] < 6, "as slow as without a slot"


def _one_more(trial: Trial) -> None:
    """Wait until the stage that enriches has done what is fed now."""
    before = trial.progress(ENRICH)
    _validate_more(trial)
    until(lambda: trial.progress(ENRICH) >= before + 20, 60)


def _validate_more(trial: Trial) -> None:
    """Feed and validate; a drain that waits in vain for its turn among dying members leaves the work to the next one."""
    before = trial.progress(VALIDATE)
    trial.feed(20)
    until(lambda: trial.start(VALIDATE).wait() == 0 and trial.progress(VALIDATE) >= before + 20, 90)


def test_messages_that_come_again_and_out_of_order_land_once(trial: Trial) -> None:
    trial.feed(100, bad=10, repeated=5, changed=5)
    assert trial.start(VALIDATE).wait() == 0
    with Topics(trial.settings) as topics:
        ids = topics.ids()
    writer = Writer(trial.settings, Objects(trial.settings))
    for topic in (valid("document"), quarantine("document")):
        messages = read_topic(trial.settings, topic, ids, trial.fed.source)
        again = trial.random.sample(messages, len(messages) // 2)  # late, and in another order
        for message in again:
            headers = [(k, v.encode()) for k, v in message.headers.items()]
            headers = headers if topic.startswith("quarantine") else passed_on(message, topic)
            writer.send(topic, message.value or b"", headers, message.key, message.partition)
    writer.flush()
    assert trial.start(ENRICH).wait() == 0
    for message in trial.random.sample(read_topic(trial.settings, clean("document"), ids, trial.fed.source), 40):
        writer.send(clean("document"), message.value or b"", passed_on(message, clean("document")), message.key, message.partition)
    writer.flush()
    writer.close()
    trial.settle()
    trial.check()


@pytest.mark.long
def test_a_drain_beside_a_member_that_does_nothing_ends_and_leaves_its_records_to_the_next(trial: Trial) -> None:
    with Topics(trial.settings) as topics:
        idler = GroupReader(trial.settings, STAGES[VALIDATE], topics.ids(), lambda _: b"")
    over, has_share = threading.Event(), threading.Event()

    def idle() -> None:
        while not over.is_set():
            idler.poll(0.2)
            if idler.positions():
                has_share.set()

    polling = threading.Thread(target=idle)
    polling.start()
    assert has_share.wait(60), "the member that does nothing was given no partition"
    trial.feed(60, bad=5)
    drained = trial.start(VALIDATE)
    try:
        assert drained.wait(150) == 0, drained.log[-3000:]
    finally:
        over.set()
        polling.join()
        idler.close()
    assert "a new member of the group is tried" in drained.log
    assert "left to the next run" in drained.log
    trial.settle()
    trial.check()
