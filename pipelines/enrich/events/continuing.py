"""Clauses that go on about an event: the same one told further, given up, or its size."""

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.factuality import Telling
from pipelines.enrich.events.told import NOW_DATED, OF_PLANTS, QUOTAS, STOPS, Told
from pipelines.enrich.lexicon import mask_of

FIGURES = mask_of("@amount", "@quantity")
RESUME, OPEN = mask_of("resume"), mask_of("open")
STUDIED = frozenset({"financing", "schedule_guidance"})
TERMS = mask_of("supply", "buy", "ship", "offtake")
QUOTA = mask_of("quota")
INVEST = mask_of("invest")
MERGED = frozenset(
    {"financing", "facility_change", "schedule_guidance", "supply_agreement", "ownership_change", "permit", "policy_control",
     "disruption", "resource_study", "production_milestone", "price_move"}
)  # fmt: skip
GIVEN_UP = frozenset({"facility_change", "schedule_guidance", "ownership_change", "financing", "supply_agreement"})
SIZE = frozenset(
    {"capacity_raised", "capacity_reached", "design", "yearly_to_come", "yearly_produced", "output", "funded", "expansion"}
)  # frames that a bare figure may fill


def continues(document: Document, one: Told, other: Told) -> bool:  # noqa: PLR0911, PLR0912  a ladder: the first rung that holds is the answer
    """Whether the clause goes on about the same event: same kind and factuality, nobody and nothing new named."""
    if _is_its_size(one, other):
        return True
    if one.fit.frame.name == "control_imposed" and other.fit.frame.name == "control_in_force":
        one.telling = other.telling
        return True
    unnamed = not other.clause.organisations and not other.clause.sites
    if other.fit.frame.name == "start_moved" and unnamed and _is_former(document, one):
        one.fit, one.telling, one.clause, one.type = other.fit, other.telling, other.clause, other.type
        return True
    if other.fit.frame.name == "start_moved" and unnamed and not other.clause.dates and one.type in OF_PLANTS and one.clause.dates:
        return True  # "…, two months ahead of plan"
    are_stops = one.fit.frame.name in STOPS and other.fit.frame.name in STOPS and not document.grammar.has_borders
    if are_stops and unnamed and not other.clause.dates:
        return True  # 6月8日起停产，预计停产15天
    if one.fit.frame.name == "joint_venture" and other.type == "financing" and all(m.is_anaphor for m in other.clause.organisations):
        return True  # …设立合资公司，三方分别出资
    if one.type == "financing" and document.grammar.funds_whom.match(document.low, other.clause.start):
        return True  # 拿出3000万英镑，支持X扩建
    if one.type == "resource_study" and other.type in STUDIED and unnamed and not other.clause.dates:
        return True  # what the study says of the project
    if one.type == other.type == "resource_study" and other.clause.is_relative and unnamed and not other.clause.dates:
        return True  # « …, qui table sur 1 850 tonnes par an »
    if one.type == "resource_study" and other.fit.frame.name == "first_product" and unnamed:
        return True  # its samples
    if one.type == "policy_control" and other.type == "schedule_guidance" and unnamed:
        return True
    if one.type == other.type == "supply_agreement" and all(m.is_anaphor for m in other.clause.organisations):
        return True
    if one.type == "supply_agreement" and other.type in OF_PLANTS and other.clause.concepts & TERMS:
        return True  # what is to be delivered under it
    if one.fit.anchor[2] & INVEST and one.type == "financing" and other.type == "facility_change" and unnamed:
        one.fit, one.telling, one.type = other.fit, other.telling, other.type
        return True
    if one.fit.frame.name == "building" and other.type == "schedule_guidance" and unnamed and not one.clause.dates:
        return True
    if one.fit.frame.name == "sourcing" and other.type == "supply_agreement":
        one.fit, one.telling, one.clause = other.fit, other.telling, other.clause
        return True
    if one.fit.frame.name == "design" and other.type in OF_PLANTS:
        one.fit, one.telling, one.clause, one.type = other.fit, other.telling, other.clause, other.type
        return True
    if (
        one.fit.frame.name in STOPS | {"disruption_by_cause", "curtailment"}
        and other.telling.factuality == "denied"
        and (other.fit.anchor[2] & RESUME or (other.fit.anchor[2] & OPEN and unnamed and not document.grammar.has_borders))
    ):
        return True
    if one.type == "disruption" and other.fit.frame.name in {"pause", "shutdown", "curtailment", "disruption_by_cause", "interruption"}:
        return True
    is_cause = other.fit.frame.name == "disruption_by_cause" and not (other.clause.sites or other.clause.dates)
    if one.fit.frame.name in STOPS and is_cause:  # "was halted after flooding cut the road"
        return True
    if one.type != other.type or one.type not in MERGED:
        return False
    if one.fit.frame.name in QUOTAS and other.fit.frame.name in QUOTAS:
        if not _is_another_quota(document, one, other):
            return True
        other.clause.dates = other.clause.dates or one.clause.dates  # the year is told once
        return False
    if one.telling.factuality != other.telling.factuality and one.type not in {"supply_agreement", "price_move"}:
        return False
    if one.type == "financing":
        return True
    with_sites = one.type != "supply_agreement"
    if one.type == "supply_agreement" and other.clause.is_relative:
        return True
    named = {m.entity_id or m.surface for c in one.domain for m in (*c.organisations, *c.sites)}
    new = {
        m.entity_id or m.surface for m in (*other.clause.organisations, *(other.clause.sites if with_sites else ()))
    } - named
    if new and not named and one.type == "supply_agreement":  # "under an agreement signed in August, A will supply B"
        one.fit, one.clause = other.fit, other.clause
        return True
    if new and (named or one.fit.frame is not other.fit.frame):
        return False
    if one.type == "supply_agreement":
        return True
    materials = {m.material_id for c in one.domain for m in c.materials}
    other_materials = {m.material_id for m in other.clause.materials}
    if one.type == "price_move":
        return not other_materials
    both_figures = any(c.quantities for c in one.domain) and other.clause.quantities
    both_dates = one.clause.dates and other.clause.dates
    return not (both_figures or both_dates) and (not other_materials or not materials or other_materials <= materials)


