"""Quarantine: every record that broke a rule, with the rule, the value and the way back to its bytes."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from schemas.contract import Column, Contract
from schemas.vocabulary import RECORDS


class Quarantine(Struct):
    """A record that broke a rule; `lodestream quarantine` shows, replays or discards it."""

    quarantine_id: Annotated[str, Column("Stable id: made from the raw record's place in its topic", pattern=r"^[0-9a-f]{32}$")]
    record: Annotated[str, Column("Kind of record", one_of=RECORDS)]
    record_id: Annotated[str | None, Column("Id of the record, where it could be read")]
    source: Annotated[str, Column("Source that served it; `unknown` where the record does not say")]
    stage: Annotated[str, Column("Stage that rejected it")]
    rule: Annotated[str, Column("First rule that it broke")]
    field: Annotated[str | None, Column("Field that broke it")]
    value: Annotated[str | None, Column("Value that broke it, cut to 500 characters")]
    reasons: Annotated[list[str], Column("All broken rules, each as `field: rule (value)`")]
    attempt: Annotated[int, Column("1 when it first came, more after a replay", minimum=1)]
    rejected_at: Annotated[datetime, Column("When the raw record was published")]
    payload: Annotated[str, Column("The message's bytes in base64, or the address of a large one")]
    payload_sha256: Annotated[str, Column("Hash of the message's bytes")]
    headers: Annotated[str, Column("The raw message's headers as JSON")]
    origin_partition: Annotated[int, Column("Partition of the raw record", minimum=0)]
    origin_offset: Annotated[int, Column("Offset of the raw record", minimum=0)]
    message_key: Annotated[str | None, Column("The message's key in base64")]


CONTRACT = Contract(Quarantine, "quarantine", key=("quarantine_id",), partition_by_month="rejected_at", sort=("source", "rule"))
