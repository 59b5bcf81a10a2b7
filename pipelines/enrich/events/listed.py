"""Lists without verbs: what the line above them says of all their items.

"The Company signed two offtake contracts on 26 May 2026:", then a line for each: "(a) Acme: 4,000 tonnes a year of oxide;".
"""

from collections.abc import Sequence

from msgspec import Struct

from pipelines.enrich.events.clauses import Clause, whole
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.frames import fitting
from pipelines.enrich.lexicon import FINITE, FORMS, Mark, mask_of
from pipelines.enrich.reading import DateSpan, Mention, Sentence

COLONS = (":", "：")
INFINITIVE = FORMS["inf"]  # alone it may be a noun ("output")
NOT, OUTPUT = mask_of("not"), mask_of("output")
PERIODS = frozenset({"month", "quarter", "half", "year"})
SPEECH = mask_of("say", "anonymous", "according", "may")
LONGEST = 240  # characters of an item


class Lead(Struct, gc=False):
    """What a line that announces a list says: its words, who is named in it, and its only date."""

    marks: list[Mark]
    parties: Sequence[Mention]
    date: DateSpan | None


class Listed:
    """The lists of one document, in the order of its text."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._lead: Lead | None = None
        self._of_item: Lead | None = None  # of the sentence at hand, where it is an item
        self._paragraph = -1

    def with_lead(self, sentence: Sentence, marks: list[Mark]) -> list[Mark]:
        """Return the words of a sentence; of an item without a verb of its own those of the line above the list as well."""
        is_first, self._paragraph = sentence.paragraph != self._paragraph, sentence.paragraph
        lead, self._of_item, self._lead = self._lead, None, None
        if self._announces(sentence, marks):
            line = whole(self.document, sentence, marks)
            self._lead = Lead(marks, line.organisations, line.dates[0] if len(line.dates) == 1 else None)
        elif lead and is_first and self._is_item(sentence, marks):
            self._lead = lead
            if fitting(whole(self.document, sentence, marks).concepts, -1):
                return marks  # an item that tells it by itself
            self._of_item = lead
            is_noun = not any(form & ~INFINITIVE for *_, form in lead.marks)
            lent = ((concepts & ~SPEECH, 0 if is_noun else form) for _, _, concepts, form in lead.marks)
            return [(sentence.start, sentence.start + 1, concepts, form) for concepts, form in lent if concepts] + marks
        return marks

    def complete(self, item: Clause) -> None:
        """Give a clause of an item the parties and the date of the line above the list."""
        lead = self._of_item
        if lead is None:
            return
        item.organisations = [*lead.parties, *item.organisations]
        if lead.date is not None and not item.dates:
            item.dates = (lead.date,)

    def _announces(self, sentence: Sentence, marks: list[Mark]) -> bool:
        """Whether a line tells what was done with what follows it, and no figure of it."""
        if not self.document.text[sentence.start : sentence.end].rstrip().endswith(COLONS):
            return False
        tells = any(mark[3] & ~INFINITIVE for mark in marks)
        if not tells and any(mark[2] & OUTPUT for mark in marks):  # "Production in the September quarter:"
            tells = any(d.precision in PERIODS for d in self.document.dates.within(sentence.start, sentence.end))
        if not tells or any(mark[2] & NOT for mark in marks):
            return False
        return not self.document.quantities.any_within(sentence.start, sentence.end)

    def _is_item(self, sentence: Sentence, marks: list[Mark]) -> bool:
        """Whether a line of a list has figures and no verb."""
        if any(mark[3] & FINITE for mark in marks) or sentence.end - sentence.start > LONGEST:
            return False
        figures = (self.document.quantities, self.document.amounts)
        return any(kind.any_within(sentence.start, sentence.end) for kind in figures)
