"""Lines at the head or the foot of a document that say when it was published, and little else.

"Published on Sunday 1 February 2026 in Columns", « Paris, le 3 mars 2026 », "Jane Doe | 3 March 2026 | 4 min read".
What may stand before and after such a date is data of each language.
"""

import re
from functools import cache
from typing import Any

from msgspec import Struct

from pipelines.enrich.dateline import CHINESE_DATE, date_expression
from pipelines.enrich.dates import expressions
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages

DIGIT = re.compile(r"[\d〇一二]")
THOUSAND = ("thousand", "mille")  # of a year in words
SENTENCE = re.compile(r"(?<=[.!?:])\s|(?<=[–—|])\s")  # where another begins
# What parts a line that says several things.
SEGMENTS = re.compile(r"(?<=;)\s+|(?<=[.;])\s+(?=[A-ZÀ-Þ])|[；。]\s*|\s*[|｜]\s*|\u3000+|\s[–—]\s(?=[A-ZÀ-Þ])")
ITEMS = re.compile(r"\s[|·•]\s")  # between what a line only lists
ITEM = 45  # characters of one item
NUMBERED = re.compile(
    r"\b(?:n[°o]s?|№|no\.?|vol\.?|volume|p\.|page|issue|\d+ of)\s?\d[\d/-]*|\d+\s?min\b|\b(?:19|20)\d\d\b"
    r"|(?:price target|target price|tp|close|price|market cap\w*)\s?:?\s?[A-Z]{0,3}[$€£]?\d[\d.,]*\s?(?:[mb]n?)?",
    re.IGNORECASE,
)
# The number of an issue right before the date of a masthead ("Vol. 131, No. 30, July 23, 2026").
ISSUE = re.compile(
    r"(?:\b(?:vol(?:ume\b|\.)|no\b\.?|issue|edition|n[°º]\.?|numéro|№)\s?\d{1,5}|第\s?\d{1,5}\s?[期号])"
    r"[\s,，–—|·:-]{1,4}(?:\w+day,?\s|\w+di\s|le\s)?\Z",
    re.IGNORECASE,
)
FIGURE = re.compile(r"\d{2}|\d\s?[%€$]")
HEADER = 100  # characters of a line that only says who and when
LABELLED = 160  # the same, where a label says what its date is
CELLS = re.compile(r"\s[|·•–—]\s|\s*[|｜]\s*|\u3000+|\t| {2,}")
FULL = frozenset({"day", "iso", "slashed"})
KINDS = frozenset({"day", "iso", "slashed", "month", "iso_month"})
NOTHING = "(?!)"
# What may follow the date of a header: a time, a source.
CLOCK = r"(?:(?:at|à|from|de)\s)?"
CLOCK += r"(?:\d{1,2}(?:[:：]|\s?[hH]\s?|\.(?=\d\d(?!\d))|(?=\s?[ap]\.?m\b))\d{0,2}(?::\d\d)?\s?(?:[apAP]\.?[mM]\b\.?)?(?:\s?[A-Z]{2,5}\b)?"
CLOCK += r"(?:\s?(?:to|à|[-–—~至])\s?\d{1,2}\s?[:：hH]\s?\d{0,2})?)?"
BYLINE = r"(?:来源.{0,20}|(?:來源|作者|编辑|編輯|责编|撰文|记者|記者|阅读|浏览)\s?[:：／/|丨].{0,30})"
TIME_OF_DAY = re.compile(rf"\A[\s,，–—]*{CLOCK}")
TIME = re.compile(
    rf"[\s,，]*(?:[–—]\s(?=\d))?{CLOCK}[\s.。;)）】]*(?:[|·/].{{0,40}}|{BYLINE}|[（(][^()（）]{{0,60}}[)）]|[（(].{{0,20}})?\Z"
)
PARTICLES = frozenset(
    ["de", "du", "des", "la", "le", "les", "the", "of", "and", "et", "en", "sur", "à", "in", "for", "d", "l", "aux", "par", "by"]
)


class Header(Struct, frozen=True, gc=False):
    """A date of publication as a line writes it; `is_update`: only when the document was changed.

    `is_occasion`: the day of the meeting, the interview or the hearing that the document tells of, which counts where it tells no other.
    """

    start: int
    end: int
    values: dict[str, Any]
    is_update: bool = False
    is_occasion: bool = False

    @property
    def is_weak(self) -> bool:
        """Whether another line may tell the day better."""
        return self.is_update or self.is_occasion


class _Words(Struct, frozen=True):
    """What stands around the date in one language."""

    link: re.Pattern[str]  # between a name and the date
    label: re.Pattern[str]  # says that the date is that of publication
    update: re.Pattern[str]  # says that it is that of a change
    opener: re.Pattern[str]  # names of what appears with a date: a letter, a bulletin
    after: re.Pattern[str]  # who, where and how long to read, after the date
    matter: re.Pattern[str]  # by-lines, labels and counts beside names, on either side
    other: re.Pattern[str]  # says that the date is that of something else: a deadline, a next issue
    itself: re.Pattern[str]  # a document that says its own date in a sentence
    goes_on: re.Pattern[str]  # after a label and its date: the line is a sentence
    occasion: re.Pattern[str]  # says that it is that of what the document tells of
    occasion_line: re.Pattern[str]  # all that a line says before the day of what the document tells of
    venue: re.Pattern[str]  # after the date: where that took place


