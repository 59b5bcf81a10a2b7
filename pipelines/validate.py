"""Validate: batch → valid and rejected, by the contract. The only place that judges.

A record is rejected for the first of: its message is no record at all, its payload cannot be read, a field has not the contract's type, a
value breaks an expectation.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import great_expectations as gx
import msgspec
import pandas as pd
import pyarrow as pa
from great_expectations.data_context.types.base import ProgressBarsConfig

from pipelines.decode import decode
from pipelines.flow import TABLES
from pipelines.messages import Message, Rejection, printable
from pipelines.sources.raw import Raw
from schemas import CONTRACTS
from schemas.arrow import arrow_field
from schemas.contract import Contract
from schemas.expectations import suite

ROW = "row_in_batch"
VALUE_LENGTH = 500


def validate(record: str, messages: Sequence[Message]) -> list[bytes | Rejection]:
    """One valid record (JSON) or one rejection for each raw message, in order."""
    contract = CONTRACTS[TABLES[record][0]]
    read = [_read(record, contract, message) for message in messages]
    rows = {i: row for i, row in enumerate(read) if isinstance(row, dict)}
    broken = _expect(contract, rows) if rows else {}
    encode = msgspec.json.Encoder().encode
    return [
        row if isinstance(row, Rejection) else _rejection(broken[i]) if i in broken else encode(row) for i, row in enumerate(read)
    ]


def _read(record: str, contract: Contract, message: Message) -> dict[str, Any] | Rejection:
    """The contract's fields of one message, each of its type."""
    raw = _envelope(record, message)
    if isinstance(raw, Rejection):
        return raw
    row: dict[str, Any] = {}
    try:
        row = decode(raw)
        return _typed(contract, row)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("`$.")[2].rstrip("`") or "record"
        return _one("type", field, str(row.get(field)), str(error))
    except (ValueError, RecursionError) as error:
        return _one("is_readable", "payload", raw.payload[:VALUE_LENGTH].decode("utf-8", "replace"), str(error))


def _envelope(record: str, message: Message) -> Raw | Rejection:
    """The raw record that a message holds."""
    if message.value is None:
        return _one("has_value", "value", None)
    try:
        raw = msgspec.json.decode(message.value, type=Raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return _one("is_record", "value", message.value[:VALUE_LENGTH].decode("utf-8", "replace"), str(error))
    if raw.record != record:
        return _one("is_of_topic", "record", raw.record)
    if "problem" in raw.meta:
        return _one("could_be_fetched", "payload", str(raw.meta["problem"]))
    return raw


@cache
def _source_fields(contract: Contract) -> type[msgspec.Struct]:
    """The part of a record that its source fills, as a class to convert to."""
    hints = contract.record.__annotations__
    return msgspec.defstruct(f"Served{contract.record.__name__}", [(f.name, hints[f.name]) for f in contract.filled_by("source")])


def _typed(contract: Contract, row: dict[str, Any]) -> dict[str, Any]:
    """The row with the contract's types, instants in UTC; raises msgspec.ValidationError."""
    served = msgspec.convert(row, _source_fields(contract))
    return msgspec.structs.asdict(served)


@cache
def _arrow(contract: Contract) -> pa.Schema:
    """Types for the batch; that a value may be missing is for the expectations to say."""
    return pa.schema([arrow_field(f).with_nullable(True) for f in contract.filled_by("source")])


def _expect(contract: Contract, rows: dict[int, dict[str, Any]]) -> dict[int, list[tuple[str, str, Any]]]:
    """Number of a row → the (field, rule, value) that it breaks, by the contract's expectation suite over the whole batch."""
    frame = pa.Table.from_pylist(list(rows.values()), schema=_arrow(contract)).to_pandas()
    frame[ROW] = list(rows)
    batch, expectations = _batch(frame), suite(contract, "source")
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": [ROW]}
    broken: dict[int, list[tuple[str, str, Any]]] = defaultdict(list)
    for result in batch.validate(expectations, result_format=wanted).results:
        if (result.exception_info or {}).get("raised_exception") or _failed_inside(result.exception_info):
            raise RuntimeError(f"an expectation of {contract.table} could not be evaluated: {result.exception_info}")
        config = result.expectation_config
        field, rule = config.kwargs["column"], config.meta["rule"]
        for place in result.result.get("unexpected_index_list") or []:
            broken[int(place[ROW])].append((field, rule, rows[int(place[ROW])][field]))
    return broken


def _failed_inside(info: Any) -> bool:
    """Whether the library reports an exception of a metric, which it nests by the metric's name."""
    return isinstance(info, dict) and any(isinstance(v, dict) and v.get("raised_exception") for v in info.values())


def _batch(frame: pd.DataFrame) -> Any:
    context = _context()
    asset = context.data_sources.get("batches").get_asset("batch")
    return asset.get_batch_definition("whole").get_batch({"dataframe": frame})


@cache
def _context() -> Any:
    """An ephemeral context: nothing of it is written anywhere."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    context.data_sources.add_pandas("batches").add_dataframe_asset("batch").add_batch_definition_whole_dataframe("whole")
    return context


def _one(rule: str, field: str, value: str | None, why: str = "") -> Rejection:
    shown = printable(value[:VALUE_LENGTH]) if value is not None else None
    reason = f"{field}: {rule} ({shown})" + (f": {why}" if why else "")
    return Rejection(rule, field, shown, (printable(reason[: 2 * VALUE_LENGTH]),))


def _rejection(broken: list[tuple[str, str, Any]]) -> Rejection:
    """The first rule that was broken, and all of them."""
    shown = [(field, rule, printable(str(value)[:VALUE_LENGTH])) for field, rule, value in broken]
    field, rule, value = shown[0]
    return Rejection(rule, field, value, tuple(f"{f}: {r} ({v})" for f, r, v in shown))
