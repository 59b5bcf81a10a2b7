"""Text as the automata see it: one character for each of the original, so that offsets stay those of the text.

Typographic apostrophes, hyphens and spaces become plain ones, and traditional Chinese characters simplified ones, as the data
files write them; a lone surrogate, which no text on the wire can hold and the automaton cannot encode, becomes U+FFFD.
"""

import re
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick

from pipelines.enrich.knowledge import knowledge

_PLAIN = (
    ("’", "'"), ("‘", "'"), ("ʼ", "'"), ("\u00a0", " "), ("\u202f", " "), ("\u2009", " "),
    ("‑", "-"), ("‐", "-"), ("–", "-"), ("\u3000", " "),
)  # fmt: skip
# Without one of these no text of more than a line is written in traditional characters.
_TRADITIONAL = "國產與這為個說會時對業發來廠關億噸報價電內開將後現進"
FIRST_CJK = "\u2e80"  # from here on scripts write no spaces between words
_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=4)  # every module that reads a document folds it
def fold(text: str) -> str:
    """`text` with plain apostrophes, hyphens and spaces, of the same length; line breaks become spaces."""
    text = text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
    if text.isascii():
        return text
    for written, plain in _PLAIN:
        text = text.replace(written, plain)
    if any(character in text for character in _TRADITIONAL):
        text = text.translate(_simplified())
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


@cache
def _simplified() -> dict[int, str]:
    """Traditional characters to simplified ones, by code point."""
    return {ord(pair[0]): pair[1] for pair in knowledge("zh", "traditional")["pairs"].split()}


@lru_cache(maxsize=4)  # for whole texts; `lower_part` for the words around a name
def lower(folded: str) -> str:
    """Lower case of the same length: U+0130 is the one character whose lower case has two."""
    return folded.replace("İ", "I").lower()


def lower_part(part: str) -> str:
    """As `lower`, for a short part of a text, which is not worth keeping."""
    return part.replace("İ", "I").lower()


def lower_expression(expression: str) -> str:
    """An expression for a text in lower case, its escapes as they were: found much faster than without regard to case."""
    return re.sub(r"\\.|[A-Z]", lambda m: m[0] if m[0][0] == "\\" else m[0].lower(), expression)


def find(automaton: AhoCorasick, folded: str) -> list[tuple[int, int, int]]:
    """Matches (pattern, start, end), in order; offsets count characters."""
    found: list[tuple[int, int, int]] = automaton.find_matches_as_indexes(folded)
    return found


def is_word(character: str) -> bool:
    """Whether the character is a letter or digit of a script that writes spaces (Chinese does not)."""
    return character.isalnum() and character < FIRST_CJK
