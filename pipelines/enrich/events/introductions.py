"""Persons whom a text introduces by their house, in words around a name with its title.

"For Acme Metals, Dr Rao reported …", "Ms Lind, of the Department for Business and Trade, said …", "Speaking for Acme, Mr Tull confirmed …".
"""

import re
from collections.abc import Iterator

from pipelines.enrich.events.document import Document
from pipelines.enrich.issuer import is_authority
from pipelines.enrich.reading import Mention

REACH = 90  # characters before a name in which its house stands
NOT_HOUSES = frozenset({"place", "facility", "deposit"})
# Begins with a set, as searches of a whole text do here: most characters are passed at once.
TITLED = re.compile(
    r"[DMPSC](?<!\w.)(?:(?<=M)(?:rs?|s|iss)|(?<=D)r|(?<=P)rof|(?<=S)ir|(?<=C)llr)\.?\s"
    r"(?:[A-Z][\w'’-]*\.?\s){0,2}(?P<name>[A-Z][\w'’-]+)"
)
FIRM = r"(?P<firm>[A-Z][\w&.'’-]*(?:\s(?:(?:of|and|the|for|&)\s){0,2}[A-Z&][\w&.'’-]*){0,7})"
BEFORE = re.compile(
    r"\b(?:[Ff]or|[Oo]n behalf of|[Ss]peaking (?:for|on behalf of)|[Rr]epresenting|[Aa]nswering for)\s(?:the\s)?"
    rf"{FIRM},\s(?:its\s[a-z -]{{3,40}},?\s)?\Z"
)
AFTER = re.compile(
    r"(?:\s\([^()\n]{2,30}\))?,?\s(?:of|from|for|representing|on behalf of|speaking for)\s(?:the\s)?"
    rf"{FIRM}(?=,|\s[a-z(]|\s?[.:;)]|\Z)"
)
# How names of firms end that no legal form marks.
OF_FIRMS = re.compile(
    r"\b(?:Metals?|Minerals?|Resources|Mining|Mines|Materials|Magnets?|Magnetics|Earths?|Energy|Group|Technologies|Industries|Corp(?:oration)?|Inc|Ltd|Limited|plc"
    r"|Company|Elements?|Recycling|Refining|Lithium|Graphite|Chemicals?|Securities|Capital|Research|Partners|Intelligence)\.?\Z"
)
# Who is heard, in a line of minutes: "Witnesses: Jane Doe, Acme Metals; Dr Lim, Ministry of Mines."
ROLL = re.compile(
    r"\b(?:Witnesses|In attendance|Attending|Participants|Speakers|Panel(?:lists)?|Témoins|Intervenants|Invités|Étaient entendus)\s?:\s"
    r"(?P<roll>[^\n]{5,600}?)(?=\.\s[A-ZÀ-Þ][\w ]{2,20}:|\.?\s*(?:\n|\Z))"
)
ENTRY = re.compile(
    r"\s*(?:[A-ZÀ-Þ][\w'’.-]*\s){0,3}(?P<name>[A-ZÀ-Þ][\w'’-]+),\s"
    r"(?:[a-zà-ÿ' -]{3,40}(?:,\s|\s(?:of|at|de|chez)\s))?(?P<firm>[A-ZÀ-Þ][^;,]{1,60})"
)
Introduced = tuple[str, Mention | None, str]  # a surname, its house's name in the text, or what the house is called


def introduced(document: Document) -> Iterator[Introduced]:
    """Persons with a title, and the organisation beside them; an outsider by the form of its name, or where it is spoken for."""
    text = document.text
    for person in TITLED.finditer(text):
        beside = BEFORE.search(text, max(0, person.start() - REACH), person.start())
        house = beside or AFTER.match(text, person.end())
        if house is None:
            continue
        named = [m for m in document.mentions.within(*house.span("firm")) if m.type not in NOT_HOUSES]
        if named or beside or is_authority(house["firm"]) or OF_FIRMS.search(house["firm"]):
            yield person["name"], named[0] if named else None, house["firm"]
    yield from _of_roll(document)


def _of_roll(document: Document) -> Iterator[Introduced]:
    """Persons and houses of a list of those who are heard."""
    for roll in ROLL.finditer(document.text):
        start = roll.start("roll")
        for entry in roll["roll"].split(";"):
            told = ENTRY.fullmatch(entry.rstrip(" ."))
            if told:
                span = (start + told.start("firm"), start + told.end("firm"))
                named = [m for m in document.mentions.within(*span) if m.type not in NOT_HOUSES]
                yield told["name"], named[0] if named else None, told["firm"]
            start += len(entry) + 1
