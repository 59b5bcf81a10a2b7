"""The HTTP side of both publishers: routes, conditional requests, compression."""

import gzip
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from infra.publishers import newsroom, statistics
from infra.publishers.editions import Editions

ROBOTS = "User-agent: *\nCrawl-delay: {delay:g}\nDisallow: /newsroom/drafts/\n"
CRAWL_DELAY = 0.2
# Pages are as old as their edition, whenever the service was started.
MODIFIED = {1: datetime(2026, 9, 15, 8, 0, tzinfo=UTC), 2: datetime(2026, 9, 17, 16, 30, tzinfo=UTC)}
WORTH_COMPRESSING = 1024


@dataclass(frozen=True)
class Reply:
    """What is sent; `then` runs when it was sent in full."""

    body: bytes
    content_type: str
    status: int = 200
    language: str = ""
    modified: datetime | None = None
    then: Callable[[], None] | None = None


class Publishers(ThreadingHTTPServer):
    """Both publishers on one port of this machine. `generated` pages are added to the newsroom; delay in seconds."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, editions: Editions, generated: int = 0, crawl_delay: float = CRAWL_DELAY) -> None:
        self.editions = editions
        self.crawl_delay = crawl_delay
        self.generated = generated
        super().__init__(("127.0.0.1", port), Handler)

    def reply(self, path: str, query: dict[str, str], origin: str) -> Reply:
        """The reply to GET."""
        routes: dict[str, Callable[[], Reply]] = {
            "/robots.txt": lambda: Reply(ROBOTS.format(delay=self.crawl_delay).encode(), "text/plain; charset=utf-8"),
            "/health": self._health,
            "/newsroom/feed.xml": lambda: self._feed(newsroom.rss, "application/rss+xml", origin),
            "/newsroom/atom.xml": lambda: self._feed(newsroom.atom, "application/atom+xml", origin),
            "/statistics/data/v1/getDa/C/M/HS": lambda: _json(statistics.availability(self.editions.listed("statistics"))),
            "/statistics/data/v1/get/C/M/HS": lambda: self._rows(query),
        }
        return routes[path]() if path in routes else self._page(path)

    def _health(self) -> Reply:
        return _json({
            "status": "ok",
            "newsroom": {"edition": self.editions.current("newsroom"), "articles": len(newsroom.articles(1, self.generated))},
            "statistics": {"edition": self.editions.current("statistics"), "rows": len(statistics.rows(1))},
        })  # fmt: skip

    def _feed(self, form: Callable[[str, Sequence[newsroom.Article]], bytes], content_type: str, origin: str) -> Reply:
        # The feed does not tell that a page was edited, as most do not.
        listed = newsroom.articles(self.editions.listed("newsroom"), self.generated)
        return Reply(form(origin, listed), f"{content_type}; charset=utf-8", modified=MODIFIED[1])

    def _page(self, path: str) -> Reply:
        edition = self.editions.current("newsroom")
        if path == f"/newsroom/{newsroom.EMPTY}.html":
            return Reply(b"", "text/html; charset=utf-8", modified=MODIFIED[1])
        article = newsroom.by_address(edition, self.generated).get(path)
        if article is None:
            return Reply(b"there is no such page\n", "text/plain; charset=utf-8", 404)
        edited = article.path == newsroom.EDITED
        return Reply(
            newsroom.page(article), f"text/html; charset={article.charset}", language=article.language,
            modified=MODIFIED[edition if edited else 1], then=(lambda: self.editions.served("newsroom")) if edited else None,
        )  # fmt: skip

    def _rows(self, query: dict[str, str]) -> Reply:
        try:
            found, revised = statistics.answer(self.editions.current("statistics"), query)
        except ValueError as error:
            return _json({"error": str(error)}, 400)
        return _json(found, then=(lambda: self.editions.served("statistics")) if revised else None)


def _json(value: object, status: int = 200, then: Callable[[], None] | None = None) -> Reply:
    return Reply(json.dumps(value, ensure_ascii=False).encode(), "application/json; charset=utf-8", status, then=then)


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, with validators and 304."""

    protocol_version = "HTTP/1.1"
    server_version = "LodestreamPublishers/1"
    sys_version = ""
    timeout = 15
    server: Publishers

    def do_GET(self) -> None:
        """Send the reply, or 304 if the visitor has it."""
        parts = urlsplit(self.path)
        host = self.headers.get("Host") or f"127.0.0.1:{self.server.server_port}"
        reply = self.server.reply(parts.path, dict(parse_qsl(parts.query)), f"http://{host}")
        etag = '"' + hashlib.sha256(reply.body).hexdigest()[:20] + '"'
        unchanged = reply.status == 200 and self._has(etag, reply.modified)
        body = b"" if unchanged else reply.body
        self.send_response(304 if unchanged else reply.status)
        self.send_header("ETag", etag)
        if reply.modified:
            self.send_header("Last-Modified", format_datetime(reply.modified, usegmt=True))
        if not unchanged:
            self.send_header("Content-Type", reply.content_type)
            if reply.language:
                self.send_header("Content-Language", reply.language)
            if len(body) >= WORTH_COMPRESSING and "gzip" in self.headers.get("Accept-Encoding", ""):
                body = gzip.compress(body, mtime=0)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
            if not unchanged and reply.then:
                reply.then()

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self.do_GET()

    def _has(self, etag: str, modified: datetime | None) -> bool:
        """Does the visitor have this version? If-None-Match is stronger than If-Modified-Since (RFC 9110)."""
        known = self.headers.get("If-None-Match")
        if known is not None:
            return etag in {tag.strip().removeprefix("W/") for tag in known.split(",")} or known.strip() == "*"
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None:
            return False
        try:
            return modified <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name in http.server
        """One line a request, on standard error, without what a visitor could forge."""
        text = "".join(c if c.isprintable() else "?" for c in format % args)
        print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text[:200]}", file=sys.stderr, flush=True)
