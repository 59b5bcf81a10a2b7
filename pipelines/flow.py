"""The map: the stages in order, the topics that they read and write, the tables where records land. Data only.

No topic name stands anywhere else.
"""

from dataclasses import dataclass

from schemas.vocabulary import RECORDS

CURSORS = "cursors"  # compacted: source → where its next pull begins
VERBS = ("validate", "enrich", "land")


@dataclass(frozen=True)
class Stage:
    """One verb for one record: what it reads, where its results and its rejects go."""

    verb: str
    record: str

    @property
    def name(self) -> str:
        """Such as `validate.document`; also the consumer group."""
        return f"{self.verb}.{self.record}"

    @property
    def reads(self) -> str:
        """Topic of the input."""
        return {"validate": raw, "enrich": valid, "land": clean}[self.verb](self.record)

    @property
    def writes(self) -> str | None:
        """Topic of the output; None where results land in tables."""
        return {"validate": valid(self.record), "enrich": clean(self.record)}.get(self.verb)

    @property
    def rejects(self) -> str:
        """Topic of what the stage rejects."""
        return quarantine(self.record)


def raw(record: str) -> str:
    """Records as they were pulled."""
    return f"raw.{record}"


def valid(record: str) -> str:
    """Records that keep the contract."""
    return f"valid.{record}"


def clean(record: str) -> str:
    """Records with all that enrichment adds."""
    return f"clean.{record}"


def quarantine(record: str) -> str:
    """Records that broke a rule."""
    return f"quarantine.{record}"


def topics_of(record: str) -> tuple[str, ...]:
    """All topics of a record; they have the same number of partitions."""
    return raw(record), valid(record), clean(record), quarantine(record)


STAGES: dict[str, Stage] = {s.name: s for record in RECORDS for s in (Stage(verb, record) for verb in VERBS)}
TRANSFORMS = ("validate", "enrich")

# The first table of a record decides what is new; the others follow it.
TABLES: dict[str, tuple[str, ...]] = {
    "document": ("documents", "mentions", "events", "witnesses"),
    "trade_flow": ("trade_flows",),
}
# The tables that all records share; the first two are fed by the quarantine topics.
SHARED_TABLES = ("quarantine", "decisions", "accounting")
EVERY_TABLE = (*(table for tables in TABLES.values() for table in tables), *SHARED_TABLES)
