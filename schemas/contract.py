"""How a contract is said: one typed class per record, each field with its description and value rules.

A field is `name: Annotated[type, Column(...)]`; `| None` makes it nullable. Allowed types are str, int, float, bool, date, datetime
(an instant in UTC), lists of these, and structs of these; anything else raises TypeError when the contract is read. Everything that
engines need (Arrow, Iceberg, expectations, JSON Schema, ODCS) is made from here, so there is no second list of columns.
"""

import types
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

SCALARS: tuple[type, ...] = (str, int, float, bool, date, datetime)


@dataclass(frozen=True)
class Column:
    """What is said of a field beside its type. `id` is its Iceberg field id and never changes; 0 numbers it by its place."""

    description: str
    unit: str | None = None
    one_of: tuple[str, ...] | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    filled_by: Literal["source", "enrich", "land"] = "source"


@dataclass(frozen=True)
class Field:
    """A field of a contract: `type` is one of SCALARS, or `list`/`struct` with `item` or `fields`."""

    name: str
    type: type | str
    nullable: bool
    column: Column
    item: "Field | None" = None
    fields: tuple["Field", ...] = ()


@dataclass(frozen=True)
class Contract:
    """A record and the table that it lands in."""

    record: type[Struct]
    table: str
    key: tuple[str, ...]
    partition_by_month: str  # the column whose month partitions the table
    sort: tuple[str, ...]
    version: str = "1.0.0"
    of: str = field(default="")  # record whose clean topic feeds the table

    @property
    def description(self) -> str:
        """First line of the record's docstring."""
        return (self.record.__doc__ or "").strip().split("\n")[0]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields in the order of the class."""
        return fields_of(self.record)

    def filled_by(self, *who: str) -> tuple[Field, ...]:
        """Fields that the named steps fill."""
        return tuple(f for f in self.fields if f.column.filled_by in who)


@cache
def fields_of(record: type[Struct]) -> tuple[Field, ...]:
    """Fields of a record class; raises TypeError for a type that no engine was taught."""
    hints = get_type_hints(record, include_extras=True)
    return tuple(_field(name, hints[name]) for name in record.__struct_fields__)


def _field(name: str, hint: Any, column: Column | None = None) -> Field:
    if get_origin(hint) is Annotated:
        hint, column = get_args(hint)[0], next(a for a in get_args(hint)[1:] if isinstance(a, Column))
    nullable = False
    if get_origin(hint) in (Union, types.UnionType):
        options = [a for a in get_args(hint) if a is not type(None)]
        if len(options) != 1:
            raise TypeError(f"{name}: a union of several types is no column type")
        hint, nullable = options[0], True
    column = column or Column("")
    if get_origin(hint) is list:
        return Field(name, "list", nullable, column, item=_field("element", get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, Struct):
        return Field(name, "struct", nullable, column, fields=fields_of(hint))
    if hint not in SCALARS:
        raise TypeError(f"{name}: {hint!r} is no column type; use one of {', '.join(t.__name__ for t in SCALARS)}")
    return Field(name, hint, nullable, column)
