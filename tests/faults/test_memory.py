"""Whole workers, started by the command line with the real reading, over a backlog: 400 MB each at the most."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.trial import Trial, long

pytestmark = pytest.mark.stack
LIMIT_MB = 400


@pytest.mark.parametrize("records", [1500, *long(20_000)])
def test_a_backlog_drains_in_bounded_memory(trial: Trial, records: int) -> None:
    trial.mentions_each = None
    trial.feed(records, bad=records // 100)
    peaks = {stage: _peak(trial, stage) for stage in ("validate.document", "enrich.document", "land.document")}
    trial.figures["peaks_mb"] = peaks
    trial.check()
    assert max(peaks.values()) <= LIMIT_MB


def test_the_largest_records_that_sources_give_drain_in_bounded_memory(trial: Trial) -> None:
    trial.mentions_each = None
    for number in range(1000, 1040):
        trial.giant(number, 900_000)
    peaks = {stage: _peak(trial, stage) for stage in ("validate.document",)}
    done = trial.start("enrich.document")
    assert done.wait(120) == 0, done.log[-2000:]
    peaks["land.document"] = _peak(trial, "land.document")
    trial.figures["peaks_mb"] = peaks
    trial.growth_limit = 2**40  # the workers of the recovery are not what is measured here
    trial.check()
    assert max(peaks.values()) <= LIMIT_MB


def _peak(trial: Trial, stage: str) -> int:
    """Drain one stage in a process of the command line; its highest resident memory in MB."""
    code = "import sys; sys.argv[0] = 'lodestream'; from pipelines.cli import main; main()"
    environment = {**trial.stack.environment, "LODESTREAM_BATCH_RECORDS": "500"}
    with (trial.stack.home / "logs" / f"memory-{stage}.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", code, "drain", stage], env=environment, stdout=log, stderr=log)
        peak = 0
        while process.poll() is None:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                continue
            peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
            time.sleep(0.1)
    assert process.returncode == 0, Path(log.name).read_text()[-3000:]
    return peak // 1024
