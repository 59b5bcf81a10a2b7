"""HTTP as a polite and careful visitor: what every source is pulled through.

Polite: a named agent, robots.txt, a pause between requests, conditional requests, Retry-After. Careful: public addresses
only (`guarded`), a cap on the decompressed body while it streams, one deadline for a request with all its redirects, and
redirects followed by hand so that each hop is judged like the first.
"""

import contextlib
import email.utils
import hashlib
import http.client
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urljoin, urlsplit

import tenacity
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError

from pipelines.errors import Transient
from pipelines.io.guarded import WEB_PORTS, Guard, Refused, Target, connect, cut_after, printable
from pipelines.io.politeness import Pace, Robots
from pipelines.settings import Settings

CHUNK = 64 * 1024
# Text compresses ten times, a feed perhaps thirty; a bomb a thousand times.
LARGEST_RATIO = 100
RATIO_FROM = 256 * 1024
ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
HOPS = 5
ATTEMPTS = 4
LONGEST_RETRY_AFTER = 30.0
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Whatever a connection can end with; http.client's own errors are no OSError.
BROKEN = (HTTPError, http.client.HTTPException, OSError)


@dataclass(frozen=True)
class Answer:
    """One answer, status 200 or 304 (then without body). `body` is decompressed, otherwise as the server sent it."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime

    @property
    def is_unchanged(self) -> bool:
        """Did the server say that we have this already (304)?"""
        return self.status == 304

    @property
    def etag(self) -> str | None:
        """Validator for the next conditional request."""
        return self.headers.get("etag")

    @property
    def last_modified(self) -> str | None:
        """Validator for the next conditional request, as the server wrote it."""
        return self.headers.get("last-modified")

    @property
    def content_type(self) -> str:
        """Media type in lower case without parameters; `application/octet-stream` if the server gave none."""
        return self.headers.get("content-type", "").split(";", 1)[0].strip().lower() or "application/octet-stream"

    @property
    def charset(self) -> str | None:
        """Character set that the server named, in lower case; None if it named none, or none that bytes can be read in."""
        if "charset" not in self.headers.get("content-type", "").lower():
            return None
        named = (get_encoding_from_headers({"content-type": self.headers["content-type"]}) or "").strip().lower()
        try:
            # Python also knows codecs that are no character sets (hex, undefined, idna); these fail here.
            b"\xfftext".decode(named, "replace")
        except (LookupError, ValueError):
            return None
        return named

    @property
    def sha256(self) -> str:
        """Hash of the body, hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    def text(self) -> str:
        """The body as text: byte order mark, else the named character set, else UTF-8; what is invalid becomes U+FFFD."""
        for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
            if self.body.startswith(mark):
                return self.body.decode(codec, "replace")
        return self.body.decode(self.charset or "utf-8", "replace")


@dataclass(frozen=True)
class Limits:
    """What one request may cost: pause before it and deadline in seconds, decompressed body in bytes."""

    pause_seconds: float = 1.0
    deadline_seconds: float = 30.0
    body_bytes: int = 8 * 2**20


