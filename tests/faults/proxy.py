"""A proxy before the object store that does to chosen requests what networks and busy stores do."""

import asyncio
import contextlib
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Self

BUSY = {
    429: b"Too Many Requests",
    500: b"Internal Server Error",
    503: b"Slow Down",
}
LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)\s*$")
CHUNKED = re.compile(rb"(?im)^transfer-encoding:\s*chunked\s*$")
CONNECTION = re.compile(rb"(?im)^(connection|expect):[^\r\n]*\r\n")


@dataclass
class Fault:
    """What happens to the requests that fit: `kind` is a status, `reset`, `lost`, `half`, `slow` or `hang`.

    `lost` lets the store do the request and resets instead of the answer; `half` cuts the answer's body. It ends after `times` requests, or
    happens to each with `chance`.
    """

    kind: int | str
    methods: tuple[str, ...] = ("GET", "PUT", "HEAD", "POST", "DELETE")
    path: str = ""
    times: int = 10**9
    chance: float = 1.0

    def fits(self, method: str, path: str, dice: random.Random) -> bool:
        """Whether it happens to this request."""
        return self.times > 0 and method in self.methods and bool(re.search(self.path, path)) and dice.random() < self.chance


class Proxy:
    """Forwards to `port` of this machine; `faults` may be changed at any time."""

    def __init__(self, port: int, seed: int = 0) -> None:
        self.target, self.faults = port, list[Fault]()
        self.done: Counter[str] = Counter()  # kind → times that it happened
        self.requests = 0
        self._dice = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, OSError):
            await self._one(reader, writer)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: the answer says that it is closed."""
        head = await reader.readuntil(b"\r\n\r\n")
        method, path = head.split(b" ", 2)[0].decode(), head.split(b" ", 2)[1].decode()
        if b"100-continue" in head.lower():
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await _body(head, reader)
        self.requests += 1
        fault = next((f for f in self.faults if f.fits(method, path, self._dice)), None)
        if fault is None:
            writer.write(await self._forward(head, body))
            await writer.drain()
            return
        fault.times -= 1
        self.done[str(fault.kind)] += 1
        await self._hurt(fault.kind, method, head, body, writer)

    async def _hurt(self, kind: int | str, method: str, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        if isinstance(kind, int):
            writer.write(b"HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % (kind, BUSY[kind]))
        elif kind == "hang":
            await asyncio.sleep(3600)
        elif kind in ("reset", "lost"):
            if kind == "lost":
                await self._forward(head, body)
            writer.transport.abort()
        else:
            answer = await self._forward(head, body)
            front, _, rest = answer.partition(b"\r\n\r\n")
            writer.write(front + b"\r\n\r\n")
            if kind == "half":
                writer.write(rest[: len(rest) // 2])
            else:
                for i in range(0, len(rest), 8):
                    writer.write(rest[i : i + 8])
                    await writer.drain()
                    await asyncio.sleep(0.5)
        await writer.drain()

    async def _forward(self, head: bytes, body: bytes) -> bytes:
        line, _, rest = CONNECTION.sub(b"", head).partition(b"\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        writer.write(line + b"\r\nConnection: close\r\n" + rest + body)
        await writer.drain()
        answer = await reader.read(-1)
        writer.close()
        return answer


async def _body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    if found := LENGTH.search(head):
        return await reader.readexactly(int(found[1]))
    if not CHUNKED.search(head):
        return b""
    body = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(size.split(b";")[0], 16) + 2)
        body += size + chunk
        if chunk == b"\r\n":
            return body
