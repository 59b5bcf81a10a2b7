"""What a run of a stage did: in = out + rejected, by topic and partition, as numbers for logs, asset events and people."""

from dataclasses import dataclass, field
from typing import Any

from pipelines.messages import Message


@dataclass
class Report:
    """Counts of one run. For land, `passed` are the records that landed, were duplicates or repetitions."""

    stage: str
    read: int = 0
    passed: int = 0
    rejected: int = 0
    landed: int = 0
    duplicate: int = 0
    repeated: int = 0
    offsets: dict[str, list[int]] = field(default_factory=dict)
    snapshots: dict[str, int] = field(default_factory=dict)

    def count(self, message: Message, *, rejected: bool) -> None:
        """Count one record that was read."""
        self.read += 1
        self.rejected += rejected
        self.passed += not rejected
        span = self.offsets.setdefault(f"{message.topic}:{message.partition}", [message.offset, message.offset])
        span[1] = message.offset

    def __add__(self, other: "Report") -> "Report":
        """Counts of both, with the later one's snapshots."""
        names = ("read", "passed", "rejected", "landed", "duplicate", "repeated")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Report(self.stage, **sums, offsets=self.offsets | other.offsets, snapshots=self.snapshots | other.snapshots)

    def as_extra(self) -> dict[str, Any]:
        """JSON-able form for an Airflow asset event."""
        return {k: v for k, v in vars(self).items() if v not in ({}, None)}

    def line(self) -> str:
        """One line for a log."""
        text = f"{self.stage}: in {self.read}, out {self.passed}, rejected {self.rejected}"
        if self.stage.startswith("land"):
            text += f" (landed {self.landed}, duplicate {self.duplicate}, repeated {self.repeated})"
        return text
