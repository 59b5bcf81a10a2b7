"""The register: entities, materials, stages and customs headings, loaded once from the tables beside this module.

`register()` gives everything by id. Besides the four tables (see README.md) it reads those of our own: aliases that the
register lacks, aliases that are words of the language, towns that stand for a plant, and kinship that no owner column holds.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
from msgspec import Struct

EntityKind = Literal["company", "facility", "deposit", "agency", "publisher", "place"]


class Entity(Struct, frozen=True):
    """One row of `entities.csv`; `aliases_*` do not repeat `name`."""

    id: str
    type: EntityKind
    name: str
    aliases_en: tuple[str, ...]
    aliases_fr: tuple[str, ...]
    aliases_zh: tuple[str, ...]
    ticker: tuple[str, ...]  # EXCHANGE:CODE
    country: str
    parent_id: str
    stages: tuple[str, ...]
    materials: tuple[str, ...]
    note: str

    @property
    def names(self) -> tuple[str, ...]:
        """Name and all aliases, in all languages, each once."""
        return tuple(dict.fromkeys((self.name, *self.aliases_en, *self.aliases_fr, *self.aliases_zh)))


class Material(Struct, frozen=True):
    """One row of `materials.csv`; `oxide_factor` is mass of oxide per mass of element, None where there is none."""

    id: str
    kind: Literal["element", "group", "magnet", "mineral"]
    is_rare_earth: bool
    class_zh_report: str
    oxide_formula: str
    oxide_factor: float | None
    names_en: tuple[str, ...]
    names_fr: tuple[str, ...]
    names_zh: tuple[str, ...]


class Stage(Struct, frozen=True):
    """One row of `stages.csv`: a step of the chain, from 1 to 9."""

    id: str
    order: int
    names_en: tuple[str, ...]
    names_fr: tuple[str, ...]
    names_zh: tuple[str, ...]
    product_form: str


class HsCode(Struct, frozen=True):
    """One row of `hs_codes.csv`: a customs heading in one edition or national system."""

    code: str
    edition_or_system: str
    description: str
    materials: tuple[str, ...]
    form: str
    note: str


class ContextRule(Struct, frozen=True):
    """What an alias that is also a word needs before it counts for the entity.

    `needs` is a list of alternatives; each is a list of conditions that must all hold (see README.md).
    """

    entity_id: str
    alias: str
    needs: tuple[tuple[str, ...], ...]
    not_before: tuple[str, ...]
    not_after: tuple[str, ...]
    reason: str


class Register(Struct, frozen=True):
    """All tables by id; `kin` are the entities whose presence speaks for one another."""

    entities: dict[str, Entity]
    materials: dict[str, Material]
    stages: dict[str, Stage]
    hs_codes: dict[tuple[str, str], HsCode]
    extra_aliases: dict[str, tuple[str, ...]]
    context_rules: dict[tuple[str, str], ContextRule]  # by (entity_id, alias)
    towns: dict[str, tuple[str, ...]]  # facility -> names of its town
    kin: dict[str, frozenset[str]]


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a table beside this module; every value is a string, an empty field is the empty string."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _typed(row: dict[str, str], kind: type[Any]) -> Any:
    """`row` as a `kind`; fields that are tuples are split at `|`. Raises msgspec.ValidationError."""
    lists = {f.name for f in msgspec.structs.fields(kind) if "tuple" in str(f.type)}
    values: dict[str, Any] = {}
    for field, value in row.items():
        if field in lists:
            values[field] = [part.strip() for part in value.split("|") if part.strip()]
        elif value or field != "oxide_factor":
            values[field] = value
        else:
            values[field] = None
    return msgspec.convert(values, kind, strict=False)


def _kin(entities: dict[str, Entity]) -> dict[str, frozenset[str]]:
    """Owners, what they own, what shares an owner, and the pairs of `kin.csv`, in both directions."""
    related: dict[str, set[str]] = {key: set() for key in entities}
    for entity in entities.values():
        if entity.parent_id in entities:
            related[entity.id].add(entity.parent_id)
            related[entity.parent_id].add(entity.id)
    siblings = {key: {other for owner in near for other in related[owner]} for key, near in related.items()}
    for key, near in siblings.items():
        if entities[key].type in {"facility", "deposit"}:
            related[key] |= near
    for row in rows("kin.csv"):
        related[row["entity_id"]].add(row["kin_id"])
        related[row["kin_id"]].add(row["entity_id"])
    return {key: frozenset(near - {key}) for key, near in related.items()}


def _cost(condition: str) -> bool:
    """Conditions on the whole document are known already; those on the words beside a name come last."""
    return condition.partition(":")[0] not in {"name", "kin", "chain", "word", "in"}


def _context_rules() -> dict[tuple[str, str], ContextRule]:
    found = {}
    for row in rows("context_rules.csv"):
        needs = tuple(tuple(sorted(part.strip().split("+"), key=_cost)) for part in row["needs"].split("|") if part.strip())
        for alias in row["alias"].split("|"):
            not_before, not_after = (tuple(word for word in row[side].split("|") if word) for side in ("not_before", "not_after"))
            rule = ContextRule(row["entity_id"], alias, needs, not_before, not_after, row["reason"])
            found[rule.entity_id, rule.alias] = rule
    return found


@cache
def register() -> Register:
    """The register, read once. Raises msgspec.ValidationError where a table breaks its columns."""
    entities = {row["id"]: _typed(row, Entity) for row in rows("entities.csv")}
    extra: dict[str, tuple[str, ...]] = {}
    for row in rows("extra_aliases.csv"):
        extra[row["entity_id"]] = (*extra.get(row["entity_id"], ()), *row["aliases"].split("|"))
    return Register(
        entities=entities,
        materials={row["id"]: _typed(row, Material) for row in rows("materials.csv")},
        stages={row["id"]: _typed(row, Stage) for row in rows("stages.csv")},
        hs_codes={(row["edition_or_system"], row["code"]): _typed(row, HsCode) for row in rows("hs_codes.csv")},
        extra_aliases=extra,
        context_rules=_context_rules(),
        towns={row["entity_id"]: tuple(row["towns"].split("|")) for row in rows("towns.csv")},
        kin=_kin(entities),
    )
