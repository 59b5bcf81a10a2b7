"""The reader of events: sentence by sentence, from words of the lexicon to events."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import islice

from msgspec import structs

from pipelines.enrich.events.attribution import OWN_VOICE, Speakers
from pipelines.enrich.events.clauses import Clause, clauses, whole
from pipelines.enrich.events.discourse import PLANT, Discourse, Product
from pipelines.enrich.events.document import Document, Found
from pipelines.enrich.events.filling import Filler
from pipelines.enrich.events.frames import anchors, fitting
from pipelines.enrich.events.people import Voice
from pipelines.enrich.events.relevance import Relevance
from pipelines.enrich.events.sections import Sections
from pipelines.enrich.events.slots import material_ids, stage_from
from pipelines.enrich.events.superlatives import is_of_the_claim, is_without_rival, superlative
from pipelines.enrich.events.telling import told
from pipelines.enrich.events.told import Told
from pipelines.enrich.issuer import is_authority, plain
from pipelines.enrich.lexicon import FINITE, FORMS, Mark, lexicon, mask_of
from pipelines.enrich.reading import Amount, Attribution, Event, Mention, Sentence
from pipelines.reference import register

LANGUAGES = frozenset(
    folder.name
    for folder in files("pipelines.enrich").joinpath("languages").iterdir()
    if folder.joinpath("lexicon.toml").is_file()
)  # what no folder knows is left unread
WITHOUT_WORDS = frozenset({"company", "agency", "publisher", "place"})
SIGNING = frozenset({"company", "agency"})
SHORTEST = 9  # characters of a sentence that can tell an event; a shorter one is a heading
NOTICE, OWN = mask_of("@notice"), mask_of("@own")
COMPANY_OR_SITE, AUTHORITY = mask_of("@org", "@site"), mask_of("@authority")
VOICE = mask_of("say", "according", "we")
CLAIMED = mask_of("superlative")
OF_PRICES, QUOTE = mask_of("up", "down", "stable", "quote_price", "price"), mask_of("quote_price")
GOODS = 12  # characters before a price in which its product is named
ALLOYED = re.compile("[铁钴]?(?:合金|毛坯|精矿|磁体|矿)?")  # between a material and the price of its product
HEAD = 160  # characters in which a text names who issues it
TICKER = re.compile(r"(?:\s(?:Limited|Ltd|Inc|Corp|plc)\.?)?,?\s?[(（][A-Z][\w ]{1,14}[:：]")
ROW = 4  # characters between the colon of a row and its price
LABEL = 12  # characters of the word that begins an answer, before its first sentence
GUESTS = 12  # lines that introduce them
NAME = 4  # characters of a Chinese person's name
TURN = 90  # characters in which a turn of minutes names its speaker
# After the name that opens a turn: the speaker's office and house (« M. Vidal, directeur chez Orano. – »).
AFFILIATION = re.compile(r",\s(?:[a-zà-ÿ' -]{3,60}\s(?:chez|at)\s)?(?P<name>[^\n.,(–—]{2,60}?)(?=\.?\s?(?:[(–—:]|\Z))")
IN_BRACKETS = re.compile(r"[(](?P<name>[^()\n]{2,60})[)]")
OWN_NAME = re.compile(r"[A-ZÀ-Þ][\w&.'’-]*(?:\s(?:(?:de|des|du|et|of|the|and|&)\s)?[A-ZÀ-Þ][\w&.'’-]*){0,4}")
PIECES = frozenset({"share", "unit"})
RUN_IN = 24  # characters of a heading that a paragraph begins with ("Outlook."): the next sentence opens it
LONGEST = 1600  # characters of a sentence that can tell an event; a longer one has no sentence ends


def read_events(found: Found) -> tuple[Event, ...]:
    """The events of a document, in the order of its text."""
    if found.language not in LANGUAGES:
        return ()
    document = Document(found)
    relevance = Relevance(document)
    if not relevance.is_chain:
        return ()
    return tuple(_Reader(document, relevance).events())


class _Reader:
    """One document on its way."""

    def __init__(self, document: Document, relevance: Relevance) -> None:
        self.document = document
        self.marks = self._outside_prices(self._outside_names(lexicon(document.language).marks(document.low)))
        self.mark_starts = [mark[0] for mark in self.marks]
        publisher = self._publisher()
        self.own_release = publisher if publisher is not None and publisher.type in SIGNING else None
        self.discourse = Discourse(document, publisher)
        self.filler = Filler(document, self.discourse, relevance, self.own_release)
        self.paragraph_voice: Voice | None = None
        self.is_of_itself = False  # what the paragraph's speaker told first was his own doing
        self.turn: Voice | None = None  # who has the floor, in minutes and interviews
        self.asked: Product | None = None  # the product of the last question
        self.speakers = Speakers(document)
        companies = found_companies(document)
        self.first = self.lead = self.discourse.lead = next(iter(companies), None)
        if self.first is not None and self.discourse.operator is None and self._is_issuer(companies):
            self.discourse.operator = self.first
        self.sections = Sections(document)
        self.guests = list(islice(document.grammar.guests.finditer(document.low), GUESTS))

    def _is_issuer(self, companies: list[Mention]) -> bool:
        """Whether a text is about one company alone, which it opens with and with its code ("Acme Limited (ASX: ACM)")."""
        is_alone = len({m.entity_id or m.surface for m in companies}) == 1
        return is_alone and companies[0].start < HEAD and TICKER.match(self.document.text, companies[0].end) is not None

    def _spoken_of(self, parts: list[Clause]) -> Mention | None:
        """The company that a sentence is about: the text's or the first that it names, else the last that did something."""
        named = [mention for part in parts for mention in part.organisations if mention.type == "company"]
        lead = self.lead.entity_id if self.lead else None
        if lead and len(named) > 1:
            named.sort(key=lambda mention: mention.entity_id != lead)
        return named[0] if named else self.discourse.operator or self.lead

    def _outside_names(self, marks: list[Mark]) -> list[Mark]:
        """Words that are part of an organisation's name tell nothing ("European Commission", "Energy Fuels")."""
        ends = [mark[1] for mark in marks]
        rest = len(marks)
        for name in reversed(self.document.mentions):
            if name.type in WITHOUT_WORDS and not name.is_anaphor:
                low = bisect_right(ends, name.start)
                del marks[low : min(bisect_right(ends, name.end, low), rest)]
                rest = min(low, rest)
        return marks

    def _outside_prices(self, marks: list[Mark]) -> list[Mark]:
        """What a share or a piece is called in its price is no plant (« 19,50 dollars l'unité »)."""
        inside = {i for a in self.document.amounts if a.per in PIECES for i in range(a.start, a.end)}
        return [m for m in marks if m[0] not in inside] if inside else marks

    def _publisher(self) -> Mention | None:
        """Who signs the text, as a name: an organisation that speaks for itself."""
        signed = self.document.found.publisher or ""
        entity = register().entities.get(signed)
        if entity is None:
            found = next((m for m in self.document.found.mentions if plain(m.surface) == plain(signed) and m.type in SIGNING), None)
            return found or (Mention(0, 0, signed, "agency", None) if is_authority(signed) else None)
        named = next((m for m in self.document.mentions if m.entity_id == entity.id), None)
        return named or Mention(0, 0, entity.name, entity.type, entity.id)

    def events(self) -> list[Event]:
        """Sentence by sentence."""
        found: list[Event] = []
        paragraph, skipped, is_headed, has_words = -1, -1, False, self.document.grammar.has_borders
        for sentence in self.document.found.sentences:
            is_first = sentence.paragraph != paragraph or is_headed
            is_headed = has_words and sentence.paragraph != paragraph and sentence.end - sentence.start <= RUN_IN
            if sentence.paragraph != paragraph:
                paragraph = sentence.paragraph
                self.discourse.next_paragraph()
                self.filler.next_paragraph()
                self.paragraph_voice = None
                self._take_turn(sentence)
                if self.own_release is None:
                    self._take_section(sentence)
                if self.document.grammar.background.search(self.document.text[sentence.start : sentence.start + 80]):
                    skipped = paragraph
            if paragraph != skipped and SHORTEST <= sentence.end - sentence.start <= LONGEST:
                found += self._sentence(sentence, is_first=is_first)
        return found

    def _sentence(self, sentence: Sentence, *, is_first: bool) -> list[Event]:
        low = bisect_left(self.mark_starts, sentence.start)
        marks: list[Mark] = self.marks[low : bisect_left(self.mark_starts, sentence.end, low)]
        marks = self._with_row(sentence, self._without_attribute(sentence, marks))
        if is_first:
            self.paragraph_voice = self.turn
        if not self.document.grammar.has_borders:
            self._note_heading(sentence)
        if self._is_empty(sentence, marks) and (self.speakers.last is None or not (is_first or self._is_dated(sentence))):
            return []
        one = whole(self.document, sentence, marks)
        tells = may_tell(one.concepts)
        if not (tells or one.concepts & VOICE or self.speakers.last is not None):
            if self.document.grammar.has_borders:
                self.filler.calendar.note_prices([one])
            self.discourse.see(one)
            return []
        parts = clauses(self.document, one) if tells or one.concepts & VOICE else [one]
        voice = self.speakers.of(parts, self._spoken_of(parts))
        if is_first:
            self.paragraph_voice = voice or self.turn
        if not tells:
            self.filler.calendar.note_prices([one])
            self._note([one])
            return []
        found: list[Event] = []
        for event in [] if self._tells_nothing(sentence, parts) else self._told(parts, voice):
            heard = self._voice(parts, voice)
            found += self.filler.fill(sentence, parts, event, heard)
        if is_first:
            self.is_of_itself = bool(found) and all(event.attribution.kind == "self" for event in found)
        elif voice is None and self.is_of_itself:  # a company that told of itself does not vouch for another
            found = [structs.replace(e, attribution=Attribution()) if e.attribution.kind == "named" else e for e in found]
        if not found:
            self.filler.calendar.note_prices(parts)
        self._note(parts)
        return _one_assessment(found)

    def _take_section(self, sentence: Sentence) -> None:
        """A paragraph under the name of a company, or labelled with it, is about that company."""
        named, is_told = self.sections.of(sentence)
        self.lead = self.discourse.lead = named or self.first
        if named is not None or is_told:
            self.discourse.operator = named

    def _take_turn(self, sentence: Sentence) -> None:
        """A paragraph that begins with a name and an organisation in brackets is that organisation's word, till the next turn."""
        if not self.document.grammar.has_borders:  # an answer is the word of the company that is asked
            line = self.document.text[max(0, sentence.start - LABEL) : sentence.start].rpartition("\n")[2]
            is_answer = bool(self.document.grammar.turn.match(line))
            asked = self.own_release or next((m for m in self.document.found.mentions if m.type == "company"), None)
            if not is_answer and (guest := self._guest(line or self.document.text[sentence.start : sentence.start + NAME + 1])):
                is_answer, asked = True, guest
            self.turn = Voice(asked, asked.surface, True) if is_answer and asked else None
            if is_answer and self.asked is not None:
                self.discourse.product = self.asked
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
        self.turn = Voice(named[-1], named[-1].surface, True) if named else self._of_house(house, surname)
        if self.turn is not None and self.turn.mention is not None:
            self.speakers.people.known[surname] = self.turn
        if not named:
            if self.turn is not None and self.turn.mention is None:  # of whom nobody spoke before
                self.discourse.operator, self.speakers.last = None, self.turn
            return
        self.speakers.last = self.turn
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
        self.turn = self.speakers.floor = self.speakers.last = voice
        if voice.mention.type == "company":
            self.discourse.operator = voice.mention

    def _with_row(self, sentence: Sentence, marks: list[Mark]) -> list[Mark]:
        """In a row of a list of prices ("NdFeB block, ex works : 245 yuan/kg") the colon says what a verb would."""
        prices = self.document.amounts.within(sentence.start, sentence.end)
        first = next(iter(prices), None)
        if len(prices) > 1 and not self.document.grammar.has_borders:
            marks = self._with_bare_prices(prices, marks)
        if first is None or not first.per or first.per == "share":
            return marks
        if any((mark[2] & OF_PRICES or mark[3] & FINITE) and mark[0] < first.start for mark in marks):
            return marks
        colon = max(self.document.text.rfind(mark, sentence.start, first.start) for mark in ":|\t")
        if colon < 0 or first.start - colon > ROW or not self.document.materials.any_within(sentence.start, colon):
            return marks
        return sorted([*marks, (colon, colon + 1, QUOTE, 0)])

    def _with_bare_prices(self, prices: Sequence[Amount], marks: list[Mark]) -> list[Mark]:
        """A product right before its price after the price of another: "氧化镨钕均价52万元/吨，金属镨钕64万元"."""
        added: list[Mark] = []
        for price in prices[1:]:
            goods = self.document.materials.within(price.start - GOODS, price.start)
            between = self.document.low[goods[-1].end : price.start] if goods else ""
            is_beside = bool(goods) and ALLOYED.fullmatch(between) is not None and price.per not in {None, "share"}
            if is_beside and not any(goods[0].start <= m[0] < price.start and m[2] & OF_PRICES for m in marks):
                added.append((price.start - 1, price.start, QUOTE, 0))
        return sorted([*marks, *added]) if added else marks

    def _without_attribute(self, sentence: Sentence, marks: list[Mark]) -> list[Mark]:
        """A participle that opens a sentence describes its subject, where a verb follows ("Separated oxide has not been made")."""
        if len(marks) < 2 or marks[0][0] - sentence.start > 1 or not self.document.grammar.has_borders:
            return marks
        form = marks[0][3]
        opens = form & FORMS["part"] and form & FORMS["past"] and not form & (FORMS["pres"] | FORMS["inf"])
        return marks[1:] if opens and any(mark[3] & FINITE for mark in marks[1:]) else marks

    def _is_empty(self, sentence: Sentence, marks: list[Mark]) -> bool:
        """Whether no word can tell an event, and nothing is named that later sentences may mean."""
        words = telling_words()
        for mark in marks:
            if mark[2] & words:
                return False
        return not self.document.mentions.any_within(sentence.start, sentence.end)

    def _is_dated(self, sentence: Sentence) -> bool:
        """Whether the sentence may give its day to prices that follow."""
        return self.document.dates.any_within(sentence.start, sentence.end)

    def _note(self, parts: list[Clause]) -> None:
        self.filler.calendar.is_lead = False
        for part in parts:
            self.discourse.see(part)

    def _tells_nothing(self, sentence: Sentence, parts: list[Clause]) -> bool:
        """A question; a sum of what was told; an introduction that ends with a colon and has no figures: what it announces follows."""
        if self.document.grammar.question.search(self.document.text, sentence.start, sentence.end):
            return True
        if self.document.grammar.sum_of_above.search(self.document.low, sentence.start, sentence.end):
            return True
        if self.document.grammar.rules.search(self.document.low[sentence.start : sentence.end]) and not any(p.quantities for p in parts):
            return True
        introduces = self.document.text[sentence.start : sentence.end].rstrip().endswith((":", "："))
        return introduces and not any(part.quantities or part.amounts for part in parts)

    def _context(self, parts: list[Clause]) -> int:
        """What the text before speaks of, as concepts; "@own": figures without an owner are the company's that the text is about."""
        discourse = self.discourse
        found = AUTHORITY if discourse.authority is not None else 0
        known = self.own_release or discourse.operator or discourse.site or self.lead
        if known is not None:
            found |= COMPANY_OR_SITE
        if self.own_release is not None and self.own_release.type == "agency":
            found |= NOTICE
        company = self.own_release or discourse.operator
        if company is not None and company.type == "company":
            named = self.document.mentions.within(parts[0].start, parts[-1].end)
            found |= OWN if self.own_release is not None or not any(m.type == "place" for m in named) else 0
        return found

    def _told(self, parts: list[Clause], voice: Voice | None) -> list[Told]:
        found = told(
            self.document,
            parts,
            reported=voice is not None or self.paragraph_voice is not None,
            context=self._context(parts),
        )
        lent = 0
        for part in parts:
            lent |= part.concepts
        if not lent & CLAIMED:
            return found
        found = [e for e in found if not is_of_the_claim(self.document, e.clause, e.fit.anchor[0])]
        telling = {id(event.clause) for event in found}
        for part in parts:
            claim = superlative(self.document, part, is_told=id(part) in telling, lent=lent)
            if claim is not None:
                if is_without_rival(self.document, claim.fit.anchor[0]):
                    found = [event for event in found if event.clause is not part]
                claim.domain = parts
                found.append(claim)
        return found

    def _note_heading(self, sentence: Sentence) -> None:
        """What a Chinese sentence without a verb may give to those that follow: a period for figures, the product that is asked for."""
        if self._is_dated(sentence):
            self.filler.calendar.note_heading(sentence)
        if self.document.text.endswith(("？", "?"), sentence.start, sentence.end):
            goods = self.document.materials.within(sentence.start, sentence.end)
            stage = stage_from(self.document, sentence.start, sentence.end, goods, products_first=True)
            self.asked = (material_ids(goods), stage) if goods else None

    def _voice(self, parts: list[Clause], voice: Voice | None) -> Voice | None:
        """The sentence's speaker, else the paragraph's, unless the sentence has a voice of its own."""
        if voice is not None:
            return voice
        if any(part.concepts & OWN_VOICE for part in parts):
            return None
        return self.paragraph_voice


def may_tell(concepts: int) -> bool:
    """Whether a sentence with these concepts may tell an event; the text before may lend it names."""
    return bool(concepts & CLAIMED) or bool(fitting(concepts | OWN, -1))


@cache
def telling_words() -> int:
    """Concepts of the words that the reader cannot pass over: of frames and claims, of speech, and plants."""
    return CLAIMED | VOICE | PLANT | anchors()


def found_companies(document: Document) -> list[Mention]:
    """Companies in the order of the text."""
    return [m for m in document.mentions if m.type == "company"]


def _one_assessment(found: list[Event]) -> list[Event]:
    """At most one assessment of the market in a sentence."""
    kept: list[Event] = []
    for event in found:
        if event.type == "market_assessment" and any(e.type == "market_assessment" for e in kept):
            if event.factuality == "forecast":  # what is to come is the news
                kept = [e if e.type != "market_assessment" or e.factuality == "forecast" else event for e in kept]
            continue
        kept.append(event)
    return kept
