"""Compaction, expiry and removal while landers write, and while they are dead."""

import signal

import pytest

from tests.faults import oracle
from tests.faults.trial import Trial, long

pytestmark = pytest.mark.stack
LAND = "land.document"
EAGER = {"snapshot_days": 0.0, "compact_files": 2, "grace_days": 0.0}
SMALL = {"commit_records": 30, "batch_records": 15}


def test_maintenance_beside_a_lander_loses_and_doubles_nothing(trial: Trial) -> None:
    trial.feed(150, bad=10, repeated=10, changed=5)
    trial.transform()
    lander = trial.start(LAND, settings=SMALL)
    for _ in range(2):
        kept = trial.start(how="maintain", settings=EAGER | {"grace_days": 1.0})
        assert kept.wait(120) == 0, kept.log[-3000:]
    assert lander.wait(120) == 0, lander.log[-3000:]
    trial.again(10)
    trial.settle()
    trial.check()


@pytest.mark.parametrize("step", ["after_commit", *long("before_index", "before_dependants")])
def test_what_a_dead_lander_left_undone_survives_compaction_and_expiry(trial: Trial, step: str) -> None:
    trial.feed(60, bad=5)
    trial.settle()
    trial.feed(60, bad=5, repeated=5)
    trial.transform()
    assert trial.start(LAND, at=step, settings=SMALL).wait() == -signal.SIGKILL
    kept = trial.start(how="maintain", settings=EAGER)
    assert kept.wait(120) == 0, kept.log[-3000:]
    trial.again(20)
    trial.settle()
    trial.check()
    assert oracle.audit_findings(trial.settings) == []


@pytest.mark.parametrize("step", ["after_metadata", *long("before_catalog", "in_catalog")])
def test_maintenance_that_is_killed_leaves_the_tables_whole(trial: Trial, step: str) -> None:
    trial.feed(60, bad=5)
    trial.transform()
    trial.settle(settings=SMALL)
    killed = trial.start(how="maintain", at=step, settings=EAGER)
    assert killed.wait(120) == -signal.SIGKILL, killed.log[-3000:]
    kept = trial.start(how="maintain", settings=EAGER)
    assert kept.wait(120) == 0, kept.log[-3000:]
    trial.settle()
    trial.check()
