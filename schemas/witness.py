"""Witnesses: arithmetic checks of a text against itself and against reference data."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from schemas.contract import Column, Contract
from schemas.vocabulary import VERDICTS, WITNESS_KINDS


class Witness(Struct):
    """An arithmetic check and its verdict."""

    document_id: Annotated[str, Column("Document that was checked", filled_by="enrich")]
    revision: Annotated[int, Column("Revision of the document", minimum=1, filled_by="land")]
    witness_no: Annotated[int, Column("Running number in the document", minimum=1, filled_by="enrich")]
    fetched_at: Annotated[datetime, Column("When the document was fetched", filled_by="enrich")]
    kind: Annotated[str, Column("What is checked", one_of=WITNESS_KINDS, filled_by="enrich")]
    verdict: Annotated[str, Column("Whether it holds", one_of=VERDICTS, filled_by="enrich")]
    note: Annotated[str, Column("The arithmetic in words", filled_by="enrich")]
    evidence: Annotated[str, Column("The words checked: exactly text[start:end]", filled_by="enrich")]
    start: Annotated[int, Column("Offset of the evidence in the clean text", minimum=0, filled_by="enrich")]
    end: Annotated[int, Column("Offset behind the evidence", minimum=0, filled_by="enrich")]


CONTRACT = Contract(
    Witness, "witnesses", key=("document_id", "revision", "witness_no"), partition_by_month="fetched_at", sort=("kind", "document_id"),
    of="document",
)  # fmt: skip
