"""The first and the last lines of a text, where a document says what it is."""

from functools import lru_cache

HEAD_LINES = 6
TAIL_LINES = 5
EDGE = 6000  # characters at either end of a text in which its first and last lines stand


@lru_cache(maxsize=2)  # of the text that is being read
def edge_lines(text: str) -> list[tuple[int, int]]:
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
