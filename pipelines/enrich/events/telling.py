"""Tellings: which clauses of a sentence tell an event, and which lend their figures to it."""

import re
from collections.abc import Sequence

from msgspec import Struct

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.discourse import names_new_plant
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.factuality import Telling, telling
from pipelines.enrich.events.frames import Fit, Frame, fits
from pipelines.enrich.lexicon import ATTR, FINITE, FORMS, Mark, mask_of
from pipelines.enrich.reading import Factuality, MaterialMention

PART = FORMS["part"]
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
    "stockpile", "price", "construction", "study", "listing", "resource", "stake", "joint_venture"
)  # fmt: skip
LENT_LATER = mask_of(
    "disrupt", "pause", "close", "curtail", "@amount", "@price", "@quantity", "@yearly", "@percent", "@date"
)
TOPIC = mask_of("demand", "supply_market", "trade", "price")
PRICED = mask_of("@price")
SPOKEN_OF, OWN = mask_of("@org", "@site"), mask_of("@own")
FIGURES = mask_of("@amount", "@quantity")
NOT = mask_of("not")
NOBODY = mask_of("nobody")
PRODUCER = mask_of("producer")
CANCEL = mask_of("cancel")
DENY = mask_of("deny")
IF = mask_of("if")
CAPACITY = mask_of("capacity")
OPERATORS = mask_of("not", "future", "plan", "target", "expect", "talks", "under_way", "if", "say")
REACHES: tuple[tuple[int, Factuality], ...] = (
    (mask_of("talks"), "rumoured"), (mask_of("target"), "targeted"), (mask_of("plan", "future"), "planned"),
)  # fmt: skip
AIMS, WE = mask_of("plan", "target"), mask_of("we", "producer")
SUBJECT = mask_of("plant", "mine", "project", "price", "demand", "supply_market", "anonymous")
CLOSED = "；;。"  # after these another statement begins
STATED = frozenset({"market_assessment", "price_move", "superlative_claim", "disruption"})
CAUSE = mask_of("accident", "strike", "flood", "logistics")
OF_A_START = frozenset({"start_stated", "opening"})
START = mask_of("open", "commission", "complete", "begin")
STUDIES, STUDIED_NOUN = frozenset({"study", "drilling"}), mask_of("study", "drilling")
AFTER = ("后", "之后", "以后")  # 建成后: when another thing is to be
COMPLETE, OPEN = mask_of("complete"), mask_of("open", "commission")
RESUME = mask_of("resume")
QUOTAS = frozenset({"quota_stated", "quota_set", "notice_of_targets"})
STOPS = frozenset({"pause", "shutdown"})
COUNTED = mask_of("@percent", "@quantity")
PROPER = re.compile(r"\s*(?:(?:la |le |les |l['’])?(?:société |groupe )?)[A-ZÀ-Þ][A-ZÀ-Þa-z]")  # a name, in the register or not
SHARED = 24  # characters between a percentage and whose it is
STATED_NEAR = 40  # characters of a sentence before a clause in which its source stands
DONE_BY = mask_of("complete", "begin", "open", "pause", "cancel", "close", "resume", "delay", "announce", "approve")
DECIDE, OPEN_OF = mask_of("decide"), mask_of("plant", "project", "mine", "@site")
SAY, EXPECT, NOW = mask_of("say"), mask_of("expect"), mask_of("now_word")
STAKE = mask_of("stake", "joint_venture", "merge")
EXPAND = mask_of("expand")
STUDIED = frozenset({"financing", "schedule_guidance"})
TERMS = mask_of("supply", "buy", "ship", "offtake")
INVEST = mask_of("invest")
NOW_DATED = frozenset({"planned", "targeted", "forecast"})
MERGED = frozenset(
    {"financing", "facility_change", "schedule_guidance", "supply_agreement", "ownership_change", "permit", "policy_control",
     "disruption", "resource_study", "production_milestone", "price_move"}
)  # fmt: skip
OF_PLANTS = frozenset({"facility_change", "production_milestone", "schedule_guidance"})
GIVEN_UP = frozenset({"facility_change", "schedule_guidance", "ownership_change", "financing", "supply_agreement"})
SIZE = frozenset(
    {"capacity_raised", "design", "yearly_to_come", "yearly_produced", "output", "funded", "expansion"}
)  # frames that a bare figure may fill


