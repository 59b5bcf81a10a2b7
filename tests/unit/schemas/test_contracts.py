"""Contracts and all that is made from them."""

import json
from datetime import date
from decimal import Decimal
from typing import Annotated

import jsonschema
import pyarrow as pa
import pytest
import yaml
from msgspec import Struct
from open_data_contract_standard.model import OpenDataContractStandard
from pyiceberg.io.pyarrow import schema_to_pyarrow

from schemas import CONTRACTS
from schemas.arrow import arrow_schema, table_of
from schemas.contract import Column, fields_of
from schemas.expectations import suite
from schemas.iceberg import iceberg_schema, partition_spec, sort_order
from schemas.published import FOLDER, published_files

EVERY = pytest.mark.parametrize("name", list(CONTRACTS))


def test_the_published_forms_are_those_of_the_contracts() -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert on_disk == published_files(), "run `python -m schemas.published`"


@EVERY
def test_every_field_is_described(name: str) -> None:
    assert [f.name for f in CONTRACTS[name].fields if not f.column.description] == []


@EVERY
def test_arrow_and_iceberg_agree_on_names_and_nullability(name: str) -> None:
    arrow, iceberg = arrow_schema(CONTRACTS[name]), schema_to_pyarrow(iceberg_schema(CONTRACTS[name]), include_field_ids=False)
    assert [(f.name, f.nullable) for f in arrow] == [(f.name, f.nullable) for f in iceberg]


@EVERY
def test_a_table_is_partitioned_by_month_and_sorted_as_its_contract_says(name: str) -> None:
    contract, schema = CONTRACTS[name], iceberg_schema(CONTRACTS[name])
    assert [schema.find_column_name(f.source_id) for f in partition_spec(contract).fields] == [contract.partition_by_month]
    assert [schema.find_column_name(f.source_id) for f in sort_order(contract).fields] == list(contract.sort)


@EVERY
def test_the_open_data_contract_is_one(name: str) -> None:
    text = (FOLDER / f"{name}.odcs.yaml").read_text(encoding="utf-8")
    read = OpenDataContractStandard.from_string(text)
    assert [p.name for p in read.schema_[0].properties] == [f.name for f in CONTRACTS[name].fields]
    keys = [p["name"] for p in yaml.safe_load(text)["schema"][0]["properties"] if p.get("primaryKey")]
    assert sorted(keys) == sorted(CONTRACTS[name].key)


@EVERY
def test_the_json_schema_is_valid_and_closed(name: str) -> None:
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({}, schema)


def test_the_suite_asks_what_the_contract_says() -> None:
    rules = {(e.column, e.meta["rule"]) for e in suite(CONTRACTS["trade_flows"], "source").expectations}
    assert {("value_usd", "between"), ("flow", "one_of"), ("hs_code", "pattern"), ("reporter", "not_null")} <= rules
    assert ("value_usd", "not_null") not in rules


def test_a_type_that_no_engine_was_taught_is_refused() -> None:
    class Odd(Struct):
        price: Annotated[Decimal, Column("A price")]

    with pytest.raises(TypeError, match="price"):
        fields_of(Odd)


def test_a_union_of_types_is_refused() -> None:
    class Odd(Struct):
        value: Annotated[int | str, Column("Either")]

    with pytest.raises(TypeError, match="value"):
        fields_of(Odd)


def test_rows_come_out_sorted_and_typed() -> None:
    row = {"record": "document", "day_on": date(2026, 1, 2), "outcome": "landed", "records": 1, "topic": "t"}
    table = table_of(CONTRACTS["accounting"], [row | {"source": "b"}, row | {"source": "a"}])
    assert table["source"].to_pylist() == ["a", "b"]
    assert table.schema.field("day_on").type == pa.date32()
