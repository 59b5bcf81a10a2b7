"""The object store busy, cut off, slow, dead, or silent about what it did."""

import shutil
import time
from collections.abc import Callable, Iterator

import pytest

from pipelines.io.deadline import EXIT_CODE
from tests.faults.proxy import Fault, Proxy
from tests.faults.trial import Trial, long

pytestmark = pytest.mark.stack
Own = Callable[..., Trial]
KINDS: tuple[int | str, ...] = (429, 500, 503, "reset", "lost", "half")


@pytest.fixture
def proxy(trial: Trial) -> Iterator[Proxy]:
    with Proxy(trial.stack.supervisor.settings.s3_port, trial.seed) as made:
        yield made


def test_a_store_that_errs_in_every_way_at_random_loses_and_doubles_nothing(trial: Trial, proxy: Proxy) -> None:
    proxy.faults = [Fault(kind, chance=0.02) for kind in KINDS]
    trial.feed(150, bad=10, repeated=10, changed=5)
    trial.transform()
    lander = trial.start("land.document", how="work", settings={"s3_endpoint": proxy.url, "commit_records": 60, "batch_records": 25})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and sum(proxy.done.values()) < 25 and lander.process.exitcode is None:
        time.sleep(0.2)
    trial.figures |= {"faults": dict(proxy.done), "requests": proxy.requests}
    proxy.faults = []
    assert lander.process.exitcode in (None, EXIT_CODE), lander.log[-3000:]
    lander.kill()
    trial.settle()
    trial.check()
    assert proxy.done


@pytest.mark.long
@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_errs_a_few_times_loses_nothing(trial: Trial, proxy: Proxy, kind: int | str, method: str) -> None:
    proxy.faults = [Fault(kind, (method,), path, times=4) for path in ("/warehouse/.*/data/", "/warehouse/.*/metadata/", "/exports/")]
    trial.feed(80, bad=5, repeated=5)
    trial.transform()
    trial.settle(120, settings={"s3_endpoint": proxy.url, "commit_records": 60})
    trial.figures["faults"] = dict(proxy.done)
    trial.check()


def test_a_lander_that_starts_while_the_store_errs_reads_what_it_knows_again(trial: Trial, proxy: Proxy) -> None:
    trial.feed(60)
    trial.settle()
    shutil.rmtree(trial.settings.home / "index")
    trial.feed(20)
    trial.again(10)
    proxy.faults = [Fault(429, ("GET", "HEAD"), "/warehouse/.*/data/", times=3)]
    trial.settle(120, settings={"s3_endpoint": proxy.url})
    assert proxy.done["429"] == 3
    trial.check()


def test_data_files_whose_answers_are_lost_land_once(trial: Trial, proxy: Proxy) -> None:
    trial.feed(60)
    trial.transform()
    proxy.faults = [Fault("lost", ("PUT", "POST"), "/warehouse/.*/data/", times=8)]
    trial.settle(120, settings={"s3_endpoint": proxy.url})
    assert proxy.done["lost"] == 8
    trial.check()


@pytest.mark.parametrize("kind", ["slow", *long("hang")])
def test_a_store_that_never_finishes_its_answer_ends_the_worker_at_its_deadline(trial: Trial, proxy: Proxy, kind: str) -> None:
    trial.feed(60)
    trial.transform()
    proxy.faults = [Fault(kind, ("GET",), "/exports/documents/")]
    begin = time.monotonic()
    # A deadline that the work itself keeps on a busy machine; the store's answer would take a minute.
    lander = trial.start("land.document", settings={"s3_endpoint": proxy.url, "deadline_seconds": 8.0})
    assert lander.wait(90) == 75, lander.log[-2000:]
    trial.figures["noticed_seconds"] = round(time.monotonic() - begin, 1)
    proxy.faults = []
    trial.settle()
    trial.check()


def test_a_store_that_is_killed_while_a_lander_commits_is_waited_for(own: Own) -> None:
    trial = own()
    trial.feed(300, bad=10)
    trial.transform()
    lander = trial.start("land.document", how="work", settings={"commit_records": 60, "batch_records": 25})
    dice = trial.random
    time.sleep(dice.uniform(2, 5))
    for _ in range(2):
        trial.stack.kill("store")
        time.sleep(dice.uniform(1, 4))
        trial.stack.start("store")
        time.sleep(dice.uniform(1, 3))
    lander.kill()
    trial.settle()
    trial.check()
