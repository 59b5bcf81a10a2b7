"""Whose a document is by its own words: "Acme Ltd (the "Company")", « Torngat Metals ltée (« Torngat » ou la « Société ») ».

Who calls a company so signs the text, whoever serves it. An authority is known by the form of its name (`venues.toml`).
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from pipelines.enrich.reading import Mention

REACH = 3000  # characters of a text in which it says whom it calls the company
SHORT = 60  # characters of the brackets after a name before the word that it is called by
OPENS, CLOSES = "«“\"'‘「『", "»”\"'’」』"
CODE = r"(?:[(（][^()（）\n]{2,40}[:：][^()（）\n]{1,20}[)）]\s?){0,3}"  # "(TSXV: ACM)"
LEGAL = r"(?:,?\s[\w.]{2,8}(?:\s[\w.]{2,5})?)?"  # a legal form that the name leaves out


def issuer(text: str, mentions: Iterable[Mention]) -> Mention | None:
    """Return the company that a text calls its own for short; None where it calls none so."""
    for mention in mentions:
        if mention.type != "company" or mention.in_title or mention.in_removed or mention.is_anaphor or mention.end > REACH:
            continue
        if _called().match(text, mention.end):
            return mention
    return None


def is_authority(name: str) -> bool:
    """Tell by its form whether a name is an authority's: "Ministère de l'Énergie", "Tribunal administratif de Pau"."""
    return "&" not in name and bool(_authority().match(plain(name)))


def plain(name: str) -> str:
    """Return a name as it is compared: without case, article and the shape of its apostrophes."""
    return re.sub(r"^(?:the|la|le|les)\s|^l'", "", name.strip().casefold().replace("’", "'"))


def serves_filings(name: str) -> bool:
    """Tell by its words whether a source only serves what companies have to file: « Dépôts réglementaires »."""
    low = name.casefold()
    return any(words in low for words in _table("filings")) and not any(words in low for words in _table("about_filings"))


@cache
def _called() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _table("own_names")))
    return re.compile(
        rf"{LEGAL}\s?{CODE},?\s?[(（][^()（）\n]{{0,{SHORT}}}?[{OPENS}]\s?(?:(?:[Tt]he|[Ll]a|[Ll]e)\s|[Ll]['’])?(?:{words})\s?[{CLOSES}]"
    )


@cache
def _authority() -> re.Pattern[str]:
    heads, forms = "|".join(map(re.escape, _table("authorities"))), "|".join(_table("authority_forms"))
    return re.compile(rf"(?:{heads})(?:(?!\w)|(?<='))|(?:{forms})\Z", re.IGNORECASE)


@cache
def _table(name: str) -> tuple[str, ...]:
    tables = tomllib.loads(files(__package__).joinpath("venues.toml").read_text(encoding="utf-8"))
    return tuple(tables[name])
