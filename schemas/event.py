"""Events: what a text says happened, is planned or is forecast, with the sentence that says so."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from schemas.contract import Column, Contract
from schemas.vocabulary import (
    ATTRIBUTIONS,
    BASES,
    DATE_PRECISIONS,
    DIRECTIONS,
    EVENT_TYPES,
    FACTUALITIES,
    HORIZONS,
    ROLES,
    STAGES,
    SUB_TYPES,
)  # fmt: skip


class Actor(Struct):
    """Who takes part, and as what."""

    role: Annotated[str, Column("Part that it plays", one_of=ROLES)]
    entity_id: Annotated[str | None, Column("Id in the register")]
    surface: Annotated[str, Column("The words that name it")]


class Quantity(Struct):
    """An amount of material."""

    text: Annotated[str, Column("As written")]
    value: Annotated[float, Column("Value, or low end of the range, in the unit as written")]
    value_to: Annotated[float | None, Column("High end of the range")]
    unit: Annotated[str, Column("Unit as written")]
    normalised_value: Annotated[float, Column("Value in the normalised unit")]
    normalised_value_to: Annotated[float | None, Column("High end in the normalised unit")]
    normalised_unit: Annotated[str, Column("t or t/y", one_of=("t", "t/y"))]
    basis: Annotated[str | None, Column("What the mass counts; compare only on one basis", one_of=BASES)]
    qualifier: Annotated[str | None, Column("Such as up_to")]


class Amount(Struct):
    """Money."""

    text: Annotated[str, Column("As written")]
    value: Annotated[float, Column("Value, or low end of the range, in units of the currency")]
    value_to: Annotated[float | None, Column("High end of the range")]
    currency: Annotated[str, Column("ISO 4217 code", pattern=r"^[A-Z]{3}$")]
    per: Annotated[str | None, Column("What a price is paid for, such as t or share")]


class Detail(Struct):
    """One more thing that the text says of an event."""

    name: Annotated[str, Column("What it is, such as old_value, share, term or scale")]
    value: Annotated[str, Column("As the text says it")]


class Event(Struct):
    """One thing that a text says happened, is planned or is forecast."""

    document_id: Annotated[str, Column("Document that says so", filled_by="enrich")]
    revision: Annotated[int, Column("Revision of the document", minimum=1, filled_by="land")]
    event_no: Annotated[int, Column("Running number in the document", minimum=1, filled_by="enrich")]
    fetched_at: Annotated[datetime, Column("When the document was fetched", filled_by="enrich")]
    type: Annotated[str, Column("Kind of event", one_of=tuple(EVENT_TYPES), filled_by="enrich")]
    sub_type: Annotated[str | None, Column("Closer kind", one_of=SUB_TYPES, filled_by="enrich")]
    factuality: Annotated[str, Column("Whether it happened, or is planned, forecast, denied …", one_of=FACTUALITIES, filled_by="enrich")]
    actors: Annotated[list[Actor], Column("Who takes part", filled_by="enrich")]
    site_id: Annotated[str | None, Column("Facility or deposit", filled_by="enrich")]
    stage: Annotated[str | None, Column("Step of the chain", one_of=STAGES, filled_by="enrich")]
    materials: Annotated[list[str], Column("Materials by their ids", filled_by="enrich")]
    quantity: Annotated[Quantity | None, Column("Amount of material", filled_by="enrich")]
    amount: Annotated[Amount | None, Column("Money", filled_by="enrich")]
    date_on: Annotated[date | None, Column("First day of when it happened or is to happen", filled_by="enrich")]
    date_to_on: Annotated[date | None, Column("Last day of the period", filled_by="enrich")]
    date_precision: Annotated[str, Column("Precision of the date", one_of=DATE_PRECISIONS, filled_by="enrich")]
    direction: Annotated[str | None, Column("Of assessments and moves", one_of=DIRECTIONS, filled_by="enrich")]
    horizon: Annotated[str | None, Column("Of assessments", one_of=HORIZONS, filled_by="enrich")]
    attribution: Annotated[str, Column("Whose word it is", one_of=ATTRIBUTIONS, filled_by="enrich")]
    attributed_to: Annotated[str | None, Column("The words that name the speaker", filled_by="enrich")]
    attributed_to_id: Annotated[str | None, Column("Id of the speaker in the register", filled_by="enrich")]
    details: Annotated[list[Detail], Column("What else the text says of it", filled_by="enrich")]
    evidence: Annotated[str, Column("The sentences that say so: exactly text[start:end]", filled_by="enrich")]
    start: Annotated[int, Column("Offset of the evidence in the clean text", minimum=0, filled_by="enrich")]
    end: Annotated[int, Column("Offset behind the evidence", minimum=0, filled_by="enrich")]
    rule: Annotated[str, Column("What found it", filled_by="enrich")]
    confidence: Annotated[float, Column("How sure the rule is", minimum=0, maximum=1, filled_by="enrich")]


CONTRACT = Contract(
    Event, "events", key=("document_id", "revision", "event_no"), partition_by_month="fetched_at", sort=("type", "document_id"),
    of="document",
)  # fmt: skip
