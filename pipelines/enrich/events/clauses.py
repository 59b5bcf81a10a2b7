"""Clauses: the stretches of a sentence that tell one thing each, with the concepts that they hold.

A sentence is cut at the joints of its language (relative pronouns, conjunctions before a verb, Chinese commas). What a clause
holds is one number (see `lexicon`); a clause that tells nothing lends its names, dates and figures to its neighbour.
"""

from msgspec import Struct

from pipelines.enrich.events.document import Document
from pipelines.enrich.lexicon import FINITE, FORMS, Mark, bits, mask_of
from pipelines.enrich.reading import Amount, DateSpan, MaterialMention, Mention, Quantity, Sentence

_SEEN = {name: bit for name, bit in bits().items() if name.startswith("@")}
_VERBAL = FINITE | FORMS["part"]
_ORGANISATIONS = frozenset({"company", "agency", "publisher"})
_SITES = frozenset({"facility", "deposit"})


class Clause(Struct):
    """A stretch of a sentence: offsets, words of the lexicon, and what the other modules found in it."""

    start: int
    end: int
    index: int
    marks: list[Mark]
    concepts: int
    organisations: tuple[Mention, ...]
    sites: tuple[Mention, ...]
    materials: tuple[MaterialMention, ...]
    dates: tuple[DateSpan, ...]
    quantities: tuple[Quantity, ...]
    amounts: tuple[Amount, ...]
    is_relative: bool = False
    is_taken_up: bool = False  # it goes on after a relative clause, and is read there
    resumes: int = -1  # index of the clause whose subject this one takes up after a relative clause


def clauses(document: Document, sentence: Sentence, marks: list[Mark]) -> list[Clause]:
    """The clauses of a sentence, in order; `marks` are those of the sentence."""
    spans = _spans(document, sentence, marks)
    found: list[Clause] = []
    first = 0
    size = len(marks)
    for index, (start, end, is_relative, resumes) in enumerate(spans):
        last = first
        while last < size and marks[last][0] < end:
            last += 1
        clause = _clause(document, start, end, index, marks[first:last])
        clause.is_relative, clause.resumes = is_relative, resumes
        if resumes >= 0:
            _take_up(clause, found[resumes])
        found.append(clause)
        first = last
    return found


def _take_up(clause: Clause, head: Clause) -> None:
    """A clause that goes on after a relative one holds its beginning too ("The second phase, which …, was not launched")."""
    clause.start = head.start
    clause.marks = head.marks + clause.marks
    clause.concepts |= head.concepts
    clause.organisations = head.organisations + clause.organisations
    clause.sites = head.sites + clause.sites
    clause.materials = head.materials + clause.materials
    clause.dates = head.dates + clause.dates
    clause.quantities = head.quantities + clause.quantities
    clause.amounts = head.amounts + clause.amounts
    head.is_taken_up = True


def _spans(document: Document, sentence: Sentence, marks: list[Mark]) -> list[tuple[int, int, bool, int]]:
    grammar, low = document.grammar, document.low
    cuts = [(sentence.start, False)]
    cuts += [(m.start() + 1, False) for m in grammar.cuts.finditer(low, sentence.start, sentence.end)]
    if grammar.has_borders:
        cuts = sorted({*cuts, *_verb_joints(low, sentence, marks, document)})
    cuts = [cut for cut in cuts if not _is_bracketed(low, sentence.start, cut[0])]
    cuts.append((sentence.end, False))
    spans: list[tuple[int, int, bool, int]] = []
    before_relative = -1
    for (start, only_resumes), (end, _) in zip(cuts, cuts[1:], strict=False):
        if only_resumes and not (spans and spans[-1][2]):
            if spans:  # no relative clause ends here: the clause goes on
                spans[-1] = (spans[-1][0], end, *spans[-1][2:])
                continue
        if end - start < 1:
            continue
        head = low[start : start + 20].lstrip(" ,;-")
        is_relative = bool(grammar.relative) and head.startswith(grammar.relative)
        resumes = -1
        if spans and spans[-1][2] and only_resumes:
            resumes = before_relative
        if is_relative and not (spans and spans[-1][2]):
            before_relative = len(spans) - 1
        spans.append((start, end, is_relative, resumes))
    return spans


def _is_bracketed(low: str, start: int, at: int) -> bool:
    """Whether an offset stands in brackets that open near before it."""
    near = low[max(start, at - 60) : at]
    return max(near.rfind("("), near.rfind("（")) > max(near.rfind(")"), near.rfind("）"))


def _verb_joints(low: str, sentence: Sentence, marks: list[Mark], document: Document) -> list[tuple[int, bool]]:
    """Offsets where a coordinated verb begins ("… and left"), or (True) the main verb after a relative clause ("…, has signed")."""
    joints, has_verb = [], False
    conjunction, resumes = document.grammar.joined, document.grammar.resumes
    for start, _, _, forms in marks:
        if forms & _VERBAL:
            before = low[max(sentence.start, start - 24) : start]
            if has_verb and conjunction.search(before):
                joints.append((start - len(before) + conjunction.search(before).start(), False))  # type: ignore[union-attr]
            elif forms & FINITE and before.endswith(", "):
                joints.append((start - 1, True))
            has_verb = True
    if resumes:
        joints += [(m.start() + 1, True) for m in resumes.finditer(low, sentence.start, sentence.end)]
    return joints


def _clause(document: Document, start: int, end: int, index: int, marks: list[Mark]) -> Clause:
    mentions = document.mentions.within(start, end)
    organisations = tuple(m for m in mentions if m.type in _ORGANISATIONS)
    sites = tuple(m for m in mentions if m.type in _SITES)
    materials = document.materials.within(start, end)
    dates = document.dates.within(start, end)
    quantities = document.quantities.within(start, end)
    amounts = document.amounts.within(start, end)
    concepts = 0
    for mark in marks:
        concepts |= mark[2]
    seen = _SEEN
    if organisations:
        concepts |= seen["@org"] if any(m.type != "agency" for m in organisations) else 0
        concepts |= seen["@authority"] if any(m.type == "agency" for m in organisations) else 0
    if sites:
        concepts |= seen["@site"]
    if materials:
        concepts |= seen["@material"] | seen["@chain"]
    if dates:
        concepts |= seen["@date"]
    if quantities:
        concepts |= seen["@quantity"]
        if any(q.normalised_unit == "t/y" for q in quantities) or document.grammar.annual.search(document.low, start, end):
            concepts |= seen["@yearly"]
    if amounts:
        concepts |= seen["@price"] if any(a.per and a.per != "share" and a.role != "by" for a in amounts) else 0
        concepts |= seen["@amount"] if any(not a.per for a in amounts) else 0
    if "%" in document.low[start:end]:
        concepts |= seen["@percent"]
    if document.stages.within(start, end):
        concepts |= seen["@chain"]
    return Clause(start, end, index, marks, concepts, organisations, sites, materials, dates, quantities, amounts)


