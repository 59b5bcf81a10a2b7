"""Factuality: how far the text vouches for an event, from the form of its word and the operators that reach it."""

import re

from msgspec import Struct

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.frames import Fit
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import ATTR, FINITE, FORMS, VERB, Mark, mask_of
from pipelines.enrich.reading import DateSpan, Factuality

NOT = mask_of("not")
NOT_ONLY = mask_of("not_only")
FUTURE = mask_of("future")
PLAN = mask_of("plan")
TARGET = mask_of("target")
EXPECT = mask_of("expect")
MAY = mask_of("may")
TALKS = mask_of("talks")
UNDER_WAY = mask_of("under_way")
IF = mask_of("if")
WOULD = mask_of("would")
SAY = mask_of("say", "according", "anonymous")
SAID = mask_of("say")
AIMED = mask_of("plan", "target", "expect")
AGREED = mask_of("agreement", "mou", "offtake", "supply_deal")
CANCEL, REFUSE = mask_of("cancel"), mask_of("refuse")
NOBODY = mask_of("nobody")
SIGN = mask_of("sign")
HEARD = frozenset(
    {"ownership_change", "facility_change", "financing", "supply_agreement", "permit", "policy_control", "production_milestone"}
)
MAYBE = HEARD | {"disruption", "schedule_guidance"}
LASTING = frozenset({"policy_control", "disruption"})  # in force, or down, since a day
STOPS = frozenset({"cancelled", "pause", "shutdown"})
OF_MARKETS = frozenset({"market_assessment", "price_move"})
DECIDE, DECIDERS = mask_of("decide"), mask_of("@authority", "authority_word")
IN_PROGRESS = mask_of("in_progress")
STABLE = mask_of("stable")
CONTROLS = mask_of("control", "quota", "tariff")
LOI, INVEST = mask_of("loi"), mask_of("invest")
IN_FORCE = mask_of("in_force")
BESIDE = 2  # characters between a verb and "no"
ENDED = 8  # characters between talks and the verb that ends them
OPERATORS = NOT | FUTURE | PLAN | TARGET | EXPECT | MAY | TALKS | UNDER_WAY | IF | WOULD
TALKS_OVER = mask_of("talks_over")
REACHING = OPERATORS | CANCEL | TALKS_OVER  # of the words of a clause those that can change how another is told
APART = re.compile("[:;«»]")  # between a noun and a verb that is not its own
TO_COME = frozenset({"facility_change", "production_milestone", "disruption", "ownership_change"})
ANNOUNCE = mask_of("announce")
UNDER_DEALS = frozenset({"supply_under_agreement", "delivery_to_come", "offtake_signed"})
GIVEN_UP = frozenset({"ownership_change", "financing", "permit"})  # given up, they are denied
INF, PRES, PAST, PART, ING = (FORMS[name] for name in ("inf", "pres", "past", "part", "ing"))
FUT, COND, IMPF = (FORMS[name] for name in ("fut", "cond", "impf"))


COMPLETE = mask_of("complete")
PERCENT = 16  # characters beside a word in which a percentage of it stands
PART_BEFORE = re.compile(r"(?<![\d.,])\d{1,2}(?:[.,]\d+)?\s?(?:%|per ?cent)\s?\Z")
_TO = "(?:à|au|了|率|度|比例|约|近|超过?|逾|已达|达到?|为)"
PART_AFTER = re.compile(rf"\s?{_TO}{{0,3}}\s?(?:près de|plus de|environ)?\s?\d{{1,2}}(?:[.,]\d+)?\s?(?:%|pour cent)")


class Telling(Struct, frozen=True, gc=False):
    """How an event is told; `factuality` None means that the clause does not tell it as one (conditional, purpose, profile)."""

    factuality: Factuality | None
    is_negated: bool = False
    is_conditional: bool = False


