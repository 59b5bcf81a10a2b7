"""Messages on the topics: one JSON record each, CloudEvents 1.0 in the headers (binary mode), its origin beside it.

The origin is the place of the raw record that a message comes from; it lets a reader tell a repetition from a new record.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

Headers = list[tuple[str, bytes]]
HEADER_LIMIT = 4096  # bytes that are kept of one header; a hostile message may carry more
HEADER_COUNT = 64
DECISION = "lodestream.decision"
# What quarantine adds to a record's own headers.
OF_QUARANTINE = ("ce_origin", "ce_rule", "ce_field", "ce_value", "ce_stage", "ce_dataref", "ce_datasize")


@dataclass(frozen=True, order=True)
class Origin:
    """Topic id, partition and offset of the raw record."""

    topic_id: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic_id}:{self.partition}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Origin | None":
        """The origin that a header holds; None for anything else."""
        parts = text.split(":")
        if len(parts) != 3 or not (parts[1].isdecimal() and parts[2].isdecimal()):
            return None
        return cls(parts[0], int(parts[1]), int(parts[2]))


@dataclass(frozen=True)
class Message:
    """A message that was read. `value` is None for a tombstone."""

    topic: str
    topic_id: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, str] = field(default_factory=dict)
    timestamp_ms: int = 0

    @property
    def origin(self) -> Origin:
        """Where the raw record stands: this place for a raw message, the header's for all others."""
        named = Origin.parse(self.headers.get("ce_origin", ""))
        return named or Origin(self.topic_id, self.partition, self.offset)

    @property
    def size(self) -> int:
        """Bytes of the payload, also of one that was left in the store."""
        text = self.headers.get("ce_datasize", "")
        return int(text) if text.isdecimal() and len(text) < 12 else len(self.value or b"")

    @property
    def source(self) -> str:
        """Source that served the record, `unknown` where the message does not say."""
        return self.headers.get("ce_source", "").removeprefix("/sources/") or "unknown"

    @property
    def published_at(self) -> datetime:
        """When the raw record was published: the header's time, else the broker's."""
        try:
            at = datetime.fromisoformat(self.headers["ce_time"])
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (KeyError, ValueError, OverflowError):
            return datetime.fromtimestamp(max(self.timestamp_ms, 0) / 1000, UTC)

    @property
    def attempt(self) -> int:
        """1 for a first delivery, more after a replay from quarantine."""
        text = self.headers.get("ce_attempt", "1")
        return int(text) if text.isdecimal() and 0 < len(text) < 6 else 1

    @property
    def is_decision(self) -> bool:
        """Whether this is no record but a decision about one, as they stand on the quarantine topics."""
        return self.headers.get("ce_type") == DECISION and {"ce_id", "ce_quarantineid", "ce_decision"} <= self.headers.keys()


class Rejection(Struct, frozen=True):
    """Why a record was rejected: the first rule that it broke, and all of them as `field: rule (value)`."""

    rule: str
    field: str | None = None
    value: str | None = None
    reasons: tuple[str, ...] = ()


def first_headers(source: str, record: str, record_id: str, at: datetime, attempt: int = 1) -> Headers:
    """Headers of a raw message."""
    trace = hashlib.sha256(f"{source}/{record_id}/{at.isoformat()}".encode()).hexdigest()
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", record_id.encode()),
        ("ce_source", f"/sources/{source}".encode()),
        ("ce_type", f"lodestream.raw.{record}".encode()),
        ("ce_time", at.isoformat().encode()),
        ("ce_attempt", str(attempt).encode()),
        ("content-type", b"application/json"),
        ("traceparent", f"00-{trace[:32]}-{trace[32:48]}-01".encode()),
    ]


def passed_on(message: Message, kind: str, extra: dict[str, str] | None = None) -> Headers:
    """Headers of what a stage makes of a message: the same event, its new type, its origin."""
    kept = {k: v for k, v in message.headers.items() if k.startswith("ce_") or k in ("content-type", "traceparent")}
    for name in ("ce_dataref", "ce_datasize"):
        kept.pop(name, None)
    kept |= {"ce_type": f"lodestream.{kind}", "ce_origin": str(message.origin)} | (extra or {})
    return [(k, v.encode("utf-8", "replace")) for k, v in kept.items()]


def rejected(message: Message, stage: str, rejection: Rejection) -> Headers:
    """Headers of a quarantined message: its own, the rule, and those that Kafka Connect's tools read."""
    connect = {
        "topic": message.topic,
        "partition": str(message.partition),
        "offset": str(message.offset),
        "connector.name": "lodestream",
        "task.id": "0",
        "stage": stage,
        "class.name": f"lodestream.{stage}",
        "exception.class.name": f"lodestream.Rejected.{rejection.rule}",
        "exception.message": "; ".join(rejection.reasons)[:2000],
    }
    own = {"ce_rule": rejection.rule, "ce_field": rejection.field or "", "ce_value": rejection.value or "", "ce_stage": stage}
    extra = own | {f"__connect.errors.{k}": v for k, v in connect.items()}
    return passed_on(message, f"quarantine.{stage}", {k: printable(v) for k, v in extra.items()})


def replayed(said: dict[str, str], record: str, quarantine_id: str, attempt: int) -> Headers:
    """Headers of a raw message that is delivered again: those of its first delivery, the attempt, and what it replays."""
    kept = {k: v for k, v in said.items() if k not in OF_QUARANTINE and not k.startswith("__connect.")}
    kept |= {"ce_type": f"lodestream.raw.{record}", "ce_attempt": str(attempt), "ce_replayof": quarantine_id}
    return [(k, v.encode("utf-8", "replace")) for k, v in kept.items()]


class Decided(Struct, frozen=True, kw_only=True):
    """A decision about a quarantined record: `replayed` begins the attempt, `discarded` leaves it at its last one."""

    quarantine_id: str
    source: str
    decision: str
    attempt: int
    at: datetime
    note: str = ""

    def headers(self) -> Headers:
        """Headers of its message; the same decision about the same attempt has the same id."""
        said = {
            "ce_specversion": "1.0",
            "ce_id": hashlib.sha256(f"{self.quarantine_id}/{self.decision}/{self.attempt}".encode()).hexdigest()[:32],
            "ce_source": f"/sources/{self.source}",
            "ce_type": DECISION,
            "ce_time": self.at.isoformat(),
            "ce_attempt": str(self.attempt),
            "ce_quarantineid": self.quarantine_id,
            "ce_decision": self.decision,
            "ce_note": printable(self.note)[:500],
        }
        return [(k, v.encode("utf-8", "replace")) for k, v in said.items()]


def read_headers(headers: Any) -> dict[str, str]:
    """Headers as text, cut and without control characters: names and values may be hostile."""
    found: dict[str, str] = {}
    for name, value in list(headers or [])[:HEADER_COUNT]:
        found[printable(str(name))[:200]] = printable((value or b"")[:HEADER_LIMIT].decode("utf-8", "replace"))
    return found


def printable(text: str) -> str:
    """Text without control characters and lone surrogates, so that it can stand in a log line."""
    return "".join(c if c.isprintable() else "�" for c in text) if not text.isprintable() else text
