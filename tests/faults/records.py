"""Raw records for the tests: good ones, and those that break a rule; and what a topic holds of them."""

from datetime import UTC, datetime
from hashlib import sha256

from pipelines.io.consume import TableReader
from pipelines.io.topics import Topics
from pipelines.messages import Message
from pipelines.settings import Settings
from pipelines.sources.raw import Raw


def html_record(source: str, number: int, *, version: int = 1, is_bad: bool = False) -> Raw:
    """A document of about 1 KB; a bad one has no address that the contract takes."""
    seed = sha256(f"{source}/{number}/{version}".encode()).hexdigest()
    text = f"Report {number} in version {version} of {source}. " + " ".join(seed[i : i + 8] for i in range(0, 64, 8)) * 8
    return Raw(
        record="document",
        source=source,
        source_id=f"https://example.org/{source}/{number}",
        content_type="text/plain; charset=utf-8",
        payload=text.encode(),
        meta={
            "url": "no address" if is_bad else f"https://example.org/{source}/{number}",
            "fetched_at": datetime.now(UTC).isoformat(),
            "status": 200,
            "title": f"Report {number}",
        },
    )


def read_topic(settings: Settings, topic: str, ids: dict[str, str], source: str) -> list[Message]:
    """All messages of one source that a topic holds."""
    with Topics(settings) as topics:
        ends, start = topics.ends(topic), topics.beginnings(topic)
    reader = TableReader(settings, "test", ids, lambda _: b"", {(topic, p): o for p, o in start.items()})
    found: list[Message] = []
    while any(reader.positions()[topic, p] < end for p, end in ends.items()):
        found += [m for m in reader.poll(1.0) if m.source == source]
    reader.close()
    return found
