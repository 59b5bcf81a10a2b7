"""What killed tests left running: all stacks of a test run live under one folder, named for the process that runs the tests."""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

from infra.supervisor import Supervisor
from pipelines.settings import Settings

FOLDER = "TESTS_FOLDER"  # environment variable, for the processes that the tests are spread over
PREFIX = "lodestream-tests-"


def begin() -> None:
    """Make the folder of this run, and stop what runs whose process is gone have left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            remove(folder)
    os.environ[FOLDER] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def remove(folder: Path) -> None:
    """Stop the stacks of a run that still stand, and remove its folder."""
    for home in folder.glob("*/"):
        Supervisor(Settings(_env_file=None, home=home)).down()  # type: ignore[call-arg]
    shutil.rmtree(folder, ignore_errors=True)
