"""Attribution: whose word a sentence is, and how far that word reaches."""

from msgspec import Struct

from pipelines.enrich.events.cases import case_of
from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.lexicon import Mark, mask_of
from pipelines.enrich.reading import Attribution, Event, Mention

SAY = mask_of("say")
EXPECT = mask_of("expect")
ACCORDING = mask_of("according")
ANONYMOUS = mask_of("anonymous")
OWN_VOICE = mask_of("speaker_voice")
CLAIM = mask_of("claim")
REACH = 90  # characters between a speaker and the verb


class Voice(Struct, frozen=True):
    """A speaker: a name, or somebody unnamed; `at` is where the verb or preposition stands."""

    mention: Mention | None
    surface: str
    at: int
    is_named: bool


def voice_of(document: Document, clauses: list[Clause]) -> Voice | None:
    """The speaker that a sentence names, if it names one."""
    anonymous = None
    for clause in clauses:
        for mark in clause.marks:
            voice = None
            if mark[2] & ACCORDING:
                voice = _after(document, clause, mark)
            elif mark[2] & SAY:
                voice = _before(document, clause, mark) or _after(document, clause, mark, inverted=True)
            if voice and voice.is_named:
                return voice
            anonymous = anonymous or voice
    return anonymous


def _after(document: Document, clause: Clause, mark: Mark, *, inverted: bool = False) -> Voice | None:
    """The speaker after "according to" or, where the quote comes first, after the verb."""
    end = mark[1]
    if inverted and not _follows_quote(document, clause, mark):
        return None
    limit = end + REACH // 2
    comma = document.low.find("," if document.grammar.has_borders else "，", end, limit)
    limit = limit if comma < 0 else comma
    unnamed = next((m for m in clause.marks if m[2] & ANONYMOUS and end <= m[0] < limit), None)
    named = next((m for m in document.mentions.within(end, limit) if m.type not in {"place", "facility", "deposit"}), None)
    if named and (not unnamed or named.start <= unnamed[1] + 6):
        return Voice(named, named.surface, mark[0], True)
    if unnamed:
        return Voice(None, _noun_phrase(document, clause, unnamed), mark[0], False)
    return None


def _follows_quote(document: Document, clause: Clause, mark: Mark) -> bool:
    before = document.low[max(0, mark[0] - 6) : mark[0]].rstrip(" a")
    return before.endswith((",", '"', "”", "»", "'")) or mark[0] - clause.start < 3


def _before(document: Document, clause: Clause, mark: Mark) -> Voice | None:
    """The subject of the verb: the nearest name or unnamed speaker before it that no preposition takes away."""
    low = max(clause.start, mark[0] - REACH)
    unnamed = [m for m in clause.marks if m[2] & ANONYMOUS and low <= m[0] and m[1] <= mark[0] + 1]
    for mention in reversed(document.mentions.within(low, mark[0])):
        if mention.type in {"place", "facility", "deposit"} or (unnamed and unnamed[-1][0] > mention.end):
            continue
        if case_of(document, clause, mention) in {"", "of", "at"} and mention.end <= mark[0]:
            if unnamed and case_of(document, clause, mention) == "of":
                break
            return Voice(mention, mention.surface, mark[0], True)
    if unnamed:
        return Voice(None, _noun_phrase(document, clause, unnamed[-1]), mark[0], False)
    return None


def _noun_phrase(document: Document, clause: Clause, mark: Mark) -> str:
    """The words of an unnamed speaker: from the clause's beginning or the last comma to the noun."""
    begin = max(document.low.rfind(",", clause.start, mark[0]), document.low.rfind("，", clause.start, mark[0])) + 1
    return document.text[max(begin, clause.start, mark[0] - 40) : mark[1]].strip(" ,，:“\"")


def attributed(voice: Voice | None, actors: list[Mention], *, own_voice: bool, own_release: Mention | None) -> Attribution:
    """The attribution of an event: `self` where the speaker is one of its actors or the document is the actor's own."""
    if own_release is not None:
        return Attribution("self", own_release.surface, own_release.entity_id)
    if own_voice or voice is None:
        return Attribution()
    mention = voice.mention
    if mention is None:
        return Attribution("anonymous", voice.surface)
    same = any(
        (a.entity_id is not None and a.entity_id == mention.entity_id) or a.surface == mention.surface for a in actors
    )
    return Attribution("self" if same else "named", mention.surface, mention.entity_id)


__all__ = ["Event", "Voice", "attributed", "voice_of"]
