"""The shape of pages: known ones are asked for again, because they are edited after they were published.

It is done by conditional request, with pauses that grow with the page's age, and for a number of days only. A page that cannot
be had is no reason to stop: it becomes a record without payload, or is kept for the next pull.

The cursor: {"items": {url: {first, checked, sha256, etag, last_modified, problem, tries, item}}}. Items leave it when they are
neither listed nor re-checked any more.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urldefrag, urlsplit

from courlan import normalize_url

from pipelines.errors import Transient
from pipelines.io.guarded import Refused
from pipelines.io.web import Answer
from pipelines.sources.raw import Raw, described
from pipelines.sources.source import Pull

# A page that cannot be had that often is reported as such; that many one after the other, and the host is down.
TRIES = 5
HOST_IS_DOWN = 3
# A page is asked for again when it has aged by this part since it was last asked for.
RECHECK_AGEING = 0.5
NO_PAYLOAD = "application/octet-stream"
Item = dict[str, Any]


def read_pages(pull: Pull, listed: dict[str, Item], *, complete: bool, recheck_days: float) -> Iterator[Raw]:
    """Raw records of the pages that are new, have changed, or cannot be had.

    `listed` describes pages by address, for `Raw.meta`. `complete` says that it holds all that the source lists, so that what
    is old and not in it may be forgotten. Raises Transient when the host is down.
    """
    window = timedelta(days=recheck_days)
    known: dict[str, Item] = pull.cursor.setdefault("items", {})
    if complete:
        _forget(known, listed, pull.now() - window)
    failures = 0
    for url, item in ({url: state["item"] for url, state in known.items()} | listed).items():
        if not _is_due(pull.now(), window, known.get(url)):
            pull.counts["not_due"] += 1
            continue
        try:
            raw = _page(pull, url, item, known)
        except Transient:
            failures += 1
            if failures >= HOST_IS_DOWN:
                raise
            raw = _defer(pull, url, item, known)
        else:
            failures = 0
        if raw is not None:
            yield raw


def _forget(known: dict[str, Item], listed: dict[str, Item], oldest: datetime) -> None:
    for url in [url for url, state in known.items() if url not in listed and datetime.fromisoformat(state["first"]) < oldest]:
        del known[url]


def _is_due(now: datetime, window: timedelta, state: Item | None) -> bool:
    if state is None or "tries" in state:
        return True
    first, checked = datetime.fromisoformat(state["first"]), datetime.fromisoformat(state["checked"])
    return now - first <= window and now - checked >= RECHECK_AGEING * (checked - first)


def _page(pull: Pull, url: str, item: Item, known: dict[str, Item]) -> Raw | None:
    """The page as a raw record, or None if it is the one that is known; brings `known` up to date."""
    now = pull.now().isoformat()
    state = known.get(url, {})
    next_state: Item = {"first": state.get("first", now), "checked": now, "item": item}
    listed_as = {**item, "url": url}
    try:
        answer = _fetch(pull, url, state)
    except Refused as refused:
        known[url] = next_state | {"problem": refused.reason}
        if state.get("problem") == refused.reason:
            pull.counts["unchanged"] += 1
            return None
        return pull.raw(_source_id(url), NO_PAYLOAD, b"", listed_as | {"problem": refused.reason, "fetched_at": now})
    if answer.is_unchanged or answer.sha256 == state.get("sha256"):
        kept = {k: state[k] for k in ("sha256", "etag", "last_modified") if k in state}
        known[url] = next_state | kept | ({} if answer.is_unchanged else validators(answer))
        pull.counts["unchanged"] += 1
        return None
    known[url] = next_state | validators(answer) | {"sha256": answer.sha256}
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
    meta = {**item, "url": url, "problem": "unreachable", "fetched_at": now}
    return pull.raw(_source_id(url), NO_PAYLOAD, b"", meta)


def _fetch(pull: Pull, url: str, state: Item) -> Answer:
    """The page, or 304 if it is the one that is known; raises Refused (`foreign_host` too) and Transient.

    A feed speaks for its own host: a link or redirect elsewhere leads to another publisher's text, under another licence.
    """
    own = _host(pull.url)
    known = state if "sha256" in state else {}
    if _host(url) in {"", own}:
        answer = pull.web.get(
            url, accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
            etag=known.get("etag"), last_modified=known.get("last_modified"), headers=pull.headers,
        )  # fmt: skip
        if _host(answer.url) == own:
            return answer
    raise Refused("foreign_host", url, "leads away from the feed's host", "declare that publisher as a source of its own")


def _host(url: str) -> str:
    """Host of a web address without `www.`, "" if it is none."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removeprefix("www.") if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _source_id(url: str) -> str:
    """The canonical URL: no fragment, no tracking parameters. What is no web address is named by its hash."""
    if not _host(url):
        return "urn:sha256:" + hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
    return urldefrag(str(normalize_url(url))).url


def validators(answer: Answer) -> dict[str, str]:
    """What the next conditional request needs, without what the server did not give."""
    return {k: v for k, v in (("etag", answer.etag), ("last_modified", answer.last_modified)) if v}
