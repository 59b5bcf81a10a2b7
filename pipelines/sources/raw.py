"""The envelope of what was pulled: the bytes as they came, and what the server said about them."""

from typing import Any, Literal

import msgspec

from pipelines.io.web import Answer

Record = Literal["document", "trade_flow"]


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """One raw record.

    `source_id` is the source's own id of the thing, or its canonical URL: the same for all revisions and all copies. It is
    also the topic key, so that what is about one thing stays in order. `payload` are the original bytes, unchanged, and empty
    if there were none to get; `meta["problem"]` then says why in a fixed word, and the contract rejects it.

    Names in `meta`, each absent if unknown: `url` (as fetched), `fetched_at` (ISO 8601, UTC), `status`, `etag`,
    `last_modified`, `charset` (as the server named it), `language` (as claimed), `sha256` (of the payload), `title`,
    `published`, `updated` (as the feed wrote them), `feed`, `period`, `problem`.
    """

    record: Record
    source: str
    source_id: str
    content_type: str
    payload: bytes
    meta: dict[str, Any]

    @property
    def key(self) -> str:
        """What the topic is partitioned by."""
        return self.source_id


def described(answer: Answer) -> dict[str, Any]:
    """What the server said of its answer, for `Raw.meta`."""
    said = {
        "url": answer.url,
        "fetched_at": answer.fetched_at.isoformat(),
        "status": answer.status,
        "etag": answer.etag,
        "last_modified": answer.last_modified,
        "charset": answer.charset,
        "language": answer.headers.get("content-language"),
        "sha256": answer.sha256,
    }
    return {name: value for name, value in said.items() if value is not None}
