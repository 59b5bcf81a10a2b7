"""Attribution: whose word a sentence is, and how far that word reaches."""

import re
from collections import Counter
from typing import Literal

from pipelines.enrich.events.cases import case_of
from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.inverted import past_asides
from pipelines.enrich.events.officers import Officers
from pipelines.enrich.events.outsiders import (
    ANONYMOUS,
    PRONOUN,
    SPEAKER,
    TITLE,
    at_head,
    firm_beside,
    is_the_one,
    noun_phrase,
    office,
    outside_firm,
    rivals,
    source,
)
from pipelines.enrich.events.people import NOT_SPEAKERS, PERSON, People, Voice
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import FORMS, Mark, mask_of
from pipelines.enrich.reading import Attribution, Mention

SAY = mask_of("say")
ACCORDING = mask_of("according")
SPEECH = SAY | ACCORDING
WE = mask_of("we")
OWN_VOICE = mask_of("speaker_voice")
PART = FORMS["part"]
REACH = 110  # characters between a speaker and the verb
OF_NOUNS = frozenset({"de", "à"})  # after a verb of speech they begin what is said, after a noun its complement
STAFF = 9  # characters between "analysts" and their firm
FLOOR = 500  # characters before a pronoun in which an officer took the floor
UNSAID = 10  # characters before a verb of speech that take it back
BESIDE = 3  # characters between "according to" and a pronoun
AFTER = 60  # the same, where the quote comes first
_NAME = re.compile(r"\s(?:the\s)?([A-ZÀ-Þ][\w&.'’-]+(?:\s[A-ZÀ-Þ][\w&.'’-]+){0,4})(?=\s?(?:,|$|\())")
_BODY = re.compile(r"(?:[A-ZÀ-Þ][\w&.'’-]+(?:\s(?:of|and|the|de|des))*\s){1,5}(?:[A-ZÀ-Þ][\w-]+|union)\Z")  # "the Electrical Trades Union"
_PAPER = re.compile(r"《([^》\n]{2,16})》")
_CLOSED = ("»", "”", '"')
_QUOTED = (("«", "»"), ("“", "”"), ("「", "」"))
_QUOTES = ('"', "“", "«", "‘", "「")


