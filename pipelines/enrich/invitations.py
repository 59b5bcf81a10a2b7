"""Short lines that invite or point: a verb of invitation with a thing of a page, an offer, a label of links, a menu.

What such lines share is their form (short, mostly without a full stop, no figure of the story) and two word classes: what
a reader is asked to do, and what a page, a service or an event consists of. One class alone is never enough.
"""

import re
from functools import cache
from typing import NamedTuple

from pipelines.enrich.folding import lower_expression, lower_part
from pipelines.enrich.knowledge import knowledge

LONGEST = 200  # characters of a line that may invite
LONGEST_ENDED = 160  # and of one that ends like a sentence
LONGEST_OFFER = 80  # of an offer that no other word supports
LONGEST_PRICED = 40  # and of one that holds a figure
LONGEST_STRONG = 100  # of a line that a word of the page alone betrays
LONGEST_LABEL = 32  # of an entry of a menu
STOPS = frozenset(".。;；:：…，,")
ASKED = frozenset("？！")
LONGEST_ASKED = 44  # characters of a line of several sentences that may still invite with a question
_CJK = re.compile(r"[\u4e00-\u9fff]")
_BACK = re.compile(r"[←⬅⇐↩↑⬆]\ufe0f?\s*")
_PICTOGRAPH = re.compile(r"(?:[\U0001f300-\U0001faff\u2600-\u26ff\u2708-\u2712\u2794-\u27bf\u2b05-\u2b07↓⬇▼►▶⏩🔗]\ufe0f?\s*)+")
_LIST_MARK = re.compile(r"(?:[•*·▪●■◆–—]|-(?!\s?\d)|\(?\d{1,2}[.)、](?!\d))\s*")
_BRACKET = re.compile(r"[【\[]\s*")
_FORWARD = re.compile(r"\s*(?:→|➜|➔|▶|►|⟶|>{2,}|›{2,}|\.\.\.\s?>)\Z")
_TAGS = re.compile(r"(?:[#＃][^\W\d][\w-]*[#＃]?[\s,，、·|]*)+")
_LINK = re.compile(r"(?:https?://\S+\s*|(?:@\w{2,30}[\s,|·]*)+)+")
_FIGURE = re.compile(
    r"\d[\d.,\u00a0\u202f ]*\s?(?:%|％|(?:tonnes?|tons?|t|kg|mt|ktpa|tpa|lbs?|millions?|billions?|bn|milliards?|percent|pc|ppm)\b"
    r"|[万亿千]?[吨元]|公斤|[万亿])", re.IGNORECASE,
)  # fmt: skip
_SENTENCE = re.compile(r"[.!?](?=\s|\Z)|[。！？]")
_PARTS = re.compile(r"\s*[|｜¦]\s*|\s+[·•/／]\s+|\u3000+")
_AFTER_LABEL = r"(?:\s*[:：|–—>»›→》】\]]|\s*\Z)"
_PAUSED = r"(?:[,:!?–—，、！？：|｜(（.。”\"」]\s*|\s(?:or|and|et|ou|then|puis)\s|(?<=[\u4e00-\u9fff])(?:\s+|(?=[请請]|敬请|欢迎)))"


class _Words(NamedTuple):
    """Expressions for lines in lower case."""

    opening: re.Pattern[str]
    later: re.Pattern[str]
    things: re.Pattern[str]
    own: re.Pattern[str]
    offers: re.Pattern[str]
    strong: re.Pattern[str]
    labels: re.Pattern[str]
    buttons: re.Pattern[str]
    navigation: re.Pattern[str]
    stays: re.Pattern[str]


def invites(line: str) -> bool:
    """Tell whether a stripped line invites the reader, or points to something else on the site."""
    if not line or len(line) > LONGEST:
        return False
    if _TAGS.fullmatch(line) or _LINK.fullmatch(line) or _BACK.match(line):
        return True
    pictograph, mark = _PICTOGRAPH.match(line), _LIST_MARK.match(line)
    lead = pictograph or mark or _BRACKET.match(line)
    body = line[lead.end() :] if lead else line
    if not body or (_is_ended(body) and not _may_invite_in_a_sentence(body)):
        return False
    body = lower_part(body)
    languages = ("zh",) if _CJK.search(body) else ("en", "fr")
    return any(_invites(body, bool(pictograph), bool(mark), _words(language)) for language in languages)