def telling(document: Document, clause: Clause, fit: Fit, *, reported: bool) -> Telling:
    """How the clause tells the event of `fit`; `reported`: the sentence names a speaker."""
    fit = _of_who_invests(document, clause, fit)
    operators = _operators(document, clause, fit.anchor, fit.frame.type)
    negated = bool(operators & NOT)
    form = fit.anchor[3]
    if operators & IF or (clause.concepts & NOBODY and _is_nobody_s(document, clause, fit.anchor[0])):
        return Telling(None, negated, True)
    if fit.frame.type == "market_assessment":
        if unwritten(document.language).to_come.search(document.low, clause.start, clause.end):
            operators |= FUTURE
        return Telling(_of_market(operators, form, reported=reported), negated)
    hearsay = _of_hearsay(document, clause, fit, operators)
    if hearsay:
        return Telling(hearsay, negated)
    if operators & (WOULD | MAY) or form & COND:
        if not document.grammar.has_borders and reported and operators & MAY and not operators & NOT and fit.frame.type in MAYBE:
            return Telling("rumoured")  # 两位厂长说，工厂可能停产
        return Telling(_hypothetical(operators, reported=reported), negated)
    return Telling(_of_deed(document, clause, fit, operators, form), negated)


def _of_who_invests(document: Document, clause: Clause, fit: Fit) -> Fit:
    """What is invested to build is told by the verb that invests, not by the purpose (« investira … pour construire … »)."""
    anchor = fit.anchor
    if fit.frame.name != "plant_invested" or not anchor[3] & INF:
        return fit
    invests = next((m for m in clause.marks if m[2] & INVEST and m[3] and m[0] < anchor[0]), None)
    is_aim = document.grammar.purpose.search(document.low[max(clause.start, anchor[0] - 40) : anchor[0]])
    return Fit(fit.frame, invests) if invests and is_aim else fit


def _is_nobody_s(document: Document, clause: Clause, anchor: int) -> bool:
    """Whether nobody does it, or it has to be done; not where a name after a comma does ("where nobody lives, X opened a mine")."""
    named = next((o.start for o in reversed(clause.organisations) if o.start < anchor and document.low.endswith(", ", 0, o.start)), -1)
    return any(m[2] & NOBODY and named < m[0] < anchor for m in clause.marks)


def _of_hearsay(document: Document, clause: Clause, fit: Fit, operators: int) -> Factuality | None:
    """The French conditional: of what somebody said, a future in the past; otherwise what is only said to be so."""
    anchor, low = fit.anchor, document.low
    before = low[max(clause.start, anchor[0] - 40) : anchor[0]]
    is_compound = bool(anchor[3] & PART) and bool(document.grammar.hearsay.search(before))
    if not (anchor[3] & COND or is_compound) or operators & (NOT | MAY):
        return None
    if fit.frame.type == "supply_agreement" and any(m[2] & AGREED and m[0] < anchor[0] for m in clause.marks):
        return None  # the terms of what was agreed
    said = [m for m in clause.marks if m[2] & SAID and m[1] <= anchor[0]]
    if said and not is_compound and document.grammar.reported.search(low, said[-1][1], anchor[0]):
        return "planned"
    return "rumoured" if fit.frame.type in HEARD and not clause.is_relative else None


def _marks_object(document: Document, mark: Mark) -> bool:
    """Whether 将 stands before its object ("将该厂转让予 …") and not before a verb."""
    if not document.grammar.object_markers or document.low[mark[0] : mark[1]] not in document.grammar.object_markers:
        return False
    end = mark[1]
    named = document.mentions.within(end, end + 1) or document.materials.within(end, end + 1)
    return bool(named) or document.low.startswith(document.grammar.of_objects, end)


def _is_cut_off(document: Document, clause: Clause, anchor: Mark, mark: Mark) -> bool:
    """Whether a relative clause begins between a noun and the operator after it, and has not ended (« L'ajout …, qui …, n'a pas … »)."""
    if clause.head is not None and anchor[0] < clause.head[1] and mark[0] >= clause.start >= clause.head[1]:
        return bool(mark[2] & NOT) and not any(m[3] and m[0] > mark[0] for m in clause.marks)  # « …, qui …, n'a surpris personne »
    between = document.low[anchor[1] : mark[0]].replace(" of that ", " of the ")
    return any(f" {word}" in between for word in document.grammar.relative)


