"""The HTTP client against real servers on loopback that behave badly on purpose."""

import gzip
import socket
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipelines.errors import Transient
from pipelines.io.guarded import Guard, Refused
from pipelines.io.web import Answer, Web
from pipelines.settings import Settings


def refusal(call, *arguments, **named):
    with pytest.raises(Refused) as caught:
        call(*arguments, **named)
    return caught.value.reason


def test_an_answer_carries_what_the_server_said(server, client, answer):
    server.on("/page", answer(200, "café".encode("iso-8859-1"), Content_Type="text/html; charset=ISO-8859-1", ETag='"v1"',
                              Last_Modified="Tue, 15 Sep 2026 08:00:00 GMT"))  # fmt: skip
    before = datetime.now(UTC)
    got = client().get(server.url + "/page")
    said = (got.url, got.status, got.content_type, got.charset, got.etag, got.last_modified, got.body, got.text(), got.sha256[:8])
    assert said == (
        server.url + "/page", 200, "text/html", "iso-8859-1", '"v1"', "Tue, 15 Sep 2026 08:00:00 GMT",
        b"caf\xe9", "café", "dafd66c0",
    )  # fmt: skip
    assert before <= got.fetched_at <= datetime.now(UTC)


def test_an_unchanged_page_is_not_sent_again(server, client, conditional):
    server.on("/page", conditional(b"text", '"v1"'))
    web = client()
    first = web.get(server.url + "/page")
    second = web.get(server.url + "/page", etag=first.etag, last_modified="Tue, 15 Sep 2026 08:00:00 GMT")
    assert (first.is_unchanged, second.is_unchanged, second.body) == (False, True, b"")
    assert server.seen[-1][1]["If-Modified-Since"] == "Tue, 15 Sep 2026 08:00:00 GMT"


def test_a_304_that_nobody_asked_for_is_no_answer(server, client, answer):
    server.on("/page", answer(304))
    assert refusal(client().get, server.url + "/page") == "status_304"


def test_a_visitor_names_itself_and_takes_plain_compression_only(server, client, answer):
    server.on("/page", answer(200, b"text"))
    client().get(server.url + "/page")
    headers = server.seen[-1][1]
    assert (headers["User-Agent"].split("/")[0], headers["Accept-Encoding"]) == ("Lodestream", "gzip, deflate")


def test_robots_txt_is_obeyed_and_read_once(server, client, answer):
    server.on("/robots.txt", answer(200, b"User-agent: lodestream\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n"))
    server.on("/open", answer(200, b"text"))
    web = client()
    assert web.get(server.url + "/open").body == b"text"
    assert refusal(web.get, server.url + "/private/page") == "robots"
    assert [path for path, _ in server.seen] == ["/robots.txt", "/open"]


def test_a_host_without_robots_txt_allows_everything(server, client, answer):
    server.on("/page", answer(200, b"text"))
    assert client().get(server.url + "/page").body == b"text"


def test_a_host_whose_robots_txt_fails_is_left_alone_for_now(server, client, answer):
    server.on("/robots.txt", answer(500))
    server.on("/page", answer(200, b"text"))
    with pytest.raises(Transient):
        client().get(server.url + "/page")
    assert server.paths == []


def test_the_crawl_delay_is_kept_when_it_is_longer_than_our_own(server, client, answer):
    server.on("/robots.txt", answer(200, b"User-agent: *\nCrawl-delay: 7\n"))
    server.on("/page", answer(200, b"text"))
    web = client(pause_seconds=0.5)
    web.get(server.url + "/page")
    web.get(server.url + "/page")
    assert [round(seconds) for seconds in client.slept] == [7, 7]


def test_a_crawl_delay_that_would_stop_the_process_is_refused(server, client, answer):
    server.on("/robots.txt", answer(200, b"User-agent: *\nCrawl-delay: 86400\n"))
    assert refusal(client().get, server.url + "/page") == "crawl_delay"


def test_a_body_over_the_cap_is_refused(server, client, answer):
    server.on("/page", answer(200, b"x" * 20_000))
    assert refusal(client(body_bytes=10_000).get, server.url + "/page") == "too_large"


@pytest.mark.parametrize("squeeze", [gzip.compress, zlib.compress])
def test_a_compressed_page_is_read(server, client, answer, squeeze):
    encoding = "gzip" if squeeze is gzip.compress else "deflate"
    server.on("/page", answer(200, squeeze(b"text " * 1000), Content_Encoding=encoding))
    assert client().get(server.url + "/page").body == b"text " * 1000


def test_a_bomb_is_refused_while_it_is_unpacked(server, client, answer):
    server.on("/bomb", answer(200, gzip.compress(bytes(50 * 2**20)), Content_Encoding="gzip"))
    assert refusal(client(body_bytes=40 * 2**20).get, server.url + "/bomb") == "too_large"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip,deflate"])
