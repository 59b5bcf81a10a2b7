"""The words beside a name that tell of it, compiled once for each language from `languages/*/names.toml`."""

import re
from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from pipelines.enrich.folding import fold, is_word
from pipelines.enrich.knowledge import knowledge


class Cues(Struct, frozen=True):
    """Tuples serve `startswith` and `endswith`; patterns are matched at the end of a name or searched before it."""

    grammar_after: re.Pattern[str]
    grammar_before: re.Pattern[str]
    heads: frozenset[str]
    heads_zh: tuple[str, ...]
    plant_nouns: tuple[str, ...]
    locative_after: tuple[str, ...]
    locative_before: tuple[str, ...]
    place_followers: tuple[str, ...]
    place_leaders: frozenset[str]
    longer_before: tuple[str, ...]
    longer_after: tuple[str, ...]
    organisation_stops: tuple[str, ...]
    person_before: frozenset[str]  # titles and given names
    openers: frozenset[str]  # capitalised words that open a sentence and belong to no name
    adjective: re.Pattern[str]  # between a descriptor and the name that it introduces


def begins(text: str, word: str) -> bool:
    """Whether `text` begins with the word, and not with a longer one."""
    return text.startswith(word) and not (is_word(word[-1]) and is_word(text[len(word) : len(word) + 1] or " "))


def ends(text: str, word: str) -> bool:
    """Whether `text` ends with the word, and not with a longer one."""
    return text.endswith(word) and not (is_word(word[0]) and is_word(text[-len(word) - 1 : -len(word)] or " "))


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"


@cache
def cues(language: str) -> Cues:
    """The cues of the language (en, fr, zh)."""
    known = {key: [fold(w) for w in value] for key, value in knowledge(language, "names").items() if isinstance(value, list)}
    legal = _any_of(knowledge(language, "names")["legal"]["forms"])
    if language == "zh":
        after, before = rf"(?:{_any_of(known['grammar_after'])})", rf"(?:{_any_of(known['grammar_before'])})$"
    else:
        after = rf"'s\b|' |,? (?:{legal})(?!\w)|(?: ?\([^)]{{1,30}}\))?,? (?:{_any_of(known['grammar_after'])})(?!\w)"
        before = rf"(?<!\w)(?:{_any_of(known['grammar_before'])}) ?$"
    return Cues(
        grammar_after=re.compile(after),
        grammar_before=re.compile(before),
        heads=frozenset(known["heads"]),
        heads_zh=tuple(known["heads"]),
        organisation_stops=tuple(knowledge(language, "names")["organisation_stops"]),
        person_before=frozenset(known.get("person_before", ())),
        openers=frozenset(knowledge(language, "names").get("deals", {}).get("openers", ())),
        adjective=re.compile(knowledge(language, "names")["between"]["adjective"]),
        **{
            key: tuple(known[key])
            for key in ("plant_nouns", "locative_after", "locative_before", "place_followers", "longer_before", "longer_after")
        },
        place_leaders=frozenset(known["place_leaders"]),
    )
