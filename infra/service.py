"""What the supervisor needs to know of a service: its parts, how it is prepared, and when it is healthy."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from pipelines.settings import PREFIX, Settings

PORTS = {name for name in Settings.model_fields if name.endswith("_port")}
CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Part:
    """One process of a service.

    `is_ready` is asked until it says True, at most `start_seconds` long; it may raise, which means "not yet". On a stop the
    process has `stop_seconds` before it is killed. `port_field` names the setting of the port it listens on.
    """

    name: str
    command: Callable[[], list[str]]  # when it starts: `down` must work where Java is missing
    folder: Path
    is_ready: Callable[[float], bool]
    port_field: str = ""
    environment: Callable[[], Mapping[str, str]] = lambda: dict(os.environ)
    start_seconds: float = 60.0
    stop_seconds: float = 10.0


@dataclass(frozen=True)
class Service:
    """A service of the stack. `prepare` runs before its parts start, and only if none of them runs.

    `steps` names the processes that `prepare` runs to their end, which a killed start may leave behind.
    """

    name: str
    parts: list[Part]
    prepare: Callable[[], None]
    needs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


def environment(settings: Settings) -> dict[str, str]:
    """This process' environment with the settings that were set, so that a child sees the same ones wherever it runs.

    Ports are left out: `<home>/stack.env` has them as they are now, and the child may outlive a restart of what it talks to.
    """
    values = {}
    for name in settings.model_fields_set - PORTS:
        value = getattr(settings, name)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        values[f"{PREFIX}{name.upper()}"] = plain if isinstance(plain, str) else _text(settings, name)
    # Where bytecode is not kept (as in many images) each process compiles all its modules again: 4 s for each part of Airflow.
    dropped = {"PYTHONDONTWRITEBYTECODE", *(f"{PREFIX}{name.upper()}" for name in PORTS)}
    inherited = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**inherited, **values, f"{PREFIX}HOME": str(settings.home.resolve())}


def _text(settings: Settings, name: str) -> str:
    return settings.model_dump_json(include={name}).split(":", 1)[1][:-1].strip('"')