class Told(Struct, gc=False):
    """An event as a clause tells it: the frame, how it is told, and the clauses that it may draw on."""

    clause: Clause
    fit: Fit
    telling: Telling
    type: str
    domain: list[Clause]
    lender: Clause | None = None  # of a clause that leaves out what the one before named: that clause
    shared: Sequence[MaterialMention] = ()  # what other clauses of the sentence say of the product


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
            carried = _carried(document, clause, found[i - 1] if i else None, carried)
        is_conditional = is_conditional or (bool(clause.concepts & IF) and any(m[2] & IF for m in clause.marks[:3]))
        if not document.grammar.has_borders:  # what has to be done is no event, in all that follows
            is_conditional = is_conditional or bool(clause.concepts & NOBODY)
        later = _beside(document, found, i)
        event = None
        if (
            not is_conditional
            and not _only_speaks(document, clause)
            and not (clause is not found[-1] and _is_plant_topic(document, clause))
            and (document.grammar.has_borders or not _only_says_how(clause) or clause is found[-1])
            and not document.grammar.after_which.search(document.low, clause.end - 6, clause.end)
        ):
            is_same = bool(events) and bool(document.grammar.elliptic.search(document.low, clause.start, clause.end))
            event = _gapped(document, clause, events, reported=reported) if is_same else None
            event = event or _event(document, clause, (whole & lent | later | context & OWN, named), reported, carried)
            event = event or _gapped(document, clause, events, reported=reported)
        if event is None and events and clause.concepts & DENY and events[-1].telling.factuality != "denied":
            events[-1].telling = Telling("denied", True)
        if event is None and events and clause.concepts & CANCEL and _takes_back(document, events[-1], clause):
            continue
        if event is not None and events and _overrides(events[-1], event):
            continue
        if event is None or (events and _continues(document, events[-1], event)):
            (events[-1].domain if events else waiting).append(clause)
            continue
        event.domain = event.domain if events else [clause, *waiting]
        events.append(event)
    return [_by_cause(_foreseen(document, event, found), found) for event in events]


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


def _by_cause(event: Told, found: list[Clause]) -> Told:
    """A stop for a cause that the sentence names (fire, strike, flood; not what a restart waits for) is a disruption, no decision."""
    if (
        event.type == "facility_change"
        and event.fit.frame.name in STOPS
        and any(c.concepts & CAUSE and not c.concepts & RESUME for c in found)
        and event.telling.factuality == "achieved"
        and not event.fit.anchor[2] & RESUME
    ):
        event.type = "disruption"
    return event


def _foreseen(document: Document, event: Told, found: list[Clause]) -> Told:
    """An assessment is a forecast where the clause before only says that somebody expects it, and it is not said of now."""
    if event.type == "market_assessment" and event.clause.index and not event.clause.concepts & NOW:
        before = found[event.clause.index - 1]
        if _only_speaks(document, before) and before.marks[-1][2] & EXPECT:
            event.telling = Telling("forecast", event.telling.is_negated)
    return event


def _only_speaks(document: Document, clause: Clause) -> bool:
    """A Chinese clause that ends with its verb of speech: what is said follows after the comma."""
    if document.grammar.has_borders or not clause.marks or not clause.marks[-1][2] & SAY:
        return False
    return not document.low[clause.marks[-1][1] : clause.end].strip(' ，,：:“"「')


def _carried(document: Document, clause: Clause, before: Clause | None, carried: Factuality | None) -> Factuality | None:
    """How the clause before was told, if this one goes on about the same subject with its next verb (拟投资 …，建设 …).

    A subject, a day or an operator of its own, or a sign that the thing is done, ends the reach of the operator before.
    """
    if before is not None and document.grammar.board.search(document.low, before.start, before.end):
        return None if document.grammar.done.search(document.low, clause.start, clause.end) else "planned"
    if before is None or before.concepts & SAY or document.low[before.end - 1] in CLOSED:
        return None
    if clause.concepts & OPERATORS or document.grammar.done.search(document.low, clause.start, clause.end):
        return None
    published = document.found.published_on
    if any(published is None or d.first <= published < d.last or d.last <= published for d in clause.dates):
        return None
    named = any(not m.is_anaphor for m in clause.organisations)
    if not _only_says_how(before) and (named or any(m[2] & SUBJECT for m in clause.marks[:1])):
        return None
    own = next((how for mask, how in REACHES if before.concepts & mask), None)
    return own or carried


