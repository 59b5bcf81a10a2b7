"""Mentions: which entity a document names, where, and in which words."""

from datetime import datetime
from typing import Annotated

from msgspec import Struct

from schemas.contract import Column, Contract
from schemas.vocabulary import ENTITY_TYPES, PLACES


class Mention(Struct):
    """A name in a document; offsets count characters of the place where it stands."""

    document_id: Annotated[str, Column("Document that names it", filled_by="enrich")]
    revision: Annotated[int, Column("Revision of the document", minimum=1, filled_by="land")]
    fetched_at: Annotated[datetime, Column("When the document was fetched", filled_by="enrich")]
    start: Annotated[int, Column("Offset of the first character", minimum=0, filled_by="enrich")]
    end: Annotated[int, Column("Offset behind the last character", minimum=0, filled_by="enrich")]
    place: Annotated[str, Column("What the offsets count; removed lines are joined by line breaks", one_of=PLACES, filled_by="enrich")]
    surface: Annotated[str, Column("The words that name it", filled_by="enrich")]
    entity_type: Annotated[str, Column("Kind of entity", one_of=ENTITY_TYPES, filled_by="enrich")]
    entity_id: Annotated[str | None, Column("Id in the register; null outside it or where unresolved", filled_by="enrich")]
    candidates: Annotated[list[str], Column("Ids that the surface fits, where it was left unresolved", filled_by="enrich")]


CONTRACT = Contract(
    Mention, "mentions", key=("document_id", "revision", "place", "start"), partition_by_month="fetched_at",
    sort=("entity_id", "document_id"), of="document",
)  # fmt: skip
