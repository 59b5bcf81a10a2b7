"""The bundled publishers as a service of the stack: a small newsroom and a small statistics service for the sources to pull."""

import sys
from functools import partial
from importlib.util import find_spec

from infra.service import CHECKOUT, Part, Service, environment
from pipelines.settings import Settings


def service(settings: Settings) -> Service | None:
    """The publishers, or None where the package is not there."""
    if find_spec("infra.publishers") is None:
        return None
    folder = settings.home.resolve() / "publishers"
    part = Part(
        name="publishers",
        command=lambda: [sys.executable, "-m", "infra.publishers", "--port", str(settings.publisher_port), "--state", str(folder)],
        folder=CHECKOUT,
        port_field="publisher_port",
        environment=partial(environment, settings),
        is_ready=lambda _: True,  # it listens, which is asked of every part with a port
    )
    return Service("publishers", [part], prepare=lambda: folder.mkdir(parents=True, exist_ok=True))
