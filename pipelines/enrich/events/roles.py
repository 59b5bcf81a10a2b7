"""Roles: which names of a clause take part in its event, and as what."""

from pipelines.enrich.events.cases import parties
from pipelines.enrich.events.clauses import Party
from pipelines.enrich.events.dealers import dealers
from pipelines.enrich.events.discourse import is_company
from pipelines.enrich.events.offices import authorities, issuing, licensees
from pipelines.enrich.events.operators import operated
from pipelines.enrich.events.parts import BODY, COMPANY, Cast, Stage, actor, distinct, once, present
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Actor

ISSUE, FUND = mask_of("raise_funds", "raise_capital", "equity"), mask_of("fund", "debt", "grant")
GRANT = mask_of("grant")
EQUITY, WE = mask_of("equity"), mask_of("we")
BUY = mask_of("buy")
SIGN, LENT = mask_of("sign"), mask_of("debt", "grant")
SELL = mask_of("sell")
RECEIVE = mask_of("receive", "raise_funds", "raise_capital", "apply", "sell")
GIVE = mask_of("fund", "give_money", "approve", "refuse", "receive")
DATIVE = frozenset({"lui", "leur"})  # whom something is given to
NAMED = 24  # characters before the name that a company is given


def cast(stage: Stage) -> Cast:
    """Who takes part in the event."""
    kind = stage.fit.frame.type
    if kind == "market_assessment":
        return Cast([()], [], None)
    by_type = {
        "supply_agreement": dealers,
        "financing": _funders,
        "ownership_change": _owners,
        "permit": licensees,
        "policy_control": authorities,
        "price_move": _price_setters,
    }
    return by_type.get(kind, operated)(stage)


def _funders(stage: Stage) -> Cast:
    found = distinct([p for p in present(stage, BODY) if p.case != "than"])
    anchor = stage.fit.anchor
    borrows = bool(anchor[2] & SIGN and stage.clause.concepts & LENT)  # « a conclu un contrat de prêt avec … »
    receives = bool(borrows or anchor[2] & RECEIVE or stage.clause.concepts & EQUITY) and not anchor[2] & mask_of("fund")
    actors = []
    for party in found:
        is_subject = party.case in {"", "object"} and party.mention.start < anchor[0]
        issues = party.case == "by" and anchor[2] & ISSUE and not anchor[2] & FUND and party.mention.type == "company"
        gives = (party.case in {"from", "by"} and not issues) or party.mention.type == "agency" or (is_subject and not receives)
        gives = gives or (borrows and party.case == "with") or _subscribes(stage, party)
        is_given = party.mention.is_anaphor and stage.document.low[party.mention.start : party.mention.end] in DATIVE
        role = "investor" if gives and not is_given else "recipient"
        actors.append(actor(role, party.mention))
    mentions = [p.mention for p in found]
    leader = stage.discourse.operator
    if not any(a.role == "recipient" for a in actors) and leader is not None and leader not in mentions:
        actors.append(actor("recipient", leader))
        mentions.append(leader)
    actors += _givers_before(stage, actors)
    if anchor[2] & GIVE and not any(a.role == "investor" for a in actors):
        actors += [actor("investor", m) for m in issuing(stage)]
    givers = [a for a in actors if a.role == "investor"]
    takers = [a for a in actors if a.role == "recipient"]
    sums = [a for a in stage.clause.amounts if not a.per]
    if len(takers) == len(sums) > 1:  # each recipient with a sum of its own
        return Cast([once([*givers, taker]) for taker in takers], mentions, None)
    word = stage.document.grammar.respectively
    if len(givers) == len(sums) > 1 and word.search(stage.document.low, stage.clause.start, stage.clause.end):
        return Cast([once([giver, *takers]) for giver in givers], mentions, None)  # each investor with a sum of its own
    taker = next((m for m, a in zip(mentions, actors, strict=False) if a.role == "recipient" and is_company(m)), None)
    return Cast([once(actors)], mentions, taker)


def _subscribes(stage: Stage, party: Party) -> bool:
    """Whether a Chinese clause says of a name that it takes a part of the shares (其中某集团认购三成)."""
    low, end = stage.document.low, party.mention.end
    return not stage.document.grammar.has_borders and low.startswith(("认购", "拟认购", "参与认购", "出资认购", "跟投", "领投"), end)


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
    found = [p for p in present(stage, BODY) if p.case != "than"]
    if stage.clause.is_relative and not any(
        p.mention.start > stage.fit.anchor[0] and p.case in {"", "of"} for p in found
    ):
        earlier = [m for c in stage.sentence if c.index < stage.clause.index for m in c.organisations if is_company(m)]
        found += [Party(m, "object", -3) for m in earlier[-1:]]
    found = distinct(found)
    is_alone = len(found) == 1 and found[0].case != "by"
    ours = stage.speaker if stage.clause.concepts & WE and stage.speaker is not None and is_company(stage.speaker) else None
    leader = ours or stage.discourse.operator
    if is_alone and found[0].mention.start > stage.fit.anchor[0] and leader is not None:
        found = distinct([Party(leader, "", -2), *found])
    joint = stage.fit.frame.name == "joint_venture"
    if joint:  # its name is none of its owners
        low = stage.document.low
        named_as = stage.document.grammar.named_as
        found = [p for p in found if not named_as.search(low[max(0, p.mention.start - NAMED) : p.mention.start])]
    agents = [p for p in found if p.case == "by"]
    buyers = [p for p in found if p.case == "to"] if stage.fit.anchor[2] & SELL else []
    actors = []
    for i, party in enumerate(found):
        if joint:
            role = "owner"
        elif buyers:  # "sold its plant to X"
            role = "acquirer" if party in buyers else "target" if party.case == "object" else "owner"
        elif agents:
            role = "acquirer" if party in agents else "target"
        else:
            role = "acquirer" if i == 0 and party.case != "object" and not _is_held(stage, party) else "target"
        actors.append(actor(role, party.mention))
    mentions = [p.mention for p in found]
    return Cast([once(actors)], mentions, mentions[0] if mentions else None)


def _is_held(stage: Stage, party: Party) -> bool:
    """Whether it is the company that a part is bought of (« au capital d'Acme »)."""
    start = party.mention.start
    return stage.document.grammar.stake_in.search(stage.document.low, max(0, start - NAMED), start) is not None


def _price_setters(stage: Stage) -> Cast:
    found = [p for p in present(stage, COMPANY) if p.case in {"", "by", "of"}]
    mentions = [p.mention for p in found]
    buys = [p for p in found if p.case == "" and any(m[2] & BUY and m[3] and m[0] > p.mention.end for m in stage.clause.marks)]
    return Cast([once([actor("buyer" if p in buys[:1] else "supplier", p.mention) for p in found])], mentions, None)
