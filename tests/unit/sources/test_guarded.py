"""Which addresses and URLs may be reached; pure, and TLS against a real server."""

import contextlib
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipelines.errors import Transient
from pipelines.io.guarded import Guard, Refused, printable

PUBLIC = ["93.184.216.34", "2606:2800:220:1::1"]
INNER = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
    "0.0.0.0",  # noqa: S104 -- nothing is bound here
    "192.0.2.1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "64:ff9b::10.0.0.1", "64:ff9b:1::a9fe:a9fe",
    "2001:db8::1", "fe80::1%eth0", "not an address",
]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"]


@pytest.mark.parametrize("allow", [True, False])
def test_only_public_addresses_are_reached_and_this_machine_where_allowed(allow):
    guard = Guard(allow_loopback=allow)
    reached = [address for address in PUBLIC + INNER + LOOPBACK if guard.may_reach(address)]
    assert reached == PUBLIC + (LOOPBACK if allow else [])


@pytest.mark.parametrize(("url", "reason"), [
    ("ftp://example.org/", "scheme"), ("javascript:alert(1)", "scheme"), ("data:text/html,x", "scheme"), ("/relative", "scheme"),
    ("", "scheme"), ("http://", "url"), ("http://user@example.org/", "credentials"), ("http://user:word@example.org/", "credentials"),
    ("http://example.org:22/", "port"), ("http://example.org:99999/", "url"), ("http://exa mple.org/", "url"),
    ("http://example.org/\r\nX: 1", "url"), ("http://example.org\\@127.0.0.1/", "url"), ("http://[::1", "url"), ("http://\x00/", "url"),
])  # fmt: skip
def test_a_url_that_is_not_plain_is_refused(url, reason):
    with pytest.raises(Refused) as caught:
        Guard().target(url)
    assert caught.value.reason == reason


def test_a_url_is_taken_apart():
    target = Guard().target("HTTPS://Example.ORG/a b?q=稀土#part")
    assert (target.scheme, target.host, target.port, target.path, target.origin) == (
        "https", "example.org", 443, "/a%20b?q=%E7%A8%80%E5%9C%9F", "example.org",
    )  # fmt: skip


def test_a_url_is_shown_without_what_is_secret_or_moves_the_terminal():
    assert printable("https://user:word@example.org/a\x1b[2J?key=secret") == "https://example.org/a�[2J"


@pytest.fixture
def self_signed(tmp_path):
    """Port of a server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "both.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_certificate_that_does_not_hold_is_refused(self_signed, client):
    with pytest.raises(Refused) as caught:
        client(Guard(frozenset({self_signed}), allow_loopback=True)).get(f"https://127.0.0.1:{self_signed}/")
    assert caught.value.reason == "certificate"


@pytest.mark.parametrize("drip", [b"", b"\x16\x03\x03\x40\x00\x02"], ids=["silence", "half a greeting"])
def test_a_handshake_that_does_not_end_is_cut_at_the_deadline(client, drip):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]

        def answer_slowly():
            peer, _ = listening.accept()
            # The client hangs up before the last byte: that is the point.
            with peer, contextlib.suppress(OSError):
                peer.sendall(drip)
                for _ in range(20):
                    time.sleep(0.1)
                    peer.sendall(b"\x00" if drip else b"")

        threading.Thread(target=answer_slowly, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(Transient, match=r"within 0\.5 s"):
            client(Guard(frozenset({port}), allow_loopback=True), deadline_seconds=0.5).get(f"https://127.0.0.1:{port}/")
        assert time.monotonic() - began < 1.5
