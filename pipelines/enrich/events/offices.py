"""Authorities: who decides, permits or controls, and who is given or listed."""

import re

from pipelines.enrich.events.discourse import parent_of
from pipelines.enrich.events.operators import operators
from pipelines.enrich.events.parts import COMPANY, Cast, Stage, actor, distinct, once, present
from pipelines.enrich.events.told import QUOTAS
from pipelines.enrich.lexicon import Mark, mask_of
from pipelines.enrich.reading import Actor, Mention
from pipelines.reference import register

AUTHORITY_WORD = mask_of("authority_word")
LISTING = mask_of("listing")
TOPIC = 6  # characters of a clause before the country that it opens with
OFFICE = re.compile(
    r"\s*(?:[Tt]he )?((?:(?!The |This |Its |Our )[A-Z][\w.&'’-]+ (?:(?:of|for|and|the) ){0,2}){1,5}"
    r"(?:Agency|Authority|Administration|Commission|Department|Ministry|Bureau|Board|Office|Service)"
    r"|(?:Ministry|Department|Bureau|Office|Agency|Board) (?:of|for) [A-Z][\w'’-]+(?:(?:,| and| of| for)* [A-Z][\w'’-]+){0,4})\b"
)
GIVEN = frozenset({"", "object", "to", "for", "by"})  # cases of who may be given a permit
LOCATED = re.compile(r"(?:^|\W)(?:à|in|at)\s\Z")  # before a capital that is only where something was done
STEM = 6  # characters of a word that languages share: "minist", "commis"


def licensees(stage: Stage) -> Cast:
    """Authority and recipient; two recipients make two permits."""
    agencies = [m for c in stage.sentence for m in c.organisations if m.type == "agency"]
    authority = agencies[:1]
    if not authority and _names_known_authority(stage) and stage.discourse.authority is not None:
        authority = [stage.discourse.authority]
    office = None if authority else _office(stage)
    authority = authority or ([] if office else issuing(stage))
    found = [p for p in distinct(present(stage, COMPANY)) if p.case != "than"]
    if stage.document.grammar.has_borders and any(p.case in GIVEN for p in found):  # « avec l'appui d'A, B a obtenu le permis »
        found = [p for p in found if p.case in GIVEN]
    recipients = [p.mention for p in found] or ([] if office else operators(stage))
    heads = [office] if office else [actor("authority", m) for m in authority]
    groups = {p.group for p in found}
    if len(recipients) > 1 and len(groups) == 1:
        casts = [once([*heads, actor("recipient", m)]) for m in recipients]
    else:
        casts = [once([*heads, *(actor("recipient", m) for m in recipients)])]
    return Cast(casts, [*authority, *recipients], recipients[0] if recipients else None)


def issuing(stage: Stage) -> list[Mention]:
    """The authority whose own notice the text is, where its sentence speaks of no other ("A grant was awarded to Acme")."""
    signer = stage.discourse.publisher
    is_own = signer is not None and signer.type == "agency" and signer.entity_id is not None
    return [signer] if is_own and signer and not any(c.concepts & AUTHORITY_WORD for c in stage.sentence) else []


def _names_known_authority(stage: Stage) -> bool:
    """Whether the clause speaks of the authority that the text has named: not of another, by whose it is ("the authorities of …")."""
    words = [m for m in stage.clause.marks if m[2] & AUTHORITY_WORD]
    return any(
        not stage.document.grammar.of_another.match(stage.document.text, m[1])
        and not LOCATED.search(stage.document.low, max(0, m[0] - 4), m[0])
        and _may_be_called(stage, m)
        for m in words
    )


def _may_be_called(stage: Stage, mark: Mark) -> bool:
    """Whether the authority that the text has named bears the word: a commission is no government."""
    word = stage.document.grammar.kind_of_authority.search(stage.document.low, mark[0], mark[1])
    known = stage.discourse.authority
    if word is None or known is None:
        return True
    entity = register().entities.get(known.entity_id or "")
    names = " ".join((known.surface, *(entity.names if entity else ()))).lower()
    return word[0][:STEM] in names


def _office(stage: Stage) -> Actor | None:
    """An authority outside the register that the event's own clause opens with."""
    low, grammar = stage.document.low, stage.document.grammar
    office = grammar.office.search(low[stage.clause.start : stage.fit.anchor[0] + 2])
    for clause in [] if grammar.has_borders else reversed(stage.sentence):  # 财政部决定，自…起，对…
        if office is None and clause.index < stage.clause.index:
            office = grammar.office.search(low[clause.start : clause.end])
    return Actor("authority", None, office[1]) if office else None


def _is_of_another_country(stage: Stage) -> bool:
    """Whether the clause opens with a country that the authority of the text before is not of (« Le Vietnam interdira … »)."""
    known = register().entities.get(stage.discourse.authority.entity_id or "") if stage.discourse.authority is not None else None
    if known is None or not stage.document.grammar.has_borders:
        return False
    start = stage.clause.start
    places = [m for m in stage.document.mentions.within(start, start + TOPIC) if m.type == "place"]
    place = register().entities.get(places[0].entity_id or "") if places else None
    return place is not None and bool(place.country) and place.country != known.country


def _named_office(stage: Stage) -> Actor | None:
    """An authority outside the register, by the form of a name with capitals that an English clause opens with."""
    found = OFFICE.match(stage.document.text, stage.clause.start, stage.fit.anchor[0]) if stage.document.language == "en" else None
    is_known = found is not None and any(o.start < found.end() for o in stage.clause.organisations)
    return Actor("authority", None, found[1]) if found and not is_known else None


def authorities(stage: Stage) -> Cast:
    """Who decides a control, and who is given a part of it or listed by it."""
    found = [m for c in stage.domain for m in c.organisations if m.type == "agency"]
    found = found or [m for c in stage.sentence for m in c.organisations if m.type == "agency"]
    office = None if found else _office(stage) or _named_office(stage)
    if not found and office is None and not _is_of_another_country(stage):
        found = stage.discourse.signers or (
            [stage.discourse.authority] if stage.discourse.authority is not None else []
        )
    heads = [office] if office else [actor("authority", m) for m in found]
    if stage.fit.frame.name in QUOTAS:  # each that is given one
        given = [p.mention for p in distinct(present(stage, COMPANY)) if p.case in {"", "to", "for"}]
        given = [m for m in given if m is not stage.speaker]
        clauses = (stage.clause,) if stage.document.grammar.has_borders else stage.domain
        if len(given) == 1 or (given and any(c.quantities for c in clauses)):
            return Cast([once([*heads, actor("recipient", m)]) for m in given], [*found, *given], None)
    is_row = stage.fit.frame.name == "control_imposed" and stage.clause.concepts & LISTING and not stage.document.grammar.has_borders
    if is_row and (row := [p.mention for p in distinct(present(stage, COMPANY))]):
        return Cast([once([*heads, *(actor("subject", m) for m in row)])], [*found, *row], None)
    if stage.fit.frame.name == "listed":  # each that is put on a list, by itself
        listed = [p.mention for p in distinct(present(stage, COMPANY))]
        listed += [owner for s in stage.clause.sites if (owner := stage.discourse.named.get(parent_of(s.entity_id) or ""))]
        listed = list({m.entity_id or m.surface: m for m in listed}.values())
        if listed:
            return Cast([once([*heads, actor("subject", m)]) for m in listed], [*found, *listed], None)
    return Cast([once(heads)], found, None)