def is_topic(clause: Clause) -> bool:
    """A Chinese clause that only names what the next one speaks of (钕铁硼询盘，比二月多了两成)."""
    return bool(clause.marks and clause.materials) and not clause.quantities and not any(m[2] & SAY or _is_deed(m) for m in clause.marks)


def _is_plant_topic(document: Document, clause: Clause) -> bool:
    """A Chinese clause that only names a plant with its size ("北方稀土那条年产5000吨的产线，二月份已经…")."""
    if document.grammar.has_borders or not clause.marks or not clause.marks[-1][2] & OPEN_OF or clause.marks[-1][3]:
        return False
    ends = not document.low[clause.marks[-1][1] : clause.end].strip(" ，,")
    return ends and bool(clause.quantities) and all(not m[3] or m[2] & CAPACITY or m[3] & ATTR for m in clause.marks)


def _is_deed(mark: Mark) -> bool:
    return bool(mark[3]) and not mark[2] & TOPIC


def _only_says_how(clause: Clause) -> bool:
    """A Chinese clause that names a plan or an aim and nothing else: what is planned follows (按计划，… / 目标是，…)."""
    if not clause.marks or clause.quantities or clause.amounts or clause.dates:
        return False
    return bool(clause.concepts & AIMS) and all(m[2] & (AIMS | SAY | WE) for m in clause.marks)


def _event(
    document: Document, clause: Clause, lent: tuple[int, int], reported: bool, carried: Factuality | None
) -> Told | None:
    """The event of a clause; `lent`: concepts of the sentence, and of the text before."""
    for fit in _verbs_first(document, clause, fits(clause, *lent)):
        if not _object_fits(document, clause, fit):
            continue
        how = telling(document, clause, fit, reported=reported)
        if how.is_conditional:
            return None
        is_settled = fit.frame.name in STOPS and bool(clause.concepts & DECIDE)
        if carried and how.factuality in {"achieved", "under_way", "planned"} and fit.frame.type not in STATED and not is_settled:
            how = Telling(carried, how.is_negated)
        if how.factuality is None or not _tense_fits(fit.frame, how):
            continue
        if fit.frame.type == "price_move" and not clause.amounts and document.low[clause.end - 1] in "：:":
            continue  # the heading of a list
        if _is_count(document, clause, fit, how) or _is_noun_of(document, clause, fit, how):
            continue
        if _is_of_no_plant(document, clause, fit):
            continue
        return Told(clause, fit, how, _type(document, fit.frame, how, clause), [clause])
    return None


def _is_count(document: Document, clause: Clause, fit: Fit, how: Telling) -> bool:
    """Whether the figures of a statistician are read as an assessment ("customs data show that exports rose by 9 %")."""
    if fit.frame.type != "market_assessment" or how.factuality != "under_way" or not clause.concepts & COUNTED:
        return False
    return bool(document.grammar.statistics.search(document.low, max(0, clause.start - STATED_NEAR), clause.end))


def _is_of_no_plant(document: Document, clause: Clause, fit: Fit) -> bool:  # noqa: PLR0911  a ladder, as above
    """Whether a Chinese clause tells no deed: it completes no plant (征地完成了一半), says when (建成后), only describes."""
    if document.grammar.has_borders:
        return False
    if fit.frame.name == "opening" and fit.anchor[2] & COMPLETE and not fit.anchor[2] & OPEN:
        return bool(document.grammar.other_work.search(document.low, clause.start, clause.end))
    if fit.frame.type == "facility_change" and document.low.startswith(AFTER, fit.anchor[1]):
        return True
    if fit.frame.name in {"expansion", "second_phase"} and not fit.anchor[3]:  # a phase of which nothing is done
        return not any(m[3] for m in clause.marks) and not clause.quantities
    if fit.frame.name == "joint_venture" and document.low.startswith("的", fit.anchor[1]):
        return True
    if fit.frame.name in STUDIES and not fit.anchor[3]:  # a bare 将 of another deed
        return not clause.concepts & STUDIED_NOUN
    is_bare = fit.frame.name == "funding_named" and not any(m is not fit.anchor and m[3] for m in clause.marks)
    return is_bare and not (clause.organisations or clause.dates or clause.amounts)


