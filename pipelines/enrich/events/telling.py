"""Tellings: which clauses of a sentence tell an event, and which lend their figures to it."""

from pipelines.enrich.events.borderless import (
    carried_on,
    is_noun_of,
    is_of_no_plant,
    is_plant_topic,
    is_topic,
    names_a_day,
    only_says_how,
    only_speaks,
)
from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.continuing import continues, overrides, takes_back
from pipelines.enrich.events.discourse import names_new_plant
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.factuality import Telling, telling
from pipelines.enrich.events.frames import Fit, Frame, fits
from pipelines.enrich.events.objects import object_fits
from pipelines.enrich.events.patterns import NEVER
from pipelines.enrich.events.told import NOW_DATED, STOPS, Told
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import FINITE, FORMS, Mark, mask_of
from pipelines.enrich.reading import Factuality

PART = FORMS["part"]
CAPACITY, RESUME, DECIDE = mask_of("capacity"), mask_of("resume"), mask_of("decide")
SAY, EXPECT, NOW = mask_of("say"), mask_of("expect"), mask_of("now_word")
OPEN_OF = mask_of("plant", "project", "mine", "@site")
TOPIC = mask_of("demand", "supply_market", "trade", "price")
LENT = mask_of(
    "@org", "@authority", "@material", "@chain", "authority_word", "say", "anonymous", "according", "expect", "future"
)
LENT_UNWRITTEN = mask_of(
    "capacity",
    "control",
    "quota",
    "tariff",
    "permit",
    "stockpile",
    "price",
    "study",
    "drilling",
    "plant",
    "project",
    "@date",
    "@site",
    "listing",
)
ANTECEDENT = mask_of(
    "plant", "mine", "project", "@site", "control", "quota", "tariff", "permit", "agreement", "offtake", "supply_deal", "mou",
    "stockpile", "price", "construction", "study", "drilling", "listing", "resource", "stake", "joint_venture"
)  # fmt: skip
LENT_LATER = mask_of(
    "disrupt", "pause", "close", "curtail", "@amount", "@price", "@quantity", "@yearly", "@percent", "@date"
)
PRICED = mask_of("@price")
PRICE, MARKET = mask_of("price"), mask_of("demand", "supply_market")
SPOKEN_OF, OWN = mask_of("@org", "@site"), mask_of("@own")
NOT = mask_of("not")
MAY, UNNAMED = mask_of("may"), mask_of("anonymous")
DEALS = frozenset({"ownership_change", "financing", "supply_agreement"})
SELL, OF_CAPITAL = mask_of("sell"), mask_of("equity", "debt", "raise_capital", "new_shares", "stake")
NOBODY = mask_of("nobody")
CANCEL = mask_of("cancel")
DENY = mask_of("deny")
IF = mask_of("if")
STATED = frozenset({"market_assessment", "price_move", "superlative_claim", "disruption"})
CAUSE = mask_of("accident", "strike", "flood", "logistics")
OF_A_START = frozenset({"start_stated", "opening"})
START = mask_of("open", "commission", "complete", "begin")
UNWRITTEN = frozenset({"export_stopped"})  # frames that only a language without borders has
FORESEEN_PRICES = frozenset({"planned", "forecast", "rumoured"})
FORESEEN = frozenset({"schedule_guidance", "production_milestone"})
PLAN = mask_of("plan")
COUNTED = mask_of("@percent", "@quantity")
STATED_NEAR = 40  # characters of a sentence before a clause in which its source stands
EXPAND = mask_of("expand")


def told(document: Document, found: list[Clause], *, reported: bool, context: int) -> list[Told]:
    """The events of a sentence in order, each with its clauses.

    `reported`: somebody speaks; `context`: what the text before speaks of (a company or a site, an authority).
    """
    whole = 0
    for clause in found:
        whole |= clause.concepts
    lent = LENT if document.grammar.has_borders else LENT | LENT_UNWRITTEN
    events: list[Told] = []
    waiting: list[Clause] = []
    is_conditional = False
    carried: Factuality | None = None  # how the clause before was told, for one that goes on without a subject
    named = whole & SPOKEN_OF | context
    for i, clause in enumerate(found):
        if clause.is_taken_up:
            continue
        if not document.grammar.has_borders:
            carried = carried_on(document, clause, found[i - 1] if i else None, carried)
        is_conditional = is_conditional or (bool(clause.concepts & IF) and any(m[2] & IF for m in clause.marks[:3]))
        if not document.grammar.has_borders:  # what has to be done is no event, in all that follows
            is_conditional = is_conditional or bool(clause.concepts & NOBODY)
        later = _beside(document, found, i)
        event = None
        if (
            not is_conditional
            and not only_speaks(document, clause)
            and not (clause is not found[-1] and (is_plant_topic(document, clause) or names_a_day(document, clause)))
            and (document.grammar.has_borders or not only_says_how(clause) or clause is found[-1])
            and not unwritten(document.language).whom.fullmatch(document.low, clause.start, clause.end)
            and not document.grammar.after_which.search(document.low, clause.end - 6, clause.end)
        ):
            is_same = bool(events) and bool(document.grammar.elliptic.search(document.low, clause.start, clause.end))
            event = _gapped(document, clause, events, reported=reported) if is_same else None
            given = lent & ~PRICE if clause.concepts & MARKET else lent  # 镨钕价格平稳，重稀土供应偏紧: the second of supply
            event = event or _event(document, clause, (whole & given | later | context & OWN, named), reported, carried)
            event = event or _gapped(document, clause, events, reported=reported)
        if event is None and events and clause.concepts & DENY and events[-1].telling.factuality != "denied":
            events[-1].telling = Telling("denied", True)
        if event is None and events and clause.concepts & CANCEL and takes_back(document, events[-1], clause):
            continue
        if event is not None and events and (overrides(events[-1], event) or _is_of_that_deal(events[-1], event)):
            continue
        if event is None or (events and continues(document, events[-1], event)):
            (events[-1].domain if events else waiting).append(clause)
            continue
        event.domain = event.domain if events else [clause, *waiting]
        events.append(event)
    return [_by_cause(document, _foreseen(document, _aimed(document, event, found), found), found) for event in events]


