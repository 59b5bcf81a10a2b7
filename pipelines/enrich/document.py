"""What a document says of itself: when it was published, who signs it, and whose report it relays."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from pipelines.enrich.dateline import dateline
from pipelines.enrich.dates import expressions
from pipelines.enrich.headers import Header, header, is_of_calendar
from pipelines.enrich.issuer import is_authority, issuer, serves_filings
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages
from pipelines.enrich.letterheads import house, issued_by, letterhead
from pipelines.enrich.periods import day_of
from pipelines.enrich.reading import Mention, Page, PublishedPrecision
from pipelines.reference.register import register

Published = tuple[str | None, PublishedPrecision, str | None]
Written = tuple[int, int, dict[str, Any]]  # where a date stands, and what it says

MONTHS = 12
HEAD_LINES = 6
YEARS = frozenset({"y", "y4"})
# A line of a heading that is the name of an authority and nothing else.
AUTHORITY = re.compile(
    r"(?:agency:\s*)?((?:the )?(?:ministry|department|bureau|directorate|commission|agency|authority|secretariat|administration|"
    r"minist[eè]re|direction générale|secrétariat|préfecture)\b[^.:\d]{2,80}|[\u4e00-\u9fff]{2,20}(?:部|局|委员会|厅|署))",
    re.IGNORECASE,
)
TAIL_LINES = 5
EDGE = 6000  # characters at either end of a text in which its first and last lines stand
RELAY_REACH = 320  # characters of a text in which it says whose report it relays
VENUE_WORDS = 5  # fewer words than these name an exchange and its place
OPENING = 400  # characters of a line in which its company is named
SET_OFF = re.compile(r"[,–—:|(\[]\s*\Z|\s-\s\Z")
LATE = timedelta(days=3)  # how far a server's clock may lag behind the date of a text
OLD = timedelta(days=400)  # how much older than its server's date a text may call itself
EXCHANGE = r"[(（](?:[A-Z]{2,8}(?:\s?(?:American|Venture))?|Nasdaq|Euronext(?:\s\w+)?)\s?[:：]"
TICKER = re.compile(rf"(?P<name>[^\n。！？!?;；:：]{{2,80}}?)\s?{EXCHANGE}")
SIGNED_ZH = re.compile(r"(?P<name>[^\s，。；：]{3,40}?(?:公司|集团|集團))(?:董事会|監事會|监事会)?\s*\Z")
TITLE_ZH = re.compile(r"\A(?P<name>[^\s，。；：（）]{3,40}?(?:公司|集团|集團))关于")


# --- publication -----------------------------------------------------------------------------------------------------


def publication(page: Page, text: str, language: str) -> Published:
    """Return (first day, precision, as written) of publication.

    The text's date counts where it agrees with the server's; the server's gives what the text leaves out. A day whose year
    neither gives is `day_without_year` and has no date.
    """
    served, served_precision = _served(page.published)
    written = _written(text, language, page.source)
    if written is None and served is None:  # lines of the page that are no part of its text may tell
        named = _of_title(page.title, language)
        written = _written(page.text, language, page.source) if named[0] is None and page.text != text else None
        if written is None:
            return named
        text = page.text
    if written is None:
        return (served.isoformat(), served_precision, None) if served else (None, "unknown", None)
    start, end, values = written
    surface = text[start:end]
    told = _told(values, served)
    if told is None:
        return (served.isoformat(), served_precision, None) if served else (None, "day_without_year", surface)
    day, precision = told
    if served and precision == "day" and not served - OLD <= day <= served + LATE:
        return served.isoformat(), served_precision, None
    if served and precision == "month" and (served.year, served.month) == (day.year, day.month):
        return served.isoformat(), served_precision, surface
    return day.isoformat(), precision, surface


def _of_title(title: str, language: str) -> Published:
    """Return the one full day that a title names, as those of minutes and notices do; it counts where nothing else tells.

    A title that opens with a day ("4月16日日评") gives that day, without a year.
    """
    named = expressions(title, language)
    found = [e for e in named if e[2] in ("day", "iso")]
    if len(named) == 1 and (month := _month_of_issue(title, named[0])):
        return month
    if len(found) == 1 and not found[0][0] and not {"y", "y4"} & found[0][3].keys():
        return None, "day_without_year", title[: found[0][1]]
    days = {told[0] for _, _, _, values in found if (told := _told(values, None)) and told[1] == "day"}
    if len(days) != 1:
        return None, "unknown", None
    start, end, *_ = found[0]
    return days.pop().isoformat(), "day", title[start:end]


def _month_of_issue(title: str, found: tuple[int, int, str, dict[str, Any]]) -> Published | None:
    """Return the month that a title ends with, set off from it, as those of reviews do ("Monthly review, October 2026")."""
    start, end, kind, values = found
    is_set_off = SET_OFF.search(title[:start]) and not title[end:].strip(" )]")
    told = _told(values, None) if kind in ("month", "iso_month") and is_set_off else None
    return (told[0].isoformat(), "month", title[start:end]) if told else None


def _served(moment: str | None) -> tuple[date | None, PublishedPrecision]:
    if moment and re.fullmatch(r"\d{4}(?:-\d\d)?", moment.strip()):
        padded = day_of(f"{moment.strip()}-01-01"[:10])
        return padded, "month" if "-" in moment else "year"
    return day_of(moment), "day"


def _told(values: dict[str, Any], served: date | None) -> tuple[date, PublishedPrecision] | None:
    """Return the day that a written date means, its year taken from the server's date where it has none."""
    year = values.get("y", values.get("y4"))
    month, day = values.get("month", values.get("m")), values.get("d")
    if month and day and int(month) > MONTHS >= int(day):  # 10/14/2026
        month, day = day, month
    try:
        if isinstance(year, int):
            full = year + 2000 if year < 100 else year
            return date(full, int(month or 1), int(day or 1)), "day" if day else "month" if month else "year"
        if served is None or not day:
            return None
        if month is None:
            shifted = served if int(day) <= served.day + 1 else served.replace(day=1) - timedelta(days=1)
            return shifted.replace(day=int(day)), "day"
        days = [date(served.year + shift, int(month), int(day)) for shift in (1, 0, -1)]
        return next(d for d in days if d <= served + LATE), "day"
    except (ValueError, StopIteration):
        return None


