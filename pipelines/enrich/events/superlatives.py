"""Superlative claims: first, only, largest of their kind in some part of the world."""

from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.factuality import Telling
from pipelines.enrich.events.frames import Fit, Frame
from pipelines.enrich.events.told import Told
from pipelines.enrich.lexicon import FORMS, mask_of

SUPERLATIVE = mask_of("superlative")
SCOPE = mask_of("scope")
CLAIM = mask_of("claim")
WITHOUT_RIVAL = ("aucune autre", "aucun autre", "no other", "没有其他", "没有第二")
SAY, ACCORDING = mask_of("say"), mask_of("according")
OWN_VOICE = mask_of("speaker_voice")
THING = mask_of("capacity", "plant", "mine", "project", "producer", "@site")
NEEDED = mask_of("@site", "@material", "@chain", "@org")
IF = mask_of("if", "not_only")
FRAME = Frame("superlative", "superlative_claim", SUPERLATIVE, (SCOPE,), 0, 0, False, False, None, None)


def superlative(document: Document, clause: Clause, *, is_told: bool, lent: int) -> Told | None:
    """The claim that a clause makes, if it makes one; `is_told`: the clause tells another event already."""
    concepts = clause.concepts
    if not concepts & SUPERLATIVE:
        return None
    scoped = concepts & SCOPE or any(m.type == "place" for m in document.mentions.within(clause.start, clause.end))
    if not (scoped and (concepts | lent) & THING and (concepts | lent) & NEEDED):
        return None
    mark = next((m for m in clause.marks if m[2] & SUPERLATIVE and _is_claimed(document, clause, m[0])), None)
    if mark is None or (is_told and not concepts & (CLAIM | OWN_VOICE) and not is_without_rival(document, mark[0])):
        return None
    future = any(m[3] & FORMS["fut"] or m[2] & mask_of("future") for m in clause.marks)
    return Told(clause, Fit(FRAME, mark), Telling("planned" if future else "achieved"), "superlative_claim", [clause])


def is_without_rival(document: Document, at: int) -> bool:
    """ "No other plant …": the sentence is the claim, whatever its verb says."""
    return document.low.startswith(WITHOUT_RIVAL, at)


def is_of_the_claim(document: Document, clause: Clause, at: int) -> bool:
    """Whether a verb at `at` belongs to what is claimed to be the only or first one (是唯一量产 … 的企业), and tells nothing itself."""
    grammar = document.grammar
    if not grammar.has_borders and not (clause.marks and clause.marks[-1][2] & THING):
        return False
    mark = next((m for m in clause.marks if m[2] & SUPERLATIVE and m[0] < at), None)
    if mark and grammar.has_borders and not any(f" {word} " in document.low[mark[1] : at] for word in grammar.relative):
        return False  # "the only project that starts from …": what it does tells nothing more
    return mark is not None and bool(document.grammar.copula.search(document.low[max(clause.start, mark[0] - 60) : mark[0]]))


def _is_claimed(document: Document, clause: Clause, at: int) -> bool:
    """The thing *is* the first, or is called so; "first half", "the first in May" are not claims."""
    before = document.low[max(clause.start, at - 60) : at]
    claims = any(m[2] & (CLAIM | OWN_VOICE | SAY | ACCORDING) and m[0] < at for m in clause.marks)
    return claims or is_without_rival(document, at) or bool(document.grammar.copula.search(before))