def header(text: str, start: int, end: int, language: str, source: str) -> Header | None:
    """Return the date of a line that only says who and when: the one that a label names, else the last that fits."""
    line = text[start:end].rstrip()
    is_short = len(line) <= LABELLED
    if not _has_year_or_day(line) or is_of_calendar(text, start, end):
        return None
    for code in dict.fromkeys((language, *known_languages())):
        if not any(kind in KINDS for _, _, kind, _ in expressions(line, code)):
            continue
        found = _of_line(line, code, source) if is_short else None
        if found is None or found.is_weak:
            found = _of_segment(line, code, source) or found
        found = found or (_of_items(line, code) if is_short and not _is_row(text, start, end) else None)
        found = found or _of_itself(line, code, is_own=code == language)
        if found:
            return Header(start + found.start, start + found.end, found.values, found.is_update, found.is_occasion)
    return None


def dated_cell(text: str, start: int, end: int, language: str) -> Header | None:
    """Return the one full date of a line of several cells, where that of the date is short and does not say that it is of something else.

    For where no line says better when the document was published ("Market announcement no. 11 | Lodged with ASX on 29 April 2026").
    """
    line = text[start:end].rstrip()
    is_row = len(line) <= LABELLED and CELLS.search(line) and not _is_row(text, start, end)
    if not is_row or not _has_year_or_day(line) or is_of_calendar(text, start, end):
        return None
    found = [e for e in expressions(line, language) if e[2] in KINDS]
    words = _words(language)
    if len(found) != 1 or found[0][2] not in FULL or not {"y", "y4"} & found[0][3].keys():
        return None
    first, last, _, values = found[0]
    begin = max((m.end() for m in CELLS.finditer(line, 0, first)), default=0)
    ending = CELLS.search(line, last)
    cell = line[begin : ending.start() if ending else len(line)]
    is_other = words.other.search(cell) or words.update.search(line[begin:first].rstrip()) or words.goes_on.match(line, last)
    is_dated = len(cell) <= ITEM and not is_other and TIME.match(line[: begin + len(cell)], last)
    return Header(start + first, start + last, values) if is_dated else None


def _has_year_or_day(line: str) -> bool:
    """Tell cheaply whether a date may stand in a line."""
    return bool(DIGIT.search(line)) or any(word in line.lower() for word in THOUSAND)


def _of_segment(line: str, language: str, source: str) -> Header | None:
    """The date that a label gives one of several short sentences or cells ("Held in Oslo on 4 June. Minutes issued on 9 June 2026.").

    Else the one that is a sentence of its own ("By our sketchwriter. Friday 17 July 2026"), else the day of a meeting that one tells.
    """
    at, occasion = 0, None
    for cut in [*SEGMENTS.finditer(line), None]:
        end = cut.start() if cut else len(line)
        part = line[at:end]
        is_part = (at or cut) and len(part) <= HEADER and _has_year_or_day(part)
        found = _of_line(part, language, source, is_part=True) if is_part else None
        found = found or (_bare(part, language, source) if is_part and not CELLS.search(line) else None)
        if found and not found.is_weak and not _words(language).venue.match(line, at + found.end):
            return Header(at + found.start, at + found.end, found.values)
        if found and found.is_occasion:
            occasion = occasion or Header(at + found.start, at + found.end, found.values, is_occasion=True)
        at = cut.end() if cut else end
    return occasion


def _bare(part: str, language: str, source: str) -> Header | None:
    """The date, with its year, that is all that a sentence says, a weekday and the page's own name apart."""
    found = [e for e in expressions(part, language) if e[2] in FULL and {"y", "y4"} & e[3].keys()]
    if len(found) != 1:
        return None
    first, last, _, values = found[0]
    rest = _words(language).link.sub("", part[:first].strip() + " ").strip() + part[last:].strip(" .。)）】")
    return Header(first, last, values) if not rest or (source and rest.strip(" ,，") == source) else None


def is_of_calendar(text: str, start: int, end: int) -> bool:
    """Whether a line that begins with a date stands beside another that does: a list of days to come."""
    stop = text.find("\n", end + 1)
    beside = (text[text.rfind("\n", 0, max(0, start - 1)) + 1 : start], text[end + 1 : stop if stop >= 0 else len(text)])
    return bool(_dated().match(text, start, end)) and any(_dated().match(line) for line in beside)


@cache
def _dated() -> re.Pattern[str]:
    weekday = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?\s)?"
    written = rf"(?:{date_expression()}|{CHINESE_DATE}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}})"
    return re.compile(rf"\s*{weekday}{written}(?!,?\s?(?:19|20)\d\d).*[^\W\d_]{{2}}")


def _is_row(text: str, start: int, end: int) -> bool:
    """Whether the line above or below lists things as well: a table."""
    above = text[text.rfind("\n", 0, max(0, start - 1)) + 1 : start]
    stop = text.find("\n", end + 1)
    return bool(ITEMS.search(above) or ITEMS.search(text[end : stop if stop >= 0 else len(text)]))


