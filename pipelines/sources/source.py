"""What a source declares about itself, and one pull of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import structlog

from pipelines.errors import SourceChanged
from pipelines.io.web import Web
from pipelines.settings import Settings
from pipelines.sources.raw import Raw, Record

Licence = Literal["full_text", "quote", "metadata"]
Cursor = dict[str, Any]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Source:
    """One source. `name` is `<publisher>_<thing>`: the module, the DAG and the recorded folder are called so too.

    `schedule` is a cron line in UTC. `pause_seconds` is the least time between two requests; robots.txt may ask for more.
    `expected` is the least and the most that a full listing of the source has ever to hold: below it the source has changed
    and nothing is taken, above it a warning is logged. `is_local` lets it lie on this machine. `headers` are for keys.
    """

    name: str
    record: Record
    publisher: str
    licence: Licence
    licence_note: str
    schedule: str
    pause_seconds: float
    expected: tuple[int, int]
    url: Callable[[Settings], str]
    connector: Callable[["Pull"], Iterator[Raw]]
    is_local: bool = False
    headers: Callable[[Settings], Mapping[str, str]] = lambda _: {}

    def web(self, settings: Settings) -> Web:
        """The client to pull this source through."""
        return Web.for_source(settings, self.url(settings), pause_seconds=self.pause_seconds, is_local=self.is_local)

    def pull(self, web: Web, cursor: Cursor, settings: Settings) -> "Pull":
        """Begin a pull where `cursor` ended ({} for the first)."""
        return Pull(self, web, cursor, url=self.url(settings), headers=self.headers(settings))


class Pull:
    """One pull: iterate it for the raw records; `cursor` at any moment covers no more than the records yielded so far.

    So the records since the last commit and the cursor can be published in one transaction whenever it suits: once at the
    end, or every few hundred records. A pull that is broken off is taken up from the cursor published last; a record that it
    did not cover yet is yielded again, the same. `cursor` is JSON-able. `counts` says what became of all that the source listed:
    `listed` (by answers that were not 304), `yielded`, `unchanged` (asked for, and the same), `not_due` (known, not asked for),
    `repeated` (listed twice with the same address), `problems` (yielded without payload), `deferred` (could not be had now,
    kept for the next pull).
    """

    def __init__(self, source: Source, web: Web, cursor: Cursor, *, url: str, headers: Mapping[str, str]) -> None:
        self.source = source
        self.web = web
        self.url = url
        self.headers = headers
        self.cursor = deepcopy(cursor)
        self.counts: Counter[str] = Counter()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __iter__(self) -> Iterator[Raw]:
        """Raw records in the order of the source. Raises Transient, Refused and SourceChanged."""
        for raw in self.source.connector(self):
            self.counts["yielded"] += 1
            self.counts["problems"] += "problem" in raw.meta
            yield raw

    def raw(self, source_id: str, content_type: str, payload: bytes, meta: dict[str, Any]) -> Raw:
        """A raw record of this source; what is None in `meta` is left out."""
        return Raw(
            record=self.source.record,
            source=self.source.name,
            source_id=source_id,
            content_type=content_type,
            payload=payload,
            meta={name: value for name, value in meta.items() if value is not None},
        )

    def listing(self, found: int, *, complete: bool = True) -> None:
        """Count what was listed, before the first record is yielded; a complete listing is held against what was declared."""
        least, most = self.source.expected
        self.counts["listed"] += found
        if complete and found < least:
            raise SourceChanged(
                f"{self.source.name}: lists {found} records, and was never to list fewer than {least}",
                f"open {self.url}; if it is right so, lower `expected` in the source's module, else mend its connector",
            )
        if found > most:
            log.warning("more_records_than_expected", source=self.source.name, found=found, expected=most)