class _Busy(Transient):
    """Worth another attempt at once or after `seconds`."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message, "nothing, it is tried again; if it lasts, look at the source's own status page")
        self.seconds = seconds


class Web:
    """A client for one source. Not for several threads at once: the pauses between requests are kept per client."""

    def __init__(self, agent: str, guard: Guard, limits: Limits, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._agent = agent
        self._guard = guard
        self._limits = limits
        self._sleep = sleep
        self._pace = Pace(limits.pause_seconds, sleep=sleep)
        self._robots = Robots(agent, self._robots_text, self._pace)
        self.requests = 0

    @classmethod
    def for_source(cls, settings: Settings, url: str, *, pause_seconds: float, is_local: bool = False) -> Self:
        """A client by the settings, for a source at `url`. Only a source that says so may lie on this machine."""
        port = urlsplit(url).port
        guard = Guard(WEB_PORTS | ({port} if port else set()), allow_loopback=is_local and settings.allow_loopback)
        return cls(settings.http_agent, guard, Limits(pause_seconds, settings.http_deadline_seconds, settings.http_body_bytes))

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None,
        accept: str = "*/*", headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """The answer to GET, 200 or 304 (only if a validator was given).

        Tried up to four times on 408, 425, 429, 5xx and broken connections. `headers` (a subscription key) go to the URL's own
        host only. Raises Transient (busy, slow or not there) and Refused (everything that will be the same next time).
        """
        sent = {"Accept": accept, **(headers or {})}
        if etag:
            sent["If-None-Match"] = etag
        if last_modified:
            sent["If-Modified-Since"] = last_modified
        answer = self._retried(url, sent, judge=self._robots.check)
        if answer.is_unchanged and not (etag or last_modified):
            raise Refused("status_304", url, "answers 304 to a request without validators", "ask the publisher")
        return answer

    def _robots_text(self, url: str) -> str:
        """Text of a robots.txt; "" where there is none (RFC 9309: a 4xx allows everything, an unreachable one nothing)."""
        try:
            return self._retried(url, {"Accept": "text/plain"}, judge=lambda _: None).text()
        except Refused as refused:
            if refused.reason.startswith("status_4"):
                return ""
            raise
        except _Busy as busy:
            # It had its attempts; it must not have them again for each attempt at the page.
            raise Transient(busy.message, busy.remedy) from None

    def _retried(self, url: str, headers: Mapping[str, str], judge: Callable[[Target], None]) -> Answer:
        jitter = tenacity.wait_random_exponential(multiplier=0.5, max=8)

        def pause(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.seconds if isinstance(error, _Busy) else None
            return jitter(state) if asked is None else asked + jitter(state) / 8

        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Busy), stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=pause, sleep=self._sleep, reraise=True,
        )  # fmt: skip
        return attempts(self._follow, url, headers, judge)

    def _follow(self, url: str, headers: Mapping[str, str], judge: Callable[[Target], None]) -> Answer:
        """One attempt: the request and its redirects, within one deadline. The pauses of politeness do not count."""
        left = self._limits.deadline_seconds
        first = target = self._guard.target(url)
        for _ in range(HOPS + 1):
            judge(target)
            self._pace.wait(target)
            own = headers if target.origin == first.origin else {"Accept": headers["Accept"]}
            began = time.monotonic()
            found = self._exchange(target, own, left)
            left -= time.monotonic() - began
            if isinstance(found, Answer):
                return found
            onward = self._guard.target(found)
            if target.scheme == "https" and onward.scheme == "http":
                raise Refused("redirect", url, "redirects from https to http", "ask the publisher, or declare the http address")
            target = onward
        raise Refused("redirect", url, f"redirects more than {HOPS} times", "open it in a browser and declare where it ends")

    def _exchange(self, target: Target, headers: Mapping[str, str], left: float) -> Answer | str:
        """One hop: the answer, or the URL that it redirects to."""
        self.requests += 1
        late = Transient(
            f"{printable(target.url)}: no whole answer within {self._limits.deadline_seconds:g} s", "raise LODESTREAM_HTTP_DEADLINE_SECONDS"
        )
        if left <= 0:
            raise late
        try:
            connection = connect(self._guard, target, left)
        except TimeoutError:
            raise late from None
        except ssl.SSLCertVerificationError as error:
            remedy = "check the address; if it is right, its publisher has to renew the certificate"
            raise Refused("certificate", target.url, f"has a certificate that does not hold ({error.verify_message})", remedy) from None
        except BROKEN as error:
            raise _Busy(f"{printable(target.url)}: no connection ({type(error).__name__}: {error})") from None
        try:
            sock = connection.sock
            assert sock is not None  # noqa: S101 -- connect() returned: it is open
            with cut_after(sock, left) as watch:
                try:
                    connection.request("GET", target.path, headers=self._headers(target, headers), preload_content=False)
                    with contextlib.closing(connection.getresponse()) as response:
                        return self._read(target, response)
                except BROKEN as error:
                    if watch.expired or isinstance(error, TimeoutError):
                        raise late from None
                    raise _Busy(f"{printable(target.url)}: broken off ({type(error).__name__}: {error})") from None
                finally:
                    # A cut connection can also end like a short answer; what was read so far is worth nothing.
                    if watch.expired:
                        raise late from None
        finally:
            connection.close()

    def _headers(self, target: Target, headers: Mapping[str, str]) -> dict[str, str]:
        fixed = {"Host": target.origin, "User-Agent": self._agent, "Accept-Encoding": "gzip, deflate", "Connection": "close"}
        return {**headers, **fixed}

    def _read(self, target: Target, response: HTTPResponse) -> Answer | str:
        """Judge the status, then stream the body."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status
        if status in REDIRECTS and "location" in headers:
            return _location(target, headers["location"])
        if status in BUSY:
            raise self._busy(target, status, headers.get("retry-after"))
        if status not in {200, 304}:
            remedy = "check the source's credentials" if status in {401, 403} else "check whether the publisher moved it"
            raise Refused(f"status_{status}", target.url, f"answers {status}", remedy)
        body = b"" if status == 304 else self._body(target, response, headers.get("content-encoding", ""))
        return Answer(target.url, status, headers, body, datetime.now(UTC))

    def _busy(self, target: Target, status: int, retry_after: str | None) -> Transient:
        seconds, answers = _seconds(retry_after), f"{printable(target.url)}: answers {status}"
        if seconds is not None and seconds > LONGEST_RETRY_AFTER:
            return Transient(f"{answers} and asks to come back in {seconds:.0f} s", "nothing, the next pull tries again")
        return _Busy(answers, seconds)

    def _body(self, target: Target, response: HTTPResponse, encoding: str) -> bytes:
        """The decompressed body; raises Refused (`encoding`, `too_large`). Never holds more than the cap and one chunk."""
        if encoding.strip().lower() not in ENCODINGS:
            raise Refused("encoding", target.url, f"is encoded as {encoding[:60]!r}; gzip and deflate are read", "ask the publisher")
        chunks, size = [], 0
        for chunk in response.stream(CHUNK, decode_content=True):
            size += len(chunk)
            if size > self._limits.body_bytes:
                size_limit = f"is larger than {self._limits.body_bytes} bytes"
                raise Refused("too_large", target.url, size_limit, "raise LODESTREAM_HTTP_BODY_BYTES")
            if size > RATIO_FROM and size > LARGEST_RATIO * max(response.tell(), 1):
                remedy = "ask the publisher; this is how bombs look"
                raise Refused("too_large", target.url, f"expands more than {LARGEST_RATIO} times", remedy)
            chunks.append(chunk)
        return b"".join(chunks)


def _location(target: Target, location: str) -> str:
    """The URL that a redirect leads to. Headers come as Latin-1; many sites send UTF-8 in them."""
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(target.url, location)
    except ValueError:
        raise Refused("redirect", target.url, "redirects to no URL", "open it in a browser and declare where it ends") from None


def _seconds(retry_after: str | None) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or a date; None if it says nothing usable."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        until = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
