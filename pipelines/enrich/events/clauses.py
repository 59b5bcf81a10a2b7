"""Clauses: the stretches of a sentence that tell one thing each, with the concepts that they hold.

A sentence is cut at the joints of its language (relative pronouns, conjunctions before a verb, Chinese commas). What a clause
holds is one number (see `lexicon`); a clause that tells nothing lends its names, dates and figures to its neighbour.
"""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from pipelines.enrich.events.document import Document, Placed
from pipelines.enrich.lexicon import FINITE, FORMS, Mark, bits
from pipelines.enrich.reading import Amount, DateSpan, MaterialMention, Mention, Quantity, Sentence

T = TypeVar("T", bound=Placed)
_SEEN = {name: bit for name, bit in bits().items() if name.startswith("@")}
_ORG, _SITE, _AUTHORITY, _DATE = (_SEEN[name] for name in ("@org", "@site", "@authority", "@date"))
_MOVED = _SEEN["@moved"]
_MATERIAL = _SEEN["@material"] | _SEEN["@chain"]
_CHAIN, _PERCENT, _QUANTITY, _YEARLY = (_SEEN[name] for name in ("@chain", "@percent", "@quantity", "@yearly"))
_PRICE, _AMOUNT = _SEEN["@price"], _SEEN["@amount"]
_VERBAL = FINITE | FORMS["part"]
_ORGANISATIONS = frozenset({"company", "agency", "publisher"})
_SITES = frozenset({"facility", "deposit"})
_INF = FORMS["inf"]
_FUT, _FUTURE = FORMS["fut"], bits()["future"]
NO_RELATIVE = ("\0",)
BEFORE_TIME = 6  # characters between "before" and its date
_BRACKETS = 60  # characters within which a bracket closes
Span = tuple[int, int, bool, int]  # start, end, is relative, index of the clause that it takes up or -1


class Party:
    """A name in a clause with its case and the name that it is coordinated with."""

    __slots__ = ("case", "group", "mention")

    def __init__(self, mention: Mention, case: str, group: int) -> None:
        self.mention, self.case, self.group = mention, case, group


class Clause(Struct, gc=False):
    """A stretch of a sentence: offsets, words of the lexicon, and what the other modules found in it."""

    start: int
    end: int
    index: int
    marks: list[Mark]
    concepts: int
    organisations: Sequence[Mention]
    sites: Sequence[Mention]
    materials: Sequence[MaterialMention]
    dates: Sequence[DateSpan]
    quantities: Sequence[Quantity]
    amounts: Sequence[Amount]
    is_relative: bool = False
    is_taken_up: bool = False  # it goes on after a relative clause, and is read there
    head: tuple[int, int] | None = None  # of a clause that goes on: where it began
    resumes: int = -1  # index of the clause whose subject this one takes up after a relative clause
    parties: list[Party] | None = None  # its organisations with their cases, once somebody asked


def whole(document: Document, sentence: Sentence, marks: list[Mark]) -> Clause:
    """A sentence as one clause; `marks` are those of the sentence."""
    start, end = sentence.start, sentence.end
    mentions = document.mentions.within(start, end)
    clause = Clause(
        start, end, 0, marks, 0,
        [m for m in mentions if m.type in _ORGANISATIONS] if mentions else (),
        [m for m in mentions if m.type in _SITES] if mentions else (),
        document.materials.within(start, end), document.dates.within(start, end), document.quantities.within(start, end),
        document.amounts.within(start, end),
    )  # fmt: skip
    clause.concepts = _concepts(document, clause)
    return clause


def clauses(document: Document, sentence: Clause) -> list[Clause]:
    """The clauses of a sentence, in order."""
    spans = _spans(document, sentence)
    if len(spans) == 1:
        return [sentence]
    found: list[Clause] = []
    first, size = 0, len(sentence.marks)
    names, sites, materials = sentence.organisations, sentence.sites, sentence.materials
    dates, quantities, amounts = sentence.dates, sentence.quantities, sentence.amounts
    for index, (start, end, is_relative, resumes) in enumerate(spans):
        last = first
        while last < size and sentence.marks[last][0] < end:
            last += 1
        clause = Clause(
            start, end, index, sentence.marks[first:last], 0,
            names and _part(names, start, end), sites and _part(sites, start, end), materials and _part(materials, start, end),
            dates and _part(dates, start, end), quantities and _part(quantities, start, end), amounts and _part(amounts, start, end),
            is_relative=is_relative, resumes=resumes,
        )  # fmt: skip
        clause.concepts = _concepts(document, clause)
        if resumes >= 0:
            _take_up(clause, found[resumes])
        found.append(clause)
        first = last
    return found


def _part(items: Sequence[T], start: int, end: int) -> Sequence[T]:
    return [item for item in items if start <= item.start < end]


def _take_up(clause: Clause, head: Clause) -> None:
    """A clause that goes on after a relative one holds its beginning too ("The second phase, which …, was not launched")."""
    clause.head = (head.start, head.end)
    clause.marks = head.marks + clause.marks
    clause.concepts |= head.concepts
    clause.organisations = [*head.organisations, *clause.organisations]
    clause.sites = [*head.sites, *clause.sites]
    clause.materials = [*head.materials, *clause.materials]
    clause.dates = [*head.dates, *clause.dates]
    clause.quantities = [*head.quantities, *clause.quantities]
    clause.amounts = [*head.amounts, *clause.amounts]
    head.is_taken_up = True


