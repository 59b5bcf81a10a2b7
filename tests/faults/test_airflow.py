"""What Airflow can do to a task: kill it before its success is recorded, run it twice at once, clear an old run.

The tasks' bodies run here as processes of their own; a task of Airflow is no more than that. `tests/dags` runs the DAGs on a scheduler.
"""

import signal
from typing import Any

import pytest

from tests.faults.trial import Trial

pytestmark = pytest.mark.stack


def _pull(trial: Trial, records: int, **options: Any) -> dict[str, Any]:
    return {"how": "pull", "options": {"source": trial.fed.source, "records": records, **options}}


def test_two_pulls_of_one_source_at_once_land_each_record_once(trial: Trial) -> None:
    first = trial.start(at="publish_mid_batch", count=70, deed="stop", **_pull(trial, 130))
    first.wait_stopped()
    second = trial.start(**_pull(trial, 130))
    assert second.wait() == 0, second.log[-2000:]
    first.send(signal.SIGCONT)
    assert first.wait(90) == 2, first.log[-2000:]  # fenced: its successor has published everything
    trial.expect_pulled(130)
    trial.settle()
    trial.check()


def test_an_old_run_of_a_pull_that_is_cleared_lands_nothing_twice(trial: Trial) -> None:
    for options in ({}, {"is_cleared": True}):
        pulled = trial.start(**_pull(trial, 130, **options))
        assert pulled.wait() == 0, pulled.log[-2000:]
        trial.settle()
    trial.fed.messages = 260
    trial.expect_pulled(130)
    trial.check()


def test_two_runs_of_refine_at_once_land_each_record_once(trial: Trial) -> None:
    trial.feed(150, bad=10, repeated=10)
    runs = [trial.start(), trial.start()]
    for run in runs:
        assert run.wait(150) == 0, run.log[-2000:]
    trial.settle()
    trial.check()


def test_a_refine_that_is_killed_before_its_success_is_recorded_is_run_again(trial: Trial) -> None:
    trial.feed(80, bad=5)
    assert trial.start(at="after_accounting", count=2, settings={"commit_records": 40, "batch_records": 20}).wait(90) == -signal.SIGKILL
    trial.settle()
    trial.check()
