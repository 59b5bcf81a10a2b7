"""The contracts as other tools read them: JSON Schema, Open Data Contract (ODCS) and the expectation suite, checked in under `published/`.

`python -m schemas.published` writes them anew; a test fails when they differ from the contracts.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from schemas import CONTRACTS
from schemas.contract import Contract, Field
from schemas.expectations import suite
from schemas.iceberg import iceberg_schema

FOLDER = Path(__file__).parent / "published"
JSON_TYPES: dict[type | str, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
# ODCS logical type and the Iceberg type beside it.
ODCS_TYPES: dict[type | str, tuple[str, str]] = {
    str: ("string", "string"),
    int: ("integer", "long"),
    float: ("number", "double"),
    bool: ("boolean", "boolean"),
    date: ("date", "date"),
    datetime: ("timestamp", "timestamp"),
    "list": ("array", "list"),
    "struct": ("object", "struct"),
}


def json_schema(contract: Contract) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one row."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": contract.table, "description": contract.description}
    return head | _json_object(contract.fields)


def _json_object(fields: tuple[Field, ...]) -> dict[str, Any]:
    properties = {f.name: _json_field(f) for f in fields}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _json_field(field: Field) -> dict[str, Any]:
    c = field.column
    shape: dict[str, Any] = dict(JSON_TYPES.get(field.type, {}))
    if field.type == "list" and field.item:
        shape = {"type": "array", "items": _json_field(field.item)}
    elif field.type == "struct":
        shape = _json_object(field.fields)
    rules = {"enum": list(c.one_of) if c.one_of else None, "pattern": c.pattern, "minimum": c.minimum, "maximum": c.maximum}
    rules |= {"minLength": c.min_length, "maxLength": c.max_length, "unit": c.unit}
    shape |= {k: v for k, v in rules.items() if v is not None}
    if field.nullable:
        shape = {"anyOf": [shape, {"type": "null"}]}
    return shape | ({"description": c.description} if c.description else {})


def odcs(contract: Contract) -> dict[str, Any]:
    """Open Data Contract Standard 3.1.0 document of one table."""
    table = {
        "name": contract.table,
        "physicalType": "table",
        "description": contract.description,
        "properties": [_odcs_field(f, contract) for f in contract.fields],
    }
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"lodestream-{contract.table.replace('_', '-')}",
        "name": contract.table,
        "version": contract.version,
        "status": "active",
        "schema": [table],
    }


def _odcs_field(field: Field, contract: Contract | None = None) -> dict[str, Any]:
    logical, physical = ODCS_TYPES[field.type]
    shape: dict[str, Any] = {"name": field.name, "logicalType": logical, "physicalType": physical, "required": not field.nullable}
    if field.column.description:
        shape["description"] = field.column.description
    if contract and field.name in contract.key:
        shape |= {"primaryKey": True, "primaryKeyPosition": contract.key.index(field.name) + 1}
    if contract and field.name == contract.partition_by_month:
        shape |= {"partitioned": True, "partitionKeyPosition": 1}
    if field.item:
        shape["items"] = _odcs_field(field.item)
    if field.fields:
        shape["properties"] = [_odcs_field(f) for f in field.fields]
    return shape


def published_files() -> dict[str, str]:
    """File name → text of everything that is published."""
    files = {}
    for name, contract in CONTRACTS.items():
        expectations = [{"type": e.expectation_type, "rule": (e.meta or {})["rule"], **_plain(e)} for e in suite(contract).expectations]
        files[f"{name}.schema.json"] = _text(json_schema(contract))
        files[f"{name}.iceberg.json"] = _text(json.loads(iceberg_schema(contract).model_dump_json()))
        files[f"{name}.expectations.json"] = _text(expectations)
        files[f"{name}.odcs.yaml"] = yaml.safe_dump(odcs(contract), sort_keys=False, allow_unicode=True, width=130)
    return files


def _plain(expectation: Any) -> dict[str, Any]:
    kwargs = expectation.configuration.to_json_dict()["kwargs"]
    return {"kwargs": {k: v for k, v in kwargs.items() if v is not None}}


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    """Write all published forms."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in published_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
