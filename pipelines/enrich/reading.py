"""What reading a document yields: the types that the modules of enrichment hand to each other.

All offsets count characters of `Reading.text` (the clean body: title apart, removed lines gone) and are half open:
the surface is exactly `text[start:end]`. Days are ISO 8601 strings. A value that the text does not give is None, never
guessed.
"""

from typing import Literal

from msgspec import Struct

Language = Literal["en", "fr", "zh"]
Precision = Literal["day", "month", "quarter", "half", "year", "range", "unknown"]
PublishedPrecision = Literal["day", "month", "year", "day_without_year", "unknown"]
Factuality = Literal["achieved", "under_way", "planned", "targeted", "forecast", "rumoured", "denied"]
EntityType = Literal["company", "facility", "deposit", "agency", "publisher", "place"]
Verdict = Literal["holds", "fails", "not_testable"]


class Page(Struct, frozen=True):
    """A document as it was served: what enrichment reads. Any string in it may be hostile."""

    document_id: str
    text: str  # plain text of the body, title apart, promotional lines still in
    title: str = ""
    source: str = ""  # who served it, as the source's declaration says ("SMM", "GlobeNewswire")
    published: str | None = None  # date or instant in ISO 8601 as the server gave it, with its own offset
    language: str | None = None  # as the source claims it; the text decides


class Sentence(Struct, frozen=True, gc=False):
    """A sentence of the clean text."""

    start: int
    end: int
    paragraph: int  # running number of the line that it stands in, from 0


class DateSpan(Struct, frozen=True, gc=False):
    """A date expression: first and last day of the period that it names."""

    start: int
    end: int
    first: str
    last: str
    precision: Precision
    is_relative: bool = False  # rests on the day of publication ("last month", "下半年")
    qualifier: str | None = None  # from, until, by, after


class Quantity(Struct, frozen=True, gc=False):
    """An amount of material, or of material per year; `normalised_*` in tonnes."""

    start: int
    end: int
    text: str
    value: float
    unit: str  # as written, without the form of the material
    normalised_value: float
    normalised_unit: Literal["t", "t/y"]
    value_to: float | None = None
    normalised_value_to: float | None = None
    basis: str | None = None  # where the words beside it give one
    qualifier: str | None = None  # up_to, about, at_least, more_than, less_than
    form_basis: str | None = None  # the basis that the material's form gives, also where `basis` is nameplate or target
    role: str | None = None  # of a change: from, to, by
    times: int = 1  # how often a year has it, where it is told for a month, a day …; the normalised value is that of the year


class Amount(Struct, frozen=True, gc=False):
    """Money in units of its currency (ISO 4217), also where the text counts in millions or 万.

    `per` is what a price is paid for: "t", "kg", "share".
    """

    start: int
    end: int
    text: str
    value: float
    currency: str
    value_to: float | None = None
    per: str | None = None
    role: str | None = None  # of a change: from, to, by


class Mention(Struct, frozen=True, gc=False):
    """An entity named in the text.

    `entity_id` is None for an organisation outside the register and for a name left unresolved.
    """

    start: int
    end: int
    surface: str
    type: EntityType
    entity_id: str | None
    candidates: tuple[str, ...] = ()  # of a surface that fits several entities and was left unresolved
    in_title: bool = False  # then offsets count characters of the title
    is_anaphor: bool = False  # a pronoun or "the company": `surface` is the name that it stands for
    in_removed: bool = False  # then offsets count characters of the removed lines joined by line breaks


class MaterialMention(Struct, frozen=True, gc=False):
    """A material named in the text and the form beside it: oxide, metal, alloy, carbonate, concentrate, ore, magnet."""

    start: int
    end: int
    material_id: str
    form: str | None = None
    is_mixed: bool = False  # a mixed carbonate or oxide: what cracking gives, not yet separated


class StageMention(Struct, frozen=True, gc=False):
    """Words that name a step of the chain."""

    start: int
    end: int
    stage: str
    is_product: bool = False  # the words name what the step gives ("concentrate"), not the step


class Actor(Struct, frozen=True, gc=False):
    """Who takes part in an event, and as what."""

    role: str
    entity_id: str | None
    surface: str


class Attribution(Struct, frozen=True, gc=False):
    """Whose word an event is."""

    kind: Literal["self", "named", "anonymous", "none"] = "none"
    to: str | None = None
    entity_id: str | None = None


class Event(Struct, frozen=True):
    """One thing that the text says happened, is planned or is forecast; the fields are those of the events table."""

    type: str
    factuality: Factuality
    start: int  # of the evidence
    end: int
    evidence: str
    rule: str
    confidence: float
    sub_type: str | None = None
    actors: tuple[Actor, ...] = ()
    site_id: str | None = None
    stage: str | None = None
    materials: tuple[str, ...] = ()
    quantity: Quantity | None = None
    amount: Amount | None = None
    date: str | None = None
    date_to: str | None = None
    date_precision: Precision = "unknown"
    direction: str | None = None
    horizon: str | None = None
    attribution: Attribution = Attribution()
    details: dict[str, str] = {}


class Witness(Struct, frozen=True, gc=False):
    """An arithmetic check of the text against itself or the reference tables."""

    kind: str
    verdict: Verdict
    start: int
    end: int
    evidence: str
    note: str


class Reading(Struct, frozen=True):
    """All that was read of one document."""

    document_id: str
    language: str
    title: str
    text: str
    removed_lines: tuple[str, ...]
    publisher: str | None  # id in the register, else the surface form
    relay_of: str | None  # id in the register, else the surface form
    published_on: str | None
    published_precision: PublishedPrecision
    published_text: str | None
    mentions: tuple[Mention, ...]
    events: tuple[Event, ...]
    witnesses: tuple[Witness, ...]
