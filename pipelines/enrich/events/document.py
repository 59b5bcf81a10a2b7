"""What the event reader is given of a document, in a shape that answers "what lies between these two offsets" fast."""

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from pipelines.enrich.events.contrasts import contrasts
from pipelines.enrich.folding import fold, lower
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.reading import Amount, DateSpan, MaterialMention, Mention, Quantity, Sentence, StageMention


class Placed(Protocol):
    """Anything with offsets into the text."""

    @property
    def start(self) -> int: ...  # noqa: D102 (two offsets, as everywhere)
    @property
    def end(self) -> int: ...  # noqa: D102


T = TypeVar("T", bound=Placed)
NEVER = "(?!)"  # of a language that tells it by its forms
REACH = 80  # characters before a pronoun in which its sentence is looked at
THIRD_PERSON = ("其", "该", "它")
MAY_LACK = ("attributive", "being", "same_goods", "employs")  # groups that not every language has
NEVER = "$a"  # of a language that has no such words
# Groups of a language without borders alone: officers (see `officers`), firms without a name, work that is no plant, headings.
OFFICERS = ("officer", "manner", "nobody_named", "tellers_house", "unnamed_firm", "other_work", "heading_period", "funds_whom")

# What stands before and after a company in a line that names nothing else, and what no such line holds (see `sections`).
SECTIONS = ("section_mark", "section_end", "section_label")


class Found(Struct, frozen=True):
    """All that the other modules found in the clean text, each in the order of the text."""

    document_id: str
    text: str
    language: str
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    materials: tuple[MaterialMention, ...]
    stages: tuple[StageMention, ...]
    dates: tuple[DateSpan, ...]
    quantities: tuple[Quantity, ...]
    amounts: tuple[Amount, ...]
    title: str = ""
    publisher: str | None = None  # id or surface
    published_on: str | None = None


class Spans(Sequence[T]):
    """Things in the order of the text."""

    def __init__(self, items: Sequence[T]) -> None:
        self._items = tuple(items)
        self._starts = [item.start for item in self._items]
        self._starts.append(sys.maxsize)  # so that no lookup has to ask for the end of the list

    def within(self, start: int, end: int) -> tuple[T, ...]:
        """Those that start in [start, end)."""
        starts = self._starts
        low = bisect_left(starts, start)
        if starts[low] >= end:
            return ()
        return self._items[low : bisect_left(starts, end, low)]

    def any_within(self, start: int, end: int) -> bool:
        """Whether one starts in [start, end)."""
        return self._starts[bisect_left(self._starts, start)] < end

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __reversed__(self) -> Iterator[T]:
        return reversed(self._items)

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)


