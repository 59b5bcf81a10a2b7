"""The shape of news: RSS or Atom feeds whose items lead to pages.

What a feed says is not trusted: titles are stripped of markup, and `pages` judges where the links lead.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin

import feedparser

from pipelines.errors import SourceChanged
from pipelines.io.web import Answer
from pipelines.sources.pages import Item, read_pages, validators
from pipelines.sources.raw import Raw
from pipelines.sources.source import Pull

TITLE_LENGTH = 500
DATE_LENGTH = 100


@dataclass(frozen=True)
class Feed:
    """A connector: `paths` of the feeds below the source's URL; pages are re-checked for `recheck_days` after the first sight.

    The cursor: {"feeds": {url: {etag, last_modified}}, "items": see `pages`}.
    """

    paths: tuple[str, ...]
    recheck_days: float = 14.0

    def __call__(self, pull: Pull) -> Iterator[Raw]:
        """Read the feeds, then the pages that are new, due again, or still owed from earlier pulls."""
        listed: dict[str, Item] = {}
        seen: dict[str, Any] = dict(pull.cursor.get("feeds", {}))
        found, complete = 0, True
        for path in self.paths:
            url = urljoin(pull.url.rstrip("/") + "/", path)
            answer = _ask(pull, url, seen.get(url, {}))
            if answer.is_unchanged:
                complete = False
                continue
            for link, item in _items(answer):
                found += 1
                pull.counts["repeated"] += link in listed
                listed.setdefault(link, item)
            seen[url] = validators(answer)
        pull.listing(found, complete=complete)
        yield from read_pages(pull, listed, complete=complete, recheck_days=self.recheck_days)
        # Only now: a pull that is broken off must see the whole list again, not a 304.
        pull.cursor["feeds"] = seen


def _ask(pull: Pull, url: str, known: dict[str, str]) -> Answer:
    accept = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8"
    return pull.web.get(url, accept=accept, etag=known.get("etag"), last_modified=known.get("last_modified"), headers=pull.headers)


def _items(answer: Answer) -> Iterator[tuple[str, Item]]:
    """Link and description of a feed's items; raises SourceChanged if it is none."""
    # A file object, never the bytes themselves: those would be tried as the name of a file.
    parsed = feedparser.parse(io.BytesIO(answer.body), response_headers={"content-type": answer.headers.get("content-type", "")})
    if not parsed.version and not parsed.entries:
        raise SourceChanged(
            f"{answer.url}: answers {answer.content_type} that is no feed ({str(parsed.get('bozo_exception', ''))[:120]})",
            "open it in a browser; the publisher may have moved or closed it",
        )
    for entry in parsed.entries:
        link = str(entry.get("link") or "").strip()
        # feedparser's own get() answers `updated` with `published`; what the feed did not say is left out.
        fields = {name: dict.get(entry, name) for name in ("published", "updated")}
        item = {
            "title": plain(str(entry.get("title") or ""))[:TITLE_LENGTH],
            "language": entry.get("language") or entry.get("title_detail", {}).get("language") or parsed.feed.get("language"),
            "feed": answer.url,
            **{name: str(value)[:DATE_LENGTH] for name, value in fields.items() if value},
        }
        yield _absolute(answer.url, link), item


def _absolute(base: str, link: str) -> str:
    """The link as a whole address without fragment; a malformed one as it is."""
    try:
        return urldefrag(urljoin(base, link)).url if link else ""
    except ValueError:
        return link


class _Text(HTMLParser):
    """Collects what a reader sees of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Script and style are not for readers."""
        self._hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        """Readers see what follows."""
        self._hidden = max(0, self._hidden - (tag in {"script", "style"}))

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        if not self._hidden:
            self.seen.append(data)


def plain(markup: str) -> str:
    """The text of a title without tags, scripts and control characters, blanks collapsed."""
    text = _Text()
    text.feed(markup)
    text.close()
    return " ".join("".join(c if c.isprintable() else " " for c in "".join(text.seen)).split())
