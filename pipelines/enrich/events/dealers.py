"""Supplier and buyer of an agreement."""

from pipelines.enrich.events.cases import case_of
from pipelines.enrich.events.clauses import Party
from pipelines.enrich.events.discourse import is_company, parent_of
from pipelines.enrich.events.parts import BODY, Cast, Stage, actor, distinct, once, present
from pipelines.enrich.events.recipients import recipients
from pipelines.enrich.events.slots import stage_from
from pipelines.enrich.lexicon import mask_of
from pipelines.enrich.reading import Mention
from pipelines.reference import register

TO_BUY = mask_of("buy", "offtake", "source_from")
TO_SUPPLY = mask_of("supply", "ship")
RECEIVE = mask_of("receive", "raise_funds", "raise_capital", "apply", "sell")
OFFTAKE, BUY = mask_of("offtake"), mask_of("buy")
OTHER_SIDE = frozenset({"to", "from", "with"})  # of a party that is not the subject
BESIDE = 6  # characters between goods and the plant that they are of
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


def dealers(stage: Stage) -> Cast:
    """Supplier and buyer; two names on one side make two agreements."""
    found = [p for p in present(stage, BODY) if p.case != "than"]
    found = distinct([p for p in found if p.mention is not stage.speaker or p.case != "under"])
    if shared := recipients(stage.document, stage.clause):
        return _shared_out(stage, found, [m for m, _ in shared])
    sides = _sides(found, stage.fit.anchor[0]) if found else ([], [])
    is_turned = _is_turned(stage)
    if is_turned:
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
        teller = stage.speaker if stage.speaker is not None and is_company(stage.speaker) else None
        own = [leader] if stage.own_release and leader is not None else [teller] if teller else []
        return Cast([tuple(actor("supplier", m) for m in own)], own, leader if own else None)
    if not sides[1] and len(found) == 1 and found[0].case in OTHER_SIDE:  # of a firm outside the register: "agreed to sell … to X"
        sides = ([], found)
    concepts = stage.clause.concepts
    is_buyer_first = _buys(stage, sides, concepts) and not (is_turned and not stage.document.grammar.has_borders)
    roles = ("buyer", "supplier") if is_buyer_first else ("supplier", "buyer")
    first, second = sides
    casts = []
    if len(first) > 1 and len(second) == 1:
        casts = [once([actor(roles[0], p.mention), actor(roles[1], second[0].mention)]) for p in first]
    elif len(second) > 1 and len(first) == 1:
        casts = [once([actor(roles[0], first[0].mention), actor(roles[1], p.mention)]) for p in second]
    else:
        casts = [once([actor(roles[0], p.mention) for p in first] + [actor(roles[1], p.mention) for p in second])]
    return Cast(casts, [p.mention for p in found], first[0].mention if first else None)


def _shared_out(stage: Stage, found: list[Party], buyers: list[Mention]) -> Cast:
    """One agreement for each who gets a part of its own; the supplier is who else is named, else whom the text speaks of."""
    taken = {m.entity_id or m.surface for m in buyers}
    others = [p.mention for p in found if (p.mention.entity_id or p.mention.surface) not in taken and p.case != "under"]
    supplier = others[0] if others else stage.discourse.operator
    gives = [actor("supplier", supplier)] if supplier is not None else []
    casts = [once([*gives, actor("buyer", buyer)]) for buyer in buyers]
    return Cast(casts, [*([supplier] if supplier else []), *buyers], supplier)


def _is_signer(stage: Stage, leader: Mention) -> bool:
    """Whether a company signs the text: what it tells without naming a second party, it has itself a part in."""
    signer = stage.discourse.publisher
    if signer is None or leader.entity_id != signer.entity_id:
        return False
    return leader.entity_id is not None or leader.surface == signer.surface


def _sides(found: list[Party], anchor: int) -> tuple[list[Party], list[Party]]:
    """Those before the verb and those after; where all stand on one side, the first against the others."""
    first = [p for p in found if p.mention.start < anchor and p.case in {"", "of", "by", "object", "at"}]
    second = [p for p in found if p not in first]
    if not first:
        bare = [p for p in found if p.case == ""] if found[0].case in {"to", "from"} else []
        first = bare[:1] or found[:1]
        second = [p for p in found if p is not first[0]]
    if not second and len(first) > 1:
        first, second = first[:1], first[1:]
    return first, second


