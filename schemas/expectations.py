"""The Great Expectations suite of a contract: its value rules.

Types are no expectations: a row is converted to the contract's types before the suite runs, so that every expectation meets a column of
one type.
"""

from typing import Any

import great_expectations as gx
from great_expectations import expectations

from schemas.contract import Contract, Field

FILLERS = ("source", "enrich", "land")
gxe: Any = expectations  # the library does not export its expectations to type checkers


def suite(contract: Contract, *filled_by: str) -> gx.ExpectationSuite:
    """Expectations over the columns that the named steps fill (all by default); `meta.rule` names each for quarantine."""
    expectations = [e for f in contract.filled_by(*(filled_by or FILLERS)) for e in _expectations(f)]
    return gx.ExpectationSuite(name=f"{contract.table}_{contract.version}", expectations=expectations)


def _expectations(field: Field) -> list[Any]:
    """Expectations of one field, the most basic first."""
    c, name, found = field.column, field.name, []
    if not field.nullable:
        found.append(gxe.ExpectColumnValuesToNotBeNull(column=name, meta={"rule": "not_null"}))
    if c.min_length is not None or c.max_length is not None:
        bounds = {"min_value": c.min_length, "max_value": c.max_length}
        found.append(gxe.ExpectColumnValueLengthsToBeBetween(column=name, meta={"rule": "length"}, **bounds))
    if c.pattern is not None:
        found.append(gxe.ExpectColumnValuesToMatchRegex(column=name, regex=c.pattern, meta={"rule": "pattern"}))
    if c.one_of is not None:
        found.append(gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(c.one_of), meta={"rule": "one_of"}))
    if c.minimum is not None or c.maximum is not None:
        limits = {"min_value": c.minimum, "max_value": c.maximum}
        found.append(gxe.ExpectColumnValuesToBeBetween(column=name, meta={"rule": "between"}, **limits))
    return found
