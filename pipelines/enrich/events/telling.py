"""Tellings: which clauses of a sentence tell an event, and which lend their figures to it."""

from msgspec import Struct

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.factuality import Telling, telling
from pipelines.enrich.events.frames import Fit, Frame, fits
from pipelines.enrich.lexicon import mask_of

LENT = mask_of("@org", "@site", "@authority", "@material", "@chain", "authority_word", "say", "anonymous", "according")
LENT_LATER = mask_of("@amount", "@price", "@quantity", "@yearly", "@percent", "@date")
IF = mask_of("if")
STAKE = mask_of("stake", "joint_venture", "merge")
NOW_DATED = frozenset({"planned", "targeted", "forecast"})
MERGED = frozenset({"financing", "facility_change", "schedule_guidance", "supply_agreement", "ownership_change", "permit",
                    "policy_control", "disruption", "resource_study", "production_milestone"})  # fmt: skip


class Told(Struct):
    """An event as a clause tells it: the frame, how it is told, and the clauses that it may draw on."""

    clause: Clause
    fit: Fit
    telling: Telling
    type: str
    domain: list[Clause]


def told(document: Document, found: list[Clause], *, reported: bool) -> list[Told]:
    """The events of a sentence in order, each with its clauses."""
    whole = 0
    for clause in found:
        whole |= clause.concepts
    events: list[Told] = []
    waiting: list[Clause] = []
    is_conditional = False
    for i, clause in enumerate(found):
        is_conditional = is_conditional or any(m[2] & IF for m in clause.marks[:3])
        later = found[i + 1].concepts & LENT_LATER if i + 1 < len(found) and not document.grammar.has_borders else 0
        event = None if is_conditional else _event(document, clause, whole & LENT | later, reported=reported)
        if event is None:
            (events[-1].domain if events else waiting).append(clause)
            continue
        if events and _continues(events[-1], event):
            events[-1].domain.append(clause)
            continue
        event.domain = [clause] if events else [clause, *waiting]
        events.append(event)
    return events


def _event(document: Document, clause: Clause, outside: int, *, reported: bool) -> Told | None:
    for fit in fits(clause, outside):
        if not _object_fits(clause, fit):
            continue
        how = telling(document, clause, fit, reported=reported)
        if how.is_conditional:
            return None
        if how.factuality is None or not _tense_fits(fit.frame, how, fit.anchor[3]):
            continue
        return Told(clause, fit, how, _type(fit.frame, how, clause), [clause])
    return None


def _type(frame: Frame, how: Telling, clause: Clause) -> str:
    """Planned or targeted with a date, the news is the date."""
    if frame.is_dated and how.factuality in NOW_DATED and clause.dates:
        return "schedule_guidance"
    return frame.type


def _tense_fits(frame: Frame, how: Telling, form: int) -> bool:
    return frame.tense != "future" or how.factuality in NOW_DATED


def _object_fits(clause: Clause, fit: Fit) -> bool:
    """What is bought is a company or a stake, not a material."""
    if fit.frame.object is None:
        return True
    anchor = fit.anchor
    if any(m[2] & STAKE for m in clause.marks):
        return True
    if fit.frame.object == "stake":
        return False
    if anchor[3] == 0:
        return bool(clause.organisations)
    if clause.quantities and not clause.sites:
        return False
    return any(m.start > anchor[1] or clause.is_relative for m in (*clause.organisations, *clause.sites))


def _continues(one: Told, other: Told) -> bool:
    """Whether the clause goes on about the same event: same kind and factuality, nobody and nothing new named."""
    if one.type != other.type or one.type not in MERGED or one.telling.factuality != other.telling.factuality:
        return False
    if one.type == "financing":
        return True
    named = {m.entity_id or m.surface for c in one.domain for m in (*c.organisations, *c.sites)}
    new = {m.entity_id or m.surface for m in (*other.clause.organisations, *other.clause.sites)} - named
    if new:
        return False
    materials = {m.material_id for c in one.domain for m in c.materials}
    other_materials = {m.material_id for m in other.clause.materials}
    both_figures = any(c.quantities for c in one.domain) and other.clause.quantities
    both_dates = one.clause.dates and other.clause.dates
    return not (both_figures or both_dates) and (not other_materials or not materials or other_materials <= materials)
