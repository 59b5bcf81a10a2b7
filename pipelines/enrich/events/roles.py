"""Roles: which names of a clause take part in its event, and as what."""

from msgspec import Struct

from pipelines.enrich.events.cases import parties
from pipelines.enrich.events.clauses import Clause, Party
from pipelines.enrich.events.discourse import PLANT, Discourse, is_company, parent_of
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.frames import Fit
from pipelines.enrich.events.slots import stage_from
from pipelines.enrich.events.telling import QUOTAS
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Actor, Mention
from pipelines.reference import register

SAY = mask_of("say", "according")
TO_BUY = mask_of("buy", "offtake", "source_from")
TO_SUPPLY = mask_of("supply", "ship")
RECEIVE = mask_of("receive", "raise_funds", "raise_capital", "apply", "sell")
ISSUE, FUND = mask_of("raise_funds", "raise_capital", "equity"), mask_of("fund", "debt", "grant")
EQUITY = mask_of("equity")
AUTHORITY_WORD = mask_of("authority_word")
PRODUCER = mask_of("producer")
OFFTAKE = mask_of("offtake")
BUY = mask_of("buy")
DATIVE = frozenset({"lui", "leur"})  # whom something is given to
NAMED = 24  # characters before the name that a company is given
STEM = 6  # characters of a word that languages share: "minist", "commis"
ORDER = {
    "exploration": 1,
    "mining": 2,
    "beneficiation": 3,
    "cracking": 4,
    "separation": 5,
    "metal": 6,
    "alloy": 7,
    "magnet": 8,
}


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


def cast(stage: Stage) -> Cast:
    """Who takes part in the event."""
    kind = stage.fit.frame.type
    if kind == "market_assessment":
        return Cast([()], [], None)
    by_type = {
        "supply_agreement": _dealers,
        "financing": _funders,
        "ownership_change": _owners,
        "permit": _licensees,
        "policy_control": _authorities,
        "price_move": _price_setters,
    }
    return by_type.get(kind, _operated)(stage)


def subject(stage: Stage, *, only_companies: bool = True) -> list[Mention]:
    """The names that the clause's verb is about: its agent, its subject, or the subject that it takes up."""
    own = parties(stage.document, stage.clause)
    wanted = [p for p in own if not only_companies or is_company(p.mention)]
    agents = [p for p in wanted if p.case == "by"]
    if agents:
        return _group(wanted, agents[0])
    anchor = stage.fit.anchor[0]
    said = max((m[0] for m in stage.clause.marks if m[2] & SAY and m[0] < anchor), default=-1)
    before = [p for p in wanted if p.mention.start < anchor and p.case in {"", "object"}]
    after_said = [p for p in before if p.mention.start > said]
    for chosen in (after_said, before):
        if chosen:
            return _group(wanted, chosen[0])
    return _taken_up(stage, only_companies=only_companies)


def _group(found: list[Party], head: Party) -> list[Mention]:
    return [p.mention for p in found if p.group == head.group and p.case == head.case]


def _taken_up(stage: Stage, *, only_companies: bool) -> list[Mention]:
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
        if subjects:
            return _group(found, subjects[0])
    return []


def _stopped(stage: Stage) -> list[Mention]:
    """Of a disruption whose cause stands first: the company named in what it stopped."""
    if stage.fit.frame.type != "disruption":
        return []
    found = [p.mention for c in stage.domain for p in parties(stage.document, c) if is_company(p.mention) and p.case in {"", "of"}]
    return found[:1]


def _operator(stage: Stage) -> list[Mention]:  # noqa: PLR0911  a ladder: the nearest that the text gives
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
    speaks_of_company = any(m[2] & PRODUCER and not m[2] & PLANT for m in stage.clause.marks)
    if operator is None and speaks_of_company:  # "the company" of a text that is about one
        operator = stage.discourse.lead
    if operator is None or stage.discourse.definite(stage.clause) is False:
        return []
    if stage.fit.frame.type == "disruption" and not any(c.concepts & PLANT for c in stage.domain):
        return []
    return [operator]


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


def _operated(stage: Stage) -> Cast:
    kind = stage.fit.frame.type
    role = {"resource_study": "owner", "superlative_claim": "claimant"}.get(kind, "operator")
    found = _operator(stage)
    actors = [actor(role, m) for m in found]
    mentions = list(found)
    if kind in {"production_milestone", "schedule_guidance"}:
        for party in parties(stage.document, stage.clause):
            if party.case in {"to", "for"} and party.mention not in found and is_company(party.mention):
                actors.append(actor("buyer", party.mention))
                mentions.append(party.mention)
    return Cast([_once(actors)], mentions, found[0] if found else None)