def either(words: list[str]) -> str:
    """An expression for any of the words, the longest first, with common beginnings tried once."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        if word:
            by_first.setdefault(word[0], []).append(word[1:])
    parts = [re.escape(first) + either(rest) for first, rest in by_first.items()]
    if not parts:
        return ""
    found = parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
    return f"(?:{found})?" if "" in words else found


class Grammar:
    """The patterns of a language's verb groups and joints, compiled once."""

    def __init__(self, language: str) -> None:
        table = knowledge(language, "grammar")
        self.has_borders: bool = table["needs_word_borders"]
        groups = table["groups"]
        self.passive = re.compile(groups["passive"])
        self.progressive = re.compile(groups["progressive"])
        self.infinitive = re.compile(groups["infinitive"])
        self.purpose = re.compile(groups["purpose"])
        self.perfect = re.compile(groups["perfect"])
        self._read_order(groups)
        self.question = re.compile(groups["question"])
        self.annual = re.compile(groups["annual"])
        self.old_value = re.compile(groups["old_value"])
        self.total = re.compile(groups["total"])
        self.until = re.compile(groups["until"])
        self.since = re.compile(groups["since"])
        self.unnamed = re.compile(groups["unnamed"])
        self.after_which = re.compile(groups["after_which"])
        self.absolute = re.compile(groups["absolute"])
        self.that = re.compile(groups["that"])
        self.quoted = re.compile(groups["quoted"])
        self.parts_follow = re.compile(groups["parts_follow"])
        self.level = re.compile(groups["level"])
        self.indefinite = re.compile(groups["indefinite"])
        self.definite = re.compile(groups["definite"])
        self.copula = re.compile(groups["copula"])
        self.verbless = frozenset(table.get("cut", {}).get("verbless", ()))  # joints of clauses that no verb stands before
        self.attributive, self.being, self.same_goods, self.employs = (re.compile(groups.get(name, NEVER)) for name in MAY_LACK)
        self.background = re.compile(groups["background"], re.IGNORECASE)
        self.joint = re.compile(table["joints"]["names"], re.IGNORECASE)
        self.cuts = re.compile(either([fold(cut) for cut in table["cut"]["at"]]))
        self.before_times = frozenset(table["cut"].get("before_times", ()))  # cuts that a date after them makes none
        self.since_then = re.compile(groups["since_then"])
        self.present_first: bool = groups["present_first"]  # of a form that may be both present and past
        self.turn = re.compile(groups["turn"])
        self.reported = re.compile(groups["reported"])
        self.hearsay = re.compile(groups["hearsay"])
        self.absolute_cue: str = groups["absolute_cue"]
        self.relative = tuple(lower(fold(word)) for word in table["relative"]["words"])
        self.resumes = re.compile(groups["resumes"])
        self.joined = re.compile(groups["joined"])
        self.case_of_word = dict(self._cases(table["cases"]))
        self.object_markers = frozenset(table["cases"].get("object", ()))
        self.of_objects = tuple(table["cases"].get("of_objects", ()))
        self.after_of = tuple(table["cases"]["after_of"])
        self.cases = self._cases(table["cases"])
        self.case_words = tuple(word for word, _ in self.cases)

    def _read_order(self, groups: dict[str, str]) -> None:
        """The groups that tell by their order alone, in a language without forms."""
        self.done = re.compile(groups["done"])
        self.nominal = re.compile(groups["nominal"])
        self.object_before = re.compile(groups.get("object_before", NEVER))
        self.about = re.compile(groups.get("about", NEVER))
        self.definite_any = re.compile(groups.get("definite_any", NEVER))
        self.source = re.compile(groups["source"])
        self._read_reports(groups)
        self.proper = re.compile(groups["proper"])

    def _read_speakers(self, groups: dict[str, str]) -> None:
        """The groups of who speaks, beside a verb of speech."""
        self.aside = re.compile(groups.get("aside", NEVER))  # between a verb of speech and the speaker after it
        self.told_to = re.compile(groups.get("told_to", NEVER))  # whom the speaker after it tells
        self.speaker_name = re.compile(groups.get("speaker_name", NEVER))  # of a speaker outside the register, after the verb
        self.they = re.compile(groups.get("they", NEVER))  # a pronoun and what may stand between it and its verb
        self.its = re.compile(groups.get("its", NEVER))  # "its", of a name that may come after
        self.invites = re.compile(groups.get("invites", NEVER))  # says that somebody is asked
        self.proceedings = re.compile(groups.get("proceedings", NEVER))  # titles of what was said before an authority
        self.answer = re.compile(groups.get("answer", NEVER))  # who answers in an interview, before a colon
        self.they_say = re.compile(groups.get("they_say", NEVER))  # « dit-on »: nobody's word
        self.rumour = re.compile(groups.get("rumour", NEVER))  # the same, where the sentence names nobody else
        self.rivals = re.compile(groups.get("rivals", NEVER))  # "its competitors": not itself
        self.chair = re.compile(groups.get("chair", NEVER))  # of a meeting, or of the company whose meeting it is
        self.speaks_for = re.compile(groups.get("speaks_for", NEVER))  # between a speaker and the verb: of whose house he is
        self.namesakes = re.compile(groups.get("namesakes", NEVER))  # words that tell a name from another
        self.price_paid = re.compile(groups.get("price_paid", NEVER))  # of what was bought
        self.spent_on = re.compile(groups.get("spent_on", NEVER))  # before the work that money is given for
        self.own_office = re.compile(groups.get("own_office", NEVER))  # "the department", of whose word a sentence is
        self.public_office = re.compile(groups.get("public_office", NEVER))  # of no company
        self.opinion = re.compile(groups.get("opinion", NEVER))  # « Pour Marie Blanc, économiste chez X, »

    def _read_reports(self, groups: dict[str, str]) -> None:
        """The groups of reports, notices and minutes, which not every language needs."""
        self.joined_future = re.compile(groups.get("joined_future", NEVER))  # "and will", before an infinitive
        self.no_cut = re.compile(groups.get("no_cut", NEVER))  # after "before" and "after": "tax", "costs"
        self.sum_of_above = re.compile(groups.get("sum_of_above", NEVER))
        self.common_basis = re.compile(groups.get("common_basis", NEVER))  # of all the figures of a notice
        self.base_date = re.compile(groups.get("base_date", NEVER))  # after the day of a figure that is compared with
        self.not_even = re.compile(groups.get("not_even", NEVER))  # after "one", where there is none
        self.former = re.compile(groups.get("former", NEVER))  # calls a plan the former one
        self.of_another = re.compile(groups.get("of_another", NEVER))  # after an authority: whose it is
        self.elliptic = re.compile(groups.get("elliptic", NEVER))  # "theirs": the thing of the clause before, of another
        self.writer = re.compile(groups.get("writer", NEVER))  # "I"
        self.guests = re.compile(groups.get("guests", NEVER))  # a line that introduces who is asked
        self.latter = re.compile(groups.get("latter", NEVER))  # "the latter will supply the former with …"
        self.offices = re.compile(groups.get("offices", NEVER))  # "the chief executive", of the company spoken of
        self.aside_date = re.compile(groups.get("aside_date", NEVER))  # right before the day of what is told aside
        self.former_price = re.compile(groups.get("former_price", NEVER))  # right before the day of another price
        self.at_once = re.compile(groups.get("at_once", NEVER))  # "with immediate effect"
        self._read_speakers(groups)
        self.of_paper = re.compile(groups.get("of_paper", NEVER))  # "our" and what a paper has
        self.officer, self.manner, self.nobody_named, self.tellers_house = (re.compile(groups.get(name, NEVER)) for name in OFFICERS[:4])
        self.unnamed_firm, self.other_work, self.heading_period, self.funds_whom = (
            re.compile(groups.get(name, NEVER)) for name in OFFICERS[4:]
        )
        self.quotation: str = groups.get("quotation", "")
        self.part_of = re.compile(groups.get("part_of", NEVER))  # between a plant and its part
        self.of_rare_earths = re.compile(groups.get("of_rare_earths", NEVER))  # in the name of a deposit
        self.interest_in = re.compile(groups.get("interest_in", NEVER))  # after a site that is owned in part
        self.office = re.compile(groups.get("office", NEVER))  # an authority outside the register
        self._read_bodies(groups)
        self.statistics = re.compile(groups.get("statistics", NEVER))  # who counts and does not assess
        self.noun_of = re.compile(groups.get("noun_of", NEVER))  # before a verb that is a noun there
        self.board = re.compile(groups.get("board", NEVER))  # whose consent is a plan
        self.future_form = re.compile(groups.get("future_form", NEVER))  # a verb in the future tense, in the lexicon or not
        self.house = re.compile(groups.get("house", NEVER))  # "at X they expect": whose word a sentence is
        self.of_it = re.compile(groups.get("of_it", NEVER))  # a pronoun for what was granted
        self.there = re.compile(groups.get("there", NEVER))  # a pronoun for the place spoken of
        self.goods = re.compile(groups.get("goods", NEVER))  # between a verb of buying and the goods that are bought
        self.output_bought = re.compile(groups.get("output_bought", NEVER))  # after a verb of buying: a share of what is made
        self.named_as = re.compile(groups.get("named_as", NEVER))  # before the name that a new company is given
        self.future_perfect = re.compile(groups.get("future_perfect", NEVER))
        self.future_then = re.compile(groups.get("future_then", NEVER))  # the same before an infinitive
        self.kind_of_authority = re.compile(groups.get("kind_of_authority", NEVER))
        self.put_into = re.compile(groups.get("put_into", NEVER))  # production that a plant is put into is its opening
        self.negated = re.compile(groups.get("negated", NEVER))  # a verb with its negation
        self.respectively = re.compile(groups.get("respectively", NEVER))
        self.bare_value = re.compile(groups.get("bare_value", NEVER))  # after a price: the new one, without its unit
        self.section_mark, self.section_end, self.section_label = (re.compile(groups.get(name, NEVER)) for name in SECTIONS)
        self.suffers = re.compile(groups.get("suffers", NEVER))  # names what stops a plant from outside
        self.rules = re.compile(groups.get("rules", NEVER))  # introductions and rules of conduct, which tell no event
        self.compares = re.compile(groups.get("compares", NEVER))  # opens a clause that only compares a figure
        self.past_attribute = re.compile(groups.get("past_attribute", NEVER))  # a negation before it describes a noun

    def _read_bodies(self, groups: dict[str, str]) -> None:
        """The groups of authorities and papers that no register names, and of the acts and deals that a text calls on."""
        self.equivalent = re.compile(groups.get("equivalent", NEVER))  # before a figure that says the same of another form
        self.outsider = re.compile(groups.get("outsider", NEVER))  # a clause whose subject is a name of no register
        self.owned_by = re.compile(groups.get("owned_by", NEVER))  # names whose a plant is
        self.under_deal = re.compile(groups.get("under_deal", NEVER))  # says by what agreement something is delivered
        self.act_of = re.compile(groups.get("act_of", NEVER))  # before the day of a decree, which somebody recalls
        self.stake_before = re.compile(groups.get("stake_before", NEVER))  # before a project that a part is held of
        self.press = re.compile(groups.get("press", NEVER))  # papers without a name
        self.office_after = re.compile(groups.get("office_after", NEVER))  # an authority outside the register, after its verb of speech
        self.public_body = re.compile(groups.get("public_body", NEVER))  # in the name of who speaks: an authority or its head
        self.nationality = re.compile(groups.get("nationality", NEVER))  # whose an authority is

    def _cases(self, table: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
        """(word, case), longest word first."""
        pairs = [
            (lower(fold(word)), case)
            for case, words in table.items()
            if case not in {"after_of", "of_objects"}
            for word in words
        ]
        return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def grammar(language: str) -> Grammar:
    """The grammar of `language`, compiled once."""
    return Grammar(language)


class Document:
    """A text and what was found in it, ready to be asked."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.text = found.text
        self.low = lower(fold(found.text))
        self.language = found.language
        self.grammar = grammar(found.language)
        self.asides = [m.span() for m in self.grammar.namesakes.finditer(found.text)]
        told = [m for m in found.mentions if not (m.in_title or m.in_removed or (m.is_anaphor and self._is_of_unnamed(m)))]
        self.mentions: Spans[Mention] = Spans([m for m in told if not self.is_aside(m.start)] if self.asides else told)
        self.materials: Spans[MaterialMention] = Spans(found.materials)
        names = () if self.grammar.has_borders else tuple(m for m in self.mentions if m.type == "company" and not m.is_anaphor)
        named = {i for m in names for i in range(m.start, m.end)}  # a company's name (…磁材有限公司) tells no step
        self.stages: Spans[StageMention] = Spans([s for s in found.stages if s.start not in named])
        self.contrasts = contrasts(self.low, found.dates, found.language)
        former = self.contrasts.former
        self.dates: Spans[DateSpan] = Spans([d for d in found.dates if d.start not in former] if former else found.dates)
        prices = {i for a in found.amounts if a.per for i in range(a.start, a.end)}  # "yuan a tonne" is no tonne
        self.quantities: Spans[Quantity] = Spans([q for q in found.quantities if q.start not in prices])
        self.amounts: Spans[Amount] = Spans(found.amounts)

    def is_aside(self, offset: int) -> bool:
        """Whether an offset is in words that only tell a name from another ("not to be confused with …"): they tell nothing else."""
        return any(start <= offset < end for start, end in self.asides)

    def _is_of_unnamed(self, pronoun: Mention) -> bool:
        """Whether a Chinese pronoun stands for a firm of its sentence that has no name ("一家企业宣布，其…")."""
        if self.grammar.has_borders or not self.text.startswith(THIRD_PERSON, pronoun.start):
            return False
        low = max(0, pronoun.start - REACH)
        start = max(low, *(self.text.rfind(mark, low, pronoun.start) + 1 for mark in "。？！\n"))
        return bool(self.grammar.unnamed_firm.search(self.low, start, pronoun.start))
