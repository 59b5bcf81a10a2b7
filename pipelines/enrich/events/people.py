"""People who speak: whose word theirs is, and what a speaker without a name of the register is called.

"Mark Halloran, the chief executive of X, said … Halloran added …": the word is X's, also where only the surname stands.
"…, Malaysia's science minister said": the words right before the verb say who speaks, not a name before the comma.
"""

import re
from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from pipelines.enrich.events.document import Document
from pipelines.enrich.events.introductions import introduced
from pipelines.enrich.issuer import is_authority
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.reading import Mention

OFFICE = 80  # characters before a firm in which its officer is named
BESIDE = 60  # characters beside a person's name in which an office or an employer stands
PERSON = re.compile(
    r"(?!(?:In|On|At|By|For|From|Since|After|Before|The|This|Last|Next|During)\s)"
    r"[A-ZÀ-Þ][\w'’.-]*\s+(?:[A-ZÀ-Þ][\w'’.-]*\s+){0,2}[A-ZÀ-Þ][\w'’-]+"
)
# "analyst Irene Sato of Northcote Securities"; no preposition before the name: it would be a place's
FULL_NAME = re.compile(
    r"\s*(?:(?!in\b|at\b|of\b|from\b|near\b|on\b|the\b|by\b|to\b|for\b|with\b)[a-z][\w'’-]*\s+){0,3}"
    r"(?P<name>[A-Z][\w'’-]+(?:\s[A-Z]\.)?\s[A-Z][\w'’-]+)(?:\s(?:of|at|from)\s[\w&'’. -]{2,40})?\s+"
)
# "analysts at Barrenjoey": the firm's word
STAFF = re.compile(
    r"\s*(?:[a-z][\w-]*\s+){0,3}(?:analyst|economist|researcher|consultant|strategist|broker|banker)s?\s+(?:at|of|from|with)\s+(?:the\s)?"
    r"(?P<firm>[A-Z][\w&'’.-]+(?:\s[A-Z&][\w&'’.-]*){0,3})\s+"
)
SURNAME = re.compile(r"[A-ZÀ-Þ][\w'’-]*[^\W\d_]\Z")
HONORIFIC = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|M|Mme|Mlle|Pr)\.?\s(?=[A-ZÀ-Þ])")
# Who is present, with whom each speaks for: "Ms. Rao (Acme Metals Corp.), Dr. Lim (Ministry of Mines)". Begins with a set, as searches
# of a whole text do here: most characters are passed at once.
PRESENT = re.compile(
    r"[DMPS](?<!\w.)(?:(?<=M)(?:rs?|s|iss|me|lle|M|e)?|(?<=D)r|(?<=P)rof|(?<=S)ir)\.?\s(?:[A-ZÀ-Þ][\w'’-]*\.?\s){0,2}(?P<name>[A-ZÀ-Þ][\w'’-]+),?\s\((?P<firm>[^()\n]{2,70})\)"
)
# The same the other way round: "Acme Metals (Ms Rao, observer)", and who "spoke for Acme Metals".
FOR_FIRM = re.compile(
    r"[(](?:M(?:rs?|s|iss|me|lle|M|e)?|Dr|Prof|Sir)\.?\s(?:[A-ZÀ-Þ][\w'’-]{0,30}\.?\s){0,2}(?P<name>[A-ZÀ-Þ][\w'’-]{1,30})(?:,\s[^()\n]{2,40})?[)]"
)
SPEAKS_FOR = re.compile(
    r"[A-ZÀ-Þ](?<!\w.)(?P<rest>[\w'’-]{1,30}),?\s(?:(?:spoke|speaks|speaking|appeared|appears|reported|answered|replied|attended)\s(?:for|on\sbehalf\sof)"
    r"|representing|represented|on\sbehalf\sof|s'exprime\spour|représentant|au\snom\sd[eu])\s?(?:the\s|la\s|l['’])?"
)
FIRM_NAME = re.compile(r"(?:[A-ZÀ-Þ][\w&.'’-]*\s(?:(?:of|and|the|de|des|du|for|&)\s){0,2}){1,6}\Z")
REST_OF_OFFICE = re.compile(r"(?:\s[a-zà-ÿ][\w'’-]*){0,4},\s")  # "(director) of finance, "
NOT_SPEAKERS = frozenset({"place", "facility", "deposit"})


class Voice(Struct, frozen=True, gc=False):
    """A speaker: an organisation (`mention`), somebody named or in office, or somebody unnamed."""

    mention: Mention | None
    surface: str
    is_named: bool
    is_firm: bool = False  # the surface is that of an organisation that no mention names
    is_office: bool = False  # that of an authority


