"""Turns: who has the floor in minutes, hearings and interviews."""

import re
from itertools import islice

from pipelines.enrich.events.attribution import Speakers
from pipelines.enrich.events.discourse import Discourse, Product
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.people import PERSON, Voice
from pipelines.enrich.issuer import is_authority
from pipelines.enrich.reading import Mention, Sentence

SIGNING = frozenset({"company", "agency"})
LABEL = 12  # characters of the word that begins an answer, before its first sentence
GUESTS = 12  # lines that introduce them
INITIALS = re.compile(r"[A-Z]\.?[A-Z]\.?")  # that stand for a person ("P.A.")
NAME = 4  # characters of a Chinese person's name
TURN = 90  # characters in which a turn of minutes names its speaker
# After the name that opens a turn: the speaker's office and house (« M. Vidal, directeur chez Orano. – »).
DASH = 3  # characters after a sentence in which a dash follows it
AFFILIATION = re.compile(r",\s(?:[a-zà-ÿ' -]{3,60}\s(?:chez|at)\s)?(?P<name>[^\n.,(–—]{2,60}?)(?=\.?\s?(?:[(–—:]|\Z))")
IN_BRACKETS = re.compile(r"[(](?P<name>[^()\n]{2,60})[)]")
OWN_NAME = re.compile(r"[A-ZÀ-Þ][\w&.'’-]*(?:\s(?:(?:de|des|du|et|of|the|and|&)\s)?[A-ZÀ-Þ][\w&.'’-]*){0,4}")


HOUSE = re.compile(rf"(?:\b(?:de|du|des|chez|la|cabinet|société|groupe)\s|['’])(?P<name>{OWN_NAME.pattern})")


