"""Clauses written without word borders: those that only speak, name a topic or a plan, and how far a plan reaches."""

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.factuality import Telling
from pipelines.enrich.events.frames import Fit
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import ATTR, Mark, mask_of
from pipelines.enrich.reading import Factuality

TOPIC = mask_of("demand", "supply_market", "trade", "price")
CAPACITY = mask_of("capacity")
OPERATORS = mask_of("not", "future", "plan", "target", "expect", "talks", "under_way", "if", "say")
REACHES: tuple[tuple[int, Factuality], ...] = (
    (mask_of("talks"), "rumoured"), (mask_of("target"), "targeted"), (mask_of("plan", "future"), "planned"),
)  # fmt: skip
AIMS, WE = mask_of("plan", "target"), mask_of("we", "producer")
SUBJECT = mask_of("plant", "mine", "project", "price", "demand", "supply_market", "anonymous")
CLOSED = "；;。"  # after these another statement begins
OF_PLANTS = frozenset({"facility_change", "production_milestone"})
STUDIES, STUDIED_NOUN = frozenset({"study", "drilling"}), mask_of("study", "drilling")
AFTER = ("后", "之后", "以后")  # 建成后: when another thing is to be
COMPLETE, OPEN = mask_of("complete"), mask_of("open", "commission")
DONE_BY = mask_of("complete", "begin", "open", "pause", "cancel", "close", "resume", "delay", "announce", "approve")
OPEN_OF = mask_of("plant", "project", "mine", "@site")
SAY = mask_of("say")
PAUSE, PERMIT, TARIFF = mask_of("pause"), mask_of("permit"), mask_of("tariff")


def only_speaks(document: Document, clause: Clause) -> bool:
    """A Chinese clause that ends with its verb of speech: what is said follows after the comma."""
    if document.grammar.has_borders or not clause.marks or not clause.marks[-1][2] & SAY:
        return False
    return not document.low[clause.marks[-1][1] : clause.end].strip(' ，,：:“"「')


def carried_on(document: Document, clause: Clause, before: Clause | None, carried: Factuality | None) -> Factuality | None:
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
    if not only_says_how(before) and (named or any(m[2] & SUBJECT for m in clause.marks[:1])):
        return None
    own = next((how for mask, how in REACHES if before.concepts & mask), None)
    return own or carried


def is_topic(clause: Clause) -> bool:
    """A Chinese clause that only names what the next one speaks of (钕铁硼询盘，比二月多了两成)."""
    return bool(clause.marks and clause.materials) and not clause.quantities and not any(m[2] & SAY or _is_deed(m) for m in clause.marks)


def is_plant_topic(document: Document, clause: Clause) -> bool:
    """A Chinese clause that only names a plant with its size ("北方稀土那条年产5000吨的产线，二月份已经…")."""
    if document.grammar.has_borders or not clause.marks or not clause.marks[-1][2] & OPEN_OF or clause.marks[-1][3]:
        return False
    ends = not document.low[clause.marks[-1][1] : clause.end].strip(" ，,")
    return ends and bool(clause.quantities) and all(not m[3] or m[2] & CAPACITY or m[3] & ATTR for m in clause.marks)


def names_a_day(document: Document, clause: Clause) -> bool:
    """A Chinese clause that only names what has a date, before the comma: …的目标日期，由…改为…."""
    return bool(unwritten(document.language).names_a_day.search(document.low, clause.start, clause.end)) and not clause.dates


def _is_deed(mark: Mark) -> bool:
    return bool(mark[3]) and not mark[2] & TOPIC


def only_says_how(clause: Clause) -> bool:
    """A Chinese clause that names a plan or an aim and nothing else: what is planned follows (按计划，… / 目标是，…)."""
    if not clause.marks or clause.quantities or clause.amounts or clause.dates:
        return False
    return bool(clause.concepts & AIMS) and all(m[2] & (AIMS | SAY | WE) for m in clause.marks)


def is_of_no_plant(document: Document, clause: Clause, fit: Fit) -> bool:  # noqa: PLR0911, PLR0912  a ladder, as above
    """Whether a Chinese clause tells no deed: it completes no plant (征地完成了一半), says when (建成后), only describes."""
    if document.grammar.has_borders:
        return False
    if fit.frame.name == "opening" and fit.anchor[2] & COMPLETE and not fit.anchor[2] & OPEN:
        return bool(document.grammar.other_work.search(document.low, clause.start, clause.end))
    if fit.frame.type == "permit" and fit.anchor[2] & PAUSE and not clause.concepts & PERMIT:
        return True  # a stop whose cause, a permit, another clause names
    if fit.frame.name == "tariff_set" and not clause.concepts & TARIFF:
        return True
    if fit.frame.name == "joint_venture" and unwritten(document.language).holds.search(document.low, clause.start, clause.end):
        return True  # who holds what of it
    if fit.frame.type == "market_assessment" and unwritten(document.language).own_rate.search(document.low, clause.start, clause.end):
        return True
    if fit.frame.type == "production_milestone" and document.grammar.former.search(document.low, clause.start, fit.anchor[0]):
        return not any(m[2] & DONE_BY for m in clause.marks)  # what had been meant
    if fit.frame.type in OF_PLANTS and document.low.startswith(AFTER, fit.anchor[1]):
        return True
    if fit.frame.type in OF_PLANTS and document.grammar.compares.match(document.low, clause.start):
        return True
    if fit.frame.name in {"expansion", "second_phase"} and not fit.anchor[3]:  # a phase of which nothing is done
        return not any(m[3] for m in clause.marks) and not clause.quantities
    if fit.frame.name == "joint_venture" and document.low.startswith("的", fit.anchor[1]):
        return True
    if fit.frame.name in STUDIES and not fit.anchor[3]:  # a bare 将 of another deed
        return not clause.concepts & STUDIED_NOUN
    if fit.frame.name == "notice_of_targets":  # what is only wished
        return not (clause.quantities or clause.dates or clause.amounts) and not any(m[2] & DONE_BY for m in clause.marks)
    is_bare = fit.frame.name == "funding_named" and not any(m is not fit.anchor and m[3] for m in clause.marks)
    return is_bare and not (clause.organisations or clause.dates or clause.amounts)


def is_noun_of(document: Document, clause: Clause, fit: Fit, how: Telling) -> bool:
    """Whether a Chinese verb is a noun of which something else is said (项目的建设对…), and nothing done or dated."""
    if document.grammar.has_borders or fit.frame.type != "facility_change" or how.factuality != "achieved" or clause.dates:
        return False
    if not document.grammar.noun_of.search(document.low, clause.start, fit.anchor[0]):
        return False
    ends = any(m[2] & DONE_BY and m[0] >= fit.anchor[1] for m in clause.marks)
    return not (ends or document.grammar.done.search(document.low, clause.start, clause.end))