class _Words(Struct, frozen=True):
    """What speakers are called in one language, right before the verb (`speaker_…`) or beside a person's name (`officer_…`)."""

    speaker_unnamed: re.Pattern[str]
    speaker_firm: re.Pattern[str]  # "the Perth-based miner": the one that the text is about
    speaker_paper: re.Pattern[str]
    speaker_office: re.Pattern[str]  # a minister, a department: of no company
    officer_before: re.Pattern[str]
    officer_after: re.Pattern[str]
    officer_of: re.Pattern[str]  # between an organisation and a name: "'s chief executive, "


@cache
def _words(language: str) -> _Words:
    groups = knowledge(language, "grammar")["groups"]
    return _Words(*(re.compile(groups.get(name, "(?!)")) for name in _Words.__struct_fields__))


def _for(firm: Mention | None, name: str) -> Voice:
    return Voice(firm, firm.surface, True) if firm else Voice(None, name, True, is_firm=True, is_office=is_authority(name))


class People:
    """The persons of one document and whom they speak for."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.words = _words(document.language)
        self.known: dict[str, Voice] = {}
        self.section: Mention | None = None  # the company that the paragraph is headed by
        self.floors: list[tuple[int, Voice]] = []  # where somebody takes the floor for a firm
        self.present = dict([*self._present(), *self._for_firms()]) if document.grammar.has_borders else {}
        if document.grammar.has_borders:
            self.present |= {name: _for(firm, house) for name, firm, house in introduced(document)}

    def _present(self) -> Iterator[tuple[str, Voice]]:
        """Surname → whom somebody speaks for, of the persons of a list that names it in brackets."""
        for person in PRESENT.finditer(self.document.text):
            named = [m for m in self.document.mentions.within(*person.span("firm")) if m.type not in NOT_SPEAKERS]
            firm = person["firm"].rpartition(", ")[2]
            if named or firm[:1].isupper():
                yield person["name"], Voice(named[0], named[0].surface, True) if named else Voice(None, firm, True, is_firm=True)

    def _for_firms(self) -> Iterator[tuple[str, Voice]]:
        """The same where the firm stands before the brackets, or after "spoke for"."""
        text, mentions = self.document.text, self.document.mentions
        for person in FOR_FIRM.finditer(text):
            start = person.start()
            named = [m for m in mentions.within(start - BESIDE, start) if m.type not in NOT_SPEAKERS and m.end >= start - 2]
            outside = FIRM_NAME.search(text, max(0, start - BESIDE), start) if not named else None
            if named or outside:
                yield person["name"], _for(named[-1] if named else None, outside[0].strip() if outside else "")
        for person in SPEAKS_FOR.finditer(text):
            named = [m for m in mentions.within(person.end(), person.end() + 2) if m.type not in NOT_SPEAKERS]
            if named:
                voice = _for(named[0], "")
                self.floors.append((person.start(), voice))
                yield self.document.text[person.start() : person.end("rest")], voice

    def has_floor(self, after: int, before: int) -> Voice | None:
        """Who took the floor last between two offsets."""
        return next((voice for at, voice in reversed(self.floors) if after <= at < before), None)

    def note(self, voice: Voice, start: int, stop: int) -> None:
        """Remember whom a firm's voice is, where a person stands beside its name ("said Jane Doe, chief executive of Acme")."""
        firm = voice.mention
        if firm is None or firm.is_anaphor or not start <= firm.start < stop:
            return
        found = list(PERSON.finditer(self.document.text, max(start, firm.start - OFFICE), firm.start))
        if found and not self.document.mentions.any_within(found[-1].start(), firm.start):
            self.known.setdefault(found[-1][0].split()[-1], voice)
        after = PERSON.search(self.document.text, firm.end + 1, min(stop, firm.end + OFFICE))
        if after and self.words.officer_of.fullmatch(self.document.low, firm.end, after.start()):
            self.known.setdefault(after[0].split()[-1], voice)

    def note_named(self, voice: Voice, end: int, stop: int) -> None:
        """Remember the name that follows an office ("the finance director, Jane Doe")."""
        between = REST_OF_OFFICE.match(self.document.text, end, stop)
        person = PERSON.match(self.document.text, between.end() if between else end + 1, stop)
        if person and self.document.grammar.has_borders:
            self.known.setdefault(person[0].split()[-1], voice)

    def of(self, start: int, end: int, spoken_of: Mention | None) -> Voice:
        """The voice of the person named in text[start:end]: the employer's, else that of the firm whose office it is."""
        name = self.document.text[start:end]
        if HONORIFIC.match(name) and name.split()[-1] in self.known:  # "Ms Doe", who was introduced
            return self.known[name.split()[-1]]
        found = self.present.get(name.split()[-1]) or self._employer(start, end, spoken_of) or self._of_section(name)
        found = found or Voice(None, name, True)
        self.known[name.split()[-1]] = found
        return found

    def _of_section(self, name: str) -> Voice | None:
        """Under the name of a company, somebody of whom only the title is told speaks for it ("4. Acme. Mr Reyes announced …")."""
        is_titled = self.section is not None and HONORIFIC.match(name) is not None
        return Voice(self.section, self.section.surface, True) if is_titled and self.section else None

    def by_surname(self, name: str, before: int, spoken_of: Mention | None) -> Voice | None:
        """The voice of somebody whom the text before offset `before` names in full; None for a name that it does not know."""
        name = HONORIFIC.sub("", name, count=1)
        if not SURNAME.match(name) or not self.document.grammar.has_borders:
            return None
        if name not in self.known:
            whole = re.compile(rf"(?:[A-ZÀ-Þ][\w'’.-]*\s){{1,2}}{re.escape(name)}\b").search(self.document.text, 0, before)
            if whole is None or any(m.start < whole.end() and m.end > whole.start() for m in self._names(*whole.span())):
                return None
            return self.of(*whole.span(), spoken_of)
        return self.known[name]

    def by_initials(self, letters: str, before: int) -> Voice | None:
        """The voice of the only person before offset `before` whose initials these are ("PA: …")."""
        named = [p[0].split() for p in PERSON.finditer(self.document.text, 0, before)]
        found = {words[-1] for words in named if words[0][0] + words[-1][0] == letters.replace(".", "")}
        surname = found.pop() if len(found) == 1 else ""
        return self.by_surname(surname, before, self.firm_before(before, surname)) if surname else None

    def firm_before(self, before: int, name: str) -> Mention | None:
        """The company named last before a person is: whose "its chairman, Jan Novak" is."""
        at = self.document.text.rfind(name.rsplit(maxsplit=1)[-1], 0, before)
        firms = (m for m in reversed(self.document.mentions) if m.start < at and m.type == "company" and not m.is_anaphor)
        return next(firms, None)

    def beside(self, start: int, verb: int, spoken_of: Mention | None) -> Voice | None:
        """Who stands between the last comma or quotation mark and a verb of speech, where it is no name of the register."""
        low, known = self.document.low, self.words
        begin = 1 + max(start - 1, *(low.rfind(mark, start, verb) for mark in ',"”'))
        words = low[begin:verb]
        firms = [m for m in self.document.mentions.within(begin, verb) if m.type not in NOT_SPEAKERS and m.end <= verb]
        if firms:  # "analyst Irene Sato of X": what she says later is X's as well
            person = FULL_NAME.fullmatch(self.document.text, begin, verb)
            if person and person.end("name") < firms[0].start:
                voice = self.known[person["name"].split()[-1]] = Voice(firms[0], firms[0].surface, True)
                return voice
        if firms or not words.strip():
            return None
        text = self.document.text[begin:verb].strip()
        staff = STAFF.fullmatch(self.document.text, begin, verb)
        if staff:
            return Voice(None, staff["firm"], True)
        if known.speaker_firm.fullmatch(words) and spoken_of is not None:
            return Voice(spoken_of, spoken_of.surface, True)
        is_unnamed = bool(known.speaker_unnamed.fullmatch(words))
        if is_unnamed or known.speaker_paper.fullmatch(self.document.text, begin, verb) or known.speaker_office.fullmatch(words):
            return Voice(None, text, not is_unnamed)
        named = FULL_NAME.fullmatch(self.document.text, begin, verb)
        return self.of(*named.span("name"), spoken_of) if named else self.by_surname(text, begin, spoken_of)

    def _names(self, start: int, end: int) -> tuple[Mention, ...]:
        return self.document.mentions.within(start - BESIDE, end)

    def _employer(self, start: int, end: int, spoken_of: Mention | None) -> Voice | None:
        """From the words set beside the name: ", who runs X", ", chief executive of X", "X's chief executive, "."""
        low, known = self.document.low, self.words
        if low.startswith(", ", end):
            stop = low.find(",", end + 2, end + 110)
            near = self.document.mentions.within(end, stop if stop >= 0 else end + BESIDE)
            named = next((m for m in near if m.type not in NOT_SPEAKERS), None)
            between = low[end + 2 : named.start] if named else ""
            if named and self.document.grammar.employs.search(between):
                return Voice(named, named.surface, True)
        before = [m for m in self._names(start, start) if m.type not in NOT_SPEAKERS and m.end <= start]
        if before and known.officer_of.fullmatch(low, before[-1].end, start):
            return Voice(before[-1], before[-1].surface, True)
        firm = before[-1] if before and not low[before[-1].end : start].strip(" ,") else None  # « la directrice générale d'Acme, Jane Doe »
        if firm and known.officer_before.search(low, max(0, firm.start - BESIDE), firm.start):
            return Voice(firm, firm.surface, True)
        if spoken_of is None or spoken_of.type != "company":
            return None
        holds = known.officer_before.search(low[max(0, start - BESIDE) : start]) or known.officer_after.match(low, end)
        return Voice(spoken_of, spoken_of.surface, True) if holds else None
