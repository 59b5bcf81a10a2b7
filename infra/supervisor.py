"""The supervisor: brings the services of a home up, tells how they are, and takes them down.

It is no daemon. Services are detached processes, noted in `<home>/run/state.json` as soon as they are started; whoever calls
`up`, `down` or `status` next finds them there, and by their session and mark if the note is missing. So it does not matter who
was killed, and when.
"""

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from infra import airflow, broker, jars, java, ports, processes, publishers_service, store
from infra.files import cannot_write, last_lines, prepare_home, write_atomically
from infra.processes import Record
from infra.service import Part, Service
from pipelines.errors import ConfigurationError, NeedsPerson
from pipelines.settings import Settings

NAMES = ("broker", "store", "publishers", "airflow")
PORT_FIELDS = {
    "broker": ("kafka_port", "kafka_controller_port"),
    "store": ("s3_port",),
    "publishers": ("publisher_port",),
    "airflow": ("airflow_port",),
}
POLL_SECONDS = 0.05
Report = Callable[[str, str, float], None]  # part, what happened to it, seconds since the start


@dataclass(frozen=True)
class State:
    """How a part is: `healthy`, `not answering`, `died` (it should run and does not) or `stopped`."""

    name: str
    word: str
    record: Record | None
    memory: int
    log: Path


