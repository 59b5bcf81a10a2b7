"""The clean text of a document: HTML to lines, and lines that promote, share or navigate taken out and listed."""

import re
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages

LONGEST = 300  # characters of a line that may still be a call or a button row
SURROGATES = re.compile(r"[\ud800-\udfff]")
LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
ARROW = re.compile(r"^\s*(?:[》>»›▶►→➤➜☛👉⇒]+|-{1,2}>|={1,2}>)\s*")
BULLET = re.compile(r"^\s*[•*·▪●■◆\-–—]\s*")
LONGEST_LABEL = 48  # characters of a button
ROW = re.compile(r"[|｜¦·•/／\u3000]")
SEPARATOR = re.compile(r"\s*[|｜¦]\s*|\s+[·•/／]\s+|\u3000+")
CRUMB = re.compile(r"\s*(?:>|›|»|→|＞|/)\s*")
CRUMB_SIGN = re.compile(r"[>›»→＞/]")
BRACKETED = re.compile(r"\s*[【\[（(]([^【】\[\]（）()\n]{1,24})[】\]）)]")
ENDED = re.compile(r"[.!?。！？…;；]\s?[\"”’»)）]?\Z")
SENTENCE = re.compile(r"[.!?。！？]+[\"”’»)）]?(?:\s|$)|[。！？]")
PAUSE = re.compile(r"[,:!?–—，：！？]\s*|\.\s+|。")
VOID = re.compile(r"\d")


class Clean(Struct, frozen=True):
    """A text without its promotional lines, and those lines in order, stripped."""

    text: str
    removed_lines: tuple[str, ...]


class _Cues(NamedTuple):
    strong: "_Openers"
    weak: "_Openers"
    objects: re.Pattern[str]
    address: re.Pattern[str]
    button: re.Pattern[str]
    home: re.Pattern[str]


def well_formed(text: str) -> str:
    """Return a text of the same length without lone surrogates, which no encoder takes."""
    return SURROGATES.sub("\ufffd", text)


def clean(text: str) -> Clean:
    """Return the text without the lines that promote, share or navigate, and what was removed.

    Line ends become "\\n" and lone surrogates U+FFFD; apart from these every line that stays is as it was.
    """
    text = LINE_ENDS.sub("\n", well_formed(text))
    kept, removed = [], []
    for line in text.split("\n"):
        if line and len(line) <= 2 * LONGEST and is_promotional(line):
            removed.append(line.strip())
        else:
            kept.append(line)
    return Clean("\n".join(kept), tuple(removed))


def is_promotional(line: str) -> bool:
    """Tell whether a line only promotes, shares or navigates."""
    line = line.strip()
    if not line or len(line) > LONGEST:
        return False
    cues = _cues()
    arrow = ARROW.match(line)
    body = line[arrow.end() :] if arrow else BULLET.sub("", line)
    if not body:
        return bool(arrow)
    return _is_buttons(line, cues) or _is_breadcrumb(line, cues) or _is_call(body, cues) or (arrow is not None and _is_pointer(body, cues))


def _is_pointer(body: str, cues: _Cues) -> bool:
    """Tell whether what follows an arrow points elsewhere: a short label, or a call."""
    return len(body) <= 160 and (not ENDED.search(body, max(0, len(body) - 4)) or bool(cues.objects.search(body)))


def _is_call(body: str, cues: _Cues) -> bool:
    # A call may stand later in the line: "For daily prices, sign up for our newsletter."
    opens = cues.strong.match(body)
    later = opens or cues.weak.match(body) or any(cues.strong.match(body, m.end()) for m in PAUSE.finditer(body))
    if not later or len(SENTENCE.findall(body)) > 2:
        return False
    return opens or bool(cues.address.search(body) and cues.objects.search(body))


