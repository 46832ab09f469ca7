"""The rows of contracts in the open: everybody inside sees them, who keeps contracts takes them in, legal publishes."""

from __future__ import annotations

from datetime import date
from typing import Any

from clm.accounts.roles import INSIDE
from contracts.access import EDITORS
from contracts.operations.open_contracts.publish_contract import publish_contract
from contracts.operations.open_contracts.set_publisher import set_publisher
from contracts.operations.record_execution import record_execution
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.signing.sent import ready_contract

PUBLISHERS = {"legal", "administrator"}
PUBLISHER = {"prefix": "ocds-a1b2c3", "name": "Acme"}
EXPORTERS = PUBLISHERS | {"integration"}

VERB_ROWS = {
    "contracts.view_open_contract": INSIDE,
    "contracts.import_open_contracts": EDITORS,
    "contracts.publish_contract": PUBLISHERS,
    "contracts.withdraw_publication": PUBLISHERS,
    "contracts.export_open_contracts": EXPORTERS,
    "contracts.set_publisher": {"administrator"},
}


def _signed(cast: Cast) -> dict[str, Any]:
    set_publisher(actor=cast["administrator"], **PUBLISHER)
    contract = ready_contract(cast["legal"])
    record_execution(actor=cast["legal"], contract_id=contract.pk, executed_on=date(2025, 12, 20))
    return {"pk": contract.pk}


def _published(cast: Cast) -> dict[str, Any]:
    found = _signed(cast)
    publish_contract(actor=cast["legal"], contract_id=found["pk"])
    return found


def _prefixed(cast: Cast) -> dict[str, Any]:
    set_publisher(actor=cast["administrator"], **PUBLISHER)
    return {}


BUILDERS = {"signed-contract": _signed, "published-contract": _published, "open-publisher": _prefixed}

ROUTE_ROWS = [
    Route("open-contracts", "GET", INSIDE),
    Route("open-contract-import", "GET", EDITORS),
    Route("open-contract-import", "POST", EDITORS),
    Route("open-contract-export", "POST", EXPORTERS, key="open-publisher", data={"form": "release"}),
    Route("open-publisher", "GET", {"administrator"}),
    Route("open-publisher", "POST", {"administrator"}, data=PUBLISHER),
    Route("contract-publish", "GET", PUBLISHERS, key="signed-contract"),
    Route("contract-publish", "POST", PUBLISHERS, key="signed-contract"),
    Route("contract-withdraw-publication", "POST", PUBLISHERS, key="published-contract"),
    Route("api-open-contracts", "GET", INSIDE),
    Route("api-open-contracts-import", "POST", EDITORS),
    Route("api-open-contracts-package", "POST", EXPORTERS, key="open-publisher", data={"form": "record"}),
    Route("api-open-publisher", "GET", INSIDE, key="open-publisher"),
    Route("api-open-publisher", "PUT", {"administrator"}, data=PUBLISHER),
    Route("api-contract-publication", "POST", PUBLISHERS, key="signed-contract"),
    Route("api-contract-publication", "DELETE", PUBLISHERS, key="published-contract"),
]