def test_other_and_nested_encodings_are_refused(server, client, answer, encoding):
    server.on("/page", answer(200, b"whatever", Content_Encoding=encoding))
    assert refusal(client().get, server.url + "/page") == "encoding"


def drip(*pieces, every=0.1, then=b""):
    def answering(handler):
        handler.wfile.write(b"".join(pieces))
        for _ in range(100):
            time.sleep(every)
            handler.wfile.write(then)
            handler.wfile.flush()

    return answering


@pytest.mark.parametrize(
    "dripping",
    [
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", then=b"x"),
        drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", then=b"x"),
        drip(b"HTTP/1.1 200 OK\r\n", then=b"X-Slow: 1\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", then=b"x"),
        drip(b"", then=b""),
    ],
    ids=["body", "body without length", "headers", "one header", "nothing"],
)
def test_an_answer_that_drips_is_cut_at_the_deadline(server, client, dripping):
    server.on("/robots.txt", lambda handler: handler.say(404))
    server.on("/drip", dripping)
    web, began = client(deadline_seconds=0.5), time.monotonic()
    with pytest.raises(Transient, match=r"within 0\.5 s"):
        web.get(server.url + "/drip")
    assert time.monotonic() - began < 2.0
    assert server.paths == ["/drip"]


def test_redirects_share_one_deadline(server, client):
    def slow(handler):
        time.sleep(0.3)
        handler.say(302, Location=handler.path + "x")

    for number in range(6):
        server.on("/r" + "x" * number, slow)
    with pytest.raises(Transient, match=r"within 0\.7 s"):
        client(deadline_seconds=0.7).get(server.url + "/r")


def test_a_redirect_is_followed_and_the_last_address_told(server, client, answer):
    server.on("/old", answer(301, Location="new?page=1"))
    server.on("/new", answer(200, b"text"))
    got = client().get(server.url + "/old")
    assert (got.url, got.body) == (server.url + "/new?page=1", b"text")


def test_a_redirect_written_in_utf_8_is_followed(server, client, answer):
    server.on("/old", answer(302, Location="/稀土".encode().decode("latin-1")))
    server.on("/%E7%A8%80%E5%9C%9F", answer(200, b"text"))
    assert client().get(server.url + "/old").body == b"text"


def test_redirects_in_a_circle_end(server, client, answer):
    server.on("/a", answer(302, Location="/b"))
    server.on("/b", answer(302, Location="/a"))
    assert refusal(client().get, server.url + "/a") == "redirect"
    assert len(server.paths) == 6


@pytest.mark.parametrize(("location", "reason"), [
    ("http://127.0.0.2:{port}/", "address"), ("http://169.254.169.254/latest/meta-data/", "address"), ("http://[::1]/", "address"),
    ("file:///etc/passwd", "scheme"), ("http://user:word@example.org/", "credentials"), ("http://127.0.0.1:22/", "port"),
    ("http://[::1", "redirect"),
])  # fmt: skip
def test_each_hop_is_judged_like_the_first(server, client, answer, location, reason):
    class OneHost(Guard):
        """As if 127.0.0.1 were a public address, and no other of this machine."""

        def may_reach(self, address):
            return address == "127.0.0.1"

    server.on("/page", answer(302, Location=location.format(port=server.server_port)))
    web = client(OneHost(client.ports | {80, 443}))
    assert refusal(web.get, server.url + "/page") == reason
    assert server.paths == ["/page"]


def test_a_key_is_not_carried_to_another_host(server, elsewhere, client, answer):
    server.on("/page", answer(302, Location=elsewhere.url + "/page"))
    elsewhere.on("/page", answer(200, b"text"))
    client().get(server.url + "/page", headers={"Ocp-Apim-Subscription-Key": "secret-key"})
    keys = ["Ocp-Apim-Subscription-Key" in headers for path, headers in server.seen + elsewhere.seen if path == "/page"]
    assert keys == [True, False]


def test_this_machine_is_not_reached_unless_the_source_is_declared_local(server, client):
    web = client(Guard(client.ports))
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1"):
        assert refusal(web.get, f"http://{host}:{server.server_port}/page") == "address"
    assert server.seen == []


@pytest.mark.parametrize(("is_local", "allow", "reached"), [(True, True, True), (True, False, False), (False, True, False)])
def test_a_local_source_needs_its_declaration_and_the_setting(server, answer, is_local, allow, reached):
    server.on("/page", answer(200, b"text"))
    settings = Settings(allow_loopback=allow)
    web = Web.for_source(settings, server.url, pause_seconds=0, is_local=is_local)
    if reached:
        assert web.get(server.url + "/page").body == b"text"
    else:
        assert refusal(web.get, server.url + "/page") == "address"


