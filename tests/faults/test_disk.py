"""A work folder that is full."""

from pathlib import Path

import pytest

from tests.faults.trial import Trial, until

pytestmark = pytest.mark.stack


def test_a_lander_whose_disk_is_full_says_so_and_goes_on_when_there_is_room(trial: Trial) -> None:
    trial.feed(120, bad=5)
    trial.transform()
    full = trial.start("land.document", how="work", hindered=("small disk",), options={"bytes": 60_000}, settings={"commit_records": 60})
    until(lambda: "trying again" in full.log or full.process.exitcode is not None, 60)
    assert full.process.exitcode is None, full.log[-3000:]
    full.kill()
    trial.settle()
    trial.check()


def test_an_index_that_is_damaged_or_lost_is_built_anew_and_nothing_lands_twice(trial: Trial) -> None:
    trial.feed(80, repeated=5)
    trial.settle()
    index = trial.settings.home / "index" / "documents.sqlite"
    for damage in (lambda: index.write_bytes(b"no database" * 1000), lambda: _scratch(index), index.unlink):
        damage()
        trial.again(20)
        trial.settle()
    trial.check()


def _scratch(path: Path) -> None:
    """Overwrite all but the first page of the file."""
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    body = path.read_bytes()
    path.write_bytes(body[:4096] + b"\xff" * (len(body) - 4096))
