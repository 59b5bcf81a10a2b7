"""A soak by hand: random faults for minutes over many records, then the oracle and the audit.

python -m tests.faults.soak --minutes 30 --records 200000 --seed 1
"""

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])

from tests.faults import oracle
from tests.faults.proxy import Fault, Proxy
from tests.faults.test_store import KINDS
from tests.faults.trial import Trial, Worker, prepare
from tests.stack_fixture import TestStack

STAGES = ("validate.document", "enrich.document", "land.document")
SIZES = {"batch_records": 1000, "commit_records": 10_000, "commit_seconds": 5.0, "deadline_seconds": 45.0}


class Soak:
    """Members of all stages, and a hand that hurts them."""

    def __init__(self, trial: Trial, proxy: Proxy) -> None:
        self.trial, self.proxy = trial, proxy
        self.dice = random.Random(trial.seed)
        self.done: Counter[str] = Counter()
        self.paused: list[tuple[float, Worker]] = []
        self.members = {
            f"{stage}/{slot}": self._start(stage, slot) for stage in STAGES for slot in ("1", "2") if stage != STAGES[2] or slot == "1"
        }

    def _start(self, stage: str, slot: str) -> Worker:
        return self.trial.start(stage, how="work", slot=slot, settings={**SIZES, "s3_endpoint": self.proxy.url})

    def tend(self) -> None:
        """Start again what has ended, and let go on what was paused long enough."""
        now = time.monotonic()
        for until, worker in [p for p in self.paused if p[0] <= now]:
            self.paused.remove((until, worker))
            if worker.process.exitcode is None:
                worker.send(signal.SIGCONT)
        for name, worker in self.members.items():
            if worker.process.exitcode is not None:
                stage, slot = name.split("/")
                self.done[f"ended with {worker.process.exitcode}"] += 1
                if worker.process.exitcode == 1:
                    print(worker.log[-3000:], file=sys.stderr)
                self.members[name] = self._start(stage, slot)

    def hurt(self) -> None:
        """One fault at random."""
        kind = self.dice.choices(("kill", "stop", "broker", "store", "wire", "maintain"), (8, 4, 2, 1, 4, 1))[0]
        self.done[kind] += 1
        worker = self.dice.choice(list(self.members.values()))
        if kind == "kill" and worker.process.exitcode is None:
            worker.kill()
        elif kind == "stop" and worker.process.exitcode is None and worker not in [w for _, w in self.paused]:
            worker.send(signal.SIGSTOP)
            self.paused.append((time.monotonic() + self.dice.uniform(2, 12), worker))
        elif kind in ("broker", "store"):
            self.trial.stack.kill(kind)
            time.sleep(self.dice.uniform(0, 8))
            self.trial.stack.start(kind)
        elif kind == "wire":
            self.proxy.faults = [Fault(fault, chance=0.05, times=40) for fault in KINDS]
        elif kind == "maintain":
            self.trial.start(how="maintain", settings={**SIZES, "s3_endpoint": self.proxy.url, "snapshot_days": 0.01, "compact_files": 4})


def main() -> None:
    """Run it, print the figures, exit non-zero for a complaint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--pause", type=float, default=12, help="seconds between two faults, on average")
    said = parser.parse_args()
    print(f"soak: seed {said.seed}", flush=True)
    with TestStack() as stack:
        prepare(stack.supervisor.settings)
        trial = Trial(stack, "soak", seed=said.seed)
        with Proxy(stack.supervisor.settings.s3_port, said.seed) as proxy:
            failed = _run(said, trial, proxy)
        trial.close()
    sys.exit(1 if failed else 0)


def _run(said: argparse.Namespace, trial: Trial, proxy: Proxy) -> bool:
    soak = Soak(trial, proxy)
    begin, fed, portion = time.monotonic(), 0, 1000
    seconds = said.minutes * 60
    next_fault = begin + said.pause
    while (now := time.monotonic()) < begin + seconds:
        soak.tend()
        if fed < said.records * min(1.0, (now - begin) / seconds * 1.3):
            n = min(portion, said.records - fed)
            trial.feed(n, bad=n // 100, repeated=n // 50, changed=n // 100)
            fed += n
        elif now >= next_fault:
            next_fault = now + soak.dice.expovariate(1 / said.pause)
            soak.hurt()
            held = {name: worker.peak // 2**20 for name, worker in soak.members.items()}
            print(f"{now - begin:5.0f} s: fed {fed}, {dict(soak.done)}, on the wire {dict(proxy.done)}, MB at most {held}", flush=True)
        else:
            time.sleep(0.2)
        if now >= next_fault and fed < said.records:
            next_fault = now + soak.dice.expovariate(1 / said.pause)
            soak.hurt()
    proxy.faults = []
    for worker in soak.members.values():
        if worker.process.exitcode is None:
            worker.send(signal.SIGCONT)
            worker.kill()
    trial.feed(max(0, said.records - fed))
    trial.settle(3600, settings=SIZES)
    found = trial.complaints() + oracle.audit_findings(trial.settings)
    figures = trial.figures | {"faults": dict(soak.done), "wire": dict(proxy.done), "messages": trial.fed.messages}
    figures |= {"landed": sum(trial.fed.revisions.values()), "quarantined": sum(trial.fed.bad.values())}
    print(f"soak: seed {said.seed}, {figures}\n{found or 'nothing lost, nothing doubled, the audit is clean'}")
    return bool(found)


if __name__ == "__main__":
    main()