def _of_items(line: str, language: str) -> Header | None:
    """The date that is an item of a line that only lists what a document is ("Metals research | Note no. 18 | March 2026")."""
    items = ITEMS.split(line)
    dated = [e for e in expressions(line, language) if e[2] in KINDS] if len(items) > 1 else []
    if len(dated) != 1 or any(len(item) > ITEM for item in items):
        return None
    first, last, _, values = dated[0]
    begin = max((m.end() for m in ITEMS.finditer(line, 0, first)), default=0)
    after = ITEMS.search(line, last)
    is_led = bool(_words(language).link.sub("", line[begin:first].strip() + " ").strip())
    is_alone = not is_led and TIME.match(line[: after.start() if after else len(line)], last)
    others = NUMBERED.sub("", line[:first] + line[last:])
    return Header(first, last, values) if is_alone and not FIGURE.search(others) else None


def _of_line(line: str, language: str, source: str, *, is_part: bool = False) -> Header | None:
    """`is_part`: of a line that says other things as well; a label must tell."""
    words, fallback, occasion, updated = _words(language), None, None, None
    for first, last, kind, values in expressions(line, language):
        if kind not in KINDS:
            continue
        before = words.link.sub("", line[:first].strip() + " ").strip()
        is_ended = bool(TIME.match(line, last))
        if words.update.search(before):
            updated = updated or Header(first, last, values, True)
            continue
        if ISSUE.search(line[:first]) and not words.other.search(before):
            return Header(first, last, values)
        label = words.label.search(before)
        is_said = label is not None and before.endswith((":", "："))  # among others in a line of labels
        opens = is_said or (label is not None and not label.start())
        is_led = opens and line.startswith((",", "，"), last) and not words.goes_on.match(line, last)
        rest = words.matter.sub(" N ", TIME_OF_DAY.sub(" ", line[last:]))
        if words.other.search(before) or not (
            is_ended or is_led or words.after.match(line, last) or _is_names(rest, kind)
        ):
            continue
        named = before[: label.start()] if label else before
        named = words.opener.sub("", named.replace(source, " ") if source else named)
        is_aside = label is not None and is_ended and named.endswith(", ") and words.occasion.search(named) is not None
        is_of_occasion = is_ended and words.occasion_line.search(before) is not None
        if is_said or is_aside or is_of_occasion or _is_names(words.matter.sub(" N ", named), kind):
            if (not is_aside and words.occasion.search(before)) or words.venue.match(line, last):
                occasion = occasion or Header(first, last, values, is_occasion=True)
            elif label and (is_ended or not is_part):
                return Header(first, last, values)
            elif len(line) <= HEADER and not is_part:
                fallback = Header(first, last, values)
    return fallback or occasion or updated


def _of_itself(line: str, language: str, *, is_own: bool) -> Header | None:
    """The date that a document gives itself in a sentence ("This report … is dated 12 August 2026 and should be read …")."""
    dates_itself = _words(language).itself
    said = dates_itself.match(line)
    if said is None and is_own:
        said = next((s for m in SENTENCE.finditer(line) if (s := dates_itself.match(line, m.end()))), None)
    if said is None:
        return None
    found = next((e for e in expressions(line, language) if e[0] == said.end() and e[2] in KINDS), None)
    return Header(found[0], found[1], found[3]) if found else None


def _is_names(before: str, kind: str) -> bool:
    """Tell whether what stands before a header's date are names or nothing, not a sentence."""
    if not before.strip(" ,，|–—-·•《》()（）"):
        return True
    if any("\u4e00" <= c <= "\u9fff" for c in before):
        return len(before) <= (45 if kind in ("day", "iso") else 20) and not re.search(r"[。；：]|于|至|截至|自", before)
    words = re.findall(r"[^\W\d_]+", before)
    return bool(words) and all(word[0].isupper() or word.lower() in PARTICLES for word in words) and ":" not in before


@cache
def _words(language: str) -> _Words:
    data = knowledge(language if language in known_languages() else "en", "text")["datelines"]
    return _Words(
        re.compile(rf"(?:{data['link']})?\s*\Z", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{data['labels']})\Z", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{data.get('updates', NOTHING)})\Z", re.IGNORECASE),
        re.compile(rf"\A(?:\s?(?:{data.get('openers', NOTHING)})){{1,2}}", re.IGNORECASE),
        re.compile(data.get("after_date", NOTHING)),
        re.compile(rf"(?:{data.get('matter', NOTHING)})", re.IGNORECASE),
        re.compile(rf"(?:{data.get('other_days', NOTHING)})", re.IGNORECASE),
        re.compile(rf"(?:{data.get('dates_itself', NOTHING)})", re.IGNORECASE),
        re.compile(data.get("goes_on", NOTHING)),
        re.compile(rf"(?:{data.get('occasions', NOTHING)})", re.IGNORECASE),
        re.compile(data.get("occasion_line", NOTHING), re.IGNORECASE),
        re.compile(data.get("venue_after", NOTHING)),
    )