def _buys(  # noqa: PLR0911  a ladder: the first rung that holds is the answer
    stage: Stage, sides: tuple[list[Party], list[Party]], concepts: int
) -> bool:
    """Whether the first side is the buyer: by prepositions, by the verb, else by who stands later in the chain."""
    second = {p.case for p in sides[1]}
    gives = _gives_from_own_plant(stage, sides[0])
    if not gives and "from" in second:
        return True
    verbs = 0
    for mark in stage.clause.marks:
        verbs |= mark[2] if mark[3] else mark[2] & TO_BUY
    if gives or "to" in second:  # but « s'est engagé à acheter à X »
        return not gives and bool(verbs & BUY) and not verbs & (TO_SUPPLY | OFFTAKE)
    is_theirs = _sells_goods_of_its_plant(stage, sides[1]) and not _sells_goods_of_its_plant(stage, sides[0])
    if verbs & TO_SUPPLY and not verbs & TO_BUY:
        return is_theirs
    if is_theirs or (verbs & TO_BUY and not verbs & TO_SUPPLY and not concepts & OFFTAKE):
        return True
    noun_buys = not any(m[2] & TO_BUY and m[3] for m in stage.clause.marks)  # « a signé un accord d'achat » tells no side
    makers = [_makes_goods(stage, side) for side in sides]
    is_open = all(sides) or not verbs & (RECEIVE if noun_buys else RECEIVE | TO_BUY)
    if makers.count(None) == 1 and any(makers) and is_open:  # beside a name outside the register
        return makers[1] is True
    if _goods(stage) is None and not sides[1]:  # of a deal with somebody unnamed, in goods unnamed: who is of the chain supplies
        return not any(e.stages for p in sides[0] if (e := register().entities.get(p.mention.entity_id or "")))
    ranks = [max((_rank(p.mention) for p in side), default=0) for side in sides]
    return ranks[0] > ranks[1]


def _is_turned(stage: Stage) -> bool:
    """Whether the second of the two is said to supply the first ("the latter will supply the former with …", 后者每年供应…)."""
    clauses = [stage.clause] if stage.document.grammar.has_borders else stage.domain
    return any(stage.document.grammar.latter.search(stage.document.low, c.start, c.end) for c in clauses)


def _gives_from_own_plant(stage: Stage, side: list[Party]) -> bool:
    """Whether the goods come from a plant of the first side (每年从诺兰斯供应…)."""
    own = {p.mention.entity_id for p in side} - {None}
    sites = ((c, s) for c in stage.domain for s in c.sites if parent_of(s.entity_id) in own)
    return bool(own) and any(case_of(stage.document, clause, site) == "from" for clause, site in sites)


def _sells_goods_of_its_plant(stage: Stage, side: list[Party]) -> bool:
    """Whether the goods are named after a plant of a side (« 30 tonnes d'oxyde de dysprosium de White Mesa »)."""
    own = {p.mention.entity_id for p in side} - {None}
    sites = ((c, s) for c in stage.domain for s in c.sites if own and not s.is_anaphor and parent_of(s.entity_id) in own)
    return any(0 <= site.start - material.end <= BESIDE for clause, site in sites for material in clause.materials)


def _makes_goods(stage: Stage, side: list[Party]) -> bool | None:
    """Whether a company of the register makes what is dealt in; None where the side has no such company."""
    known = [e for p in side if (e := register().entities.get(p.mention.entity_id or ""))]
    if not known:
        return None
    return any(_goods(stage) in e.stages for e in known)


def _goods(stage: Stage) -> str | None:
    """The step whose product is dealt in."""
    clause = stage.clause
    return stage_from(stage.document, clause.start, clause.end, clause.materials, products_first=True)


def _rank(mention: Mention) -> int:
    entity = register().entities.get(mention.entity_id or "")
    return min((ORDER.get(s, 9) for s in entity.stages), default=9) if entity else 9
