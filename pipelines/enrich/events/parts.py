"""Parts: the names of a clause that may play one in its event, its subject first."""

from msgspec import Struct

from pipelines.enrich.events.cases import parties
from pipelines.enrich.events.clauses import Clause, Party
from pipelines.enrich.events.discourse import Discourse, is_company
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.frames import Fit
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Actor, Mention

COMPANY = frozenset({"company"})
BODY = frozenset({"company", "agency"})
SAY = mask_of("say", "according")


class Cast(Struct, gc=False):
    """Actors of one event, or of several where the text coordinates them, and who leads."""

    actors: list[tuple[Actor, ...]]
    mentions: list[Mention]
    operator: Mention | None


class Stage(Struct, frozen=True, gc=False):
    """Where a cast is looked for: the event's clause, those that lend to it, the sentence, and the text so far."""

    document: Document
    clause: Clause
    domain: tuple[Clause, ...]
    sentence: tuple[Clause, ...]
    fit: Fit
    discourse: Discourse
    speaker: Mention | None
    own_release: bool = False
    lender: Clause | None = None  # of a clause that takes up what another named


def actor(role: str, mention: Mention) -> Actor:
    """The actor with the name that a pronoun stands for."""
    return Actor(role, mention.entity_id, mention.surface)


def subject(stage: Stage, *, only_companies: bool = True) -> list[Mention]:
    """The names that the clause's verb is about: its agent, its subject, or the subject that it takes up."""
    own = parties(stage.document, stage.clause)
    wanted = [p for p in own if not only_companies or is_company(p.mention)]
    agents = [p for p in wanted if p.case == "by"]
    anchor = stage.fit.anchor[0]
    agents = [a for a in agents if not _is_of_participle(a, wanted, anchor)]
    if agents:
        return _group(wanted, agents[0])
    said = max((m[0] for m in stage.clause.marks if m[2] & SAY and m[0] < anchor), default=-1)
    before = [p for p in wanted if p.mention.start < anchor and p.case in {"", "object"}]
    after_said = [p for p in before if p.mention.start > said]
    for chosen in (after_said, before):
        if chosen:
            return _group(wanted, chosen[0])
    return taken_up(stage, only_companies=only_companies)


def _is_of_participle(agent: Party, found: list[Party], anchor: int) -> bool:
    """Whether an agent is that of a participle beside the subject (« Rachetée par A, B a coulé … », « B, soutenu par A, a coulé … »)."""
    return agent.mention.end < anchor and any(p.mention.start < anchor and p.case == "" for p in found)


def _group(found: list[Party], head: Party) -> list[Mention]:
    return [p.mention for p in found if p.group == head.group and p.case == head.case]


def taken_up(stage: Stage, *, only_companies: bool) -> list[Mention]:
    """The subject of an earlier clause: of the one before a relative clause, else of the nearest that has one."""
    index = stage.clause.index
    earlier = [c for c in stage.sentence if c.index < index]
    if stage.clause.resumes >= 0:
        earlier = [c for c in earlier if c.index <= stage.clause.resumes]
    for clause in reversed(earlier):
        if clause.is_relative and stage.clause.resumes < 0 and index - clause.index > 1:
            continue
        found = parties(stage.document, clause)
        subjects = [p for p in found if p.case in {"", "by"} and (not only_companies or is_company(p.mention))]
        if subjects:  # « A, soutenu par B, a … »: the agent is the participle's
            return _group(found, next((p for p in subjects if p.case == ""), subjects[0]))
    return []


def once(actors: list[Actor]) -> tuple[Actor, ...]:
    """Each entity once; the first role wins."""
    kept: dict[str, Actor] = {}
    for one in actors:
        kept.setdefault(one.entity_id or one.surface, one)
    return tuple(kept.values())


def present(stage: Stage, kinds: frozenset[str]) -> list[Party]:
    """Names of the event's clauses, with the subject taken up if the clause has none before its verb."""
    found = []
    for clause in stage.domain:
        if clause.is_relative and clause is not stage.clause:
            continue
        found += [p for p in parties(stage.document, clause) if p.mention.type in kinds]
    found = [p for i, p in enumerate(found) if not _is_parent_of(stage, p, found[i + 1 : i + 2])]
    own = [p for p in found if p.mention.start < stage.fit.anchor[0] and p.mention.start >= stage.clause.start]
    if not any(p.case in {"", "by", "object"} for p in own):
        taken = taken_up(stage, only_companies=False)
        present = {p.mention.start for p in found}
        found = [Party(m, "", -1) for m in taken if m.start not in present and m.type in kinds] + found
    return found


def _is_parent_of(stage: Stage, party: Party, following: list[Party]) -> bool:
    """Whether a Chinese name only says whose the next is (国防部下属的战略资本办公室)."""
    if not following:
        return False
    between = stage.document.low[party.mention.end : following[0].mention.start]
    return unwritten(stage.document.language).parent_of_next.fullmatch(between) is not None


def distinct(found: list[Party]) -> list[Party]:
    """Each party once, in the order of the text; by entity, else by name."""
    seen: set[str] = set()
    kept = []
    for party in found:
        key = party.mention.entity_id or party.mention.surface
        if key not in seen:
            seen.add(key)
            kept.append(party)
    return kept
