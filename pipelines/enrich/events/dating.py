"""When an event happened or is to happen: its own day, not the day on which somebody said so."""

from datetime import date as day_type

from msgspec import structs

from pipelines.enrich.events.borderless import is_topic
from pipelines.enrich.events.clauses import Clause
from pipelines.enrich.events.document import Document
from pipelines.enrich.events.slots import date_of, in_force, moved_to
from pipelines.enrich.events.told import NOW_DATED, Told
from pipelines.enrich.events.unwritten import unwritten
from pipelines.enrich.lexicon import Mark, mask_of
from pipelines.enrich.reading import DateSpan, Precision, Sentence

SAY, ANNOUNCE, EXPECT = mask_of("say"), mask_of("announce"), mask_of("expect")
NOW, TODAY, PRICE = mask_of("now_word"), mask_of("today"), mask_of("price")
MARKET = mask_of("demand", "supply_market", "trade", "price")
DEALS = frozenset({"financing", "supply_agreement", "ownership_change"})
ANNOUNCED = frozenset({"supply_agreement", "financing", "policy_control", "resource_study"})
MAY_BEGIN_LATER = frozenset({"policy_control", "price_move"})  # set now, in force from a later day on
OF_A_PERIOD = frozenset({"output", "output_moved", "record_set"})
PERIODS = frozenset({"month", "quarter", "half", "year"})
ACTS = frozenset({"facility_change", "disruption", "permit", "supply_agreement", "financing", "ownership_change"})  # done on a day, "today"
UNDATED = frozenset({"market_assessment", "superlative_claim"})
TWO_WEEKS = 14  # days
BESIDE = 14  # characters between a verb of speech and its day
SPOKEN = 24  # characters after a verb of speech in which its day stands
SPOKEN_TO = 48  # the same, where it is said to somebody
FORMER = 60  # characters before a day in which a price is compared with that of that day
ACT = 40  # characters before the day of an act in which it is named
STOPS = (".", "。")  # a heading has none
HEADING = 90  # characters of a line above a list of prices


