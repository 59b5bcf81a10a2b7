"""A small HTTP server on loopback whose every answer a test decides, and a client that does not really sleep."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines.io.guarded import Guard
from pipelines.io.web import Limits, Web

AGENT = "Lodestream/0.1 (+https://example.org/lodestream; data@example.org)"
Answering = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.seen.append((self.path, dict(self.headers.items())))
            answers = self.server.routes.get(self.path) or self.server.routes.get(self.path.split("?")[0])
            answering = None if not answers else answers.pop(0) if len(answers) > 1 else answers[0]
        if answering is None:
            self.say(404, b"no such page")
        else:
            answering(self)

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Status, body and headers, whose names are written with underscores."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name in http.server
        pass


class Server(ThreadingHTTPServer):
    """`on` says what a path answers: one answer for ever, or several in turn of which the last stays."""

    daemon_threads = True

    def __init__(self) -> None:
        self.routes: dict[str, list[Answering]] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def paths(self) -> list[str]:
        """Paths asked for, without robots.txt."""
        return [path for path, _ in self.seen if path != "/robots.txt"]

    def on(self, path: str, *answers: Answering) -> None:
        self.routes[path] = list(answers)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients hang up on purpose here."""


def answer(status: int, body: bytes = b"", **headers: str) -> Answering:
    return lambda handler: handler.say(status, body, **headers)


def conditional(body: bytes, etag: str, **headers: str) -> Answering:
    """Answers 304 to whoever has this version."""

    def answering(handler: Handler) -> None:
        known = handler.headers.get("If-None-Match") == etag
        handler.say(304 if known else 200, b"" if known else body, ETag=etag, **headers)

    return answering


@pytest.fixture(name="answer")
def _answer() -> Callable[..., Answering]:
    return answer


@pytest.fixture(name="conditional")
def _conditional() -> Callable[..., Answering]:
    return conditional


def _serve() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def server() -> Iterator[Server]:
    yield from _serve()


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    yield from _serve()


@dataclass
class Clients:
    """Makes clients; `slept` are the seconds that they would have slept."""

    ports: frozenset[int]
    slept: list[float] = field(default_factory=list)

    def __call__(self, guard: Guard | None = None, **limits: float) -> Web:
        chosen = Limits(**{"pause_seconds": 0.0, "deadline_seconds": 5.0, "body_bytes": 2**20} | limits)  # type: ignore[arg-type]
        return Web(AGENT, guard or Guard(self.ports, allow_loopback=True), chosen, sleep=self.slept.append)


@pytest.fixture
def client(server: Server, elsewhere: Server) -> Clients:
    return Clients(frozenset({server.server_port, elsewhere.server_port}))
