"""Entities of the register by exactly the names that they bear."""

import re
from functools import cache

from pipelines.reference.register import register


def entity_of(name: str) -> str | None:
    """Return the id of the one entity of the register that bears a name; a publisher before any other."""
    return _names().get(_key(name))


def _key(name: str) -> str:
    return re.sub(r"^(?:the|le|la|les|l['’])\s+", "", " ".join(name.split()).casefold())


@cache
def _names() -> dict[str, str]:
    found: dict[str, dict[str, str]] = {}
    for entity in register().entities.values():
        for name in (*entity.names, *register().extra_aliases.get(entity.id, ())):
            found.setdefault(_key(name), {})[entity.id] = entity.type
    names = {}
    for name, ids in found.items():
        for kind in ("publisher", "agency", "company"):
            of_kind = [i for i, t in ids.items() if t == kind]
            if of_kind:
                if len(of_kind) == 1:
                    names[name] = of_kind[0]
                break
    return names