def _written(text: str, language: str, source: str) -> Written | None:
    """Return the date of the dateline, of a header line, or of the signature."""
    lines = _lines(text)
    head, tail = lines[:HEAD_LINES], lines[HEAD_LINES:][-TAIL_LINES:]
    for start, end in head:
        opening = dateline(text, start, end)
        if opening and opening.date[0] < opening.date[1] and not is_of_calendar(text, start, end):
            written = _date_at(text, *opening.date, language)
            return _with_year(written, (header(text, *line, language, source) for line in [*head, *reversed(tail)])) if written else None
    occasion = updated = None
    for start, end in [*head, *reversed(tail)]:
        found = header(text, start, end, language, source)
        if found and not found.is_weak:
            return found.start, found.end, found.values
        if found and found.is_occasion:
            occasion = occasion or found
        else:
            updated = updated or found
    weak = occasion or updated
    return (weak.start, weak.end, weak.values) if weak else None


def _with_year(written: Written, others: Iterable[Header | None]) -> Written:
    """Return the date of a dateline with the year of another line that names the same day in full."""
    start, end, values = written
    if YEARS & values.keys():
        return written
    for other in others:
        told = _told(other.values, None) if other else None
        if told and told[1] == "day" and _told({**values, "y": told[0].year}, None) == told:
            return start, end, {**values, "y": told[0].year}
    return written


@lru_cache(maxsize=2)  # of the text that is being read
def _lines(text: str) -> list[tuple[int, int]]:
    """Return the spans of the first and the last lines that are not blank; of a long text no more is looked at."""
    head = _spans(text, 0, min(len(text), EDGE))[:HEAD_LINES]
    begin = max(head[-1][1] if head else 0, len(text) - EDGE)
    return head + _spans(text, text.find("\n", begin) + 1 or len(text), len(text))[-TAIL_LINES:]


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found = []
    for line in text[start:end].split("\n"):
        if line and not line.isspace():
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def _date_at(text: str, start: int, end: int, language: str) -> Written | None:
    for code in dict.fromkeys((language, *known_languages())):
        found = [e for e in expressions(text[start:end], code) if e[2] in ("day", "iso", "month", "iso_month", "day_alone")]
        if found:
            return start + found[0][0], start + found[0][1], found[0][3]
    return None


# --- who signs -------------------------------------------------------------------------------------------------------


def publisher(page: Page, title: str, text: str, mentions: Sequence[Mention] = ()) -> str | None:
    """Return who signs a document: id in the register, else the surface; None where nothing tells.

    The company signs what a release wire, an exchange or a register of filings serves, the authority what a government's press office or
    gazette serves; anything else is its source's.
    """
    source = page.source.strip()
    lines = _lines(text)
    if source.casefold() in _venues("presses"):
        offices = (AUTHORITY.fullmatch(text[a:b].strip()) for a, b in lines[:HEAD_LINES])
        if office := next((found[1] for found in offices if found), None):
            return _entity(office) or office
    opening = dateline(text, *lines[0]) if lines else None
    wire = (opening.wire or "") if opening else ""
    if by_form := _by_form(source, title, text, mentions):
        return by_form
    if _is_venue(source) or (_is_venue(wire) and not _entity(source)):
        signer = _signer(title, text, lines, mentions)
        if signer:
            return signer
    if source:
        return _entity(source) or source
    opener = text[lines[0][0] : opening.date[0]].strip(" ,：:—–-(") if opening and lines else ""
    return _entity(opener) or _entity(wire) or None


