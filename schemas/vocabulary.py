"""The words that columns may hold; the domain's vocabulary, said once."""

LANGUAGES = ("en", "fr", "zh")
RECORDS = ("document", "trade_flow")
PUBLISHED_PRECISIONS = ("day", "month", "year", "day_without_year", "unknown")
DATE_PRECISIONS = ("day", "month", "quarter", "half", "year", "range", "unknown")
LICENCES = ("full_text", "quote", "metadata")
ENTITY_TYPES = ("company", "facility", "deposit", "agency", "publisher", "place")
PLACES = ("text", "title", "removed_lines")
FACTUALITIES = ("achieved", "under_way", "planned", "targeted", "forecast", "rumoured", "denied")
ROLES = (
    "operator", "owner", "supplier", "buyer", "investor", "recipient", "acquirer", "target", "authority", "claimant", "subject",
)  # fmt: skip
STAGES = ("exploration", "mining", "beneficiation", "cracking", "separation", "metal", "alloy", "magnet", "recycling")
BASES = (
    "ore", "concentrate", "TREO", "REO", "metal", "magnet_block", "magnet", "contained", "gross", "value_share", "mass_share",
    "nameplate", "actual", "target",
)  # fmt: skip
DIRECTIONS = ("up", "down", "stable", "mixed")
HORIZONS = ("now", "short_term", "long_term")
ATTRIBUTIONS = ("self", "named", "anonymous", "none")
VERDICTS = ("holds", "fails", "not_testable")
WITNESS_KINDS = (
    "shares_price", "stakes_sum", "parts_total", "oxide_metal_factor", "price_band", "unit_consistency", "period_over_period",
)  # fmt: skip
EVENT_TYPES: dict[str, tuple[str, ...]] = {
    "production_milestone": ("first_batch", "first_oxide", "first_metal", "ramp", "record", "output_report", "qualification_sample"),
    "facility_change": ("announced", "ground_broken", "commissioned", "opened", "expanded", "paused", "closed", "cancelled"),
    "supply_agreement": ("offtake", "feed_supply", "tolling", "mou", "framework"),
    "financing": ("equity", "debt", "grant", "loan", "state_stake", "price_floor"),
    "ownership_change": ("merger", "acquisition", "stake", "joint_venture"),
    "permit": ("granted", "refused", "suspended", "renewed", "export_licence"),
    "policy_control": ("export_control", "listing", "tariff", "quota", "stockpile", "subsidy", "suspension"),
    "price_move": ("assessment", "tender", "floor"),
    "market_assessment": ("demand", "supply", "trade", "competition", "dependence"),
    "disruption": ("accident", "strike", "flood", "curtailment", "logistics"),
    "resource_study": ("resource", "pea", "pfs", "fs", "drilling"),
    "schedule_guidance": ("start_date", "milestone_date", "capacity"),
    "superlative_claim": ("first", "only", "largest", "fully_domestic"),
    "other": (),
}
SUB_TYPES = tuple(sorted({word for words in EVENT_TYPES.values() for word in words}))
TRADE_FLOWS = ("import", "export", "re_import", "re_export")
HS_EDITIONS = ("HS6", "CN8_EU", "CN8_CN", "HTS_US")
DECISIONS = ("replayed", "discarded")
OUTCOMES = ("pulled", "replayed", "validated", "enriched", "landed", "duplicate", "rejected")
