"""The clean text of a document: HTML to lines, and lines that promote, share or navigate taken out and listed."""

import re
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from pipelines.enrich.invitations import invites, is_menu
from pipelines.enrich.knowledge import knowledge
from pipelines.enrich.language import known_languages

LONGEST = 300  # characters of a line that may still be a call or a button row
SURROGATES = re.compile(r"[\ud800-\udfff]")
LINE_ENDS = "\u2028\u2029\x0b\x0c\x85"
ARROW = re.compile(r"^\s*(?:[》>»›▶►→➤➜☛👉⇒]+|-{1,2}>|={1,2}>)\s*")
BULLET = re.compile(r"^\s*[•*·▪●■◆\-–—]\s*")
LED = frozenset("》>»›▶►→➤➜☛👉⇒-=•*·▪●■◆–—")  # what an arrow or a bullet begins with
LONGEST_LABEL = 48  # characters of a button
ROW = re.compile(r"[|｜¦·•/／\u3000]")
LABELS = re.compile(r"[:：\s\u3000]+")
SEPARATOR = re.compile(r"\s*[|｜¦]\s*|\s+[·•/／]\s+|\u3000+")
CRUMB = re.compile(r"\s*(?:>|›|»|→|＞|/)\s*")
CRUMB_SIGN = re.compile(r"[>›»→＞/]")
DIVIDED = re.compile(r"[|｜¦·•/／\u3000>›»→＞]")  # what a row of buttons or a path of pages holds
OPENED = frozenset("【[（(")
BRACKETED = re.compile(r"\s*[【\[（(]([^【】\[\]（）()\n]{1,24})[】\]）)]")
ENDED = re.compile(r"[.!?。！？…;；]\s?[\"”’»)）]?\Z")
SENTENCE = re.compile(r"[.!?。！？]+[\"”’»)）]?(?:\s|$)|[。！？]")
PAUSE = re.compile(r"[,:!?–—，：！？.。](?:(?<=\.)\s+|(?<=。)|(?<![.。])\s*)")  # begins with a set: most characters are passed at once
KEY = 3  # letters that an expression is kept by
OPENING = re.compile(r"[^\W\d_]{1,3}(?![?*+{])|[^\W\d_]{1,2}(?![?*+{])|[^\W\d_](?![?*+{])")
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
    try:
        text.encode()
    except UnicodeEncodeError:
        return SURROGATES.sub("\ufffd", text)
    return text


def clean(text: str) -> Clean:
    """Return the text without the lines that promote, share or navigate, and what was removed.

    Line ends become "\\n" and lone surrogates U+FFFD; apart from these every line that stays is as it was.
    """
    text = well_formed(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for mark in LINE_ENDS:
        text = text.replace(mark, "\n")
    kept, removed = [], []
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if line and len(line) <= 2 * LONGEST and (is_promotional(line) or _is_lone_menu(lines, i)):
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
    arrow, body = None, line
    if line[0] in LED:
        arrow = ARROW.match(line)
        body = line[arrow.end() :] if arrow else BULLET.sub("", line)
        if not body:
            return bool(arrow)
    if DIVIDED.search(line):
        if _is_buttons(line, cues) or _is_breadcrumb(line, cues):
            return True
    elif (len(line) <= LONGEST_LABEL or line[0] in OPENED) and _is_buttons(line, cues):
        return True
    return _is_call(body, cues) or (arrow is not None and _is_pointer(body, cues)) or invites(line)


def _is_lone_menu(lines: list[str], i: int) -> bool:
    """Tell whether a line is a menu, and no row of a table."""
    line = lines[i].strip()
    if not is_menu(line):
        return False
    mark = next((sign for sign in "|｜¦·•/／\u3000" if sign in line), "|")
    return not any(mark in other for other in (*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2]))


def _is_pointer(body: str, cues: _Cues) -> bool:
    """Tell whether what follows an arrow points elsewhere: a short label, or a call."""
    return len(body) <= 160 and (not ENDED.search(body, max(0, len(body) - 4)) or bool(cues.objects.search(body)))


def _is_call(body: str, cues: _Cues) -> bool:
    # A call may stand later in the line: "For daily prices, sign up for our newsletter."
    opens = cues.strong.match(body)
    if not (opens or cues.weak.match(body) or cues.strong.follows(body)) or len(SENTENCE.findall(body)) > 2:
        return False
    return opens or bool(cues.address.search(body) and cues.objects.search(body))


def _is_buttons(line: str, cues: _Cues) -> bool:
    """Tell whether a line is a row of buttons: 【打印】【关闭】, "LinkedIn | X | Email", or one alone."""
    if line[0] not in OPENED and not ROW.search(line):
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
    return bool(cues.button.fullmatch(label)) or (
        len(label) <= 40
        and (":" in label or "：" in label)
        and all(cues.button.fullmatch(part) for part in LABELS.split(label) if part)
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
    """Expressions that a line may open with, kept by their first letters so that few are tried on a line."""

    def __init__(self, expression: str, after: str = "") -> None:
        kept = [one for branch in branches(expression) for one in openings(branch)]
        begun = [OPENING.match(branch.lower()) for branch in kept]
        pairs = [(opening[0][:KEY] if opening else "", branch) for opening, branch in zip(begun, kept, strict=True)]
        self._kept: dict[str, re.Pattern[str]] = {}
        for key in dict(pairs):
            chosen = [branch for begin, branch in pairs if (begin.startswith(key) and len(key) == KEY) or key.startswith(begin)]
            self._kept[key] = re.compile(f"(?:{'|'.join(chosen)}){after}", re.IGNORECASE)
        keys = "|".join(sorted(key for key in self._kept if key))
        self._after_pause = re.compile(f"(?:{PAUSE.pattern})(?:{keys or '(?!)'})")

    def match(self, text: str, position: int = 0) -> bool:
        """Tell whether one of the expressions stands at a position."""
        kept, first = self._kept, text[position : position + KEY].lower()
        found = kept.get(first) or kept.get(first[:2]) or kept.get(first[:1]) or kept.get("")
        return bool(found and found.match(text, position))

    def follows(self, text: str) -> bool:
        """Tell whether one of the expressions stands after a pause."""
        if not self._after_pause.search(text.lower()):
            return False
        return any(self.match(text, m.end()) for m in PAUSE.finditer(text))


def branches(expression: str) -> list[str]:
    """Return the alternatives of an expression that stand outside its parentheses."""
    found, depth, begin = [], 0, 0
    for position, character in enumerate(expression):
        depth += (character == "(") - (character == ")")
        if character == "|" and not depth:
            found.append(expression[begin:position])
            begin = position + 1
    return [branch for branch in [*found, expression[begin:]] if branch]


def openings(branch: str) -> list[str]:
    """Return a branch as branches that begin with a letter, where it opens with alternatives ("(?:请)?点击", "您?的")."""
    group = re.match(r"(?:\(\?:([^()]*)\)|(\w)(?=\?))(\??)", branch)
    if not group:
        return [branch]
    rest = branch[group.end() :]
    words = (group[1] or group[2]).split("|")
    return [f"{word}{rest}" for word in words] + (openings(rest) if group[3] else [])