def _by_form(source: str, title: str, text: str, mentions: Sequence[Mention]) -> str | None:
    """Who signs by the document's own words or form: its issuer, its letterhead, a label, the house whose pages its source is."""
    lines = _lines(text)
    own = issuer(text, mentions) or letterhead(source, title, text, lines, mentions)
    if own and _may_sign(source):
        return own.entity_id or own.surface
    if (office := issued_by(text, lines)) and not _entity(source) and is_authority(office):
        return _entity(office) or office
    owner = house(source)
    named = next((m for m in mentions if m.type == "company" and m.surface.startswith(owner)), None) if owner else None
    return (_entity(owner) if owner else None) or (named and (named.entity_id or named.surface)) or None


def _may_sign(source: str) -> bool:
    """Whether a source may serve what a company signs: neither a paper of the register nor another company."""
    known = register().entities.get(_entity(source) or "")
    return _is_venue(source) or known is None


def _signer(title: str, text: str, lines: list[tuple[int, int]], mentions: Sequence[Mention]) -> str | None:
    for start, end in reversed(lines[-TAIL_LINES:]):
        signed = SIGNED_ZH.fullmatch(text[start:end].strip()) if end - start < 60 else None
        if signed:
            return _entity(signed["name"]) or signed["name"]
    titled = TITLE_ZH.match(title)
    if titled:
        return _entity(titled["name"]) or titled["name"]
    firms = [m for m in mentions if m.type == "company" and not m.is_anaphor and not _is_venue(m.surface.rstrip("."))]
    ticker = re.compile(r"[^\n.]{0,60}?[(（][A-Za-z]{2,9}(?:\s\w+)?\s?[:：]")
    for m in firms:
        if not m.in_title and m.end < 1500 and ticker.match(text, m.end, m.end + 90):
            return m.entity_id or m.surface
    first = next((m for m in firms if m.in_title), None) or next((m for m in firms if not m.in_title), None)
    if first:
        return first.entity_id or first.surface
    for start, end in lines[:HEAD_LINES]:
        found = TICKER.search(text, start, min(end, start + OPENING))
        if found:
            name = re.split(r"(?:--|[–—]|\s-)\s", found["name"])[-1].strip(" ,")
            return _entity(name) or name
    return None


def _is_venue(name: str) -> bool:
    name = name.strip().casefold()
    if serves_filings(name):
        return True
    if "/" in name and all(part.strip() in _venues() for part in name.split("/")):
        return True
    words = name.split()
    if 1 < len(words) < VENUE_WORDS and words[0] in _venues("heads") and _venues("papers").isdisjoint(words):
        return True
    return name in _venues() or any(venue in name for venue in _venues_without_spaces())


@cache
def _venues(table: str = "venues") -> frozenset[str]:
    tables = tomllib.loads(files(__package__).joinpath("venues.toml").read_text(encoding="utf-8"))
    return frozenset(name.casefold() for name in tables[table])


@cache
def _venues_without_spaces() -> tuple[str, ...]:
    """Names that may stand inside a longer one, as Chinese ones do."""
    return tuple(venue for venue in _venues() if not venue.isascii())


def _entity(name: str) -> str | None:
    """Return the id of the one entity of the register that bears a name; a publisher before any other."""
    return _names().get(_key(name))


def _key(name: str) -> str:
    return re.sub(r"^(?:the|le|la|les|l['’])\s+", "", " ".join(name.split()).casefold())


@cache
def _names() -> dict[str, str]:
    found: dict[str, dict[str, str]] = {}
    for entity in register().entities.values():
        for name in (*entity.names, *register().extra_aliases.get(entity.id, ())):
            found.setdefault(_key(name), {})[entity.id] = entity.type
    names = {}
    for name, ids in found.items():
        for kind in ("publisher", "agency", "company"):
            of_kind = [i for i, t in ids.items() if t == kind]
            if of_kind:
                if len(of_kind) == 1:
                    names[name] = of_kind[0]
                break
    return names


# --- whose report ----------------------------------------------------------------------------------------------------


def relay_of(text: str, mentions: Sequence[Mention], language: str, published_by: str | None = None) -> str | None:
    """Return whose report the opening of a text says it relays: id in the register, else the surface; None for none."""
    data = _relay(language)
    head = text[:RELAY_REACH]
    stop = re.compile(r"[.!?。！？]\s|\n|。").search(head, 40)
    reach = stop.start() + 1 if stop else len(head)
    for mention in mentions:
        if mention.in_title or mention.type != "publisher" or mention.start >= reach:
            continue
        name = mention.entity_id or mention.surface
        before = text[max(0, mention.start - 80) : mention.start]
        after = text[mention.end : mention.end + 40]
        if name != published_by and (data[0].search(before) or data[1].match(after)):
            return name
    found = data[2].search(head, 0, reach)
    if found and found["name"].strip():
        name = found["name"].strip()
        return None if (_entity(name) or name) == published_by else _entity(name) or name
    return None


@cache
def _relay(language: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = knowledge(language if language in known_languages() else "en", "text")["documents"]
    return re.compile(data["relay_before"]), re.compile(data["relay_after"]), re.compile(data["relay_form"])
