"""A broker and a store of a test's own: free ports, a home of its own, nothing left behind.

    with TestStack(tmp_path) as stack:
        stack.settings.brokers, stack.settings.store_endpoint
"""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from infra import ports
from infra.service import environment
from infra.supervisor import Supervisor
from pipelines.settings import Settings
from tests.leftovers import FOLDER

PORT_FIELDS = ("kafka_port", "kafka_controller_port", "s3_port", "publisher_port", "airflow_port")


class TestStack:
    """Services in a temporary home; `settings` reaches them from this process, `environment` from another."""

    __test__ = False  # a fixture, whatever its name says to pytest

    def __init__(self, folder: Path | None = None, services: Sequence[str] = ("broker", "store"), **settings: Any) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="stack-", dir=folder or os.environ.get(FOLDER)))
        self.services = services
        chosen: dict[str, int] = {}
        for field in PORT_FIELDS:
            chosen[field] = ports.free_port(chosen.values())
        # Without the file and the environment of whoever runs the tests.
        self.settings = Settings(_env_file=None, home=self.home, **{**chosen, **settings})  # type: ignore[call-arg]
        self.supervisor = Supervisor(self.settings)

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment for a process that shall use this stack."""
        return environment(self.settings)

    def start(self, *services: str) -> None:
        """Start the named services, all of this stack if none is named; those that run are left alone."""
        self.supervisor.up(services or self.services)

    def stop(self) -> None:
        """Stop everything, keeping the home."""
        self.supervisor.down()

    def kill(self, name: str) -> int:
        """kill -9 of one part, such as `broker`; returns its pid. `start` brings it back."""
        return self.supervisor.kill(name)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.home, ignore_errors=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


