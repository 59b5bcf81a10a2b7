"""Real parts for the tests: a broker, a store and the bundled publishers of their own, on free ports, gone at the end."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import PREFIX, Settings
from tests import leftovers
from tests.stack_fixture import TestStack


def pytest_configure(config: pytest.Config) -> None:
    """A plain kill ends the tests as Ctrl-C does, and so leaves nothing behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not _is_spread(config):
        leftovers.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Processes that the tests are spread over are killed when they are broken off: their stacks are stopped here."""
    if not _is_spread(config):
        leftovers.remove(Path(os.environ[leftovers.FOLDER]))


def _is_spread(config: pytest.Config) -> bool:
    """Whether this process does a part of the tests for another one."""
    return hasattr(config, "workerinput")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs real parts goes first: it waits a lot, and what only computes then fills the gaps of the processes."""
    items.sort(key=lambda item: item.get_closest_marker("stack") is None)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of whoever runs the tests do not reach them."""
    for name in [n for n in os.environ if n.startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def stack() -> Iterator[TestStack]:
    """A stack for one module of tests."""
    with TestStack(services=("broker", "store", "publishers")) as running:
        yield running


@pytest.fixture(scope="module")
def settings(stack: TestStack) -> Settings:
    """Settings that reach the stack."""
    return stack.settings
