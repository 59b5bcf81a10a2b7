"""Class-data archives: what the broker and the store load at start, kept ready-made. They halve the time until each is ready.

`python -m infra.archives` fetches the jars and makes the archives for this Java, once. Without them everything runs, more slowly.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from infra import broker, jars, ports, processes, store
from infra.files import prepare_home
from infra.service import Part, Service
from pipelines.errors import NeedsPerson
from pipelines.settings import Settings

DUMP_SECONDS = 60.0


def make() -> None:
    """Run the broker and the store once in a folder of their own, and let Java write down what they loaded."""
    jars.fetch()
    with tempfile.TemporaryDirectory() as folder:
        chosen: dict[str, int] = {}
        for field in ("kafka_port", "kafka_controller_port", "s3_port"):
            chosen[field] = ports.free_port(chosen.values())
        settings = Settings(_env_file=None, home=Path(folder), **chosen)  # type: ignore[call-arg, arg-type]
        prepare_home(settings.home)
        for service in (broker.service(settings), store.service(settings)):
            if not jars.archive(service.name).exists():
                _record(settings, service)


def _record(settings: Settings, service: Service) -> None:
    part, target = service.parts[0], jars.archive(service.name)
    partial = target.with_suffix(".part")
    command = part.command()
    recording = replace(part, command=lambda: [command[0], f"-XX:ArchiveClassesAtExit={partial}", *command[1:]])
    service.prepare()
    started = processes.start(settings.home, recording, getattr(settings, part.port_field))
    try:
        _wait(part, started.created)
    finally:
        processes.stop(settings.home, part.name, started, DUMP_SECONDS)
    if partial.exists():
        partial.replace(target)


def _wait(part: Part, created: float) -> None:
    deadline = time.monotonic() + part.start_seconds
    while time.monotonic() < deadline:
        try:
            if part.is_ready(created):
                return
        except Exception:  # noqa: BLE001, S110 - whatever a client says to a server that is not up yet means "not yet"
            pass
        time.sleep(0.2)


if __name__ == "__main__":
    try:
        make()
    except NeedsPerson as error:
        sys.exit(str(error))