def _describes(document: Document, anchor: Mark, mark: Mark) -> bool:
    """Whether a negation is part of a noun's description (无镝磁体; 无证企业的产线已关停)."""
    if mark[1] - mark[0] == 1 and document.materials.any_within(mark[1], mark[1] + 1):
        return True
    return mark[0] < anchor[0] and bool(document.grammar.past_attribute.search(document.low, mark[1], anchor[0]))


def _is_undone(document: Document, anchor: Mark, kind: str) -> bool:
    """Whether the word itself says that it was not done (没签成), or gives a deal up."""
    if (kind == "supply_agreement" and anchor[2] & CANCEL) or (kind == "financing" and anchor[2] & REFUSE):
        return True
    return kind not in OF_MARKETS and bool(document.grammar.negated.match(document.low, anchor[0]))


def _is_attribute(document: Document, anchor: Mark, mark: Mark) -> bool:
    """Whether a participle only says of a noun that it had been planned ("the line once envisaged for Pulawy has been dropped")."""
    low, grammar = document.low, document.grammar
    is_told = anchor[3] & PART and mark[0] < anchor[0] and grammar.passive.search(low[max(0, anchor[0] - 40) : anchor[0]])
    return bool(is_told and grammar.attributive.search(low[max(0, mark[0] - 24) : mark[0]]))


def _operators(document: Document, clause: Clause, anchor: Mark, kind: str) -> int:
    """Operators that reach the anchor: those before it; after it as well where the anchor is a noun."""
    found = anchor[2] & (OPERATORS & ~(NOT | MAY)) | (NOT if _is_undone(document, anchor, kind) else 0)
    if not anchor[3]:  # "has no permit"
        found |= anchor[2] & NOT
    found |= _of_tense(document, clause, anchor)
    is_noun = not anchor[3] or bool(document.grammar.nominal.match(document.low, anchor[1]))
    for mark in clause.marks:
        if not mark[2] & REACHING:
            continue
        if mark[2] & NOT_ONLY or (mark[2] & FUTURE and _marks_object(document, mark)):
            continue
        if mark[2] & PLAN and mark[3] & PART and _is_attribute(document, anchor, mark):
            continue
        if mark[2] & AIMED and mark[3] & ATTR and mark[0] < anchor[0] and anchor[3] & ~INF and kind not in OF_MARKETS:
            continue  # « la mise en service, espérée en 2027, glisse »
        if mark[2] & NOT and _describes(document, anchor, mark):
            continue
        if mark[2] & CANCEL and unwritten(document.language).weighs.search(document.low, clause.start, mark[0]):
            found |= TALKS  # 正考虑放弃收购
            continue
        may_follow = not anchor[3] or not document.grammar.has_borders  # 对某公司的收购告吹
        if mark[2] & CANCEL and mark is not anchor and kind in GIVEN_UP and (mark[0] < anchor[0] or may_follow):
            found |= NOT
        is_end = mark[2] & CANCEL and any(m[2] & TALKS and 0 <= mark[0] - m[1] < ENDED for m in clause.marks)
        if is_end or (mark[2] & TALKS_OVER and kind in GIVEN_UP):
            found |= NOT  # the talks ended, "without a deal"
        if mark[2] & NOT and anchor[3] and 0 <= mark[0] - anchor[1] <= BESIDE:  # "has issued no licence"
            found |= NOT
        if (
            mark[0] < anchor[0]
            or (is_noun and mark[0] > anchor[1] and not _is_cut_off(document, clause, anchor, mark))
            or (kind == "market_assessment" and not mark[2] & NOT)
            or (mark[2] & TALKS and document.grammar.about.search(document.low[clause.start : anchor[0]]))
        ):
            found |= mark[2] & OPERATORS
    return found