def _once(actors: list[Actor]) -> tuple[Actor, ...]:
    """Each entity once; the first role wins."""
    kept: dict[str, Actor] = {}
    for one in actors:
        kept.setdefault(one.entity_id or one.surface, one)
    return tuple(kept.values())


def _present(stage: Stage, kinds: frozenset[str]) -> list[Party]:
    """Names of the event's clauses, with the subject taken up if the clause has none before its verb."""
    found = []
    for clause in stage.domain:
        if clause.is_relative and clause is not stage.clause:
            continue
        found += [p for p in parties(stage.document, clause) if p.mention.type in kinds]
    own = [p for p in found if p.mention.start < stage.fit.anchor[0] and p.mention.start >= stage.clause.start]
    if not any(p.case in {"", "by", "object"} for p in own):
        taken = _taken_up(stage, only_companies=False)
        present = {p.mention.start for p in found}
        found = [Party(m, "", -1) for m in taken if m.start not in present and m.type in kinds] + found
    return found


_COMPANY = frozenset({"company"})
_BODY = frozenset({"company", "agency"})


def _dealers(stage: Stage) -> Cast:
    """Supplier and buyer; two names on one side make two agreements."""
    found = [p for p in _present(stage, _BODY) if p.case != "than"]
    found = _distinct([p for p in found if p.mention is not stage.speaker or p.case != "under"])
    sides = _sides(found, stage.fit.anchor[0]) if found else ([], [])
    if stage.document.grammar.latter.search(stage.document.low, stage.clause.start, stage.clause.end):
        sides = (sides[1], sides[0])
    publisher = stage.discourse.publisher
    leader = publisher if stage.own_release and publisher and is_company(publisher) else stage.discourse.operator
    if len(found) == 1 and leader is not None and leader.entity_id != found[0].mention.entity_id:
        is_subject = found[0].case == "" and found[0].mention.start < stage.fit.anchor[0]
        if not is_subject:
            found = [Party(leader, "", -2), *found]
            sides = (found[:1], found[1:])
        elif stage.own_release and _is_signer(stage, leader):
            found = [*found, Party(leader, "", -2)]
            sides = (found[:1], found[1:])
    if not found:
        own = [leader] if stage.own_release and leader is not None else []
        return Cast([tuple(actor("supplier", m) for m in own)], own, leader if own else None)
    concepts = stage.clause.concepts
    is_buyer_first = _buys(stage, sides, concepts)
    roles = ("buyer", "supplier") if is_buyer_first else ("supplier", "buyer")
    first, second = sides
    casts = []
    if len(first) > 1 and len(second) == 1:
        casts = [_once([actor(roles[0], p.mention), actor(roles[1], second[0].mention)]) for p in first]
    elif len(second) > 1 and len(first) == 1:
        casts = [_once([actor(roles[0], first[0].mention), actor(roles[1], p.mention)]) for p in second]
    else:
        casts = [_once([actor(roles[0], p.mention) for p in first] + [actor(roles[1], p.mention) for p in second])]
    return Cast(casts, [p.mention for p in found], first[0].mention if first else None)


def _is_signer(stage: Stage, leader: Mention) -> bool:
    """Whether a company signs the text: what it tells without naming a second party, it has itself a part in."""
    signer = stage.discourse.publisher
    if signer is None or leader.entity_id != signer.entity_id:
        return False
    return leader.entity_id is not None or leader.surface == signer.surface


def _distinct(found: list[Party]) -> list[Party]:
    seen: set[str] = set()
    kept = []
    for party in found:
        key = party.mention.entity_id or party.mention.surface
        if key not in seen:
            seen.add(key)
            kept.append(party)
    return kept


def _sides(found: list[Party], anchor: int) -> tuple[list[Party], list[Party]]:
    """Those before the verb and those after; where all stand on one side, the first against the others."""
    first = [p for p in found if p.mention.start < anchor and p.case in {"", "of", "by", "object", "at"}]
    second = [p for p in found if p not in first]
    if not first:
        first, second = found[:1], found[1:]
    if not second and len(first) > 1:
        first, second = first[:1], first[1:]
    return first, second


