"""Text as the automata see it: one character for each of the original, so that offsets stay those of the text.

Typographic apostrophes, hyphens and spaces become plain ones; a lone surrogate, which no text on the wire can hold and the
automaton cannot encode, becomes U+FFFD.
"""

import re

from ahocorasick_rs import AhoCorasick

_PLAIN = (
    ("’", "'"), ("‘", "'"), ("ʼ", "'"), ("\u00a0", " "), ("\u202f", " "), ("\u2009", " "),
    ("‑", "-"), ("‐", "-"), ("–", "-"), ("\u3000", " "),
)  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")


def fold(text: str) -> str:
    """`text` with plain apostrophes, hyphens and spaces, of the same length; line breaks become spaces."""
    text = text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
    if text.isascii():
        return text
    for written, plain in _PLAIN:
        text = text.replace(written, plain)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def lower(folded: str) -> str:
    """Lower case of the same length: U+0130 is the one character whose lower case has two."""
    return folded.replace("İ", "I").lower()


def find(automaton: AhoCorasick, folded: str) -> list[tuple[int, int, int]]:
    """Matches (pattern, start, end), in order; offsets count characters."""
    found: list[tuple[int, int, int]] = automaton.find_matches_as_indexes(folded)
    return found


def is_word(character: str) -> bool:
    """Whether the character is a letter or digit of a script that writes spaces (Chinese does not)."""
    return character.isalnum() and character < "\u2e80"