class Turns:
    """Whose word the paragraphs of a document are; the discourse and the speakers are told of it."""

    def __init__(self, document: Document, discourse: Discourse, speakers: Speakers, own_release: Mention | None) -> None:
        self.document, self.discourse, self.speakers, self.own_release = document, discourse, speakers, own_release
        self.guests = list(islice(document.grammar.guests.finditer(document.low), GUESTS))
        self.voice: Voice | None = None  # who has the floor
        self.guest: Voice | None = None  # who answers questions
        self.is_asked = False

    def take(self, sentence: Sentence, asked_for: Product | None) -> None:
        """A paragraph that begins with a name and an organisation in brackets is that organisation's word, till the next turn."""
        if not self.document.grammar.has_borders:  # an answer is the word of the company that is asked
            line = self.document.text[max(0, sentence.start - LABEL) : sentence.start].rpartition("\n")[2]
            is_answer = bool(self.document.grammar.turn.match(line))
            asked = self.own_release or next((m for m in self.document.found.mentions if m.type == "company"), None)
            if not is_answer and (guest := self._guest(line or self.document.text[sentence.start : sentence.start + NAME + 1])):
                is_answer, asked = True, guest
            self.voice = Voice(asked, asked.surface, True) if is_answer and asked else None
            if is_answer and asked_for is not None:
                self.discourse.product = asked_for
            return
        if self._take_named(sentence):
            return
        text, begin = self.document.text, sentence.start
        turn = self.document.grammar.turn.match(text[begin : begin + TURN])
        if turn is None:  # a label in brackets that passed for a dateline: "R (Jane Doe) :"
            begin = text.rfind("\n", 0, sentence.start) + 1
            turn = self.document.grammar.turn.match(text[begin : begin + TURN]) if begin < sentence.start else None
        if turn is None:
            self._take_answer(sentence)
            return
        start = begin + turn.end()
        stop = text.find(")", begin, start + TURN)
        house = AFFILIATION.match(text, start, start + TURN) or IN_BRACKETS.search(turn[0]) or IN_BRACKETS.match(text, start, start + TURN)
        if house and house.re is AFFILIATION and not self.document.text.startswith(" (", house.end()):
            stop = house.end()
        named = [m for m in self.document.mentions.within(begin, stop) if m.type in SIGNING] if stop > 0 else []
        surname = turn[0].partition("(")[0].rstrip(" .,–—-").split(" ")[-1]
        answers = self._person(house, sentence.start) if house and not named else None  # "R (Jane Doe) :"
        self.voice = answers or (Voice(named[-1], named[-1].surface, True) if named else self._of_house(house, surname))
        self.speakers.floor = self.voice if self.voice is not None and self.voice.mention is None else None
        if self.voice is not None and self.voice.mention is not None:
            self.speakers.people.known[surname] = self.voice
        if not named:
            if self.voice is not None and self.voice.mention is None:  # of whom nobody spoke before
                self.discourse.operator, self.speakers.last = None, self.voice
            return
        self.speakers.last = self.voice
        if named[-1].type == "company":
            self.discourse.operator = named[-1]
        else:
            self.discourse.authority = named[-1]

    def _take_named(self, sentence: Sentence) -> bool:
        """A paragraph whose first sentence only names a speaker and his house (« M. Blanc, directeur d'Acme. ») is his word."""
        line = self.document.grammar.turn_named.fullmatch(self.document.text, sentence.start, sentence.end)
        if line is None or self.document.text[sentence.end : sentence.end + DASH].lstrip().startswith(("–", "—", "-")):  # see `turn`
            return False
        known, surname = self.speakers.people.known, line["name"].split()[-1]
        if line["house"]:
            named = [m for m in self.document.mentions.within(*line.span("house")) if m.type in SIGNING]
            outside = HOUSE.search(line["house"])
            if named or outside:
                known[surname] = Voice(named[-1], named[-1].surface, True) if named else _outside(outside["name"] if outside else "")
        self.voice = self.speakers.floor = known.get(surname)
        self.discourse.operator = self.discourse.authority = None
        self.speakers.last = self.voice
        if self.voice is not None and self.voice.mention is not None:
            if self.voice.mention.type == "company":
                self.discourse.operator = self.voice.mention
            else:
                self.discourse.authority = self.voice.mention
        return True

    def _guest(self, line: str) -> Mention | None:
        """The company of a Chinese guest whose name stands before a colon, where a line introduces him (受访人：某公司副总裁赵明)."""
        name, colon, _ = line.replace(":", "：").partition("：")
        if not colon or not 1 < len(name) <= NAME:
            return None
        for introduced in self.guests:
            at = introduced[0].rfind(name)
            if at >= 0:
                found = self.document.mentions.within(introduced.start(), introduced.start() + at)
                return next((m for m in reversed(found) if m.type in SIGNING), None)
        return None

    def _person(self, bracket: re.Match[str], before: int) -> Voice | None:
        """The voice of a person in brackets whom the text has introduced for a firm."""
        people, name = self.speakers.people, bracket["name"].strip()
        if PERSON.fullmatch(name) is None:
            return None
        found = people.by_surname(name.split()[-1], before, people.firm_before(before, name))
        return found if found is not None and found.mention is not None else None

    def _of_house(self, house: re.Match[str] | None, surname: str) -> Voice | None:
        """The voice of a speaker whose house no name of the register is; of one whose house was given before."""
        known = self.speakers.people.known
        if house is None:
            return known.get(surname)
        name = house["name"].strip()
        if OWN_NAME.fullmatch(name) or is_authority(name):
            known[surname] = Voice(None, name, True, is_firm=True)
            return known[surname]
        return None

    def _take_answer(self, sentence: Sentence) -> None:
        """A paragraph that begins with the name of a person whom the text has introduced (« Jean Faure : … ») is his firm's word."""
        text, people = self.document.text, self.speakers.people
        answer = self.document.grammar.answer.match(text, sentence.start, sentence.start + TURN)
        if answer is None:
            self._take_unlabelled(sentence)
            return
        is_short = INITIALS.fullmatch(answer["name"]) is not None
        name = answer["name"].title() if answer["name"].isupper() and not is_short else answer["name"]
        voice = self._of_label(answer) or (people.by_initials(name, sentence.start) if is_short else None)
        if voice is None and not is_short:
            voice = people.by_surname(name.split()[-1], sentence.start, people.firm_before(sentence.start, name))
        if voice is None or (voice.mention is None and not (voice.is_firm or voice.is_office)):
            return
        self.voice = self.speakers.floor = self.speakers.last = voice
        if voice.mention is None or voice.mention.type == "company":
            self.discourse.operator = voice.mention

    def _of_label(self, answer: re.Match[str]) -> Voice | None:
        """The voice of a speaker whose house stands beside the name before the colon ("Amanda Lacaze, chief executive, Lynas: …")."""
        house = answer.groupdict().get("house")
        if not house:
            return None
        named = [m for m in self.document.mentions.within(*answer.span("house")) if m.type in SIGNING]
        if not named:
            return self.speakers.people.of(*answer.span("name"), self.discourse.operator or self.discourse.titled or self.discourse.lead)
        voice = Voice(named[-1], named[-1].surface, True)
        self.speakers.people.known[answer["name"].split()[-1].title()] = voice
        return voice

    def _take_unlabelled(self, sentence: Sentence) -> None:
        """After a question that stands alone, what follows is the word of the one guest whom an interview introduces."""
        if not self.speakers.asks:
            return
        text = self.document.text
        line = text.find("\n", sentence.start)
        if text[sentence.start : line if line >= 0 else len(text)].rstrip().endswith("?"):
            self.voice, self.is_asked = None, True
            self.guest = self.guest or self._introduced(sentence.start)
        elif self.is_asked and self.guest is not None:
            self.voice = self.speakers.floor = self.speakers.last = self.guest
            if self.guest.mention is not None and self.guest.mention.type == "company":
                self.discourse.operator = self.guest.mention

    def _introduced(self, before: int) -> Voice | None:
        """The firm of the people whom the lines before the first question introduce, if it is one and the text says that it asks them."""
        document, people = self.document, self.speakers.people
        if not document.grammar.invites.search(f"{document.found.title.lower()}\n{document.low[:before]}"):
            return None
        found = [people.of(*p.span(), people.firm_before(p.end(), p[0])) for p in PERSON.finditer(document.text, 0, before)]
        houses = {v.mention.entity_id or v.mention.surface: v for v in found if v.mention is not None}
        return next(iter(houses.values())) if len(houses) == 1 else None


def _outside(house: str) -> Voice:
    """The voice of a house that no register knows."""
    return Voice(None, house, True, is_firm=True, is_office=is_authority(house))