def _invites(body: str, is_marked: bool, is_listed: bool, words: _Words) -> bool:
    if words.stays.match(body):
        return False
    verb = words.opening.match(body)
    if _is_ended(body):  # such a line needs all three: the verb, the thing and the site or reader named
        return verb is not None and words.things.search(body) is not None and words.own.search(body) is not None
    is_label = not is_listed and (words.labels.match(body) or words.buttons.match(body))
    return bool(is_label) or _is_invitation(body, verb, is_marked, is_listed, words)


def _is_invitation(body: str, verb: re.Match[str] | None, is_marked: bool, is_listed: bool, words: _Words) -> bool:
    """Tell whether a line without a full stop offers something of the site, or asks the reader to use it."""
    is_own, figure = words.own.search(body) is not None, _FIGURE.search(body) is not None

    def names_thing() -> bool:  # asked last: its expression is the longest
        # A word that is both ("offer", "post", 留言) is not its own object.
        return words.things.search(body, verb.end() if verb and verb.end() < len(body) else 0) is not None

    is_supported = is_own or verb is not None or len(body) <= (LONGEST_PRICED if figure else LONGEST_OFFER)
    if words.offers.search(body) and (is_supported or names_thing()):
        return True
    if (figure or is_listed) and not is_own:
        return False
    if len(body) <= LONGEST_STRONG and words.strong.search(body):
        return True
    if (verb or is_marked or _calls_later(body, is_own, words)) and names_thing():
        return True
    return not figure and len(body) <= LONGEST_OFFER and _FORWARD.search(body) is not None


def _calls_later(body: str, is_own: bool, words: _Words) -> bool:
    """Whether a line that names the site or asks the reader something invites after a pause, or cries out."""
    return (is_own or "?" in body or "？" in body) and (body[-1] in "!！" or words.later.search(body) is not None)


def _is_ended(body: str) -> bool:
    """Whether a line ends like a sentence or a part of one."""
    if body[-1] in ASKED and len(body) > LONGEST_ASKED:  # several sentences, the last of which asks or cries out
        return len(_SENTENCE.findall(body)) > 1
    return body[-1] in STOPS and not body.endswith("...")


def _may_invite_in_a_sentence(body: str) -> bool:
    """Whether a line that ends like a sentence is short enough to invite, and holds no figure of the story."""
    if len(body) > LONGEST_ENDED or body[-1] not in ".。" or ";" in body:
        return False
    return len(_SENTENCE.findall(body)) <= 2 and not _FIGURE.search(body)


def is_menu(line: str) -> bool:
    """Tell whether a line is a row of a site's sections ("News | Jobs | Contact"); a table may hold such a row as its head."""
    if len(line) > LONGEST or line[-1:] in STOPS:
        return False
    parts: list[str] = [part for part in _PARTS.split(lower_part(line)) if part]
    if len(parts) < 2 or any(len(part) > LONGEST_LABEL for part in parts):
        return False
    pages = sum(part.isdecimal() for part in parts)
    hits = pages + sum(any(_is_entry(part, _words(language)) for language in ("en", "fr", "zh")) for part in parts)
    return hits > pages and hits >= 2 and hits * (2 if len(parts) == 2 or pages else 3) >= len(parts)


def _is_entry(part: str, words: _Words) -> bool:
    return bool(words.navigation.fullmatch(part) or words.buttons.match(part) or words.strong.match(part))


@cache
def _words(language: str) -> _Words:
    table = knowledge(language, "text")["invitations"]
    edge = ("", "") if language == "zh" else (r"(?<![\w-])", r"(?![\w-])")
    verbs = f"(?:{table['verbs']}|{table['verbs_determined']})"

    def compiled(expression: str) -> re.Pattern[str]:
        return re.compile(lower_expression(expression))

    return _Words(
        compiled(verbs), compiled(_PAUSED + verbs), compiled(f"{edge[0]}(?:{table['things']}){edge[1]}"), compiled(table["own"]),
        compiled(table["offers"]), compiled(f"{edge[0]}{table['strong']}"), compiled(table["labels"] + _AFTER_LABEL),
        compiled(table["buttons"] + r"\s*\Z"), compiled(table["navigation"]), compiled(table["stays"]),
    )  # fmt: skip
