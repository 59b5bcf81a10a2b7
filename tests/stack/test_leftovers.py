"""Tests that are killed leave nothing running for long."""

import socket
from pathlib import Path

import pytest

from tests.leftovers import remove
from tests.stack_fixture import TestStack

pytestmark = pytest.mark.stack


def test_the_stack_of_a_run_that_was_killed_is_stopped_and_removed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    stack = TestStack(folder, services=("store",))
    stack.start()
    remove(folder)
    assert not folder.exists()
    with socket.socket() as knock:
        assert knock.connect_ex(("127.0.0.1", stack.settings.s3_port)) != 0
