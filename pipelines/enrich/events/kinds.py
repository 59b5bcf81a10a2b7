"""Sub-types: which of its type's kinds an event is, from the words of its clause, else from its frame."""

from pipelines.enrich.events.told import Told
from pipelines.enrich.lexicon import mask_of

# By type: (concepts, kind), the first that the clause holds.
BY_WORDS = {
    "disruption": (
        ("strike", "strike"), ("flood", "flood"), ("logistics", "logistics"), ("accident", "accident"), ("curtail", "curtailment"),
    ),
    "market_assessment": (
        ("dependence", "dependence"), ("competition", "competition"), ("demand", "demand"), ("supply_market", "supply"), ("trade", "trade"),
    ),
    "permit": (("refuse", "refused"), ("renew", "renewed"), ("pause", "suspended"), ("approve", "granted"), ("receive", "granted")),
    "financing": (
        ("loi", "letter_of_intent"), ("price_floor", "price_floor"), ("grant", "grant"), ("debt", "debt"), ("equity", "equity"),
        ("stake", "state_stake"),
    ),
    "supply_agreement": (("mou", "mou"), ("offtake", "offtake"), ("supply_deal", "feed_supply")),
    "policy_control": (
        ("quota", "quota"), ("tariff", "tariff"), ("stockpile", "stockpile"), ("listing", "listing"), ("lift", "suspension"),
        ("subsidy_policy", "subsidy"), ("control", "export_control"),
    ),
    "resource_study": (("drilling", "drilling"), ("drill", "drilling"), ("resource", "resource"), ("study", "study")),
    "production_milestone": (("sample", "qualification_sample"), ("record", "record"), ("first", "first_batch"), ("ramp", "ramp")),
    "superlative_claim": (),
}  # fmt: skip
BY_FRAME = {
    "opening": "opened", "construction": "ground_broken", "construction_begun": "ground_broken", "building": "announced",
    "announced_plan": "announced", "expansion": "expanded", "capacity_raised": "expanded", "second_phase": "expanded", "pause": "paused",
    "shutdown": "closed", "cancelled": "cancelled", "start_moved": "start_date", "start_stated": "start_date",
    "first_to_come": "milestone_date", "yearly_to_come": "capacity", "yearly_produced": "capacity", "design": "capacity",
    "output": "output_report", "output_moved": "output_report", "production_begun": "ramp", "capacity_reached": "ramp",
    "sourcing": "feed_supply", "joint_venture": "joint_venture", "merger": "merger", "acquisition": "acquisition", "stake": "stake",
    "sale_of_site": "sale", "sale_explored": "sale", "price_quoted": "assessment", "raised": "equity", "state_stake": "state_stake",
    "notice_of_targets": "quota", "commission": "commissioned",
}  # fmt: skip
OF_PLANTS = frozenset({"facility_change", "production_milestone", "schedule_guidance", "disruption", "superlative_claim"})
OF_MARKETS = frozenset({"market_assessment", "price_move"})
_MASKS = {kind: tuple((mask_of(concept), name) for concept, name in rows) for kind, rows in BY_WORDS.items()}


def sub_type(told: Told) -> str | None:
    """A word of the type's row in the domain, or None."""
    for mask, name in _MASKS.get(told.type, ()):
        if told.clause.concepts & mask:
            return name
    return BY_FRAME.get(told.fit.frame.name)
