"""A page's title and plain text, without its frame. Scripts, styles and comments never come through."""

import logging

from lxml.etree import ParserError
from lxml.html import HtmlElement
from trafilatura import extract, load_html

# The library logs every empty page as an error; that a text is empty is for the contract to say.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
LARGEST = 4_000_000  # characters or bytes of a page: an article has a hundredth of it, and the extraction of more takes minutes
TITLES = ("//article//h1", "//main//h1", "//h1", "//head/title")


def html_text(html: str | bytes) -> tuple[str, str]:
    """(title, text) of an HTML page, a line for each block; both empty where there is none.

    Promotional lines inside the article stay: what they are is decided, and listed, by the reading of the text.
    Raises ValueError for a page above `LARGEST`.
    """
    if len(html) > LARGEST:
        raise ValueError(f"an HTML page of {len(html):,} characters; above {LARGEST:,} none is read")
    try:
        tree = load_html(html)
    except (ParserError, ValueError):
        tree = None
    if tree is None:
        return "", ""
    title = _title(tree)
    text = extract(tree, favor_recall=True, include_comments=False, include_tables=True, deduplicate=False) or ""
    lines = text.strip().split("\n")
    if title and " ".join(lines[0].split()) == title:
        lines = lines[1:]
    return title, "\n".join(lines).strip()


def _title(tree: HtmlElement) -> str:
    """The article's heading, else the page's title."""
    for path in TITLES:
        for element in tree.xpath(path):
            if words := " ".join(element.text_content().split()):
                return words
    return ""
