"""The rows of contracts that belong together."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import INSIDE
from contracts.operations.create_contract import create_contract
from contracts.operations.relations.relate_contracts import relate_contracts
from tests.access.table import Route
from tests.cast import Cast

EDITORS = {"legal", "procurement", "administrator", "integration"}

VERB_ROWS = {
    "contracts.view_relation": INSIDE,
    "contracts.relate_contracts": EDITORS,
    "contracts.end_relation": EDITORS,
}


def _relation(cast: Cast) -> dict[str, Any]:
    master, work = (create_contract(actor=cast["legal"], title=title).pk for title in ("Master", "Work"))
    return {"pk": relate_contracts(actor=cast["legal"], contract_id=work, other_id=master, kind="order").pk}


BUILDERS = {
    "relation": _relation,
    "relation-contract": lambda cast: {"pk": create_contract(actor=cast["legal"], title="Master").pk},
}
ROUTE_ROWS = [
    Route("relation-new", "GET", EDITORS, key="relation-contract"),
    Route("relation-new", "POST", EDITORS, key="relation-contract", data={"kind": "x"}),
    Route("relation-end", "POST", EDITORS, key="relation"),
    Route("api-contract-relations", "GET", INSIDE, key="relation-contract"),
    Route("api-contract-relations", "POST", EDITORS, key="relation-contract", data={"kind": "x"}),
    Route("api-contract-family", "GET", INSIDE, key="relation-contract"),
    Route("api-contract-relation", "DELETE", EDITORS, key="relation"),
]
