"""Clocks that go wrong by an hour."""

import pytest

from tests.faults.trial import Trial, long

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("hours", [1, *long(-1)])
def test_a_worker_whose_clock_is_wrong_by_an_hour_lands_everything_once(trial: Trial, hours: int) -> None:
    trial.feed(60, bad=5, repeated=5)
    trial.transform()
    wrong = trial.start("land.document", hindered=("clock",), options={"seconds": 3600 * hours}, settings={"commit_records": 80})
    assert wrong.wait() == 0, wrong.log[-3000:]
    trial.feed(40, bad=5)
    trial.settle()
    trial.check()
