"""The reader of events: sentence by sentence, from words of the lexicon to events."""

import re
from bisect import bisect_left
from functools import cache
from importlib.resources import files

from msgspec import structs

from pipelines.enrich.edges import edge_lines
from pipelines.enrich.events.attribution import OWN_VOICE, Speakers
from pipelines.enrich.events.clauses import Clause, clauses, whole
from pipelines.enrich.events.contrasts import outside_brackets, outside_contrasts
from pipelines.enrich.events.discourse import PLANT, Discourse, Product
from pipelines.enrich.events.document import Document, Found
from pipelines.enrich.events.filling import Filler
from pipelines.enrich.events.frames import anchors, fitting
from pipelines.enrich.events.listed import Listed
from pipelines.enrich.events.marking import (
    is_parted_row,
    outside_dates,
    outside_names,
    outside_numbers,
    outside_prices,
    with_purchase,
    with_quoted,
    with_row,
    without_attribute,
)
from pipelines.enrich.events.people import Voice
from pipelines.enrich.events.relevance import Relevance
from pipelines.enrich.events.sections import Sections
from pipelines.enrich.events.slots import material_ids, stage_from
from pipelines.enrich.events.superlatives import is_of_the_claim, is_without_rival, superlative
from pipelines.enrich.events.telling import told
from pipelines.enrich.events.told import Told
from pipelines.enrich.events.turns import SIGNING, Turns
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.issuer import is_authority, plain
from pipelines.enrich.letterheads import is_letter
from pipelines.enrich.lexicon import Mark, lexicon, mask_of
from pipelines.enrich.reading import Attribution, Event, Mention, Sentence
from pipelines.enrich.venues import is_venue
from pipelines.reference import register

