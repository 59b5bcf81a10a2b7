"""The shape of news: RSS or Atom feeds whose items lead to pages.

A page may be edited after it was published, so known pages are asked for again, by conditional request, with pauses that
grow with the page's age and for a number of days only. What a feed says is not trusted: links may lead to the feed's own
host alone, and titles are stripped of markup.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import feedparser
from courlan import normalize_url

from pipelines.errors import SourceChanged, Transient
from pipelines.io.guarded import Refused
from pipelines.io.web import Answer
from pipelines.sources.raw import Raw, described
from pipelines.sources.source import Pull

# A page that cannot be had that often is reported as such; that many in one pull, and the host is down.
TRIES = 5
HOST_IS_DOWN = 3
# A page is asked for again when it has aged by this part since it was last asked for.
RECHECK_AGEING = 0.5
TITLE_LENGTH = 500
Item = dict[str, Any]


@dataclass(frozen=True)
class Feed:
    """A connector: `paths` of the feeds below the source's URL; pages are re-checked for `recheck_days` after the first sight.

    The cursor: {"feeds": {url: {etag, last_modified}}, "items": {url: {first, checked, sha256, etag, last_modified, problem,
    tries, item}}}. Items leave it when they are neither listed nor re-checked any more.
    """

    paths: tuple[str, ...]
    recheck_days: float = 14.0

    def __call__(self, pull: Pull) -> Iterator[Raw]:
        """Read the feeds, then the pages that are new, due again, or still owed from earlier pulls."""
        known: dict[str, Item] = pull.cursor.setdefault("items", {})
        listed, validators = self._listed(pull)
        self._forget(pull, known, listed)
        failures = 0
        for url, item in ({url: state.get("item", {}) for url, state in known.items()} | listed).items():
            if not self._is_due(pull.now(), known.get(url)):
                pull.counts["not_due"] += 1
                continue
            try:
                raw = _page(pull, url, item, known)
            except Transient:
                failures += 1
                if failures >= HOST_IS_DOWN:
                    raise
                raw = _defer(pull, url, item, known)
            if raw is not None:
                yield raw
        # Only now: a pull that is broken off must see the whole list again, not a 304.
        pull.cursor["feeds"] = validators

    def _listed(self, pull: Pull) -> tuple[dict[str, Item], dict[str, Any]]:
        """What the feeds list, by address, in their order, and their validators. A feed that answers 304 lists nothing new."""
        validators = pull.cursor.get("feeds", {})
        seen = dict(validators)
        listed: dict[str, Item] = {}
        found, asked = 0, 0
        for path in self.paths:
            url = urljoin(pull.url.rstrip("/") + "/", path)
            answer = pull.web.get(url, accept="application/rss+xml, application/atom+xml, application/xml;q=0.9", **validators.get(url, {}))
            if answer.is_unchanged:
                continue
            asked += 1
            for item in _items(pull, answer):
                found += 1
                pull.counts["repeated"] += item["link"] in listed
                listed.setdefault(item["link"], item)
            seen[url] = _validators(answer)
        if asked == len(self.paths):
            pull.listing(found)
        else:
            pull.counts["listed"] += found
        return listed, seen

    def _is_due(self, now: datetime, state: Item | None) -> bool:
        if state is None or "tries" in state:
            return True
        first, checked = datetime.fromisoformat(state["first"]), datetime.fromisoformat(state["checked"])
        if now - first > timedelta(days=self.recheck_days):
            return False
        return now - checked >= RECHECK_AGEING * (checked - first)

    def _forget(self, pull: Pull, known: dict[str, Item], listed: dict[str, Item]) -> None:
        """Drop what is too old to be re-checked, once the feed (which must have been read for that) lists it no more."""
        if not listed:
            return
        oldest = pull.now() - timedelta(days=self.recheck_days)
        for url in [u for u, s in known.items() if u not in listed and datetime.fromisoformat(s["first"]) < oldest]:
            del known[url]


def _items(pull: Pull, answer: Answer) -> Iterator[Item]:
    """The items of a feed; raises SourceChanged if it is none."""
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
        yield {
            "link": urldefrag(urljoin(answer.url, link)).url if link else "",
            "title": plain(str(entry.get("title") or ""))[:TITLE_LENGTH],
            "language": entry.get("language") or parsed.feed.get("language"),
            "feed": answer.url,
            **{name: str(value)[:100] for name, value in fields.items() if value},
        }


def _page(pull: Pull, url: str, item: Item, known: dict[str, Item]) -> Raw | None:
    """The page as a raw record, or None if it is the one that is known; brings `known` up to date."""
    now = pull.now().isoformat()
    state = known.get(url, {})
    next_state: Item = {"first": state.get("first", now), "checked": now, "item": item}
    listed_as = {**{k: v for k, v in item.items() if k != "link"}, "url": url}
    etag, last_modified = (state.get("etag"), state.get("last_modified")) if "sha256" in state else (None, None)
    try:
        _own_host(pull, url)
        answer = pull.web.get(url, accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.5", etag=etag, last_modified=last_modified)
    except Refused as refused:
        known[url] = next_state | {"problem": refused.reason}
        if state.get("problem") == refused.reason:
            pull.counts["unchanged"] += 1
            return None
        return pull.raw(_source_id(url), "application/octet-stream", b"", listed_as | {"problem": refused.reason, "fetched_at": now})
    if answer.is_unchanged or answer.sha256 == state.get("sha256"):
        kept = {k: state[k] for k in ("sha256", "etag", "last_modified") if k in state}
        known[url] = next_state | kept | ({} if answer.is_unchanged else _validators(answer))
        pull.counts["unchanged"] += 1
        return None
    known[url] = next_state | _validators(answer) | {"sha256": answer.sha256}
    return pull.raw(_source_id(answer.url), answer.content_type, answer.body, listed_as | described(answer))


def _defer(pull: Pull, url: str, item: Item, known: dict[str, Item]) -> Raw | None:
    """Keep the page for the next pull; after too many tries, a raw record without payload says so."""
    now = pull.now().isoformat()
    state = known.get(url, {})
    tries = int(state.get("tries", 0)) + 1
    if tries < TRIES or "sha256" in state:
        known[url] = {"first": now, "checked": now, **state, "tries": tries, "item": item}
        pull.counts["deferred"] += 1
        return None
    known[url] = {"first": state.get("first", now), "checked": now, "item": item, "problem": "unreachable"}
    meta = {**{k: v for k, v in item.items() if k != "link"}, "url": url, "problem": "unreachable", "fetched_at": now}
    return pull.raw(_source_id(url), "application/octet-stream", b"", meta)


def _own_host(pull: Pull, url: str) -> None:
    """A feed speaks for its own host: a link elsewhere is another publisher's text, under another licence."""
    if url and urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc != urlsplit(pull.url).netloc:
        raise Refused("foreign_host", url, "leads away from the feed's host", "declare that publisher as a source of its own")
    if not url:
        raise Refused("link", url, "has no link", "ask the publisher")


def _source_id(url: str) -> str:
    """The canonical URL: no fragment, no tracking parameters. What is no web address is named by its hash."""
    if urlsplit(url).scheme not in {"http", "https"}:
        return "urn:sha256:" + hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
    return urldefrag(str(normalize_url(url))).url


def _validators(answer: Answer) -> dict[str, str]:
    return {k: v for k, v in (("etag", answer.etag), ("last_modified", answer.last_modified)) if v}


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