def _of_tense(document: Document, clause: Clause, anchor: Mark) -> int:
    """Of a noun or an infinitive: the future of the verb before it, in the lexicon or not (« prendra sa décision »)."""
    if anchor[3] & INF:
        return FUTURE if document.grammar.future_then.search(document.low[clause.start : anchor[0]]) else 0  # « servira à achever »
    if anchor[3] & PART and document.grammar.future_perfect.search(document.low[max(clause.start, anchor[0] - 40) : anchor[0]]):
        return FUTURE  # « aura commencé »
    if anchor[3]:
        return 0
    verb = next((m for m in clause.marks if m[0] >= anchor[1] and m[3] & FINITE), None)  # « la seconde ligne démarrera »
    is_to_come = verb is not None and verb[3] & FUT and not _is_cut_off(document, clause, anchor, verb)
    is_to_come = is_to_come and verb is not None and not APART.search(document.low, anchor[1], verb[0])
    return FUTURE if is_to_come or document.grammar.future_form.search(document.low, clause.start, anchor[0]) else 0


def _is_over(document: Document, date: DateSpan) -> bool:
    """Whether a date lies before the publication."""
    published = document.found.published_on
    return published is None or date.last < published


def _is_part_done(document: Document, anchor: Mark) -> bool:
    """Whether less than all is complete ("40% complete", « achevée à 40 % », 完成40%)."""
    before, after = document.low[max(0, anchor[0] - PERCENT) : anchor[0]], document.low[anchor[1] : anchor[1] + PERCENT]
    return bool(PART_BEFORE.search(before) or PART_AFTER.match(after))


def _hypothetical(operators: int, *, reported: bool) -> Factuality | None:
    if operators & TALKS:
        return "rumoured"
    if operators & NOT:
        return "denied" if reported and operators & WOULD else None
    return "planned" if reported and operators & WOULD else None


def _of_deed(  # noqa: PLR0911, PLR0912  a ladder: the first rung that holds is the answer
    document: Document, clause: Clause, fit: Fit, operators: int, form: int
) -> Factuality | None:
    """Of what somebody does: the strongest operator decides, then the form of the verb."""
    anchor, kind = fit.anchor, fit.frame.type
    grammar = document.grammar
    before = document.low[max(clause.start, anchor[0] - 40) : anchor[0]]
    if form & PART and form & PRES and not (grammar.perfect.search(before) or grammar.passive.search(before)):
        form &= ~PART  # « construit » without an auxiliary is the present
    if grammar.present_first and form & PRES and form & PAST and not any(_is_over(document, d) for d in clause.dates):
        form &= ~PAST
    if fit.anchor[2] & IN_FORCE and fit.frame.name == "control_in_force":
        return "under_way"
    if operators & NOT:
        return "denied"
    if operators & TALKS and kind != "price_move":
        return "rumoured"
    if operators & TARGET and kind != "policy_control":
        return "targeted"
    if operators & EXPECT and not operators & PLAN and _expects(document, clause, anchor):
        return "forecast"
    if fit.frame.name in UNDER_DEALS and (
        grammar.under_deal.search(document.low, clause.start, anchor[0]) or grammar.deal_done.search(document.low, clause.start, clause.end)
    ):
        return "achieved"  # « En vertu d'un contrat conclu en mai, X achètera »: the deal is done
    if operators & (PLAN | FUTURE) or form & FUT:
        return "planned"
    if clause.concepts & DECIDE and any(m[2] & DECIDE and m[0] < anchor[0] for m in clause.marks):
        is_grant = kind == "financing" and bool(clause.concepts & DECIDERS)  # what an authority decides to give
        return "achieved" if kind == "policy_control" or is_grant or fit.frame.name in STOPS else "planned"
    if kind == "facility_change" and fit.frame.name not in STOPS and grammar.board.search(document.low, clause.start, anchor[0]):
        return "planned"  # what a board consents to
    if operators & EXPECT:
        return "forecast"
    if anchor[2] & IN_PROGRESS or (anchor[2] & COMPLETE and kind == "facility_change" and _is_part_done(document, anchor)):
        return "under_way"
    if kind in {"policy_control", "permit"} and any(m[2] & STABLE and 0 < anchor[0] - m[0] < 14 for m in clause.marks):
        return "under_way"  # "remain suspended"
    if kind == "policy_control" and not grammar.has_borders and _is_of_now(document, clause):
        return "under_way"
    lasts = kind in LASTING and any(grammar.since_then.search(document.low, max(0, d.start - 12), d.start) for d in clause.dates)
    if lasts and not grammar.perfect.search(before):
        return "under_way"
    if form & PRES and any(m[2] & UNDER_WAY and 0 < m[0] - anchor[1] <= BESIDE for m in clause.marks):
        return "under_way"  # "still benefits": the adverb of French follows its verb
    if form & ING and grammar.progressive.search(before):
        return "under_way"
    if form & VERB and grammar.purpose.search(before):
        return None
    if form & INF and not form & (PAST | PART | PRES) and grammar.purpose.search(before):
        agreed = any(m[2] & SIGN and anchor[0] - m[1] < 8 for m in clause.marks if m[0] < anchor[0])
        return "achieved" if agreed else None
    if operators & UNDER_WAY and not form & (PAST | PART):
        return "under_way"
    if grammar.progressive.search(before) and not grammar.has_borders:
        return "under_way"
    if fit.frame.name in {"start_moved", "study_moved", "design"}:
        return "planned"
    if form & (PRES | INF | IMPF) and not form & (PAST | PART):
        return _present(fit)
    if form & PART and grammar.being.search(before):
        return "under_way"  # "is being ramped up"
    if not grammar.has_borders and kind in TO_COME and _is_to_come(document, clause, anchor[0]):
        return "planned"
    return "planned" if clause.concepts & LOI and kind == "financing" else "achieved"


