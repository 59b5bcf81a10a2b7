"""What an audit finds, and the form in which it is told."""

from typing import Any

from msgspec import Struct, field, to_builtins

from pipelines.errors import NeedsPerson

IDS = 1000  # ids that a finding lists


class Unaccounted(NeedsPerson):
    """Records are missing, doubled, or counted wrong."""


class Finding(Struct, frozen=True):
    """Something that does not hold: where, how often, and the first ids it concerns."""

    where: str
    what: str
    records: int
    ids: list[str] = []


class Day(Struct):
    """One source on one day, as the accounting has it; `pending` is what is still on its way."""

    record: str
    source: str
    day_on: str
    pulled: int = 0
    replayed: int = 0
    landed: int = 0
    duplicate: int = 0
    rejected: int = 0
    pending: int = 0


class StageCount(Struct, frozen=True):
    """One stage over all that the topics hold: in = out + rejected + waiting, if nothing is lost."""

    stage: str
    taken: int
    out: int
    rejected: int
    waiting: int


class Audit(Struct):
    """What an audit found. It holds when there are no findings."""

    days: list[Day] = field(default_factory=list)
    stages: list[StageCount] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_provable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether everything that can be proven holds."""
        return not self.findings

    def held(self) -> dict[str, Any]:
        """JSON-able form; raises Unaccounted when it does not hold."""
        if self.findings:
            told = [f"{f.where}: {f.what} ({f.records}): {', '.join(f.ids)}" for f in self.findings]
            raise Unaccounted("the audit does not hold:\n" + "\n".join(told), "`lodestream audit` tells more; nothing was changed")
        return self.as_extra()

    def as_extra(self) -> dict[str, Any]:
        """JSON-able form."""
        plain: dict[str, Any] = to_builtins(self)
        return {"holds": self.holds, **plain}
