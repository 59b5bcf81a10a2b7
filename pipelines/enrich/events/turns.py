"""Turns: who has the floor in minutes, hearings and interviews."""

import re
from itertools import islice

from pipelines.enrich.events.attribution import Speakers
from pipelines.enrich.events.discourse import Discourse, Product
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.people import Voice
from pipelines.enrich.issuer import is_authority
from pipelines.enrich.reading import Mention, Sentence

SIGNING = frozenset({"company", "agency"})
LABEL = 12  # characters of the word that begins an answer, before its first sentence
GUESTS = 12  # lines that introduce them
NAME = 4  # characters of a Chinese person's name
TURN = 90  # characters in which a turn of minutes names its speaker
# After the name that opens a turn: the speaker's office and house (« M. Vidal, directeur chez Orano. – »).
AFFILIATION = re.compile(r",\s(?:[a-zà-ÿ' -]{3,60}\s(?:chez|at)\s)?(?P<name>[^\n.,(–—]{2,60}?)(?=\.?\s?(?:[(–—:]|\Z))")
IN_BRACKETS = re.compile(r"[(](?P<name>[^()\n]{2,60})[)]")
OWN_NAME = re.compile(r"[A-ZÀ-Þ][\w&.'’-]*(?:\s(?:(?:de|des|du|et|of|the|and|&)\s)?[A-ZÀ-Þ][\w&.'’-]*){0,4}")


class Turns:
    """Whose word the paragraphs of a document are; the discourse and the speakers are told of it."""

    def __init__(self, document: Document, discourse: Discourse, speakers: Speakers, own_release: Mention | None) -> None:
        self.document, self.discourse, self.speakers, self.own_release = document, discourse, speakers, own_release
        self.guests = list(islice(document.grammar.guests.finditer(document.low), GUESTS))
        self.voice: Voice | None = None  # who has the floor

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
        turn = self.document.grammar.turn.match(self.document.text[sentence.start : sentence.start + TURN])
        if turn is None:
            self._take_answer(sentence)
            return
        start = sentence.start + turn.end()
        stop = self.document.text.find(")", sentence.start, start + TURN)
        house = AFFILIATION.match(self.document.text, start, start + TURN) or IN_BRACKETS.search(turn[0])
        if house and house.re is AFFILIATION and not self.document.text.startswith(" (", house.end()):
            stop = house.end()
        named = [m for m in self.document.mentions.within(sentence.start, stop) if m.type in SIGNING] if stop > 0 else []
        surname = turn[0].partition("(")[0].rstrip(" .,–—-").split(" ")[-1]
        self.voice = Voice(named[-1], named[-1].surface, True) if named else self._of_house(house, surname)
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
        answer = self.document.grammar.answer.match(self.document.text, sentence.start, sentence.start + TURN)
        if answer is None:
            return
        voice = self.speakers.people.by_surname(answer["name"].split()[-1], sentence.start, None)
        if voice is None or voice.mention is None:
            return
        self.voice = self.speakers.floor = self.speakers.last = voice
        if voice.mention.type == "company":
            self.discourse.operator = voice.mention