def _is_of_now(document: Document, clause: Clause) -> bool:
    """Whether a Chinese clause says of a control, its subject, that it is so from a past day to one to come (禁令自…至…暂停实施)."""
    published = document.found.published_on
    if published is None or document.grammar.done.search(document.low, clause.start, clause.end):
        return False
    spans = [d for d in clause.dates if d.precision == "range" and d.first < published <= d.last]
    return any(m[2] & CONTROLS and not m[3] and m[1] <= d.start for d in spans for m in clause.marks)


def _expects(document: Document, clause: Clause, anchor: Mark) -> bool:
    """Whether a Chinese clause says first that something is expected, then that it will be (预计将于2027年投产)."""
    if document.grammar.has_borders:
        return False
    first = next((m for m in clause.marks if m[2] & (EXPECT | FUTURE) and m[0] < anchor[0]), None)
    return first is not None and bool(first[2] & EXPECT)


def _is_to_come(document: Document, clause: Clause, anchor: int) -> bool:
    """Whether a Chinese clause without any sign of time gives only days after the publication (自下月1日起停产)."""
    published = document.found.published_on
    if published is None or not clause.dates or document.grammar.done.search(document.low, clause.start, clause.end):
        return False
    return all(d.first > published and d.start < anchor for d in clause.dates)


def _present(fit: Fit) -> Factuality | None:
    """The present tells news of a decision or a stop; of an output it is a profile ("makes magnets")."""
    if fit.frame.name in {"building", "expansion", "capacity_raised", "drilled", "curtailment"}:
        return "under_way"
    if fit.frame.name == "start_moved" or (fit.frame.name == "plant_invested" and fit.anchor[2] & INVEST):
        return "planned"
    profile = {"output", "output_denied", "yearly_produced", "funded", "supply_under_agreement"}
    is_news = fit.frame.name == "funded" and bool(fit.anchor[2] & ANNOUNCE)  # « annonce le bouclage d'un financement »
    return None if fit.frame.name in profile and not is_news else "achieved"


def _of_market(operators: int, form: int, *, reported: bool) -> Factuality | None:
    if operators & (WOULD | MAY) or form & COND:
        return "forecast" if reported else None
    if operators & (EXPECT | FUTURE | PLAN | TARGET) or form & FUT:
        return "forecast"
    return "under_way" if reported else None
