"""Which story a landing document tells: that of a near copy, a relay or a translation among the latest documents, else its own."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pyiceberg.expressions import parser
from pyiceberg.table import Table

from pipelines.enrich.story import Fingerprint, stories, unpack
from pipelines.io.scan import rows

REACH = timedelta(days=60)  # how far back a lander looks when it starts
WINDOW = 5000  # documents that a new one is held against; older ones are not told any more


class Stories:
    """The latest documents with their stories; bounded, however long the history is."""

    def __init__(self, table: Table) -> None:
        self._known: dict[str, tuple[Fingerprint, str]] = {}
        snapshot = table.current_snapshot()
        since = datetime.fromtimestamp((snapshot.timestamp_ms if snapshot else 0) / 1000, UTC) - REACH
        latest = parser.parse(f"fetched_at >= '{since.isoformat()}'")
        for document_id, story_id, packed in rows(table, ("document_id", "story_id", "fingerprint"), latest):
            self._remember(document_id, unpack(b64decode(packed)), story_id)

    def assign(self, landing: Mapping[str, str]) -> dict[str, str]:
        """Document id → story id, for landing documents given with their packed fingerprints."""
        prints = {document_id: unpack(b64decode(packed)) for document_id, packed in landing.items()}
        # A new revision stays in its document's story, whatever it now says.
        found = {d: self._known[d][1] for d in prints if d in self._known}
        found |= stories({d: p for d, p in prints.items() if d not in found}, self._known)
        for document_id, story_id in found.items():
            self._remember(document_id, prints[document_id], story_id)
        return found

    def _remember(self, document_id: str, mark: Fingerprint, story_id: str) -> None:
        self._known.pop(document_id, None)
        self._known[document_id] = mark, story_id
        if len(self._known) > WINDOW:
            del self._known[next(iter(self._known))]
