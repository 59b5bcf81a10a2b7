"""Arrow schemas made from the contracts."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from schemas.contract import Contract, Field

TYPES: dict[type | str, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us", tz="UTC"),
}


def arrow_schema(contract: Contract) -> pa.Schema:
    """The Arrow schema of a contract's table."""
    return pa.schema([arrow_field(f) for f in contract.fields])


def arrow_field(field: Field) -> pa.Field:
    """One Arrow field, nested ones included."""
    return pa.field(field.name, _type(field), nullable=field.nullable)


def _type(field: Field) -> pa.DataType:
    if field.type == "list" and field.item:
        return pa.list_(arrow_field(field.item))
    if field.type == "struct":
        return pa.struct([arrow_field(f) for f in field.fields])
    return TYPES[field.type]


def table_of(contract: Contract, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of builtin values → an Arrow table, sorted as the contract says; raises ArrowInvalid for a value of another type."""
    table = pa.Table.from_pylist(rows, schema=arrow_schema(contract))
    return table.sort_by([(name, "ascending") for name in contract.sort]) if rows else table
