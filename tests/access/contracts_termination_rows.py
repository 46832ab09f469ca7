"""The rows of ending contracts: legal and administrators give notice, more people tick off what is left."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import INSIDE
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.papers import active_contract
from tests.contracts.terminations import announced

ENDERS = {"legal", "administrator"}
EDITORS = {"legal", "procurement", "administrator", "integration"}
TICKERS = EDITORS | {"account_manager", "finance"}

VERB_ROWS = {
    "contracts.view_termination": INSIDE,
    "contracts.announce_termination": ENDERS,
    "contracts.withdraw_termination": ENDERS,
    "contracts.add_termination_item": EDITORS,
    "contracts.tick_termination_item": TICKERS,
    "contracts.end_terminated": set(),
}


def _termination(cast: Cast) -> dict[str, Any]:
    return {"pk": announced(cast["legal"]).pk}


def _item(cast: Cast) -> dict[str, Any]:
    return {"pk": announced(cast["legal"]).items.get(position=1).pk}


BUILDERS = {
    "termination": _termination,
    "termination-item": _item,
    "termination-contract": lambda cast: {"pk": active_contract(cast["legal"]).pk},
}

ROUTE_ROWS = [
    Route("termination", "GET", INSIDE, key="termination"),
    Route("termination", "POST", EDITORS, key="termination", data={"title": ""}),
    Route("termination-withdraw", "GET", ENDERS, key="termination"),
    Route("termination-withdraw", "POST", ENDERS, key="termination", data={"reason": ""}),
    Route("termination-item-tick", "POST", TICKERS, key="termination-item"),
    Route("api-contract-terminations", "GET", INSIDE, key="termination-contract"),
    Route("api-contract-terminations", "POST", ENDERS, key="termination-contract", data={"kind": "x"}),
    Route("api-termination", "GET", INSIDE, key="termination"),
    Route("api-termination-withdrawal", "POST", ENDERS, key="termination", data={"reason": ""}),
    Route("api-termination-items", "POST", EDITORS, key="termination", data={"title": ""}),
    Route("api-termination-item", "POST", TICKERS, key="termination-item", data={"is_done": "x"}),
]
