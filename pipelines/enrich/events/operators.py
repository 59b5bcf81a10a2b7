"""Who operates, owns or claims what an event is about."""

from pipelines.enrich.events.cases import parties
from pipelines.enrich.events.discourse import PLANT, is_company, parent_of
from pipelines.enrich.events.parts import Cast, Stage, actor, once, subject
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Mention

PRODUCER = mask_of("producer")
GROWS = frozenset({"expansion", "second_phase"})


def _stopped(stage: Stage) -> list[Mention]:
    """Of a disruption whose cause stands first: the company named in what it stopped."""
    if stage.fit.frame.type != "disruption":
        return []
    found = [p.mention for c in stage.domain for p in parties(stage.document, c) if is_company(p.mention) and p.case in {"", "of"}]
    return found[:1]


def operators(stage: Stage) -> list[Mention]:  # noqa: PLR0911  a ladder: the nearest that the text gives
    """Who runs what the event is about; empty where the text leaves it open."""
    found = subject(stage)
    if found:
        return found
    stopped = _stopped(stage)
    if stopped:
        return stopped
    sites = [s for c in stage.domain for s in c.sites]
    for site in sites:
        owner = stage.discourse.named.get(parent_of(site.entity_id) or "")
        if owner is not None:
            return [owner]
    own = parties(stage.document, stage.clause)
    held = [p.mention for p in own if is_company(p.mention) and p.case in {"of", "at", "under", "for"}]
    if held:
        return held[:1]
    if stage.speaker is not None and is_company(stage.speaker):
        return [stage.speaker]
    operator = stage.discourse.operator
    if _is_of_another(sites, operator):
        return []
    if _is_of_unnamed(stage):
        return []
    if _is_of_outsider(stage):
        return []
    speaks_of_company = any(m[2] & PRODUCER and not m[2] & PLANT for m in stage.clause.marks)
    if operator is None and speaks_of_company:  # "the company" of a text that is about one
        operator = stage.discourse.lead
    if operator is None or (stage.discourse.definite(stage.clause) is False and not _is_one_more(stage)):
        return []
    if stage.fit.frame.type == "disruption" and not any(c.concepts & PLANT for c in stage.domain):
        return []
    return [operator]


def _is_one_more(stage: Stage) -> bool:
    """Whether the clause adds to a plant that the paragraph has spoken of ("a second line was commissioned")."""
    return stage.document.grammar.has_borders and stage.fit.frame.name in GROWS and stage.discourse.product != ((), None)


def _is_of_outsider(stage: Stage) -> bool:
    """Whether the clause opens with a name that no register knows, or the sentence says that the plant is owned by one."""
    document = stage.document
    opening = document.grammar.outsider.match(document.text, stage.clause.start, stage.clause.end)
    if opening and not document.mentions.any_within(*opening.span()):
        return True
    return any(document.grammar.owned_by.search(document.text, c.start, c.end) for c in stage.sentence)


def _is_of_unnamed(stage: Stage) -> bool:
    """Whether a Chinese sentence is about a firm that it does not name ("从德阳迁来的一家回收企业，原打算…")."""
    start = stage.sentence[0].start if stage.sentence else stage.clause.start
    return bool(stage.document.grammar.unnamed_firm.search(stage.document.low, start, stage.fit.anchor[0]))


def _is_of_another(sites: list[Mention], operator: Mention | None) -> bool:
    """Whether the sites belong to somebody else than the one spoken of, who is not named."""
    owners = {parent_of(s.entity_id) for s in sites if s.entity_id}
    if operator is None or operator.entity_id is None:
        return bool(owners - {None})
    return bool(owners) and operator.entity_id not in owners


def operated(stage: Stage) -> Cast:
    """The operator, owner or claimant, and whom the goods go to."""
    kind = stage.fit.frame.type
    role = {"resource_study": "owner", "superlative_claim": "claimant"}.get(kind, "operator")
    found = operators(stage)
    actors = [actor(role, m) for m in found]
    mentions = list(found)
    if kind in {"production_milestone", "schedule_guidance"}:
        for party in parties(stage.document, stage.clause):
            if party.case in {"to", "for"} and party.mention not in found and is_company(party.mention):
                actors.append(actor("buyer", party.mention))
                mentions.append(party.mention)
    return Cast([once(actors)], mentions, found[0] if found else None)