def _is_buttons(line: str, cues: _Cues) -> bool:
    """Tell whether a line is a row of buttons: 【打印】【关闭】, "LinkedIn | X | Email", or one alone."""
    if line[0] not in "【[（(" and not ROW.search(line):
        return 1 < len(line) <= LONGEST_LABEL and _is_button(line, cues)
    labels = BRACKETED.findall(line)
    if labels and not BRACKETED.sub("", line).strip():
        return any(_is_button(label, cues) for label in labels)
    if labels and line.startswith(("【", "[")) and SEPARATOR.search(line):
        return any(_is_button(label, cues) for label in labels) or bool(cues.strong.match(labels[0]))
    parts = [part for part in SEPARATOR.split(line) if part]
    if len(parts) > 1 and all(len(part) <= 60 for part in parts) and not ENDED.search(line, max(0, len(line) - 4)):
        hits = sum(_is_button(part, cues) or bool(cues.strong.match(part)) for part in parts)
        return hits * 2 >= len(parts)
    return 1 < len(line) <= LONGEST_LABEL and _is_button(line, cues)


def _is_button(label: str, cues: _Cues) -> bool:
    label = label.strip(" \t\u3000:：.»>›·•|")
    head = re.split(r"[:：]\s*", label)
    return bool(cues.button.fullmatch(label)) or (
        len(head) > 1
        and len(label) <= 40
        and all(cues.button.fullmatch(part.strip()) for part in re.split(r"[:：\s\u3000]+", label) if part.strip())
    )


def _is_breadcrumb(line: str, cues: _Cues) -> bool:
    if not CRUMB_SIGN.search(line) or ENDED.search(line, max(0, len(line) - 4)):
        return False
    parts = [part.strip() for part in CRUMB.split(line)]
    if len(parts) < 2 or any(not part or len(part) > 60 for part in parts):
        return False
    return bool(cues.home.fullmatch(re.split(r"[:：]\s*", parts[0])[-1] or parts[0])) or (
        len(parts) > 2 and ">" in line and not VOID.search(line)
    )


@cache
def _cues() -> _Cues:
    tables = [knowledge(language, "text")["lines"] for language in known_languages()]

    def union(name: str) -> str:
        return "|".join(table[name] for table in tables)

    def compiled(name: str) -> re.Pattern[str]:
        return re.compile(f"(?:{union(name)})", re.IGNORECASE)

    return _Cues(
        _Openers(union("calls_strong")), _Openers(union("calls_weak"), r"(?![a-zà-ÿ])"), compiled("objects"),
        compiled("address"), compiled("buttons"), compiled("home"),
    )  # fmt: skip


class _Openers:
    """Expressions that a line may open with, kept by their first letter so that few are tried on a line."""

    def __init__(self, expression: str, after: str = "") -> None:
        kept: dict[str, list[str]] = {}
        anywhere = []
        for branch in _branches(expression):
            first = branch[0].lower()
            if first.isalpha():
                kept.setdefault(first, []).append(branch)
            else:
                anywhere.append(branch)
        self._anywhere = self._compiled(anywhere, after)
        self._kept = {first: self._compiled(branches + anywhere, after) for first, branches in kept.items()}

    @staticmethod
    def _compiled(branches: list[str], after: str) -> re.Pattern[str]:
        return re.compile(f"(?:{'|'.join(branches) or '(?!)'}){after}", re.IGNORECASE)

    def match(self, text: str, position: int = 0) -> bool:
        """Tell whether one of the expressions stands at a position."""
        first = text[position : position + 1].lower()
        return bool(self._kept.get(first, self._anywhere).match(text, position))


def _branches(expression: str) -> list[str]:
    """Return the alternatives of an expression that stand outside its parentheses."""
    branches, depth, begin = [], 0, 0
    for position, character in enumerate(expression):
        depth += (character == "(") - (character == ")")
        if character == "|" and not depth:
            branches.append(expression[begin:position])
            begin = position + 1
    return [branch for branch in [*branches, expression[begin:]] if branch]
