"""One stack for the tests that leave it whole; the others start their own."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.trial import SEED, Trial, prepare
from tests.stack_fixture import TestStack

ROOT = Path(__file__).parents[2]
os.environ["PYTHONPATH"] = str(ROOT)  # for the process that workers are forked from


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long form of the fault tests too (`make faults`)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: only in the long form of the fault tests, `make faults`")


def pytest_report_header() -> str:
    return f"faults: seed {SEED} (FAULTS_SEED={SEED} repeats it)"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long", default=False):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="long form, `make faults`"))


@pytest.fixture(scope="session")
def shared_stack() -> Iterator[TestStack]:
    with TestStack() as stack:
        prepare(stack.supervisor.settings)
        yield stack


@pytest.fixture
def trial(shared_stack: TestStack, request: pytest.FixtureRequest) -> Iterator[Trial]:
    """A trial on the shared stack, which it must leave whole."""
    made = Trial(shared_stack, _name(request))
    yield made
    made.close()


@pytest.fixture
def own(request: pytest.FixtureRequest) -> Iterator[Callable[..., Trial]]:
    """Makes a trial on a stack of its own."""
    stacks: list[TestStack] = []
    trials: list[Trial] = []

    def make(**settings: object) -> Trial:
        stack = TestStack(**settings)
        stack.__enter__()
        stacks.append(stack)
        prepare(stack.supervisor.settings)
        trials.append(Trial(stack, _name(request)))
        return trials[-1]

    yield make
    for made in trials:
        made.close()
    for stack in stacks:
        stack.__exit__(None, None, None)


def _name(request: pytest.FixtureRequest) -> str:
    return re.sub(r"[^a-z0-9]+", "_", request.node.name.lower().removeprefix("test_")).strip("_")