class Speakers:
    """Finds the speaker of each sentence of a document; remembers the last, for pronouns and for quotes on their own."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.last: Voice | None = None
        self.floor: Voice | None = None  # who answers in an interview
        self.heard = -1  # where the sentence ends that the last speaker was named in
        self.start = self.stop = 0  # of the sentence
        self.asks = self._has_questions()
        self.people = People(document)
        self.officers = Officers(document)
        self.unwritten = unwritten(document.language)

    def _has_questions(self) -> bool:
        """Whether questions stand alone between answers, as in an interview."""
        if "?" not in self.document.text:
            return False
        found = self.document.found.sentences
        size = Counter(s.paragraph for s in found)
        return any(size[s.paragraph] == 1 and self.document.text[s.start : s.end].rstrip().endswith("?") for s in found)

    def of(self, clauses: list[Clause], spoken_of: Mention | None) -> Voice | None:
        """The speaker that a sentence names; `spoken_of` is the company that the text is about."""
        voice = self._of(clauses, spoken_of)
        if voice is not None:  # a paper, or a source that is only cited, goes on with no pronoun
            is_cited = any(c.concepts & ACCORDING for c in clauses) or (voice.mention is not None and voice.mention.type == "publisher")
            self.heard = -1 if is_cited else self.stop
        return voice

    def _of(self, clauses: list[Clause], spoken_of: Mention | None) -> Voice | None:
        unnamed = None
        self.start, self.stop = (clauses[0].start, clauses[-1].end) if clauses else (0, 0)
        house = self._house()
        if house is not None:
            self.last = house
            return house
        for clause in clauses:
            for mark in clause.marks if clause.concepts & SPEECH else ():
                if not mark[2] & SPEECH or self._is_unsaid(mark):
                    continue
                voice = None
                if mark[2] & PRONOUN:  # "she added"
                    voice = self._has_floor(mark[0], spoken_of) or self.last
                elif mark[2] & ACCORDING:
                    voice = self._after(clause, mark, spoken_of)
                elif mark[2] & SAY:
                    is_agent = mark[3] & PART and self.document.low.startswith(" by ", mark[1])  # "is expected by X to fall"
                    follows = is_agent or self._follows_quote(clause, mark)
                    voice = self._after(clause, mark, spoken_of, inverted=True) if follows else None
                    voice = voice or self._on_behalf(mark) or self._before(clause, mark, spoken_of)
                    voice = voice or at_head(self.document, clauses[0], clause, mark)
                if voice and voice.is_named:
                    self.last = voice
                    self.people.note(voice, self.start, self.stop)
                    return voice
                unnamed = unnamed or voice
        if rumour := self.document.grammar.rumour.search(self.document.low, self.start, self.stop):
            return Voice(None, rumour[0], False)
        if unnamed is None:
            unnamed = self._unspoken(clauses, spoken_of)
        self.last = unnamed or self.last
        return unnamed

    def _is_unsaid(self, mark: Mark) -> bool:
        """Whether a Chinese verb of speech tells that nothing was said (没有回复置评请求)."""
        return bool(self.unwritten.unsaid.search(self.document.low, max(0, mark[0] - UNSAID), mark[0]))

    def _house(self) -> Voice | None:
        """The firm whose people a sentence opens with (« Chez X, on s'attend … »), a person whose view it gives, hearsay (« dit-on »)."""
        opening = self.document.grammar.house.match(self.document.low, self.start)
        if opening is None:
            if hearsay := self.document.grammar.they_say.search(self.document.low, self.start, self.stop):
                return Voice(None, hearsay[0], False)
            opinion = self.document.grammar.opinion.match(self.document.text, self.start)
            return Voice(None, opinion[1], True) if opinion else None
        start, end = opening.span(opening.lastindex or 0)
        named = [m for m in self.document.mentions.within(start, end) if m.type not in NOT_SPEAKERS]
        surface = self.document.text[start:end]
        return Voice(named[0], named[0].surface, True) if named else Voice(None, surface, surface[:1].isupper())

    def _unspoken(self, clauses: list[Clause], spoken_of: Mention | None) -> Voice | None:
        """No verb of speech: a quote goes on, or the text says "we"."""
        if clauses and self.document.text.startswith(_QUOTES, clauses[0].start) and self.last is not None:
            return self.last
        if spoken_of is not None and any(clause.concepts & WE for clause in clauses) and self._is_spoken(clauses):
            return self.floor or Voice(spoken_of, spoken_of.surface, True)
        return None

    def _is_spoken(self, clauses: list[Clause]) -> bool:
        """Whether some "we" or "I" may be a company's: not the paper's ("our bulletin"), nor who writes a text that asks nobody."""
        grammar, low, start = self.document.grammar, self.document.low, clauses[0].start

        def is_of_writer(at: int) -> bool:
            if grammar.of_paper.match(low, at):
                return True
            is_quoted = any(low.count(opens, start, at) > low.count(closes, start, at) for opens, closes in _QUOTED)
            return bool(grammar.writer.match(low, at)) and not is_quoted and not self.asks

        return not all(is_of_writer(m[0]) for c in clauses for m in c.marks if m[2] & WE)

    def _after(self, clause: Clause, mark: Mark, spoken_of: Mention | None, *, inverted: bool = False) -> Voice | None:  # noqa: PLR0911  a ladder: the nearest that the text gives
        """The speaker after "according to" or, where the quote comes first, after the verb."""
        document = self.document
        end = past_asides(document, mark[1], min(mark[1] + AFTER, self.stop)) if inverted else mark[1]
        limit = min(end + AFTER, self.stop)
        comma = document.low.find("," if document.grammar.has_borders else "，", end, limit)
        limit = limit if comma < 0 else comma
        if inverted:  # what follows "that" is said, and does not say it
            found = document.grammar.that.finditer(document.low, end, limit)
            that = next((m for m in found if m[0] not in OF_NOUNS or m.start() <= end + 1), None)  # « la directrice de X »
            limit = that.start() if that else limit
        marks = [m for m in clause.marks if m[2] & SPEAKER and end <= m[0] < limit]
        if not inverted:  # "according to her"; a pronoun farther on is another's
            marks = [m for m in marks if not m[2] & PRONOUN or m[0] - end < BESIDE]
        named = [m for m in document.mentions.within(end, limit) if m.type not in NOT_SPEAKERS]
        unnamed = next((m for m in marks if m[2] & ANONYMOUS and not m[2] & TITLE), None)
        if named and mark[2] & ACCORDING and named[0].is_anaphor and document.grammar.its.match(document.low, named[0].start):
            owner = next((m for m in document.mentions.within(limit, self.stop) if m.type == "company" and not m.is_anaphor), None)
            named = [owner or named[0]]  # « À en croire son directeur financier, X … »
        if named and (unnamed is None or named[0].start <= unnamed[1] + 6):
            return Voice(named[0], named[0].surface, True)
        press = document.grammar.press.match(document.low, end, limit) if not named else None
        if press:
            return Voice(None, document.text[end : press.end()].strip(), False)
        if unnamed and mark[2] & ACCORDING and document.grammar.definite.search(document.low[end : unnamed[0]]):
            owner = next((m for m in document.mentions.within(limit, self.stop) if m.type == "company" and not m.is_anaphor), None)
            if owner is not None:  # "According to the company, Iluka's refinery …"
                return Voice(owner, owner.surface, True)
        if unnamed:
            body = _BODY.search(document.text, end, unnamed[1]) if document.grammar.has_borders else None
            body = body or firm_beside(document, unnamed, limit)
            return Voice(None, body[0].strip(), True) if body else Voice(None, noun_phrase(self.document, clause, unnamed, end), False)
        outside = _NAME.match(document.text, end, limit) if mark[2] & ACCORDING and document.grammar.has_borders else None
        outside = outside or (document.grammar.speaker_name.match(document.text, end, limit) if not marks else None)
        if outside and not marks and document.low[mark[0] : end] != "per":  # a person named before, a firm outside the register
            name = outside[1].rstrip(".")
            if name.split()[-1] in self.people.known:
                return self.people.known[name.split()[-1]]
            return self.people.by_surname(name, mark[0], spoken_of) or Voice(None, name, True)
        paper = _PAPER.search(document.text, end, limit) if mark[2] & ACCORDING and not document.grammar.has_borders else None
        if paper:
            return Voice(None, paper[1], True)
        body = document.grammar.office_after.match(document.low, end, limit) if inverted and not named else None
        if body:
            return Voice(None, document.text[end : body.end()].strip(), True, is_office=True)
        return self._officer(clause, [m for m in marks if m[2] & (TITLE | PRONOUN)], end, limit, spoken_of)

    def _before(self, clause: Clause, mark: Mark, spoken_of: Mention | None) -> Voice | None:  # noqa: PLR0911  a ladder: the nearest that the text gives
        """The subject of the verb: the nearest name or unnamed speaker before it that no preposition takes away."""
        start = clause.head[0] if clause.head else clause.start
        document, low = self.document, max(start, mark[0] - REACH)
        persons = self.people if document.grammar.has_borders else self.officers
        beside = persons.beside(low, mark[0], spoken_of) or self._goes_on_speaking(clause, mark) or rivals(self.document, clause, mark)
        if beside is not None:
            return beside
        marks = [m for m in clause.marks if m[2] & SPEAKER and low <= m[0] and m[1] <= mark[0] + 1]
        last = marks[-1] if marks else None
        for mention in reversed(document.mentions.within(low, mark[0])):
            if mention.type in NOT_SPEAKERS or mention.end > mark[0]:
                continue
            case = case_of(document, clause, mention)
            if last is not None and last[0] > mention.end:
                if last[2] & TITLE and case in {"", "of"}:
                    return Voice(mention, mention.surface, True)
                break
            officer = any(m[2] & TITLE and m[0] < mention.start for m in marks)
            staff = any(m[2] & ANONYMOUS and 0 <= mention.start - m[1] < STAFF for m in marks)  # "analysts at X"
            if staff and case in {"of", "at"}:
                return Voice(mention, mention.surface, True)
            if officer and case in {"of", "for", "at", "under"}:
                return Voice(mention, mention.surface, True)
            if case == "" or (case in {"of", "at"} and not any(m[2] & ANONYMOUS for m in marks)):
                return Voice(mention, mention.surface, True)
        if last is not None and last[2] & ANONYMOUS and not last[2] & TITLE:
            if spoken_of is not None and is_the_one(self.document, clause, last, marks):
                return Voice(spoken_of, spoken_of.surface, True)
            phrase = noun_phrase(self.document, clause, last, clause.start)
            inside = document.grammar.proper.search(phrase) if not document.grammar.has_borders else None
            firm = inside or firm_beside(self.document, last, mark[0])  # of a firm outside the register
            return Voice(None, firm[0].strip(), True) if firm else Voice(None, phrase, False)
        found = self._officer(clause, [last] if last else [], low, mark[0], spoken_of)
        if found is None:
            unnamed = document.grammar.unnamed.search(document.low[low : mark[0]])
            found = (
                Voice(None, document.text[low + unnamed.start(1) : low + unnamed.end(1)].strip(), False)
                if unnamed
                else office(self.document, start, mark)
                or source(self.document, clause, start, mark)
                or outside_firm(self.document, start, mark)
            )
        return found

    def _on_behalf(self, mark: Mark) -> Voice | None:
        """Whose word it is, where somebody speaks for others ("Mr Berg stated on behalf of Acme that …")."""
        found = self.document.grammar.on_behalf.match(self.document.low, mark[1], self.stop)
        named = [m for m in self.document.mentions.within(found.end(), found.end() + STAFF) if m.type not in NOT_SPEAKERS] if found else []
        return Voice(named[0], named[0].surface, True) if named else None

    def _goes_on_speaking(self, clause: Clause, mark: Mark) -> Voice | None:
        """The speaker of the sentence before, for whom a pronoun stands right before the verb (« Elle ajoute que … »)."""
        near = self.last is not None and 0 <= self.start - self.heard <= BESIDE
        words = self.document.low[clause.start : mark[0]]
        return self.last if near and self.document.grammar.they.fullmatch(words) else None

    def _officer(  # noqa: PLR0911  a ladder
        self, clause: Clause, marks: list[Mark], start: int, end: int, spoken_of: Mention | None
    ) -> Voice | None:
        """Somebody by name or office: the company's where the text is about one, else a person; a pronoun is the last speaker."""
        person = PERSON.search(self.document.text, start, end) if self.document.grammar.has_borders else None
        if person and marks and marks[-1][2] & PRONOUN and person.end() <= marks[-1][0]:
            person = None  # "In November it will …, she said"
        if person and not any(
            m.start < person.end() and m.end > person.start() for m in self.document.mentions.within(start - 40, end)
        ):
            return self.people.of(person.start(), person.end(), spoken_of)
        if not marks:
            return None
        mark = marks[-1]
        if mark[2] & PRONOUN:
            return self._inverted(clause, mark) or self._has_floor(mark[0], spoken_of) or self.last
        before = self.document.low[max(0, mark[0] - 30) : mark[0]]
        is_chair = self.document.grammar.chair.match(self.document.low, mark[0]) and not self._signs(spoken_of)
        if is_chair or self.document.grammar.public_office.match(self.document.low, mark[0]):
            return Voice(None, noun_phrase(self.document, clause, mark, max(clause.start, mark[0] - 20)), True)
        if mark[2] & ANONYMOUS and self.document.low.endswith("s", mark[0], mark[1]):  # "Delegates agreed that …"
            return Voice(None, noun_phrase(self.document, clause, mark, clause.start), False)
        is_bare = self.document.grammar.bare_office.match(self.document.low, mark[0])  # "according to management"
        if spoken_of is not None and (is_bare or self.document.grammar.definite.search(before) or mark[0] - clause.start < 3):
            voice = Voice(spoken_of, spoken_of.surface, True)
            self.people.note_named(voice, mark[1], self.stop)
            return voice
        return Voice(None, noun_phrase(self.document, clause, mark, clause.start), True)

    def _signs(self, company: Mention | None) -> bool:
        """Whether the text is the company's own."""
        publisher = self.document.found.publisher
        return company is not None and publisher is not None and publisher in {company.entity_id, company.surface}

    def _has_floor(self, pronoun: int, spoken_of: Mention | None) -> Voice | None:
        """The company of an officer who took the floor since the last speaker was named ("Next came the chief executive. …, she said")."""
        document = self.document
        start = max(0, pronoun - FLOOR, self.heard)
        if taken := self.people.has_floor(start, pronoun):
            return taken
        offices = list(document.grammar.offices.finditer(document.low, start, pronoun))
        if not offices:
            return None
        at = offices[-1]
        beside = [m for m in document.mentions.within(at.end(), at.end() + STAFF) if m.type == "company"]
        before = [m for m in document.mentions.within(max(0, at.start() - FLOOR), at.start()) if m.type == "company"]
        firm = beside[0] if beside else before[-1] if before else spoken_of
        return Voice(firm, firm.surface, True) if firm else None

    def _inverted(self, clause: Clause, mark: Mark) -> Voice | None:
        """The sentence's own subject, where the pronoun of an inversion stands for it (« Le METI portera …, a-t-il dit »)."""
        if not self.document.low.startswith("-", mark[0] - 1):
            return None
        end = mark[0]
        for mention in self.document.mentions.within(self.start, end):
            if any(mark in self.document.text[mention.end : end] for mark in _CLOSED):
                continue  # who is spoken of in the quote
            if mention.type not in NOT_SPEAKERS and case_of(self.document, clause, mention) in {"", "of"}:
                return Voice(mention, mention.surface, True)
        return None

    def _follows_quote(self, clause: Clause, mark: Mark) -> bool:
        before = self.document.low[max(0, mark[0] - 10) : mark[0]]
        return bool(self.document.grammar.quoted.search(before)) or mark[0] - clause.start < 3



def attributed(voice: Voice | None, actors: list[Mention], own_release: Mention | None, *, is_own: bool = False) -> Attribution:
    """The attribution of an event: `self` where the speaker is one of its actors or the document is the actor's own, or says "we"."""
    if own_release is not None:
        return Attribution("self", own_release.surface, own_release.entity_id)
    if voice is None:
        return Attribution()
    mention = voice.mention
    if mention is None:
        kind: Literal["self", "named", "anonymous"] = "named" if voice.is_named else "anonymous"
        is_self = is_own and (voice.is_firm or voice.is_office or (not actors and not voice.is_named))
        return Attribution("self" if is_self else kind, voice.surface)
    same = any(
        (a.entity_id is not None and a.entity_id == mention.entity_id) or a.surface == mention.surface for a in actors
    )
    return Attribution("self" if same or is_own else "named", mention.surface, mention.entity_id)
