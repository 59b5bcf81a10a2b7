"""Connections to addresses that may be reached: the guard against requests that a page sends to our own network.

A name is resolved once, every address it has is judged, and the connection goes to the very address that was judged; so a
name that resolves differently the second time gains nothing. All of it is done before a byte is sent.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from pipelines.errors import NeedsPerson, Transient

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
WEB_PORTS = frozenset({80, 443})
DEFAULT_PORT = {"http": 80, "https": 443}
# The two prefixes that carry an IPv4 address through NAT64 (RFC 6052, RFC 8215).
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class Refused(NeedsPerson):
    """A request that will not succeed as it stands; `reason` is a fixed word (`address`, `robots`, `status_404`, …)."""

    def __init__(self, reason: str, url: str, message: str, remedy: str) -> None:
        super().__init__(f"{printable(url)}: {message}", remedy)
        self.reason = reason
        self.url = url


def printable(url: str) -> str:
    """The URL without credentials, query and control characters, at most 200 characters: fit for a log."""
    head = url.split("?", 1)[0]
    scheme, _, rest = head.partition("://")
    host, slash, path = rest.partition("/")
    shown = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}" if rest else head
    return "".join(c if c.isprintable() else "�" for c in shown)[:200]


@dataclass(frozen=True)
class Target:
    """A URL taken apart: `path` with the query, `host` as in the URL (IPv6 without brackets), port filled in."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """`host[:port]` as the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class Guard:
    """What may be reached: which ports, and whether this machine."""

    ports: frozenset[int] = WEB_PORTS
    allow_loopback: bool = False

    def target(self, url: str) -> Target:
        """Take a URL apart; raises Refused (`url`, `scheme`, `credentials`, `port`)."""
        remedy = "correct the source's URL, or leave the link out"
        try:
            # parse_url takes what browsers repair; urlsplit must agree about the host, or one of the two was deceived.
            parts, second = parse_url(url), urlsplit(url)
            scheme, host, port = parts.scheme, (parts.host or "").strip("[]"), parts.port
            agree = (second.hostname or "").strip("[]").lower() == host.lower() or not host.isascii() or not url.isascii()
        except (LocationParseError, ValueError):
            raise Refused("url", url, "is no URL", remedy) from None
        if scheme not in DEFAULT_PORT:
            raise Refused("scheme", url, "only http and https are fetched", remedy)
        if not host or not agree or " " in second.netloc or any(not c.isprintable() or c == "\\" for c in url):
            raise Refused("url", url, "is not a well-formed URL", remedy)
        if parts.auth is not None or "@" in second.netloc:
            raise Refused("credentials", url, "carries a user name", "hand credentials over as a header, never in a URL")
        port = port or DEFAULT_PORT[scheme]
        if port not in self.ports:
            allowed = ", ".join(str(p) for p in sorted(self.ports))
            raise Refused("port", url, f"port {port} is not among those declared ({allowed})", "declare the port in the source")
        return Target(parts.url, scheme, host, port, parts.request_uri)

    def addresses(self, target: Target) -> list[str]:
        """The host's addresses, each judged; raises Refused (`address`) if one of them may not be reached, Transient without DNS."""
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            message = f"{printable(target.url)}: the name {target.host} has no address ({error})"
            raise Transient(message, "check the name and the DNS") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if not self.may_reach(address):
                raise Refused(
                    "address", target.url, f"leads to {address}, which is not on the public internet",
                    "if the source lies on this machine, declare it local and set LODESTREAM_ALLOW_LOOPBACK=true",
                )  # fmt: skip
        return addresses

    def may_reach(self, address: str) -> bool:
        """Is it a global unicast address, or this machine where that is allowed?"""
        try:
            ip = _embedded(ipaddress.ip_address(address))
        except ValueError:
            return False
        if ip.is_loopback:
            return self.allow_loopback
        return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _embedded(ip: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if any(ip in network for network in NAT64):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def connect(guard: Guard, target: Target, seconds: float) -> HTTPConnection:
    """An open connection to a judged address of the target, TLS verified for the target's name.

    `seconds` bounds the TCP connect and the TLS handshake, each. Raises Refused, Transient, OSError or urllib3's HTTPError.
    """
    problem: Exception | None = None
    for address in guard.addresses(target):
        connection: HTTPConnection
        if target.scheme == "https":
            connection = HTTPSConnection(
                address, target.port, timeout=seconds, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(),
                server_hostname=target.host, assert_hostname=target.host,
            )  # fmt: skip
        else:
            connection = HTTPConnection(address, target.port, timeout=seconds)
        try:
            connection.connect()
        except Exception as error:  # noqa: BLE001 -- the next address may answer; the last one's error is raised below
            connection.close()
            problem = error
        else:
            return connection
    raise problem or Transient(f"{printable(target.url)}: the name has no address", "check the name and the DNS")


class Watch:
    """Did the time run out? Read after every exchange: a connection that was cut can look like a short answer."""

    expired = False


@contextlib.contextmanager
def cut_after(sock: socket.socket, seconds: float) -> Iterator[Watch]:
    """Shut the socket down after `seconds`, whatever is being read: a timeout of the socket is per read, and a drip resets it."""
    watch = Watch()

    def cut() -> None:
        watch.expired = True
        with contextlib.suppress(OSError):
            # Not the TLS layer's own shutdown, which another thread may be inside of.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(max(seconds, 0.001), cut)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()
