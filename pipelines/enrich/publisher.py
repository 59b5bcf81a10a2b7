"""Who signs a document."""

import re
from collections.abc import Sequence

from pipelines.enrich.acronyms import spells
from pipelines.enrich.by_name import entity_of
from pipelines.enrich.dateline import dateline
from pipelines.enrich.edges import HEAD_LINES, TAIL_LINES, edge_lines
from pipelines.enrich.issuer import is_authority, issuer
from pipelines.enrich.letterheads import house, issued_by, letterhead
from pipelines.enrich.reading import Mention, Page
from pipelines.enrich.venues import is_venue, venues
from pipelines.reference.register import register

# A line of a heading that is the name of an authority and nothing else.
AUTHORITY = re.compile(
    r"(?:agency:\s*)?((?:the )?(?:ministry|department|bureau|directorate|commission|agency|authority|secretariat|administration|"
    r"minist[eè]re|direction générale|secrétariat|préfecture)\b[^.:\d]{2,80}|[\u4e00-\u9fff]{2,20}(?:部|局|委员会|厅|署))",
    re.IGNORECASE,
)
ACRONYM = re.compile(r"[A-ZÀ-Þ]{3,8}")
WORD = re.compile(r"\w+")
OPENS = re.compile(r"(?:\A|[\n.。])\s*(?:[Tt]he |[Ll][ae] |[Ll]['’])?\Z")  # before a name that opens a sentence
OPENING = 400  # characters of a line in which its company is named
EXCHANGE = r"[(（](?:[A-Z]{2,8}(?:\s?(?:American|Venture))?|Nasdaq|Euronext(?:\s\w+)?)\s?[:：]"
CODE_AFTER = re.compile(r"[^\n.]{0,60}?[(（][A-Za-z]{2,9}(?:\s\w+)?\s?[:：]")  # beside the name of who is listed
TICKER = re.compile(rf"(?P<name>[^\n。！？!?;；:：]{{2,80}}?)\s?{EXCHANGE}")
SIGNED_ZH = re.compile(r"(?P<name>[^\s，。；：]{3,40}?(?:公司|集团|集團))(?:董事会|監事會|监事会)?\s*\Z")
TITLE_ZH = re.compile(r"\A(?P<name>[^\s，。；：（）]{3,40}?(?:公司|集团|集團))关于")


def publisher(page: Page, title: str, text: str, mentions: Sequence[Mention] = ()) -> str | None:
    """Return who signs a document: id in the register, else the surface; None where nothing tells.

    The company signs what a release wire, an exchange or a register of filings serves, the authority what a government's press office or
    gazette serves; anything else is its source's.
    """
    source = page.source.strip()
    lines = edge_lines(text)
    is_press = source.casefold() in venues("presses")
    if is_press or ACRONYM.fullmatch(source):
        offices = (AUTHORITY.fullmatch(text[a:b].strip()) for a, b in lines[:HEAD_LINES])
        if office := next((found[1] for found in offices if found and (is_press or spells(source.lower(), WORD.findall(found[1])))), None):
            return entity_of(office) or office
    if is_press and (named := _deciding(text, mentions)):
        return named.entity_id or named.surface
    opening = dateline(text, *lines[0]) if lines else None
    wire = (opening.wire or "") if opening else ""
    if by_form := _by_form(source, title, text, mentions):
        return by_form
    if is_venue(source) or (is_venue(wire) and not entity_of(source)):
        signer = _signer(title, text, lines, mentions)
        if signer:
            return signer
    if source:
        return entity_of(source) or source
    opener = text[lines[0][0] : opening.date[0]].strip(" ,：:—–-(") if opening and lines else ""
    return entity_of(opener) or entity_of(wire) or None


def _deciding(text: str, mentions: Sequence[Mention]) -> Mention | None:
    """The authority of a gazette's notice: the first that a sentence or a line opens with (« La Commission européenne porte à … »)."""
    return next((m for m in mentions if m.type == "agency" and not (m.in_title or m.in_removed) and OPENS.search(text, 0, m.start)), None)


def _by_form(source: str, title: str, text: str, mentions: Sequence[Mention]) -> str | None:
    """Who signs by the document's own words or form: its issuer, its letterhead, a label, the house whose pages its source is."""
    lines = edge_lines(text)
    own = issuer(text, mentions) or letterhead(source, title, text, lines, mentions)
    if own and _may_sign(source):
        return own.entity_id or own.surface
    if (office := issued_by(text, lines)) and not entity_of(source) and is_authority(office):
        return entity_of(office) or office
    owner = house(source)
    named = next((m for m in mentions if m.type == "company" and m.surface.startswith(owner)), None) if owner else None
    return (entity_of(owner) if owner else None) or (named and (named.entity_id or named.surface)) or None


def _may_sign(source: str) -> bool:
    """Whether a source may serve what a company signs: neither a paper of the register nor another company."""
    known = register().entities.get(entity_of(source) or "")
    return is_venue(source) or known is None


def _signer(title: str, text: str, lines: list[tuple[int, int]], mentions: Sequence[Mention]) -> str | None:
    for start, end in reversed(lines[-TAIL_LINES:]):
        signed = SIGNED_ZH.fullmatch(text[start:end].strip()) if end - start < 60 else None
        if signed:
            return entity_of(signed["name"]) or signed["name"]
    titled = TITLE_ZH.match(title)
    if titled:
        return entity_of(titled["name"]) or titled["name"]
    firms = [m for m in mentions if m.type == "company" and not m.is_anaphor and not is_venue(m.surface.rstrip("."))]
    for m in firms:
        if not m.in_title and m.end < 1500 and CODE_AFTER.match(text, m.end, m.end + 90):
            return m.entity_id or m.surface
    first = next((m for m in firms if m.in_title), None) or next((m for m in firms if not m.in_title), None)
    if first:
        return first.entity_id or first.surface
    for start, end in lines[:HEAD_LINES]:
        found = TICKER.search(text, start, min(end, start + OPENING))
        if found:
            name = re.split(r"(?:--|[–—]|\s-)\s", found["name"])[-1].strip(" ,")
            return entity_of(name) or name
    return None