class Supervisor:
    """The services of one home."""

    def __init__(self, settings: Settings) -> None:
        self.home = settings.home.resolve()
        self.settings = settings.model_copy(update={"home": self.home})
        self._state = self.home / "run" / "state.json"
        self._writing = threading.Lock()
        self._cancelled = threading.Event()

    def up(self, names: Sequence[str] = NAMES, report: Report = lambda *_: None) -> Settings:
        """Start what of the services does not run; returns when all are healthy, with the settings to reach them.

        Raises NeedsPerson or ConfigurationError; what this call had started is then stopped again.
        """
        self._cancelled.clear()
        try:
            prepare_home(self.home)
            with self.alone("up"):
                java.version()
                jars.fetch()
                self._settle_ports(names, report)
                services = self.services(names)
                started: list[Part] = []
                try:
                    self._start_all(services, started, report)
                except BaseException:
                    self._cancelled.set()
                    self._stop_all([part.name for part in started])
                    raise
        except OSError as error:
            raise cannot_write(self.home, error) from error
        return self.settings

    def down(self, report: Report = lambda *_: None) -> int:
        """Stop everything of the home, also what an `up` that was killed has left; returns how many processes there were."""
        if not self.home.is_dir():
            return 0
        with self.alone("down"):
            steps = {step for service in self.services(NAMES) for step in service.steps}
            return self._stop_all(sorted(self._known_parts() | steps), report)

    def status(self) -> list[State]:
        """How each known part is now."""
        records = self._records()
        ready = {part.name: part for service in self.services(NAMES) for part in service.parts} if records else {}
        return [self._look(name, ready.get(name), records.get(name)) for name in sorted(self._known_parts())]

    def kill(self, name: str) -> int:
        """Kill one part as a crash would, for the tests of what is survived; returns its pid."""
        process = processes.find(self._records().get(name))
        if process is None:
            raise NeedsPerson(f"{name} does not run", "`lodestream up`")
        process.kill()
        process.wait()
        return process.pid

    def services(self, names: Sequence[str]) -> list[Service]:
        """The services of these names that this home runs itself: not those that the settings place elsewhere."""
        external = {"broker": self.settings.kafka_bootstrap, "store": self.settings.s3_endpoint}
        makers = {
            "broker": broker.service,
            "store": store.service,
            "publishers": publishers_service.service,
            "airflow": airflow.service,
        }
        unknown = set(names) - set(makers)
        if unknown:
            raise ConfigurationError(f"there is no service {', '.join(sorted(unknown))}", f"the services are {', '.join(NAMES)}")
        made = [makers[name](self.settings) for name in NAMES if name in names and not external.get(name)]
        return [service for service in made if service is not None]

    def port_holders(self) -> dict[str, bool]:
        """Settings of all ports that the home needs, and whether a running part of it holds them."""
        running = self._running_ports()
        return {field: running.get(field) == getattr(self.settings, field) for field in self._port_fields(NAMES)}

    def _settle_ports(self, names: Sequence[str], report: Report) -> None:
        before = self.settings
        self.settings = ports.settle(before, self._port_fields(names), self._running_ports())
        for field in self._port_fields(names):
            old, new = getattr(before, field), getattr(self.settings, field)
            if old != new:
                report(ports.name_of(field), f"{old} is taken by {ports.holder(old)}; using {new}", 0.0)

    def _port_fields(self, names: Sequence[str]) -> list[str]:
        return [field for service in self.services(names) for field in PORT_FIELDS[service.name]]

    def _running_ports(self) -> dict[str, int]:
        """Ports that parts of this home hold already, by setting."""
        parts = [part for service in self.services(NAMES) for part in service.parts if part.port_field]
        records = self._records()
        held = {part.port_field: records[part.name].port for part in parts if processes.find(records.get(part.name))}
        if "kafka_port" in held:
            held["kafka_controller_port"] = self.settings.kafka_controller_port
        return held

    def _start_all(self, services: list[Service], started: list[Part], report: Report) -> None:
        begin = time.monotonic()
        done = {service.name: threading.Event() for service in services}

        def run(service: Service) -> None:
            self._start(service, done, started, lambda name, what: report(name, what, time.monotonic() - begin))
            done[service.name].set()

        with ThreadPoolExecutor(len(services) or 1) as pool:
            futures = [pool.submit(run, service) for service in services]
            try:
                for future in futures:
                    while not future.done():
                        time.sleep(POLL_SECONDS)
                        self._raise_first([f.exception() for f in futures if f.done()])
                    future.result()
            except BaseException:
                self._cancelled.set()
                raise

    @staticmethod
    def _raise_first(errors: list[BaseException | None]) -> None:
        for error in errors:
            if error is not None:
                raise error

    def _start(self, service: Service, done: dict[str, threading.Event], started: list[Part], say: Callable[[str, str], None]) -> None:
        records = self._records()
        running = [part for part in service.parts if self._runs_as_asked(part, records.get(part.name))]
        for part in service.parts:
            if part not in running:  # what a killed `up` has left, or one that listens on another port than it now should
                processes.stop(self.home, part.name, records.get(part.name), part.stop_seconds)
        if not running:
            say(service.name, "preparing")
            service.prepare()
        for needed in service.needs:
            while needed in done and not done[needed].wait(POLL_SECONDS):
                self._go_on()
        for part in service.parts:
            self._go_on()
            if part not in running:
                started.append(part)
                self._spawn(part)
                say(part.name, "starting")
        for part in service.parts:
            self._wait(part)
            say(part.name, "was running" if part in running else "healthy")

    def _runs_as_asked(self, part: Part, record: Record | None) -> bool:
        port = getattr(self.settings, part.port_field) if part.port_field else 0
        return record is not None and record.port == port and processes.find(record) is not None

    def _spawn(self, part: Part) -> None:
        port = getattr(self.settings, part.port_field) if part.port_field else 0
        record = processes.start(self.home, part, port)
        self._note(part.name, record)

    def _wait(self, part: Part) -> None:
        record = self._records()[part.name]
        begin = time.monotonic()
        while missing := self._missing(part, record):
            self._go_on()
            log = self.home / "logs" / f"{part.name}.log"
            if processes.find(record) is None:
                raise NeedsPerson(f"{part.name} ended while it started: {_last_words(log)}", f"see {log}")
            waited = time.monotonic() - begin
            if waited > part.start_seconds:
                raise NeedsPerson(f"{part.name} was not healthy within {part.start_seconds:.0f} s: {missing}", f"see {log}")
            time.sleep(min(0.5, POLL_SECONDS + waited / 20))  # asking costs time that the part needs to start

    @staticmethod
    def _missing(part: Part, record: Record) -> str:
        """What the part still lacks to be healthy; empty if nothing."""
        process = processes.find(record)
        if process is None:
            return "it does not run"
        if record.port and not processes.listens(process, record.port):
            return f"nothing of it listens on port {record.port} yet"
        try:
            return "" if part.is_ready(record.created) else "it says that it is not ready"
        except Exception as error:  # noqa: BLE001 - whatever a client says to a server that is not up yet means "not yet"
            return f"{type(error).__name__}: {error}".splitlines()[0][:200]

    def _go_on(self) -> None:
        if self._cancelled.is_set():
            raise NeedsPerson("the start was given up", "the reason stands above")

    def _look(self, name: str, part: Part | None, record: Record | None) -> State:
        log = self.home / "logs" / f"{name}.log"
        running = processes.members(self.home, name, record)
        if record is None:
            word = "left over" if running else "stopped"
        elif processes.find(record) is None:
            word = "died"
        else:
            word = "healthy" if part is not None and not self._missing(part, record) else "not answering"
        return State(name, word, record, processes.memory(running), log)

    def _stop_all(self, names: list[str], report: Report = lambda *_: None) -> int:
        begin = time.monotonic()
        parts = {part.name: part.stop_seconds for service in self.services(NAMES) for part in service.parts}
        records = self._records()

        def end(name: str) -> int:
            count = processes.stop(self.home, name, records.get(name), parts.get(name, 10.0))
            self._note(name, None)
            if count:
                report(name, "stopped", time.monotonic() - begin)
            return count

        with ThreadPoolExecutor(len(names) or 1) as pool:
            return sum(pool.map(end, names))

    def _known_parts(self) -> set[str]:
        return {part.name for service in self.services(NAMES) for part in service.parts} | set(self._records())

    def _records(self) -> dict[str, Record]:
        try:
            return {name: Record(**record) for name, record in json.loads(self._state.read_text()).items()}
        except FileNotFoundError:
            return {}

    def _note(self, name: str, record: Record | None) -> None:
        with self._writing:
            records = {known: asdict(noted) for known, noted in self._records().items() if known != name}
            if record is not None:
                records[name] = asdict(record)
            write_atomically(self._state, json.dumps(records, indent=2))

    @contextmanager
    def alone(self, verb: str) -> Iterator[None]:
        """One `up` or `down` at a time; the lock ends with its process, however that ends."""
        path = self.home / "run" / "supervisor.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                raise NeedsPerson(
                    f"another command is at work on {self.home}: {lock.read().strip() or 'unknown'}", "wait for it, or stop it"
                ) from None
            lock.truncate(0)
            lock.write(f"lodestream {verb}, process {os.getpid()}")
            lock.flush()
            yield


def _last_words(log: Path) -> str:
    """The last line of a log that says something went wrong, or just the last one."""
    lines = [line for line in last_lines(log, 40) if line.strip() and not line.lstrip().startswith("at ")]
    telling = [line for line in lines if any(word in line for word in ("rror", "Exception", "FATAL", "failed"))]
    return (telling or lines or ["its log is empty"])[-1].strip()[:300]

