"""The rows of watching, of tags, and of contracts that are handed over together."""

from __future__ import annotations

from clm.accounts.roles import INSIDE
from contracts.operations.create_contract import create_contract
from tests.access.table import Route

EDITORS = {"legal", "procurement", "administrator", "integration"}
GIVERS, KEEPERS = {"legal", "administrator"}, {"administrator"}

VERB_ROWS = {
    "contracts.watch_contract": INSIDE,
    "contracts.name_watchers": EDITORS,
    "contracts.hand_over_contracts": GIVERS,
    "contracts.rename_tag": KEEPERS,
}
BUILDERS = {"watched-contract": lambda cast: {"pk": create_contract(actor=cast["legal"], title="Hosting").pk}}
ROUTE_ROWS = [
    Route("contract-watch", "POST", INSIDE, key="watched-contract"),
    Route("contract-unwatch", "POST", INSIDE, key="watched-contract"),
    Route("contract-watchers", "GET", EDITORS, key="watched-contract"),
    Route("contract-watchers", "POST", EDITORS, key="watched-contract", data={"people": "x"}),
    Route("contracts-owner-change", "GET", GIVERS),
    Route("contracts-owner-change", "POST", GIVERS, data={"to": "x"}),
    Route("contract-tags", "GET", INSIDE),
    Route("contract-facets", "GET", INSIDE),
    Route("api-contract-facets", "GET", INSIDE),
    Route("contract-tag-change", "GET", KEEPERS),
    Route("contract-tag-change", "POST", KEEPERS, data={"into": "x"}),
    Route("api-contract-watchers", "GET", INSIDE, key="watched-contract"),
    Route("api-contract-watchers", "POST", EDITORS, key="watched-contract", data={"people": "x"}),
    Route("api-contract-watch", "POST", INSIDE, key="watched-contract"),
    Route("api-contract-watch", "DELETE", INSIDE, key="watched-contract"),
    Route("api-contracts-owner-change", "POST", GIVERS, data={"to": "x"}),
    Route("api-contract-tags", "GET", INSIDE),
    Route("api-contract-tags", "POST", KEEPERS, data={"tag": ""}),
]
