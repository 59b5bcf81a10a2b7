"""Raw records for the tests: good ones, and those that break a rule."""

from datetime import UTC, datetime
from hashlib import sha256

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