class Calendar:
    """The days of one document's events, in order."""

    def __init__(self, document: Document, *, own_release: bool) -> None:
        self.document = document
        self.own_release = own_release
        self.price_day: DateSpan | None = None
        self.period: DateSpan | None = None  # of the last figure of output
        self.heading: DateSpan | None = _of_title(document)  # of all figures that follow ("以下数据均为2025年度")
        self.is_lead = True  # the sentence is the first of the text

    def of(self, told: Told) -> DateSpan | None:
        """The date of an event."""
        if told.type == "superlative_claim":
            return None
        own = [d for d in told.clause.dates if not self._is_of_speech(told, told.clause, d)] if told.clause.dates else []
        lent = self._lent(told) if len(told.domain) > 1 else []
        if told.fit.frame.name in {"start_moved", "study_moved"}:
            return moved_to(own or lent, self.document)
        if told.telling.factuality == "achieved" and told.type not in MAY_BEGIN_LATER:
            own, lent = [d for d in own if not self._is_to_come(d)], [d for d in lent if not self._is_to_come(d)]
        if told.type != "policy_control":
            own, lent = [d for d in own if not self._is_so_far(d)], [d for d in lent if not self._is_so_far(d)]
        own = [d for d in own if not _is_of_old_value(told.clause, d)]
        if told.type == "price_move":  # "has lost a tenth since May": not the day of the price
            own = [d for d in own if d.precision == "day" or d.qualifier != "from"] or own
        if told.type == "price_move" or told.fit.frame.name in OF_A_PERIOD:
            own = [d for d in own if not self._is_of_former(told, d)]
        if told.fit.frame.name in OF_A_PERIOD and not self.document.grammar.has_borders:
            return self._of_period(told, own, lent)
        own = self._fitting(told, own)
        anchor = told.fit.anchor[0]
        found = in_force([*own, *lent, *self._at_once(told)], anchor, self.document) if told.type == "policy_control" else None
        if not own and told.telling.factuality == "achieved" and unwritten(self.document.language).in_period.search(
            self.document.low, min(c.start for c in told.domain), max(c.end for c in told.domain)
        ):
            return self.heading
        found = found or (date_of(own, anchor, self.document) or date_of(lent, anchor, self.document) if own or lent else None)
        if told.type == "price_move":
            if found is not None and found.precision != "day" and found.qualifier == "from" and told.telling.factuality == "achieved":
                found = None  # "held since December"
            if found is not None and found.precision == "day" and (self.price_day is None or found.first >= self.price_day.first):
                self.price_day = found  # an earlier day is that of one price, not of the review
            return found or self.price_day or self._today()
        return found or (self._today() if self._is_of_today(told) else None)

    def _at_once(self, told: Told) -> list[DateSpan]:
        """The day of publication, of a control that is in force "with immediate effect"."""
        today = self._today()
        is_now = any(self.document.grammar.at_once.search(self.document.low, c.start, c.end) for c in told.domain)
        return [structs.replace(today, qualifier="from")] if today is not None and is_now else []

    def _lent(self, told: Told) -> list[DateSpan]:
        """The dates of the clauses that an event draws on, beside its own."""
        lent = [d for c in told.domain if c is not told.clause for d in c.dates if not self._is_of_speech(told, c, d)]
        if told.type != "market_assessment":
            return lent
        ends = self.document.grammar.after_which  # what another clause says of the market has a time of its own
        rival = [c for c in told.domain if c.concepts & MARKET and not ends.search(self.document.low, c.end - 6, c.end)]
        rival = [c for c in rival if self.document.grammar.has_borders or not is_topic(c)]
        return [d for d in lent if not any(c.start <= d.start < c.end for c in rival)]

    def _is_of_speech(self, told: Told, clause: Clause, date: DateSpan) -> bool:
        """Whether a day is that of the telling; not where it is that of the act itself (« rappelle que, par arrêté du 3 mai, … »)."""
        is_of_act = self.document.grammar.act_of.search(self.document.low, max(0, date.start - ACT), date.start)
        return not is_of_act and _is_of_speech(told, clause, date)

    def _of_period(self, told: Told, own: list[DateSpan], lent: list[DateSpan]) -> DateSpan | None:
        """Of a figure of output: its own period, else that of the paragraph's figure before; not that of a figure beside it."""
        if told.clause.quantities:
            lent = [d for d in lent if not self.document.grammar.base_date.match(self.document.low, d.end)]
        anchor = told.fit.anchor[0]
        found = date_of(own, anchor, self.document) or date_of(lent, anchor, self.document)
        if found is None and told.telling.factuality == "achieved":
            return self.period or self.heading
        self.period = found if found is not None and found.precision not in {"day", "unknown"} else None
        return found

    def next_paragraph(self) -> None:
        """What the figures before were of is no longer spoken of."""
        self.period = None

    def _is_of_former(self, told: Told, date: DateSpan) -> bool:
        """The day of the figure that one is compared with: "up 10 yuan/kg from Wednesday", « contre 863 un an plus tôt »."""
        start = max(min(c.start for c in told.domain), date.start - FORMER)
        grammar, low = self.document.grammar, self.document.low
        if told.type != "price_move" and date.precision in PERIODS and grammar.former_period.search(low, start, date.start):
            return True  # "84,000 tonnes, down 6% on the June quarter"
        return grammar.former_price.search(low, start, date.start) is not None

    def _is_aside(self, date: DateSpan) -> bool:
        """The day of what is told aside, before the deed."""
        return self.document.grammar.aside_date.search(self.document.low, max(0, date.start - ACT), date.start) is not None

    def _is_to_come(self, date: DateSpan) -> bool:
        """A day after the publication: of what was done it is the term, not the day."""
        return self.document.found.published_on is not None and date.first > self.document.found.published_on

    def _fitting(self, told: Told, own: list[DateSpan]) -> list[DateSpan]:
        """Of several days of a clause those that the event can have."""
        if told.telling.factuality in NOW_DATED and told.type not in MAY_BEGIN_LATER:  # « inauguré en 2025, doit atteindre … en 2027 »
            own = [d for d in own if not self._is_over(d)] or own
        # "Acme, founded in 2008, opened …"
        own = [d for d in own if told.fit.anchor[0] < d.end or not self._is_aside(d)]
        if told.fit.frame.name in OF_A_PERIOD:  # the period of a figure, not the day of its report
            own = [d for d in own if d.precision in PERIODS] or own
        return own

    def _is_over(self, date: DateSpan) -> bool:
        """A day before the publication: of what is to come it is no date where another is given."""
        return self.document.found.published_on is not None and date.last < self.document.found.published_on

    def _is_so_far(self, date: DateSpan) -> bool:
        """ "To this day", « à ce jour », 到今天: of what is not done yet it is no date."""
        return date.qualifier == "until" and date.precision == "day" and date.is_relative and date.first == self.document.found.published_on

    def _is_of_today(self, told: Told) -> bool:
        """A deal announced "today" or at the head of its party's release, or a notice, has the day of publication."""
        if told.type in DEALS and told.clause.concepts & TODAY:
            return True
        if told.telling.factuality != "achieved":
            return False
        if not self.own_release:  # "is pleased to announce that it has signed"
            return self.is_lead and told.type in DEALS and any(c.concepts & ANNOUNCE for c in told.domain)
        return told.type == "policy_control" or (self.is_lead and told.type in DEALS)

    def _today(self) -> DateSpan | None:
        """The day of publication."""
        day = self.document.found.published_on
        return DateSpan(0, 0, day, day, "day", True) if day else None

    def note_heading(self, sentence: Sentence) -> None:
        """A sentence may say of what period the figures are that follow it."""
        low = self.document.low
        if self.document.grammar.heading_period.search(low, sentence.start, sentence.end):
            days = [d for d in self.document.dates.within(sentence.start, sentence.end) if d.precision in PERIODS]
            self.heading = days[0] if len(days) == 1 else self.heading

    def note_prices(self, parts: list[Clause]) -> None:
        """A sentence about prices that tells none may give the day of those that follow."""
        low, former = self.document.low, self.document.grammar.former_price
        is_short = parts[-1].end - parts[0].start < HEADING
        precise = {"day", "month"} if is_short and not low.endswith(STOPS, 0, parts[-1].end) else {"day"}  # "List prices for August"
        own = [(p, d) for p in parts for d in p.dates if d.precision in precise]
        days = [d for p, d in own if not former.search(low, max(p.start, d.start - FORMER), d.start)]  # "against Friday 24 July"
        if not days:
            return
        is_heading = is_short and any(p.materials for p in parts)
        if is_heading or any(p.concepts & PRICE for p in parts):
            self.price_day = days[0]


