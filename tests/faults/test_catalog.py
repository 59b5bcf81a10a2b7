"""The catalog locked, its commits in conflict, its answers lost."""

import sqlite3
import time

import pytest

from tests.faults import oracle
from tests.faults.trial import Trial, long

pytestmark = pytest.mark.stack
LAND = "land.document"


def test_a_catalog_that_is_locked_is_waited_for(trial: Trial) -> None:
    trial.feed(80, bad=5)
    trial.transform()
    lander = trial.start(LAND)
    lock = sqlite3.connect(trial.settings.home / "catalog.db", isolation_level=None, timeout=20)
    for _ in range(2):
        lock.execute("BEGIN EXCLUSIVE")
        time.sleep(7)  # longer than the catalog's client waits by itself
        lock.execute("COMMIT")
        time.sleep(1)
    lock.close()
    assert lander.wait(90) == 0, lander.log[-2000:]
    trial.settle()
    trial.check()


@pytest.mark.parametrize("table", ["mentions", *long("documents", "accounting")])
def test_a_commit_that_meets_another_one_is_tried_again_and_lands_once(trial: Trial, table: str) -> None:
    trial.feed(80, bad=5, repeated=5)
    trial.transform()
    before = oracle.orphan_data_files(trial.settings)
    lander = trial.start(LAND, hindered=("catalog conflict",), options={"times": 3, "table": table})
    assert lander.wait() == 0, lander.log[-2000:]
    assert "another writer came first" in lander.log
    trial.check()
    assert oracle.orphan_data_files(trial.settings) == before  # the same rows are the same files


@pytest.mark.parametrize("table", ["documents", *long("accounting")])
def test_a_commit_whose_answer_is_lost_is_looked_up_and_not_repeated(trial: Trial, table: str) -> None:
    trial.feed(80, bad=5, repeated=5)
    trial.transform()
    lander = trial.start(LAND, hindered=("catalog lost answer",), options={"times": 2, "table": table})
    assert lander.wait() == 0, lander.log[-2000:]
    assert "outcome unknown" in lander.log
    trial.check()
