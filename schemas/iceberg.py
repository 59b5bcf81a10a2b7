"""Iceberg schemas, partitions and sort orders made from the contracts.

Field ids count the places of the fields, so a contract's fields are only appended to.
"""

from datetime import date, datetime
from itertools import count
from typing import Any

from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema, assign_fresh_schema_ids
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import IdentityTransform, MonthTransform
from pyiceberg.types import (
    BooleanType,
    DateType,
    DoubleType,
    IcebergType,
    ListType,
    LongType,
    NestedField,
    StringType,
    StructType,
    TimestamptzType,
)

from schemas.contract import Contract, Field

TYPES: dict[type | str, IcebergType] = {
    str: StringType(),
    int: LongType(),
    float: DoubleType(),
    bool: BooleanType(),
    date: DateType(),
    datetime: TimestamptzType(),
}


def iceberg_schema(contract: Contract) -> Schema:
    """The Iceberg schema of a contract's table, with field ids and column docs."""
    ids = count(1)
    return assign_fresh_schema_ids(Schema(*(_field(f, ids) for f in contract.fields)))


def partition_spec(contract: Contract) -> PartitionSpec:
    """Hidden partitioning by month."""
    source = iceberg_schema(contract).find_field(contract.partition_by_month).field_id
    name = f"{contract.partition_by_month}_month"
    return PartitionSpec(PartitionField(source_id=source, field_id=1000, transform=MonthTransform(), name=name))


def sort_order(contract: Contract) -> SortOrder:
    """The order in which the rows of a file stand."""
    schema = iceberg_schema(contract)
    return SortOrder(*(SortField(source_id=schema.find_field(name).field_id, transform=IdentityTransform()) for name in contract.sort))


def _field(field: Field, ids: Any) -> NestedField:
    return NestedField(next(ids), field.name, _type(field, ids), required=not field.nullable, doc=field.column.description or None)


def _type(field: Field, ids: Any) -> IcebergType:
    if field.type == "list" and field.item:
        return ListType(next(ids), _type(field.item, ids), element_required=not field.item.nullable)
    if field.type == "struct":
        return StructType(*(_field(f, ids) for f in field.fields))
    return TYPES[field.type]