def _is_of_that_deal(one: Told, other: Told) -> bool:
    """Whether an agreement that is not signed yet is that of the purchase before it (洽谈收购其股权，尚未签署协议)."""
    return one.type == "ownership_change" and other.fit.frame.name == "memorandum" and other.telling.factuality == "denied"


def _beside(document: Document, found: list[Clause], i: int) -> int:
    """What the clauses beside one lend to it: in Chinese figures of the next and the topic before, else what a relative clause is of."""
    clause, lent = found[i], 0
    if not document.grammar.has_borders:
        if i + 1 < len(found):
            lent = found[i + 1].concepts & LENT_LATER
            lent &= ~PRICED if found[i + 1].materials else -1  # a price of its own goods
        if i and is_topic(found[i - 1]):
            lent |= found[i - 1].concepts & TOPIC
    if clause.is_relative and i:
        antecedent = found[i - 1].concepts
        lent |= antecedent & ANTECEDENT if not antecedent & CAUSE else 0
    return lent


def _tells_cause(document: Document, clause: Clause) -> bool:
    """Whether a clause tells what stopped a plant from outside, and not what its restart waits for."""
    is_cause = clause.concepts & CAUSE or document.grammar.suffers.search(document.low, clause.start, clause.end)
    return bool(is_cause) and not clause.concepts & RESUME


def _by_cause(document: Document, event: Told, found: list[Clause]) -> Told:
    """A stop for a cause that the sentence names (fire, strike, flood; not what a restart waits for) is a disruption, no decision."""
    if (
        event.type == "facility_change"
        and event.fit.frame.name in STOPS
        and any(_tells_cause(document, c) for c in found)
        and event.telling.factuality == "achieved"
        and not event.fit.anchor[2] & RESUME
    ):
        event.type = "disruption"
    return event


def _aimed(document: Document, event: Told, found: list[Clause]) -> Told:
    """A day that is moved is aimed at where the clause before calls it a target (目标日期，由…改为…)."""
    before = found[event.clause.index - 1] if event.clause.index else None
    if event.fit.frame.name != "start_moved" or before is None or event.telling.factuality != "planned":
        return event
    if names_a_day(document, before) and unwritten(document.language).aims.search(document.low, before.start, before.end):
        event.telling = Telling("targeted")
    return event


def _foreseen(document: Document, event: Told, found: list[Clause]) -> Told:
    """An assessment is a forecast where the clause before only says that somebody expects it, and it is not said of now."""
    if event.type == "market_assessment" and event.clause.index and not event.clause.concepts & NOW:
        before = found[event.clause.index - 1]
        if only_speaks(document, before) and before.marks[-1][2] & EXPECT:
            event.telling = Telling("forecast", event.telling.is_negated)
    elif event.type in FORESEEN and event.clause.index and event.telling.factuality == "planned" and not event.clause.concepts & PLAN:
        before = found[event.clause.index - 1]
        if only_speaks(document, before) and before.marks[-1][2] & EXPECT:  # 公司预计，该厂将于2028年投产
            event.telling = Telling("forecast")
    return event


