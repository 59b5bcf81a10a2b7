"""The shape of trade statistics: a paged JSON service in the form of UN Comtrade's version 1.

The service is first asked what it has (`getDa`: per period and reporter a checksum and a number of rows), and then only for
the periods that are new or have another checksum. Of a period asked for again only the rows that were not there before are
records: those are revisions. A period that is announced and then comes empty or short is a fault of the source, never "none".
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from pipelines.errors import SourceChanged
from pipelines.io.web import Answer
from pipelines.sources.raw import Raw, described
from pipelines.sources.source import Pull

T = TypeVar("T")
DIGEST_LENGTH = 16
PAGES = 1000


class Dataset(msgspec.Struct):
    """What `getDa` says of one reporter's period."""

    period: int | str
    reporter: int = msgspec.field(name="reporterCode")
    rows: int = msgspec.field(name="totalRecords")
    checksum: int | str = msgspec.field(name="datasetChecksum")


class Availability(msgspec.Struct):
    """The answer of `getDa`."""

    data: list[Dataset]


class Offer(msgspec.Struct, frozen=True):
    """What the service has of one period: its rows, and one checksum of all its datasets."""

    period: str
    rows: int
    checksum: str

    @classmethod
    def of(cls, period: str, parts: list[Dataset]) -> "Offer":
        """The offer that the datasets of one period make together."""
        named = sorted(f"{part.reporter}:{part.checksum}" for part in parts)
        return cls(period, sum(part.rows for part in parts), _digest("|".join(named).encode()))


class Page(msgspec.Struct):
    """One page of rows, each kept as the JSON text it came in; `count` is the number of rows of all pages."""

    count: int
    data: list[msgspec.Raw]


@dataclass(frozen=True)
class PagedJson:
    """A connector. `path` is type, frequency and classification (`C/M/HS`), `query` fixed parameters, `id_fields` a row's key.

    A subscription key goes into the source's `headers`. `remembered_rows` bounds what the cursor keeps per period: of a larger one all
    rows are records again when it changes, and what is not new is found out at the table.
    The cursor: {"periods": {period: {"checksum": hex, "rows": [hex …] or null}}}.
    """

    path: str
    id_fields: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    page_rows: int = 100
    remembered_rows: int = 5000

    def __call__(self, pull: Pull) -> Iterator[Raw]:
        """Rows of the periods that changed, oldest period first."""
        known: dict[str, Any] = pull.cursor.setdefault("periods", {})
        offered = self._offered(pull)
        pull.listing(sum(offer.rows for offer in offered.values()))
        if gone := sorted(set(known) - set(offered)):
            raise SourceChanged(f"{pull.url}: no longer has {', '.join(gone[:5])}", "ask the publisher whether the periods were withdrawn")
        for offer in offered.values():
            if known.get(offer.period, {}).get("checksum") == offer.checksum:
                pull.counts["unchanged"] += offer.rows
            else:
                yield from self._period(pull, offer, known)

    def _offered(self, pull: Pull) -> dict[str, Offer]:
        """What there is, by period, oldest first."""
        answer = self._get(pull, f"data/v1/getDa/{self.path}", {})
        datasets: dict[str, list[Dataset]] = {}
        for dataset in _decode(answer, Availability).data:
            datasets.setdefault(str(dataset.period), []).append(dataset)
        return {period: Offer.of(period, datasets[period]) for period in sorted(datasets)}

    def _period(self, pull: Pull, offer: Offer, known: dict[str, Any]) -> Iterator[Raw]:
        """Rows of one period that were not in it before."""
        before, now = set(known.get(offer.period, {}).get("rows") or ()), []
        fresh: list[Raw] = []
        for answer, texts in self._pages(pull, offer):
            for text in texts:
                now.append(_digest(text))
                if now[-1] in before:
                    pull.counts["unchanged"] += 1
                else:
                    fresh.append(self._row(pull, answer, offer.period, text))
        yield from fresh[:-1]
        # The cursor takes the period with its last row: one that is broken off before is read again.
        rows = sorted(set(now)) if len(now) <= self.remembered_rows else None
        known[offer.period] = {"checksum": offer.checksum, "rows": rows}
        yield from fresh[-1:]

    def _pages(self, pull: Pull, offer: Offer) -> Iterator[tuple[Answer, list[bytes]]]:
        """The pages of a period until its count is reached."""
        got = 0
        for number in range(1, PAGES + 1):
            query = {**self.query, "period": offer.period, "page": str(number), "maxRecords": str(self.page_rows)}
            answer = self._get(pull, f"data/v1/get/{self.path}", query)
            page = _decode(answer, Page)
            got += len(page.data)
            if not page.data:
                what = "answers empty" if got == 0 else f"ends after {got} of {page.count} rows"
                raise SourceChanged(
                    f"{answer.url}: {offer.period} was announced with {offer.rows} rows, and {what}",
                    "an empty answer is not a source that says none: compare the query with the service's documentation",
                )
            yield answer, [bytes(text) for text in page.data]
            if got >= page.count:
                return
        raise SourceChanged(f"{pull.url}: {offer.period} has more than {PAGES} pages", "raise `page_rows` in the source's module")

    def _row(self, pull: Pull, answer: Answer, period: str, text: bytes) -> Raw:
        """One row, by its own key; a row without one is named by its hash, and left to the contract to judge."""
        try:
            row = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            row = None
        parts = [row.get(name) for name in self.id_fields] if isinstance(row, dict) else []
        has_key = bool(parts) and all(isinstance(part, str | int) for part in parts)
        source_id = f"{self.path}:" + ":".join(str(part) for part in parts) if has_key else "urn:sha256:" + hashlib.sha256(text).hexdigest()
        said = {k: v for k, v in described(answer).items() if k in {"url", "fetched_at", "status"}}
        return pull.raw(source_id, "application/json", text, said | {"period": period, "sha256": hashlib.sha256(text).hexdigest()})

    def _get(self, pull: Pull, path: str, query: Mapping[str, str]) -> Answer:
        url = f"{pull.url.rstrip('/')}/{path}" + (f"?{urlencode(query)}" if query else "")
        return pull.web.get(url, accept="application/json", headers=pull.headers)


def _decode(answer: Answer, kind: type[T]) -> T:
    """The body as that form; raises SourceChanged (text instead of JSON, another form, nested too deep)."""
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise SourceChanged(
            f"{answer.url}: answers {answer.content_type} in another form ({str(error)[:160]}): {answer.text()[:120]!r}",
            "compare with the service's documentation and mend the connector",
        ) from None


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:DIGEST_LENGTH]