def _spans(document: Document, sentence: Clause) -> list[Span]:
    grammar, low, begin, stop = document.grammar, document.low, sentence.start, sentence.end
    first_verb = next((m[0] for m in sentence.marks if m[3] & _VERBAL), begin)
    cuts = [
        (m.start() + 1, False)
        for m in grammar.cuts.finditer(low, begin, stop)
        if not (m[0] in grammar.verbless and m.start() < first_verb)
        and not grammar.no_cut.match(low, m.end())
        and not (m[0] in grammar.before_times and document.dates.any_within(m.end(), m.end() + BEFORE_TIME))
    ]
    if grammar.has_borders:
        cuts += _verb_joints(document, sentence)
        cuts.sort()
    for first, last in document.contrasts.joined:
        cuts = [cut for cut in cuts if not first <= cut[0] < last]
    if not cuts:
        return [(begin, stop, False, -1)]
    if low.find("(", begin, stop) >= 0 or low.find("（", begin, stop) >= 0:
        cuts = [cut for cut in cuts if not _is_bracketed(low, begin, cut[0])]
    cuts = [cut for i, cut in enumerate(cuts) if not (cut[1] and i and _is_aside(document, sentence, cuts[i - 1][0], cut[0]))]
    spans: list[Span] = []
    start, only_resumes, before_relative = begin, False, -1
    for end, ends_relative in (*cuts, (stop, False)):
        if only_resumes and spans and not spans[-1][2]:  # no relative clause ends here: the clause goes on
            spans[-1] = (spans[-1][0], end, spans[-1][2], spans[-1][3])
        elif end > start:
            is_relative = bool(grammar.relative) and low[start : start + 20].lstrip(" ,;-").startswith(grammar.relative)
            after_relative = bool(spans) and spans[-1][2]
            if is_relative and not after_relative:
                before_relative = len(spans) - 1
            spans.append((start, end, is_relative, before_relative if after_relative and only_resumes else -1))
        start, only_resumes = end, ends_relative
    return spans


def _is_aside(document: Document, sentence: Clause, start: int, end: int) -> bool:
    """Whether a relative clause has come only to a participle between commas before its verb (« dont la mine, fermée en mai, a … »)."""
    low = document.low
    comma = low.find(", ", start + 2, end)
    if comma < 0 or not low[start : start + 20].lstrip(" ,;-").startswith(document.grammar.relative or NO_RELATIVE):
        return False
    after = next((m for m in sentence.marks if comma + 2 <= m[0] < end), None)
    return after is not None and after[0] == comma + 2 and bool(after[3] & FORMS["part"]) and not after[3] & FORMS["pres"]


def _is_bracketed(low: str, start: int, at: int) -> bool:
    """Whether an offset stands in brackets that open near before it."""
    near = low[max(start, at - _BRACKETS) : at]
    return max(near.rfind("("), near.rfind("（")) > max(near.rfind(")"), near.rfind("）"))


def _verb_joints(document: Document, sentence: Clause) -> list[tuple[int, bool]]:
    """Offsets where a coordinated verb begins ("… and left"), or (True) the main verb after a relative clause ("…, has signed")."""
    low, joined = document.low, document.grammar.joined
    joints, has_verb = [], False
    for start, _, _, forms in sentence.marks:
        if forms & _VERBAL:
            before = low[max(sentence.start, start - 24) : start]
            joint = joined.search(before) if has_verb else None
            if joint:
                joints.append((start - len(before) + joint.start(), False))
            elif forms & FINITE and before.endswith(", "):
                joints.append((start - 1, True))
            has_verb = True
        elif forms & _INF and has_verb and (joint := document.grammar.joined_future.search(low, max(sentence.start, start - 40), start)):
            joints.append((joint.start(), False))
    if low.find(document.grammar.absolute_cue, sentence.start, sentence.end) >= 0:
        joints += [(m.start() + 1, False) for m in document.grammar.absolute.finditer(low, sentence.start, sentence.end)]
    joints += [(m.start() + 1, True) for m in document.grammar.resumes.finditer(low, sentence.start, sentence.end)]
    return joints


def _concepts(document: Document, clause: Clause) -> int:
    """What the clause holds, as one number."""
    concepts, start, end = 0, clause.start, clause.end
    for mark in clause.marks:
        concepts |= mark[2] | _FUTURE if mark[3] & _FUT else mark[2]
    for mention in clause.organisations:
        concepts |= _AUTHORITY if mention.type == "agency" else _ORG if mention.type != "publisher" else 0
    if clause.sites:
        concepts |= _SITE
    if clause.materials:
        concepts |= _MATERIAL
    elif document.stages.any_within(start, end):
        concepts |= _CHAIN
    if clause.dates:
        concepts |= _DATE | (_MOVED if [d.qualifier for d in clause.dates[:2]] == ["from", "until"] else 0)  # "from 2026 to 2028"
    for quantity in clause.quantities:
        concepts |= _QUANTITY
        if quantity.normalised_unit == "t/y" or document.grammar.annual.search(document.low, start, end):
            concepts |= _YEARLY
    for amount in clause.amounts:
        if not amount.per:
            concepts |= _AMOUNT
        elif amount.per != "share" and amount.role != "by":
            concepts |= _PRICE
    if document.low.find("%", start, end) >= 0:
        concepts |= _PERCENT
    return concepts
