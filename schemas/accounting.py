"""Accounting: how many records each source gave on each day, and what became of them."""

from datetime import date
from typing import Annotated

from msgspec import Struct

from schemas.contract import Column, Contract
from schemas.vocabulary import OUTCOMES, RECORDS


class Accounting(Struct):
    """Counts to be summed: for each source and day, pulled = landed + duplicate + rejected + pending."""

    record: Annotated[str, Column("Kind of record", one_of=RECORDS)]
    source: Annotated[str, Column("Source that served the records")]
    day_on: Annotated[date, Column("Day (UTC) on which the records were pulled")]
    outcome: Annotated[str, Column("What became of them", one_of=OUTCOMES)]
    records: Annotated[int, Column("Number of records", minimum=1)]
    topic: Annotated[str, Column("Topic that they were counted in")]


CONTRACT = Contract(
    Accounting, "accounting", key=("record", "source", "day_on", "outcome"), partition_by_month="day_on", sort=("source", "day_on")
)
