"""Documents: what was published, who published it and when, with its clean text."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from schemas.contract import Column, Contract
from schemas.vocabulary import LICENCES, PUBLISHED_PRECISIONS

SHA256 = r"^[0-9a-f]{64}$"
SLUG = r"^[a-z][a-z0-9_]{1,63}$"


class Document(Struct):
    """A document in one of its revisions; a page that changed is a new revision, not an overwrite."""

    document_id: Annotated[str, Column("Stable id: made from the source and its own id or canonical URL", pattern=r"^[0-9a-f]{32}$")]
    revision: Annotated[int, Column("1 for the first text and rules seen of this document, then counted up", minimum=1, filled_by="land")]
    source: Annotated[str, Column("Source that served it", pattern=SLUG)]
    source_id: Annotated[str, Column("The source's own id or canonical URL", min_length=1, max_length=2048)]
    url: Annotated[str, Column("Where it was fetched", pattern=r"^https?://\S+$", max_length=2048)]
    fetched_at: Annotated[datetime, Column("When it was fetched")]
    served_published: Annotated[str | None, Column("Publication date as the server gave it", max_length=64)]
    served_title: Annotated[str, Column("Title as served", max_length=2000)]
    served_text: Annotated[str, Column("Plain text as served, promotional lines still in it", min_length=1, max_length=2_000_000)]
    licence: Annotated[str, Column("What may be redistributed", one_of=LICENCES)]
    payload_sha256: Annotated[str, Column("Hash of the bytes that were fetched; their name in the archive", pattern=SHA256)]
    title: Annotated[str, Column("Clean title", filled_by="enrich")]
    text: Annotated[str, Column("Clean text; evidence offsets count its characters", filled_by="enrich")]
    removed_lines: Annotated[list[str], Column("Promotional and navigation lines that were removed", filled_by="enrich")]
    language: Annotated[str, Column("ISO 639-1 code of the text", pattern=r"^[a-z]{2,3}$", filled_by="enrich")]
    publisher: Annotated[str | None, Column("Who published it: id in the register, else the surface form", filled_by="enrich")]
    relay_of: Annotated[str | None, Column("Whose report it says it relays: id in the register, else the surface", filled_by="enrich")]
    published_on: Annotated[date | None, Column("First day of the publication date; null where the year is unknown", filled_by="enrich")]
    published_precision: Annotated[str, Column("Precision of the publication date", one_of=PUBLISHED_PRECISIONS, filled_by="enrich")]
    published_text: Annotated[str | None, Column("Publication date as the text writes it", filled_by="enrich")]
    text_sha256: Annotated[str, Column("Hash of title and text", pattern=SHA256, filled_by="enrich")]
    fingerprint: Annotated[str, Column("What copies and translations are found by: packed features, base64", filled_by="enrich")]
    rules_version: Annotated[str, Column("Version of the rules that read it", filled_by="enrich")]
    story_id: Annotated[str, Column("Documents that tell the same story share it", filled_by="land")]
    origin_partition: Annotated[int, Column("Partition of the raw record", minimum=0, filled_by="land")]
    origin_offset: Annotated[int, Column("Offset of the raw record", minimum=0, filled_by="land")]
    topic_offset: Annotated[int, Column("Offset of the clean record, in the partition of the raw one", minimum=0, filled_by="land")]


CONTRACT = Contract(
    Document, "documents", key=("document_id", "revision"), partition_by_month="fetched_at", sort=("source", "document_id"), of="document"
)