def _event(
    document: Document, clause: Clause, lent: tuple[int, int], reported: bool, carried: Factuality | None
) -> Told | None:
    """The event of a clause; `lent`: concepts of the sentence, and of the text before."""
    for fit in _verbs_first(document, clause, fits(clause, *lent)):
        if not object_fits(document, clause, fit) or (fit.frame.name in UNWRITTEN and document.grammar.has_borders):
            continue
        how = telling(document, clause, fit, reported=reported)
        if how.is_conditional:
            return None
        if how.factuality is None and lent[0] & UNNAMED and fit.frame.type in DEALS and _is_thought_possible(document, clause):
            how = Telling("rumoured")
        is_settled = fit.frame.name in STOPS and bool(clause.concepts & DECIDE)
        if carried and how.factuality in {"achieved", "under_way", "planned"} and fit.frame.type not in STATED and not is_settled:
            how = Telling(carried, how.is_negated)
        if how.factuality is None or not _tense_fits(fit.frame, how):
            continue
        if fit.frame.type == "price_move" and not clause.amounts and document.low[clause.end - 1] in "：:":
            continue  # the heading of a list
        if _is_count(document, clause, fit, how) or is_noun_of(document, clause, fit, how):
            continue
        if is_of_no_plant(document, clause, fit):
            continue
        kind = _type(document, fit.frame, how, clause)
        if fit.frame.name == "raised" and fit.anchor[2] & SELL and clause.materials and not clause.concepts & OF_CAPITAL:
            continue  # goods sold for a sum
        if kind == "market_assessment" and fit.frame.type == "price_move":
            how = Telling("forecast", how.is_negated)
        return Told(clause, fit, how, kind, [clause])
    return None


def _is_thought_possible(document: Document, clause: Clause) -> bool:
    """Whether a deal "could" be done; said by a source without a name it is a rumour. In a language that has a conditional for hearsay."""
    if document.grammar.hearsay is NEVER or clause.concepts & NOT:
        return False
    return any(m[2] & MAY for m in clause.marks)


def _is_count(document: Document, clause: Clause, fit: Fit, how: Telling) -> bool:
    """Whether the figures of a statistician are read as an assessment ("customs data show that exports rose by 9 %")."""
    if fit.frame.type != "market_assessment" or how.factuality != "under_way" or not clause.concepts & COUNTED:
        return False
    return bool(document.grammar.statistics.search(document.low, max(0, clause.start - STATED_NEAR), clause.end))


def _verbs_first(document: Document, clause: Clause, found: list[Fit]) -> list[Fit]:
    """A participle that only describes ("closed since 2023, …") yields to the verb of its clause."""
    if len(found) < 2 or not any(f.anchor[3] & FINITE for f in found):
        return found
    grammar, low = document.grammar, document.low

    def describes(fit: Fit) -> bool:
        anchor = fit.anchor
        if not anchor[3] & PART or anchor[3] & FINITE:
            return False
        before = low[max(clause.start, anchor[0] - 40) : anchor[0]]
        return not (grammar.perfect.search(before) or grammar.passive.search(before))

    return sorted(found, key=describes)


def _gapped(document: Document, clause: Clause, events: list[Told], *, reported: bool) -> Told | None:
    """A clause that says the same of another without naming the thing again ("…, while B has not yet received one")."""
    if not events or not (clause.organisations or (events[-1].type == "permit" and clause.concepts & NOT)):
        return None
    fit = events[-1].fit
    is_same = bool(document.grammar.elliptic.search(document.low, clause.start, clause.end))
    anchor: Mark | None = next((m for m in clause.marks if m[2] & fit.frame.anchor and (m[3] or is_same)), None)
    if anchor is None and is_same:  # another verb for the same ("has received none")
        anchor = next((m for m in clause.marks if m[3] and not m[2] & SAY), None)
    if anchor is None or not (is_same or anchor[2] & fit.anchor[2] & fit.frame.anchor):
        return None
    again = Fit(fit.frame, anchor)
    how = telling(document, clause, again, reported=reported)
    if how.factuality is None:
        return None
    return Told(clause, again, how, _type(document, fit.frame, how, clause), [clause], events[-1].clause)


def _type(document: Document, frame: Frame, how: Telling, clause: Clause) -> str:  # noqa: PLR0911  a ladder: the first rung that holds
    """Planned or targeted with a date, the news is the date; of a plant that is new it is the plant."""
    if frame.name == "ramp" and clause.concepts & OPEN_OF and document.grammar.put_into.search(document.low, clause.start, clause.end):
        return "facility_change"
    if frame.name in OF_A_START and how.factuality in NOW_DATED and clause.dates:
        is_plan = how.factuality == "planned" and names_new_plant(document, clause)
        return "facility_change" if is_plan else "schedule_guidance"
    if frame.name == "price_moved" and how.factuality in FORESEEN_PRICES:
        return "market_assessment"
    if frame.is_dated and how.factuality in NOW_DATED and clause.dates:
        is_plan = frame.name == "construction" and how.factuality == "planned"
        is_phase = is_plan and (clause.concepts & EXPAND or names_new_plant(document, clause))
        return "facility_change" if is_phase else "schedule_guidance"
    if frame.name in {"expansion", "capacity_raised"} and how.factuality == "targeted" and clause.concepts & CAPACITY:
        return "schedule_guidance"
    is_phase = frame.name in {"expansion", "second_phase"} and how.factuality in {"targeted", "forecast"}
    if is_phase and clause.dates and clause.concepts & START:
        return "schedule_guidance"
    return frame.type


def _tense_fits(frame: Frame, how: Telling) -> bool:
    if frame.tense == "denied":
        return how.factuality == "denied"
    return frame.tense != "future" or how.factuality in NOW_DATED
