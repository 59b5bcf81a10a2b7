"""What the machine lacks to run the stack: one finding each, with the remedy, on Debian the package to install."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import psutil

from infra import jars, java, ports
from infra.files import LEAST_FREE_BYTES, prepare_home
from infra.store import keeps_attributes
from infra.supervisor import Supervisor
from pipelines.errors import NeedsPerson
from pipelines.settings import Settings

LEAST_MEMORY_BYTES = 1500 * 2**20
PYTHONS = ((3, 11), (3, 12))


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and the remedy if that is not well. Not `is_needed`: the stack runs without it too."""

    subject: str
    is_well: bool
    words: str
    remedy: str = ""
    is_needed: bool = True


def examine(settings: Settings) -> list[Finding]:
    """Look at everything, whatever is found wrong on the way."""
    looks: list[Callable[[], list[Finding]]] = [
        _python,
        _java,
        lambda: [_command("maven", "mvn", "fetches the broker and the object store")],
        lambda: [_command("make", "make", "runs the project's commands")],
        lambda: [_command("git", "git", "gets the project")],
        _crc32c,
        _jars,
        lambda: _home(settings),
        lambda: _ports(settings),
        _memory,
        _docker,
    ]
    return [finding for look in looks for finding in look()]


def _python() -> list[Finding]:
    running = sys.version_info[:2]
    words = f"{running[0]}.{running[1]} at {sys.executable}"
    return [Finding("python", running in PYTHONS, words, "apt-get install python3.11 python3.11-venv, then `make run`")]


def _java() -> list[Finding]:
    try:
        return [Finding("java", is_well=True, words=f"version {java.version()} at {java.java()}")]
    except NeedsPerson as error:
        return [Finding("java", is_well=False, words=error.message, remedy=error.remedy)]


def _command(package: str, command: str, purpose: str) -> Finding:
    found = shutil.which(command)
    return Finding(package, found is not None, found or f"`{command}` was not found, it {purpose}", f"apt-get install {package}")


def _crc32c() -> list[Finding]:
    is_there = find_spec("crc32c") is not None
    words = "checksums in C" if is_there else "without it records are decoded 85 times slower"
    return [Finding("kafka-python's crc32c", is_there, words, "install the lock as it is: `make .venv`")]


def _jars() -> list[Finding]:
    words = f"complete in {jars.FOLDER}" if jars.is_fetched() else "not fetched yet, or of another version"
    return [Finding("jars", jars.is_fetched(), words, "`lodestream up` fetches them (96 MB)", is_needed=False)]


def _home(settings: Settings) -> list[Finding]:
    """Whether the home can be written, has space, and keeps what the store needs. Leaves no new folder behind."""
    home = settings.home
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        if nearest == home:
            prepare_home(home)
        with tempfile.TemporaryFile(dir=nearest):  # the permissions do not tell all: root may not write everywhere either
            pass
        free = shutil.disk_usage(nearest).free
        keeps = keeps_attributes(nearest)
        is_roomy = free >= LEAST_FREE_BYTES
    except NeedsPerson as error:
        return [Finding("home", is_well=False, words=error.message, remedy=error.remedy)]
    except OSError as error:
        return [Finding("home", False, f"nothing can be made in {nearest}: {error.strerror}", "set LODESTREAM_HOME to a folder of yours")]
    return [
        Finding("home", is_well=True, words=str(home)),
        Finding("disk", is_roomy, f"{free // 2**20} MB free at {nearest}", "free some space, or set LODESTREAM_HOME elsewhere"),
        Finding("extended attributes", keeps, f"{'kept' if keeps else 'not kept'} at {nearest}", "set LODESTREAM_HOME to a local disk"),
    ]


def _ports(settings: Settings) -> list[Finding]:
    """Ports of the settings: free, or held by this home itself."""
    supervisor = Supervisor(settings)
    findings = []
    for field, is_ours in supervisor.port_holders().items():
        port = getattr(settings, field)
        free = is_ours or ports.is_free(port)
        words = f"{port} {'in use by this home' if is_ours else 'free'}" if free else f"{port} is taken by {ports.holder(port)}"
        is_fixed = ports.is_fixed(settings, field)
        remedy = f"set {ports.name_of(field)} to a free port" if is_fixed else "`lodestream up` will choose a free one"
        findings.append(Finding(f"port {ports.name_of(field)}", free, words, remedy, is_needed=is_fixed))
    return findings


def _memory() -> list[Finding]:
    available = psutil.virtual_memory().available
    is_enough = available >= LEAST_MEMORY_BYTES
    return [Finding("memory", is_enough, f"{available // 2**20} MB available", "the stack takes about 1.3 GB", is_needed=False)]


def _docker() -> list[Finding]:
    found = shutil.which("docker")
    return [Finding("docker (optional)", found is not None, found or "not found", "only infra/compose.yml needs it", is_needed=False)]