LANGUAGES = frozenset(
    folder.name
    for folder in files("pipelines.enrich").joinpath("languages").iterdir()
    if folder.joinpath("lexicon.toml").is_file()
)  # what no folder knows is left unread
SHORTEST = 9  # characters of a sentence that can tell an event; a shorter one is a heading
NOTICE, OWN = mask_of("@notice"), mask_of("@own")
COMPANY_OR_SITE, AUTHORITY = mask_of("@org", "@site"), mask_of("@authority")
VOICE = mask_of("say", "according", "we")
CLAIMED = mask_of("superlative")
HEAD = 160  # characters in which a text names who issues it
TICKER = re.compile(r"(?:\s(?:Limited|Ltd|Inc|Corp|plc)\.?)?,?\s?[(（][A-Z][\w ]{1,14}[:：]")
RUN_IN = 24  # characters of a heading that a paragraph begins with ("Outlook."): the next sentence opens it
SPEAKS = re.compile(r"(?:il|elle|ils|elles|on|nous|je|vous|ça|cela|c'est|it|they|he|she|we|i|this|that|there)\b")  # opens no heading
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
        marks = outside_contrasts(document.contrasts, document.low, lexicon(document.language).marks(document.low))
        marks = outside_brackets(document.low, marks) if document.grammar.has_borders else marks
        self.marks = outside_prices(document, outside_dates(document, outside_numbers(document, outside_names(document, marks))))
        self.mark_starts = [mark[0] for mark in self.marks]
        publisher = self._publisher()
        self.own_release = publisher if publisher is not None and publisher.type in SIGNING else None
        self.discourse = Discourse(document, publisher)
        self.filler = Filler(document, self.discourse, relevance, self.own_release)
        self.paragraph_voice: Voice | None = None
        self.is_of_itself = False  # what the paragraph's speaker told first was his own doing
        self.asked: Product | None = None  # the product of the last question
        self.speakers = Speakers(document)
        self.turns = Turns(document, self.discourse, self.speakers, self.own_release)
        companies = found_companies(document)
        self.tells_of_many = len({m.entity_id or m.surface for m in companies}) > 1
        self.near: Mention | None = None  # the only company that the sentence before names, in this paragraph
        self.first = self.lead = self.discourse.lead = leading(document, companies)
        if self.first is not None and self.discourse.operator is None and self._is_issuer(companies):
            self.discourse.operator = self.first
        self.sections = Sections(document)
        self.listed = Listed(document)

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
        if not named and parts and not self.document.grammar.has_borders and self.near is not None and self.own_release is None:
            return self.near
        return named[0] if named else self.discourse.operator or self.lead

    def _publisher(self) -> Mention | None:
        """Who signs the text, as a name: an organisation that speaks for itself."""
        signed = self.document.found.publisher or ""
        entity = register().entities.get(signed)
        if entity is None:
            found = next((m for m in self.document.found.mentions if plain(m.surface) == plain(signed) and m.type in SIGNING), None)
            if found is not None and unwritten(self.document.language).house_of_analysts.search(found.surface):
                return None  # who only wrote down what others said
            return found or self._signer_outside(signed)
        named = next((m for m in self.document.mentions if m.entity_id == entity.id), None)
        return named or Mention(0, 0, entity.name, entity.type, entity.id)

    def _signer_outside(self, signed: str) -> Mention | None:
        """An authority, or a company whose letter to its shareholders the text is, that neither register nor text gives a form."""
        if is_authority(signed):
            return Mention(0, 0, signed, "agency", None)
        text = self.document.text
        is_own = signed in text and not is_venue(signed) and is_letter(self.document.found.title, text, edge_lines(text))
        return Mention(0, 0, signed, "company", None) if is_own else None

    def events(self) -> list[Event]:
        """Sentence by sentence."""
        found: list[Event] = []
        paragraph, skipped, is_headed, has_words = -1, -1, False, self.document.grammar.has_borders
        for sentence in self.document.found.sentences:
            is_first = sentence.paragraph != paragraph or is_headed
            is_headed = has_words and sentence.paragraph != paragraph and sentence.end - sentence.start <= RUN_IN
            is_headed = is_headed and not SPEAKS.match(self.document.low, sentence.start)
            if sentence.paragraph != paragraph:
                paragraph = sentence.paragraph
                self.discourse.next_paragraph()
                self.filler.next_paragraph()
                self.paragraph_voice = self.near = None
                if not has_words and self.own_release is None and self.tells_of_many:
                    self.discourse.operator = None  # a paragraph that names nobody is of no firm that another was about
                self.turns.take(sentence, self.asked)
                if self.own_release is None:
                    self._take_section(sentence)
                if self.document.grammar.background.search(self.document.text[sentence.start : sentence.start + 80]):
                    skipped = paragraph
            if paragraph != skipped and SHORTEST <= sentence.end - sentence.start <= LONGEST:
                found += self._sentence(sentence, is_first=is_first)
                near = [m for m in self.document.mentions.within(sentence.start, sentence.end) if m.type == "company"]
                if near:
                    self.near = near[0] if len({m.entity_id or m.surface for m in near}) == 1 else None
        return found

    def _sentence(self, sentence: Sentence, *, is_first: bool) -> list[Event]:
        low = bisect_left(self.mark_starts, sentence.start)
        marks: list[Mark] = self.marks[low : bisect_left(self.mark_starts, sentence.end, low)]
        marks = with_quoted(self.document, sentence, without_attribute(self.document, sentence, marks))
        marks = with_row(self.document, sentence, marks)
        marks = self.listed.with_lead(sentence, with_purchase(self.document, sentence, marks))
        if is_first:
            self.paragraph_voice = self.turns.voice
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
        is_cut = (tells or one.concepts & VOICE) and not is_parted_row(self.document, marks)
        parts = clauses(self.document, one) if is_cut else [one]
        self.listed.complete(parts[0])
        voice = self.speakers.of(parts, self._spoken_of(parts))
        if voice is not None and voice.is_firm and voice.mention is None and not self.document.grammar.has_borders:
            self.discourse.operator = None  # another firm, outside the register, speaks of its own
        if is_first:
            self.paragraph_voice = voice or self.turns.voice
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
        elif voice is None and self.is_of_itself and self.turns.voice is None:  # a company that told of itself does not vouch for another
            found = [structs.replace(e, attribution=Attribution()) if e.attribution.kind == "named" else e for e in found]
        if not found:
            self.filler.calendar.note_prices(parts)
        self._note(parts)
        return _one_assessment(_with_price(self.document, found))

    def _take_section(self, sentence: Sentence) -> None:
        """A paragraph under the name of a company, or labelled with it, is about that company."""
        named, is_told = self.sections.of(sentence)
        self.lead = self.discourse.lead = named or self.first
        self.speakers.people.section = named
        if named is not None or is_told:
            self.discourse.operator = named

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
            return not self._states(parts)
        if self.document.grammar.sum_of_above.search(self.document.low, sentence.start, sentence.end):
            return True
        if self.document.grammar.rules.search(self.document.low[sentence.start : sentence.end]) and not any(p.quantities for p in parts):
            return True
        introduces = self.document.text[sentence.start : sentence.end].rstrip().endswith((":", "："))
        return introduces and not any(part.quantities or part.amounts for part in parts)

    def _states(self, parts: list[Clause]) -> bool:
        """Whether a question first states what somebody announced (美国商务部昨天宣布…，贵方有何评论？); what it asks is taken off."""
        states = unwritten(self.document.language).states
        told = [i for i, part in enumerate(parts[:-1]) if part.organisations and states.search(self.document.low, part.start, part.end)]
        if not told:
            return False
        del parts[told[-1] + 1 :]
        return True

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


def leading(document: Document, companies: list[Mention]) -> Mention | None:
    """Whom a text is about: its first company; in Chinese the only one of its title, and not who only wrote it down."""
    if document.grammar.has_borders:
        return next(iter(companies), None)
    known = unwritten(document.language)

    def is_scribe(firm: Mention) -> bool:
        line = document.text[document.text.rfind("\n", 0, firm.start) + 1 : firm.start]
        return bool(known.compiler.search(line)) or (firm.entity_id is None and bool(known.house_of_analysts.search(firm.surface)))

    told = [m for m in companies if not is_scribe(m)]
    entitled = {m.entity_id for m in document.found.mentions if m.in_title and m.type == "company" and m.entity_id}
    if len(entitled) == 1:
        told = [m for m in told if m.entity_id in entitled] or told
    return next(iter(told or companies), None)


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


def _with_price(document: Document, found: list[Event]) -> list[Event]:
    """What a buyer paid for a purchase is the purchase's own sum, no financing ("its purchase of X, for which it paid $300 million")."""
    paid = [e for e in found if e.rule == "funded" and document.grammar.price_paid.search(document.low, e.start, e.end)]
    bought = [e for e in found if e.type == "ownership_change" and e.amount is None]
    if len(paid) != 1 or len(bought) != 1:
        return found
    kept = [structs.replace(e, amount=paid[0].amount) if e is bought[0] else e for e in found]
    return [e for e in kept if e is not paid[0]]
