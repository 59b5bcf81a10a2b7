"""Workers that are killed at each named step, paused past their session, and stopped."""

import signal
import time

import pytest

from tests.faults.trial import Trial, long, until

pytestmark = pytest.mark.stack
VALIDATE, ENRICH, LAND = "validate.document", "enrich.document", "land.document"
TRANSFORM_STEPS = {"after_poll": 1, "mid_batch": 30, "after_flush": 1, "after_offset_commit": 1}
LANDER_STEPS = (
    "mid_parquet", "after_file", "before_catalog", "after_metadata", "in_catalog", "after_commit", "mid_export",
    "before_index", "before_dependants", "after_dependants", "before_quarantine", "before_accounting", "after_accounting",
)  # fmt: skip


def test_stages_that_are_killed_at_each_step_in_turn_repeat_themselves_and_nothing_lands_twice(trial: Trial) -> None:
    trial.feed(240, bad=10, repeated=10, changed=5)
    for stage in (VALIDATE, ENRICH):
        for step, count in TRANSFORM_STEPS.items():
            # In a slot, so that the next one need not wait until the session of the dead one ends.
            killed = trial.start(stage, how="work", slot="1", at=step, count=count)
            assert killed.wait() == -signal.SIGKILL, f"{step}: {killed.log[-2000:]}"
    trial.settle()
    trial.check()


def test_a_lander_that_is_killed_at_each_step_in_turn_lands_nothing_twice(trial: Trial) -> None:
    trial.feed(200, bad=20, repeated=20, changed=20)
    trial.transform()
    for step in LANDER_STEPS:
        # Small commits, so that each step finds work, and every second one is met in the middle of it.
        killed = trial.start(LAND, at=step, settings={"batch_records": 25, "commit_records": 30})
        assert killed.wait() in (-signal.SIGKILL, 0), f"{step}: {killed.log[-2000:]}"
        if step != "after_accounting":
            assert killed.process.exitcode == -signal.SIGKILL, f"{step} was not reached: {killed.log[-2000:]}"
    trial.settle()
    trial.check()


@pytest.mark.long
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("step", LANDER_STEPS)
def test_a_lander_that_is_killed_lands_nothing_twice(trial: Trial, step: str, count: int) -> None:
    trial.feed(150, bad=40, repeated=10, changed=5)  # more rejects than one commit takes
    trial.transform()
    killed = trial.start(LAND, at=step, count=count, settings={"batch_records": 25, "commit_records": 30})
    assert killed.wait() == -signal.SIGKILL, killed.log[-2000:]
    trial.settle()
    trial.check()


@pytest.mark.parametrize("step", ["publish_before_commit", *long("publish_mid_batch", "publish_after_commit")])
def test_a_pull_that_is_killed_publishes_everything_once_more_or_never_and_each_record_lands_once(trial: Trial, step: str) -> None:
    count = {"publish_mid_batch": 70}.get(step, 2)
    task = {"how": "pull", "options": {"source": trial.fed.source, "records": 130}}
    assert trial.start(at=step, count=count, **task).wait() == -signal.SIGKILL
    again = trial.start(**task)
    assert again.wait() == 0, again.log[-2000:]
    trial.expect_pulled(130)
    trial.settle()
    trial.check()


def test_a_lander_that_was_paused_between_its_look_and_its_commit_is_refused(trial: Trial) -> None:
    trial.feed(100, bad=5, repeated=5)
    trial.transform()
    zombie = trial.start(LAND, at="after_metadata", deed="stop")
    zombie.wait_stopped()
    trial.settle()
    zombie.send(signal.SIGCONT)
    assert zombie.wait() == 0, zombie.log[-2000:]
    assert "stands at" in zombie.log, zombie.log[-2000:]
    trial.check()


def test_a_member_that_was_paused_past_its_session_repeats_what_others_did_and_nothing_lands_twice(trial: Trial) -> None:
    trial.feed(200, bad=10)
    zombie = trial.start(VALIDATE, at="mid_batch", count=20, deed="stop")
    zombie.wait_stopped()
    begin = time.monotonic()
    other = trial.start(VALIDATE)
    assert other.wait() == 0, other.log[-2000:]
    trial.figures["taken_over_seconds"] = round(time.monotonic() - begin, 1)
    zombie.send(signal.SIGCONT)
    assert zombie.wait() == 0, zombie.log[-2000:]
    trial.settle()
    trial.check()


def test_two_landers_at_once_land_everything_once(trial: Trial) -> None:
    trial.feed(200, bad=10, repeated=10)
    trial.transform()
    small = {"batch_records": 25, "commit_records": 30}
    both = [trial.start(LAND, settings=small), trial.start(LAND, settings=small)]
    for lander in both:
        assert lander.wait(120) in (0, 2), lander.log[-2000:]
    trial.settle()
    trial.check()


def test_a_lander_with_an_old_view_does_not_take_the_shared_index_for_what_the_table_held(trial: Trial) -> None:
    trial.feed(40)
    trial.transform()
    late = trial.start(LAND, at="after_reached", deed="stop")
    late.wait_stopped()
    early = trial.start(LAND, at="before_dependants", deed="stop")
    early.wait_stopped()
    late.send(signal.SIGCONT)
    assert late.wait() == 0, late.log[-2000:]
    early.send(signal.SIGCONT)
    assert early.wait() == 0, early.log[-2000:]
    trial.settle()
    trial.check()


def test_a_worker_that_is_told_to_stop_stops_within_ten_seconds_and_loses_nothing(trial: Trial) -> None:
    trial.feed(300, bad=10)
    before = trial.progress()
    working = trial.start(how="work", slot="1")
    until(lambda: trial.progress() > before, 60, pause=0.5)
    begin = time.monotonic()
    working.send(signal.SIGTERM)
    assert working.wait(30) == 0, working.log[-2000:]
    trial.figures["stopped_seconds"] = round(time.monotonic() - begin, 1)
    trial.settle()
    trial.check()
    assert trial.figures["stopped_seconds"] < 10


def test_a_slow_worker_that_is_told_to_stop_leaves_the_rest_of_its_batch(trial: Trial) -> None:
    trial.feed(600)
    assert trial.start(VALIDATE, settings={"batch_records": 1000}).wait() == 0
    before = trial.progress(ENRICH)
    slow = {"hindered": ("slow steps",), "options": {"seconds": 0.04}, "settings": {"batch_records": 1000}}
    working = trial.start(ENRICH, how="work", slot="1", **slow)
    time.sleep(6)
    begin = time.monotonic()
    working.send(signal.SIGTERM)
    assert working.wait(60) == 0, working.log[-2000:]
    trial.figures["stopped_seconds"] = round(time.monotonic() - begin, 1)
    assert before < trial.progress(ENRICH) < before + 600
    trial.settle()
    trial.check()
    assert trial.figures["stopped_seconds"] < 10
