"""Trade flows: what crossed a border, as customs statistics report it."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from schemas.contract import Column, Contract
from schemas.document import SHA256, SLUG
from schemas.vocabulary import HS_EDITIONS, TRADE_FLOWS

COUNTRY = r"^(?:[A-Z]{2}|_W)$"


class TradeFlow(Struct):
    """One flow of one commodity between two countries in one month; a revised figure is a new revision."""

    trade_flow_id: Annotated[str, Column("Stable id of the flow: all that says which figure it is", pattern=r"^[0-9a-f]{32}$")]
    revision: Annotated[int, Column("1 for the first figure seen, then counted up", minimum=1, filled_by="land")]
    source: Annotated[str, Column("Source that served it", pattern=SLUG)]
    fetched_at: Annotated[datetime, Column("When it was fetched")]
    reporter: Annotated[str, Column("Country that reports, ISO 3166-1 alpha-2", pattern=COUNTRY)]
    partner: Annotated[str, Column("Other country, ISO 3166-1 alpha-2; _W is the world", pattern=COUNTRY)]
    flow: Annotated[str, Column("Direction, seen from the reporter", one_of=TRADE_FLOWS)]
    hs_code: Annotated[str, Column("Commodity code", pattern=r"^\d{6,10}$")]
    hs_edition: Annotated[str, Column("System that the code belongs to", one_of=HS_EDITIONS)]
    classification: Annotated[str, Column("Edition as the source names it, such as H6", max_length=16)]
    period_on: Annotated[date, Column("First day of the month that the figure covers")]
    value_usd: Annotated[float | None, Column("Trade value", unit="USD", minimum=0, maximum=1e13)]
    net_mass_kg: Annotated[float | None, Column("Net mass", unit="kg", minimum=0, maximum=1e13)]
    is_estimated: Annotated[bool, Column("Whether the source estimated the mass or the value")]
    materials: Annotated[list[str], Column("Materials of the register that the code covers", filled_by="enrich")]
    form: Annotated[str | None, Column("Product form that the code covers", filled_by="enrich")]
    content_sha256: Annotated[str, Column("Hash of the figures", pattern=SHA256, filled_by="enrich")]
    rules_version: Annotated[str, Column("Version of the rules that read it", filled_by="enrich")]
    origin_partition: Annotated[int, Column("Partition of the raw record", minimum=0, filled_by="land")]
    origin_offset: Annotated[int, Column("Offset of the raw record", minimum=0, filled_by="land")]
    topic_offset: Annotated[int, Column("Offset of the clean record, in the partition of the raw one", minimum=0, filled_by="land")]


CONTRACT = Contract(
    TradeFlow,
    "trade_flows",
    key=("trade_flow_id", "revision"),
    partition_by_month="period_on",
    sort=("hs_code", "reporter", "partner"),
    of="trade_flow",
)
