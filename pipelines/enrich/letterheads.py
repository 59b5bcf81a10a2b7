"""Who signs a document by its form: the name over a report, under a letter, before a post, or in its source's own.

"Rainbow Rare Earths Limited" alone on a line of an "Annual report …"; "Dear shareholders … Chief Executive, Energy Fuels Inc.";
"Lynas Rare Earths @lynas · Jul 9"; what "Neo Performance Materials newsroom" serves.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pipelines.enrich.reading import Mention

HEAD, TAIL = 6, 6  # lines at either end
SALUTATION = 60  # characters of "Dear fellow shareholders,"
ENDED = (".", "。")
LABEL_ENDS = (":", "：")
REST = 24  # characters beside a name in a line that is only that name
ACCOUNT = re.compile(r"[^\n@·•|]{0,20}(?:[@·•|]|\Z)")  # after the name of whose post it is
GOES_ON = re.compile(r"\w\s+[a-z]")  # a line of a sentence
Line = tuple[int, int]


def letterhead(source: str, title: str, text: str, lines: Sequence[Line], mentions: Sequence[Mention]) -> Mention | None:
    """Return the company that signs a report or a letter, or whose account a post is of; None where the form tells none."""
    firms = [m for m in mentions if m.type == "company" and not (m.is_anaphor or m.in_removed)]
    if not firms:
        return None
    if source.casefold() in _table("platforms"):
        return _account(text, lines, firms)
    head, tail = lines[:HEAD], lines[-TAIL:]
    if is_letter(title, text, lines):
        if source and any(source in text[a:b] for a, b in tail):
            return None  # signed by whose pages it stands on
        return next((m for a, b in reversed(tail) for m in reversed(firms) if not m.in_title and a <= m.start < b and b - a < 120), None)
    if not _matches("reports", title):
        return None
    titled = next((m for m in firms if m.in_title and not m.start and _matches("reports", title[m.end :].lstrip(" :：–—-,")[:60])), None)
    return titled if titled and titled.surface.endswith("公司") else _alone(text, head, firms)


def is_letter(title: str, text: str, lines: Sequence[Line]) -> bool:
    """Tell whether a text is a company's letter to its shareholders, by its title or its salutation."""
    letters = _pattern("letters")
    greets = (b - a <= SALUTATION and letters.match(text, a, b) and not text[a:b].rstrip().endswith(ENDED) for a, b in lines[:HEAD])
    return any(greets) or _matches("letters", title)


def house(source: str) -> str | None:
    """Return whose pages a source is by its words ("Neo newsroom", 某公司官网); None where it does not say that it is somebody's own."""
    found = _pattern("houses").search(source)
    name = (source[: found.start()] + source[found.end() :]).strip(" -–—:：|,'’·") if found else ""
    return re.sub(r"\A(?:of|from|de|d'|d’)\s?(?:the\s|la\s|l['’])?", "", name.removesuffix("'s").removesuffix("’s")) or None


def issued_by(text: str, lines: Sequence[Line]) -> str | None:
    """Return the authority that a label in the heading says issued the document (发文机关：某省自然资源厅, "Issuing authority: …")."""
    for start, end in lines[:HEAD]:
        if any(text.find(mark, start, end) >= 0 for mark in LABEL_ENDS) and (found := _pattern("issuers").search(text, start, end)):
            return found[0].lstrip(" ：:]】").strip() or None
    return None


def _account(text: str, lines: Sequence[Line], firms: Sequence[Mention]) -> Mention | None:
    for start, end in lines[:1]:
        opener = next((m for m in firms if not m.in_title and m.start == start), None)
        if opener and ACCOUNT.match(text, opener.end, end):
            return opener
    return None


def _alone(text: str, head: Sequence[Line], firms: Sequence[Mention]) -> Mention | None:
    """The company whose name, code and legal form apart, is all that a line of the heading holds."""
    for start, end in head:
        named = [m for m in firms if not m.in_title and start <= m.start < end]
        rest = re.sub(r"[(（][^()（）]*[)）]", "", text[start:end])
        is_one = len({m.entity_id or m.surface for m in named}) == 1
        if is_one and len(rest) - len(named[0].surface) <= REST and not GOES_ON.search(rest):
            return named[0]
    return None


def _matches(table: str, words: str) -> bool:
    return bool(_pattern(table).search(words))


@cache
def _pattern(table: str) -> re.Pattern[str]:
    return re.compile("|".join(_table(table)), re.IGNORECASE)


@cache
def _table(name: str) -> tuple[str, ...]:
    tables = tomllib.loads(files(__package__).joinpath("letterheads.toml").read_text(encoding="utf-8"))
    return tuple(tables[name])
