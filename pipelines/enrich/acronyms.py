"""Acronyms and the names that they are short for."""

LONG = 3  # letters of a word that an acronym may leave out ("of", "des")


def spells(acronym: str, words: list[str]) -> bool:
    """Whether initials of the last words, short ones skipped at will, spell an acronym in lower case."""
    rest = acronym
    for word in reversed(words[-2 * len(acronym) :]):
        if word[0].lower() == rest[-1]:
            rest = rest[:-1]
            if not rest:
                return True
        elif len(word) > LONG:
            return False
    return False
