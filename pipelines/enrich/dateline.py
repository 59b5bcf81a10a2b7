"""Where a line begins with its dateline: "TORONTO, Nov. 13, 2025 (WIRE) --", "SMM, 12 janvier :", "【…11月10日电】".

A dateline is no part of the sentence that it opens, and it says when a document was published.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages

REACH = 160  # characters of a line in which its dateline ends
NAME = r"[A-ZÀ-Ý0-9][\w.'’&-]{0,30}"
TOWN = r"(?:[A-ZÀ-Þ][A-ZÀ-Þ .'’-]+|[A-ZÀ-Þ][\w'’-]+)(?:,\s[A-ZÀ-Þ][\w .]{1,30}?)?"
PARTICLE = r"(?:de|du|des|la|le|les|the|of|en|sur|and|et)\b"


# What stands after a dateline; a line without it in its first characters has none.
MARK = re.compile(r"--|[–—:：讯訊电電]|\s-\s|news|(?:19|20)\d\d\s?[)\]/.]|消息|报道|報道|综合|綜合|日[）)]")
MARK_REACH = 120
DATE_REACH = 40  # characters after that mark in which a date may begin
OPENING = re.compile(r"\d")


class Dateline(NamedTuple):
    """The dateline of a line: where it ends, its date's span (empty without one), and the name in parentheses."""

    end: int
    date: tuple[int, int]
    wire: str | None


@lru_cache(maxsize=32)  # the first lines are asked for by publication and sentences
def dateline(text: str, start: int, end: int) -> Dateline | None:
    """Return the dateline that the line text[start:end] opens with, in any of the known languages."""
    stop = min(end, start + REACH)
    reach = min(stop, start + MARK_REACH)
    if not OPENING.search(text, start, reach + DATE_REACH) and text.find("(", start, reach) < 0:
        return None
    mark = MARK.search(text, start, reach)
    if not mark or not (OPENING.search(text, start, mark.end() + DATE_REACH) or text.find("(", start, mark.end()) >= 0):
        return None
    for pattern in _patterns():
        match = pattern.match(text, start, stop)
        if match:
            groups = match.groupdict()
            return Dateline(match.end(), match.span("date") if groups.get("date") else (start, start), groups.get("wire"))
    return None


@cache
def date_expression() -> str:
    """Return the expression of a written date in the languages that write with spaces between words."""
    months = "|".join(
        sorted((m for code in known_languages() for m in knowledge(code, "text")["datelines"]["months"].split("|")), key=len)[::-1]
    )
    months = rf"(?:{months}|{months.upper()})"
    day = r"\d{1,2}(?:st|nd|rd|th|er)?"
    return (
        rf"(?:{months}\b\.?\s{day}(?:,?\s(?:19|20)\d\d)?|{day}\s{months}\b\.?(?:,?\s(?:19|20)\d\d)?"
        rf"|{months}\b\.?\s(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)"
    )


CHINESE_DATE = r"(?:(?:(?:19|20)?\d\d\s?年\s?)?\d{1,2}\s?月\s?\d{1,2}\s?[日号]|\d{1,2}\s?日)"


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    tables = [knowledge(language, "text")["datelines"] for language in known_languages()]
    link = "(?:" + "|".join(table["link"] for table in tables if table["link"]) + ")?"
    tails = "|".join(table["tails"] for table in tables)
    date = date_expression()
    outlets = "|".join(table["outlets"] for table in tables if table.get("outlets"))
    dash = rf"\s?(?:--|[–—-](?=\s)|[:：](?=\s)|(?:{tails})\s?[:：])\s*"
    wire = r"(?:\s?[(/](?P<wire>[^()/\n]{2,40})[)/])"
    names = rf"(?!\d{{1,2}}\s)(?:(?:{outlets})|{NAME}(?:\s(?:{outlets}))?)(?:[ ,]+(?:{PARTICLE}\s)?{NAME}(?:\s(?:{outlets}))?){{0,6}}?"
    named = rf"(?:{names}[,\s]\s?)?{link}(?P<date>{date})"
    return (
        re.compile(rf"\s*(?:[\[【(][^\[\]【】()\n]{{2,40}}[\]】)]\s?)?{named}{wire}?{dash}"),
        re.compile(rf"\s*{named},\s?{names}{dash}"),  # the day first: "12 May 2026, Perth – "
        re.compile(rf"\s*[(\[]{named}(?:,\s?{names})?[)\]](?:{dash}|\s+)"),  # "[Baotou, May 12, 2026] "
        re.compile(rf"\s*{names}(?:\s(?:{tails}))?\s?[(\[]{link}(?P<date>{date})[)\]](?:{dash}|(?<=\d[)\]])\s+(?=[A-Z]))"),
        re.compile(rf"\s*{names},\s(?:\w+day,?\s)?{link}(?P<date>{date})(?<=\d)\.\s+(?:[–—-]\s)?(?=[A-ZÀ-Þ\"“«])"),
        re.compile(rf"\s*{names}\s?(?:--|/)\s?[(]?(?P<wire>[^()/\n]{{2,40}})[)]?\s?(?:--|/)\s?{link}(?P<date>{date})\s?(?:--|/)\s*"),
        re.compile(  # "Vancouver, British Columbia--(Newsfile Corp. - July 16, 2026) - "
            rf"\s*{names}\s?(?:--|[–—-])?\s?[(](?P<wire>[^()/\n]{{2,40}}?)\s(?:--|[–—-])\s{link}(?P<date>{date})[)]{dash}"
        ),
        re.compile(rf"\s*{names}\s(?:--|[–—-])\s{link}(?P<date>{date})\s(?:--|[–—-])\s"),  # "Washington, D.C. - May 12, 2026 - "
        re.compile(rf"\s*{names}{wire},?\s{link}(?P<date>{date}){dash}"),  # "PERTH (Wire), 12 May 2026 – "
        re.compile(rf"\s*(?:{names},?)?{wire}\s?(?:--|[–—-](?=\s))\s*"),
        re.compile(rf"\s*(?:{TOWN},?)?{wire}\s?[:：](?=\s)\s*"),  # no "Jane Doe (Acme): " of an interview
        re.compile(
            rf"\s*(?![据據])[【\[（(]?[^。！？：:【】（）()\n]{{0,24}}?(?P<date>{CHINESE_DATE})\s?(?:(?:{tails})\s?[】\]）):：，]?"
            rf"|[（(/](?P<wire>[^（）()/\n]{{2,30}})[）)/]\s?(?:[-–—]+|[：:】])|(?:[（(]?记者|記者)[^，。】]{{0,12}}[】）)])\s*"
        ),
    )