def _is_noun_of(document: Document, clause: Clause, fit: Fit, how: Telling) -> bool:
    """Whether a Chinese verb is a noun of which something else is said (项目的建设对…), and nothing done or dated."""
    if document.grammar.has_borders or fit.frame.type != "facility_change" or how.factuality != "achieved" or clause.dates:
        return False
    if not document.grammar.noun_of.search(document.low, clause.start, fit.anchor[0]):
        return False
    ends = any(m[2] & DONE_BY and m[0] >= fit.anchor[1] for m in clause.marks)
    return not (ends or document.grammar.done.search(document.low, clause.start, clause.end))


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


def _type(document: Document, frame: Frame, how: Telling, clause: Clause) -> str:
    """Planned or targeted with a date, the news is the date; of a plant that is new it is the plant."""
    if frame.name == "ramp" and clause.concepts & OPEN_OF and document.grammar.put_into.search(document.low, clause.start, clause.end):
        return "facility_change"
    if frame.name in OF_A_START and how.factuality in NOW_DATED and clause.dates:
        is_plan = how.factuality == "planned" and names_new_plant(document, clause)
        return "facility_change" if is_plan else "schedule_guidance"
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
    return frame.tense != "future" or how.factuality in NOW_DATED


def _object_fits(document: Document, clause: Clause, fit: Fit) -> bool:  # noqa: PLR0911  a ladder, as above
    """What is bought is a company or a stake, not a material."""
    if fit.frame.object is None:
        return True
    anchor = fit.anchor
    if fit.frame.object == "parties":
        return len({m.entity_id or m.surface for m in clause.organisations if m.type == "company"}) > 1
    if any(m[2] & STAKE and not _is_of_no_company(document, clause, m) for m in clause.marks):
        return True
    if fit.frame.object == "stake":
        return False
    if anchor[3] == 0:
        return bool(clause.organisations)
    if clause.quantities:
        return False
    if document.grammar.passive.search(document.low[clause.start : anchor[0]]):
        return bool(clause.organisations or clause.sites)
    if document.grammar.object_before.search(document.low[clause.start : anchor[0]]) and clause.organisations:
        return True
    goods = next((m for m in clause.materials if m.start >= anchor[1]), None)
    if goods and document.grammar.goods.match(document.low[anchor[1] : goods.start]):
        return False
    if document.grammar.output_bought.match(document.low, anchor[1]):
        return False
    if any(m[2] & PRODUCER and m[0] > anchor[1] for m in clause.marks):  # "a magnet maker"
        return True
    return any(m.start >= anchor[1] or clause.is_relative for m in (*clause.organisations, *clause.sites))


def _is_of_no_company(document: Document, clause: Clause, mark: Mark) -> bool:
    """Whether a percentage is one of something else than a company (« 4 % de plus », « 5 % de X » being a stake)."""
    if not document.low.startswith("%", mark[0]):
        return False
    after = mark[1] + SHARED
    is_capital = document.low.find("capital", mark[1], after) >= 0
    is_named = any(mark[1] <= m.start < after for m in (*clause.organisations, *clause.sites))
    return not (is_capital or is_named or PROPER.match(document.text, mark[1]))


def _continues(document: Document, one: Told, other: Told) -> bool:  # noqa: PLR0911, PLR0912  a ladder: the first rung that holds is the answer
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
    if one.type == "financing" and document.grammar.funds_whom.match(document.low, other.clause.start):
        return True  # 拿出3000万英镑，支持X扩建
    if one.type == "resource_study" and other.type in STUDIED and unnamed and not other.clause.dates:
        return True  # what the study says of the project
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
        and other.fit.anchor[2] & RESUME
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
        return True
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


def _is_former(document: Document, one: Told) -> bool:
    """Whether a clause tells what had been planned for a plant, and is no more."""
    return one.type in OF_PLANTS and bool(document.grammar.former.search(document.low, one.clause.start, one.clause.end))


def _overrides(one: Told, other: Told) -> bool:
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


def _takes_back(document: Document, one: Told, clause: Clause) -> bool:
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
        or clause.organisations
        or clause.sites
        or clause.dates
    ):
        return False
    return bool(clause.concepts & FIGURES) and not any(c.concepts & FIGURES & clause.concepts for c in one.domain)