def _is_another_quota(document: Document, one: Told, other: Told) -> bool:
    """Whether a clause after a semicolon gives a quota of its own ("…；冶炼分离总量控制指标265,000吨")."""
    before = document.low[other.clause.start - 1 : other.clause.start]
    both = bool(other.clause.quantities) and any(c.quantities for c in one.domain)
    return both and before in {";", "；"} and bool(other.clause.concepts & QUOTA)


def _is_former(document: Document, one: Told) -> bool:
    """Whether a clause tells what had been planned for a plant, and is no more."""
    return one.type in OF_PLANTS and bool(document.grammar.former.search(document.low, one.clause.start, one.clause.end))


def overrides(one: Told, other: Told) -> bool:
    """What was planned is given up in the next clause: the plan is told as given up (`one` is changed)."""
    if (
        one.type == other.type == "ownership_change"
        and other.telling.factuality == "denied"
        and one.telling.factuality == "rumoured"
    ):
        one.domain.append(other.clause)
        one.telling = other.telling
        return True
    if one.fit.frame.name == "construction_begun" and one.telling.factuality == "under_way" and other.type == "schedule_guidance":
        if one.clause.dates or not other.clause.dates or other.clause.organisations or other.clause.sites:
            return False
        one.domain.append(other.clause)
        one.fit, one.telling, one.type = other.fit, other.telling, other.type
        return True
    if other.fit.frame.name != "cancelled" or one.telling.factuality not in NOW_DATED or one.type not in GIVEN_UP:
        return False
    one.domain.append(other.clause)
    if one.type in {"facility_change", "schedule_guidance"}:
        one.fit, one.telling, one.type = other.fit, other.telling, other.type
    else:
        one.telling = Telling("denied", True)
    return True


def takes_back(document: Document, one: Told, clause: Clause) -> bool:
    """Whether a Chinese clause without a thing of its own gives up what was planned ("…，决定终止该项投资"); `one` is changed."""
    if document.grammar.has_borders or one.telling.factuality not in NOW_DATED or one.type not in GIVEN_UP - OF_PLANTS:
        return False
    if not document.grammar.definite_any.search(document.low, clause.start, clause.end):
        return False
    one.domain.append(clause)
    one.telling = Telling("denied", True)
    return True


def _is_its_size(one: Told, other: Told) -> bool:
    """A bare figure after an event of a plant is the plant's size or cost ("…, with a capacity of 15 t a year")."""
    clause = other.clause
    if (
        one.type not in OF_PLANTS | {"policy_control"}
        or other.fit.frame.name not in SIZE
        or not all(m.is_anaphor for m in (*clause.organisations, *clause.sites))
        or clause.dates
    ):
        return False
    return bool(clause.concepts & FIGURES) and not any(c.concepts & FIGURES & clause.concepts for c in one.domain)