def _of_title(document: Document) -> DateSpan | None:
    """The period that the title of a Chinese report names (2026年半年度报告)."""
    found = unwritten(document.language).report_title.search(document.found.title)
    if found is None:
        return None
    year, part = found["year"], found["part"]
    ends: dict[str, tuple[str, str, Precision]] = {
        "半": ("01-01", "06-30", "half"), "中": ("01-01", "06-30", "half"), "一": ("01-01", "03-31", "quarter"),
        "1": ("01-01", "03-31", "quarter"), "二": ("04-01", "06-30", "quarter"), "三": ("07-01", "09-30", "quarter"),
        "3": ("07-01", "09-30", "quarter"), "四": ("10-01", "12-31", "quarter"), "年": ("01-01", "12-31", "year"),
    }  # fmt: skip
    first, last, precision = ends[part.removeprefix("第")[0]]
    return DateSpan(0, 0, f"{year}-{first}", f"{year}-{last}", precision)


def _is_of_old_value(clause: Clause, date: DateSpan) -> bool:
    """The day of a former figure: "up from 2,404 tonnes in the December quarter"."""
    old = [q.end for q in clause.quantities if q.role == "from"] + [a.end for a in clause.amounts if a.role == "from"]
    return any(0 <= date.start - end < BESIDE + BESIDE for end in old)


def _is_at_end_of_speech(told: Told, clause: Clause, date: DateSpan, said: Mark) -> bool:
    """ "…, it told a conference in Perth on Monday": of what was not done, was planned or is to come."""
    is_alone = not any(m[3] and said[1] <= m[0] < date.start for m in clause.marks)
    return told.telling.factuality != "achieved" and is_alone and 0 <= date.start - said[1] < SPOKEN_TO


def _is_of_days(date: DateSpan) -> bool:
    """Whether a range is of two weeks at most: no months, as in « De janvier à mai, indique X, … »."""
    return (day_type.fromisoformat(date.last) - day_type.fromisoformat(date.first)).days <= TWO_WEEKS


def _is_of_speech(  # noqa: PLR0911  a ladder
    told: Told, clause: Clause, date: DateSpan
) -> bool:
    """The day on which somebody said so is not the day of the deed; that of an announcement is, of what was done by it."""
    is_span = date.precision in PERIODS and told.telling.factuality == "achieved" and told.type not in UNDATED  # "this month"
    is_span = is_span or (date.precision == "day" and date.is_relative and told.telling.factuality == "achieved" and told.type in ACTS)
    if told.type != "price_move" and not is_span and any(m[2] & NOW and m[0] <= date.start and date.end <= m[1] for m in clause.marks):
        return True  # "to date"
    if told.type == "price_move":
        return False  # a price is of the day on which its assessor gave it
    said = [m for m in clause.marks if m[2] & SAY]
    if any(m[2] & EXPECT and m[1] == date.start for m in said):
        return False  # 预计6月20日恢复
    is_done = told.telling.factuality == "achieved"
    is_short = date.precision == "day" or (date.precision == "range" and date.is_relative and _is_of_days(date))  # a day, "last week"
    if not said or not is_short or (told.type in ANNOUNCED and is_done):
        return False
    if clause is told.clause and told.fit.anchor[0] < said[0][0]:  # "…, it said on Monday"
        return any(0 <= date.start - m[1] < BESIDE for m in said) or _is_at_end_of_speech(told, clause, date, said[-1])
    if told.fit.anchor[0] < said[0][0]:  # "…，某公司周一表示"
        return clause is not told.clause and any(0 <= m[0] - date.end < BESIDE for m in said)
    performs = is_done and any(m[2] & ANNOUNCE for m in said)
    return not performs and date.start < said[0][1] + SPOKEN and told.fit.anchor[0] > said[0][0]
