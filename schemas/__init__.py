"""What the data is: one contract per record, and all that is made from it."""

from schemas import accounting, decision, document, event, mention, quarantine, trade_flow, witness
from schemas.contract import Contract

CONTRACTS: dict[str, Contract] = {
    module.CONTRACT.table: module.CONTRACT
    for module in (document, mention, event, witness, trade_flow, quarantine, decision, accounting)
}
