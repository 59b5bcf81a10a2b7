"""Decision: what a person or a DAG decided about a quarantined record."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from schemas.contract import Column, Contract
from schemas.vocabulary import DECISIONS, RECORDS


class Decision(Struct):
    """A decision about a quarantined record; one that has none yet is waiting."""

    decision_id: Annotated[str, Column("Stable id: made from what was decided about which record", pattern=r"^[0-9a-f]{32}$")]
    quarantine_id: Annotated[str, Column("The quarantined record", pattern=r"^[0-9a-f]{32}$")]
    record: Annotated[str, Column("Kind of record", one_of=RECORDS)]
    source: Annotated[str, Column("Source that served the record")]
    decision: Annotated[str, Column("What was decided", one_of=DECISIONS)]
    attempt: Annotated[int, Column("Attempt that the replay began; of a discarded record its last one", minimum=1)]
    decided_at: Annotated[datetime, Column("When it was decided")]
    note: Annotated[str | None, Column("Why, in the words of whoever decided", max_length=500)]


CONTRACT = Contract(Decision, "decisions", key=("decision_id",), partition_by_month="decided_at", sort=("source", "quarantine_id"))
