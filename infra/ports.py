"""Ports of a home: one that somebody set is used or refused, one that nobody set is replaced if it is taken, and remembered."""

import os
import random
import socket
from collections.abc import Iterable
from pathlib import Path

import psutil

from infra.files import write_atomically
from pipelines.errors import ConfigurationError, NeedsPerson
from pipelines.settings import PREFIX, Settings

HOST = "127.0.0.1"
# Under the range that Linux hands to outgoing connections, so that none of them takes a port between the choice and its use.
CANDIDATES = range(20_000, 32_000)
CHANCE = random.SystemRandom()  # two processes with the same seed would choose the same
HEADER = "# Ports of this home's services, kept by `lodestream up`. To fix one, set the variable in the environment."


def settle(settings: Settings, fields: Iterable[str], running: dict[str, int]) -> Settings:
    """Settings whose port `fields` can be used now; remembers them in `<home>/stack.env`.

    `running` holds the ports that this home's own services listen on. Raises ConfigurationError if a port that was set is taken.
    """
    chosen: dict[str, int] = {}
    for field in fields:
        port = getattr(settings, field)
        if running.get(field) != port and not is_free(port):
            if is_fixed(settings, field):
                raise _taken(field, port)
            port = free_port(set(chosen.values()))
        twin = next((other for other, value in chosen.items() if value == port), None)
        if twin is not None:
            raise ConfigurationError(f"{name_of(twin)} and {name_of(field)} are both {port}", "give each a port of its own")
        chosen[field] = port
    remember(settings.home, chosen)
    # Explicit from now on, also for the processes that are started with these settings.
    return settings.model_copy(update=chosen)


def is_fixed(settings: Settings, field: str) -> bool:
    """Whether somebody set the port, other than an earlier `up` of the home."""
    return field in settings.model_fields_set and (name_of(field) in os.environ or field not in _remembered(settings.home))


def is_free(port: int) -> bool:
    """Whether a server could bind the port on this machine's loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: a closed connection is no holder
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise ConfigurationError(f"port {port} is not open to you", "ports under 1024 need root; choose a higher one") from None
        except OSError:
            return False
        return True


def free_port(besides: Iterable[int] = ()) -> int:
    """A port that nothing listens on, other than those in `besides`."""
    refused = set(besides)
    for port in CHANCE.sample(CANDIDATES, 500):
        if port not in refused and is_free(port):
            return port
    raise NeedsPerson(f"no free port found between {CANDIDATES.start} and {CANDIDATES.stop}", "see what listens with `ss -ltnp`")


def holder(port: int) -> str:
    """Who listens on the port, as far as this user may know."""
    try:
        pids = [c.pid for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port]
        process = psutil.Process(next(pid for pid in pids if pid is not None))
        return f"process {process.pid} ({' '.join(process.cmdline())[:80] or process.name()})"
    except (StopIteration, psutil.Error):
        return "a process of another user"


def remember(home: Path, chosen: dict[str, int]) -> None:
    """Write the ports to `<home>/stack.env`, keeping its other lines."""
    path = home / "stack.env"
    lines = path.read_text().splitlines() if path.exists() else [HEADER]
    for field, port in chosen.items():
        name = name_of(field)
        lines = [*(line for line in lines if not line.startswith(f"{name}=")), f"{name}={port}"]
    if not path.exists() or lines != path.read_text().splitlines():
        write_atomically(path, "\n".join(lines) + "\n")


def _taken(field: str, port: int) -> ConfigurationError:
    name = name_of(field)
    return ConfigurationError(
        f"port {port} ({name}) is taken by {holder(port)}", f"stop that process, set {name} to a free port, or unset it"
    )


def _remembered(home: Path) -> set[str]:
    path = home / "stack.env"
    lines = path.read_text().splitlines() if path.exists() else []
    return {line.split("=")[0].removeprefix(PREFIX).lower() for line in lines if "=" in line}


def name_of(field: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{field.upper()}"