def _buys(stage: Stage, sides: tuple[list[Party], list[Party]], concepts: int) -> bool:
    """Whether the first side is the buyer: by prepositions, by the verb, else by who stands later in the chain."""
    second = {p.case for p in sides[1]}
    if "from" in second:
        return True
    if "to" in second:
        return False
    verbs = 0
    for mark in stage.clause.marks:
        verbs |= mark[2] if mark[3] else mark[2] & TO_BUY
    if verbs & TO_SUPPLY and not verbs & TO_BUY:
        return False
    if verbs & TO_BUY and not verbs & TO_SUPPLY and not concepts & OFFTAKE:
        return True
    makers = [_makes_goods(stage, side) for side in sides]
    if makers.count(None) == 1 and any(makers) and (all(sides) or not verbs & (RECEIVE | TO_BUY)):  # beside a name outside the register
        return makers[1] is True
    ranks = [max((_rank(p.mention) for p in side), default=0) for side in sides]
    return ranks[0] > ranks[1]


def _makes_goods(stage: Stage, side: list[Party]) -> bool | None:
    """Whether a company of the register makes what is dealt in; None where the side has no such company."""
    known = [e for p in side if (e := register().entities.get(p.mention.entity_id or ""))]
    if not known:
        return None
    clause = stage.clause
    goods = stage_from(stage.document, clause.start, clause.end, clause.materials, products_first=True)
    return any(goods in e.stages for e in known)


def _rank(mention: Mention) -> int:
    entity = register().entities.get(mention.entity_id or "")
    return min((ORDER.get(s, 9) for s in entity.stages), default=9) if entity else 9


def _funders(stage: Stage) -> Cast:
    found = _distinct([p for p in _present(stage, _BODY) if p.case != "than"])
    anchor = stage.fit.anchor
    receives = bool(anchor[2] & RECEIVE or stage.clause.concepts & EQUITY) and not anchor[2] & mask_of("fund")
    actors = []
    for party in found:
        is_subject = party.case in {"", "object"} and party.mention.start < anchor[0]
        issues = party.case == "by" and anchor[2] & ISSUE and not anchor[2] & FUND and party.mention.type == "company"
        gives = (party.case in {"from", "by"} and not issues) or party.mention.type == "agency" or (is_subject and not receives)
        is_given = party.mention.is_anaphor and stage.document.low[party.mention.start : party.mention.end] in DATIVE
        role = "investor" if gives and not is_given else "recipient"
        actors.append(actor(role, party.mention))
    mentions = [p.mention for p in found]
    leader = stage.discourse.operator
    if not any(a.role == "recipient" for a in actors) and leader is not None and leader not in mentions:
        actors.append(actor("recipient", leader))
        mentions.append(leader)
    actors += _givers_before(stage, actors)
    givers = [a for a in actors if a.role == "investor"]
    takers = [a for a in actors if a.role == "recipient"]
    sums = [a for a in stage.clause.amounts if not a.per]
    if len(takers) == len(sums) > 1:  # each recipient with a sum of its own
        return Cast([_once([*givers, taker]) for taker in takers], mentions, None)
    word = stage.document.grammar.respectively
    if len(givers) == len(sums) > 1 and word.search(stage.document.low, stage.clause.start, stage.clause.end):
        return Cast([_once([giver, *takers]) for giver in givers], mentions, None)  # each investor with a sum of its own
    taker = next((m for m, a in zip(mentions, actors, strict=False) if a.role == "recipient" and is_company(m)), None)
    return Cast([_once(actors)], mentions, taker)


def _givers_before(stage: Stage, actors: list[Actor]) -> list[Actor]:
    """Who gives what a clause only takes up ("…, while B has received none of it")."""
    if any(a.role == "investor" for a in actors) or not stage.document.grammar.of_it.search(
        stage.document.low, stage.clause.start, stage.clause.end
    ):
        return []
    lent = [p.mention for p in parties(stage.document, stage.lender) if p.mention.type == "agency"] if stage.lender else []
    known = stage.discourse.authority
    return [actor("investor", m) for m in lent[:1] or ([known] if known is not None else [])]