def test_a_name_is_resolved_once(server, client, answer, monkeypatch):
    server.on("/page", answer(200, b"text"))
    real, asked = socket.getaddrinfo, []

    def resolve(host, port, *arguments, **named):
        if host != "news.test":
            return real(host, port, *arguments, **named)
        asked.append(host)
        return real("127.0.0.1" if len(asked) < 3 else "127.0.0.2", port, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert client().get(f"http://news.test:{server.server_port}/page").body == b"text"
    # Once for robots.txt and once for the page.
    assert asked == ["news.test", "news.test"]
    assert server.seen[-1][1]["Host"] == f"news.test:{server.server_port}"


def test_a_name_without_address_is_tried_later(client):
    with pytest.raises(Transient, match="has no address"):
        client(Guard()).get("http://no-such-host.invalid/")


def test_a_busy_server_is_asked_again(server, client, answer):
    server.on("/page", answer(503), answer(429, b"try again in 2 seconds"), answer(200, b"text"))
    assert client().get(server.url + "/page").body == b"text"
    assert (len(server.paths), len(client.slept)) == (3, 2)


def test_retry_after_is_kept(server, client, answer):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    server.on("/page", answer(429, Retry_After="3"), answer(503, Retry_After=later), answer(200, b"text"))
    client().get(server.url + "/page")
    assert [3 <= client.slept[0] < 5, 17 < client.slept[1] < 23] == [True, True]


@pytest.mark.parametrize("asked", ["3600", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_server_that_asks_for_a_long_pause_is_left_for_the_next_pull(server, client, answer, asked):
    server.on("/page", answer(429, Retry_After=asked))
    with pytest.raises(Transient, match="asks to come back"):
        client().get(server.url + "/page")
    assert (len(server.paths), client.slept) == (1, [])


@pytest.mark.parametrize("asked", ["soon", "-5", "", "١٢"])
def test_a_retry_after_that_says_nothing_is_passed_over(server, client, answer, asked):
    server.on("/page", answer(503, Retry_After=asked.encode().decode("latin-1")), answer(200, b"text"))
    assert client().get(server.url + "/page").body == b"text"


def test_a_server_that_stays_busy_is_given_up_after_four_attempts(server, client, answer):
    server.on("/page", answer(500))
    with pytest.raises(Transient, match="answers 500"):
        client().get(server.url + "/page")
    assert len(server.paths) == 4


def test_a_body_that_breaks_off_is_fetched_again(server, client, answer):
    server.on("/page", answer(200, b"te", Content_Length="4", Connection="close"), answer(200, b"text"))
    assert client().get(server.url + "/page").body == b"text"


@pytest.mark.parametrize("garbage", [b"no HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
                                     b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", b""])  # fmt: skip
def test_an_answer_that_is_no_http_is_transient(server, client, garbage):
    server.on("/page", lambda handler: (handler.wfile.write(garbage), setattr(handler, "close_connection", True)))
    with pytest.raises(Transient):
        client().get(server.url + "/page")


def test_compressed_garbage_is_transient(server, client, answer):
    server.on("/page", answer(200, b"this is no gzip", Content_Encoding="gzip"))
    with pytest.raises(Transient, match="broken off"):
        client().get(server.url + "/page")


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_a_refusal_is_told_by_its_status_at_once(server, client, answer, status):
    server.on("/page", answer(status))
    assert refusal(client().get, server.url + "/page") == f"status_{status}"
    assert len(server.paths) == 1


def test_nobody_listening_is_transient(client):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Transient, match="no connection"):
            client(Guard(frozenset({port}), allow_loopback=True)).get(f"http://127.0.0.1:{port}/")
    assert len(client.slept) == 3


@pytest.mark.parametrize(("content_type", "body", "text"), [
    ("text/html; charset=gb18030", "稀土".encode("gb18030"), "稀土"),
    ("text/html", "稀土".encode(), "稀土"),
    ("text/html; charset=utf-8", b"caf\xe9", "caf�"),
    ("text/html; charset=no-such-thing", b"text", "text"),
    ("text/plain; charset=ascii", b"\xef\xbb\xbftext", "text"),
    ("text/plain", "\ufefftext".encode("utf-16-le"), "text"),
])  # fmt: skip
def test_text_is_read_by_its_mark_its_header_or_as_utf_8(content_type, body, text):
    assert Answer("http://example.org/", 200, {"content-type": content_type}, body, datetime.now(UTC)).text() == text


@pytest.mark.parametrize("named", ["no-such-thing", "hex", "base64", "undefined", "idna", "", "utf-8\x00", "../x"])
def test_a_character_set_that_is_none_is_not_told(named):
    answer = Answer("http://example.org/", 200, {"content-type": f"text/html; charset={named}"}, b"text", datetime.now(UTC))
    assert (answer.charset, answer.text()) == (None, "text")