def _owners(stage: Stage) -> Cast:
    found = [p for p in _present(stage, _BODY) if p.case != "than"]
    if stage.clause.is_relative and not any(
        p.mention.start > stage.fit.anchor[0] and p.case in {"", "of"} for p in found
    ):
        earlier = [m for c in stage.sentence if c.index < stage.clause.index for m in c.organisations if is_company(m)]
        found += [Party(m, "object", -3) for m in earlier[-1:]]
    found = _distinct(found)
    is_alone = len(found) == 1 and found[0].case != "by"
    if is_alone and found[0].mention.start > stage.fit.anchor[0] and stage.discourse.operator is not None:
        found = _distinct([Party(stage.discourse.operator, "", -2), *found])
    joint = stage.fit.frame.name == "joint_venture"
    if joint:  # its name is none of its owners
        low = stage.document.low
        named_as = stage.document.grammar.named_as
        found = [p for p in found if not named_as.search(low[max(0, p.mention.start - NAMED) : p.mention.start])]
    agents = [p for p in found if p.case == "by"]
    actors = []
    for i, party in enumerate(found):
        if joint:
            role = "owner"
        elif agents:
            role = "acquirer" if party in agents else "target"
        else:
            role = "acquirer" if i == 0 and party.case != "object" else "target"
        actors.append(actor(role, party.mention))
    mentions = [p.mention for p in found]
    return Cast([_once(actors)], mentions, mentions[0] if mentions else None)


def _licensees(stage: Stage) -> Cast:
    """Authority and recipient; two recipients make two permits."""
    agencies = [m for c in stage.sentence for m in c.organisations if m.type == "agency"]
    authority = agencies[:1]
    if not authority and _names_known_authority(stage) and stage.discourse.authority is not None:
        authority = [stage.discourse.authority]
    office = None if authority else _office(stage)
    found = [p for p in _distinct(_present(stage, _COMPANY)) if p.case != "than"]
    recipients = [p.mention for p in found] or ([] if office else _operator(stage))
    heads = [office] if office else [actor("authority", m) for m in authority]
    groups = {p.group for p in found}
    if len(recipients) > 1 and len(groups) == 1:
        casts = [_once([*heads, actor("recipient", m)]) for m in recipients]
    else:
        casts = [_once([*heads, *(actor("recipient", m) for m in recipients)])]
    return Cast(casts, [*authority, *recipients], recipients[0] if recipients else None)


def _names_known_authority(stage: Stage) -> bool:
    """Whether the clause speaks of the authority that the text has named: not of another, by whose it is ("the authorities of …")."""
    words = [m for m in stage.clause.marks if m[2] & AUTHORITY_WORD]
    return any(
        not stage.document.grammar.of_another.match(stage.document.text, m[1]) and _may_be_called(stage, m[0]) for m in words
    )


def _may_be_called(stage: Stage, at: int) -> bool:
    """Whether the authority that the text has named bears the word: a commission is no government."""
    word = stage.document.grammar.kind_of_authority.match(stage.document.low, at)
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


def _authorities(stage: Stage) -> Cast:
    found = [m for c in stage.domain for m in c.organisations if m.type == "agency"]
    found = found or [m for c in stage.sentence for m in c.organisations if m.type == "agency"]
    office = None if found else _office(stage)
    if not found and office is None:
        found = stage.discourse.signers or (
            [stage.discourse.authority] if stage.discourse.authority is not None else []
        )
    heads = [office] if office else [actor("authority", m) for m in found]
    if stage.fit.frame.name in QUOTAS:  # each that is given one
        given = [p.mention for p in _distinct(_present(stage, _COMPANY)) if p.case in {"", "to", "for"}]
        given = [m for m in given if m is not stage.speaker]
        if len(given) == 1 or (given and stage.clause.quantities):
            return Cast([_once([*heads, actor("recipient", m)]) for m in given], [*found, *given], None)
    if stage.fit.frame.name == "listed":  # each that is put on a list, by itself
        listed = [p.mention for p in _distinct(_present(stage, _COMPANY))]
        listed += [owner for s in stage.clause.sites if (owner := stage.discourse.named.get(parent_of(s.entity_id) or ""))]
        listed = list({m.entity_id or m.surface: m for m in listed}.values())
        if listed:
            return Cast([_once([*heads, actor("subject", m)]) for m in listed], [*found, *listed], None)
    return Cast([_once(heads)], found, None)


def _price_setters(stage: Stage) -> Cast:
    found = [p for p in _present(stage, _COMPANY) if p.case in {"", "by", "of"}]
    mentions = [p.mention for p in found]
    buys = [p for p in found if p.case == "" and any(m[2] & BUY and m[3] and m[0] > p.mention.end for m in stage.clause.marks)]
    return Cast([_once([actor("buyer" if p in buys[:1] else "supplier", p.mention) for p in found])], mentions, None)
