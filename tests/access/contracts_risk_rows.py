"""The rows of risk: everybody inside reads, administrators weigh, who negotiates says why two contracts disagree."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import INSIDE
from contracts.operations.risk.create_risk_scale import create_risk_scale
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.papers import draft_contract
from tests.contracts.risk.scored import conflict_of, followed

ADMIN = {"administrator"}
NEGOTIATORS = {"legal", "procurement", "administrator"}

VERB_ROWS = {
    "contracts.view_risk": INSIDE,
    "contracts.assess_risk": set(),
    "contracts.create_risk_scale": ADMIN,
    "contracts.change_risk_scale": ADMIN,
    "contracts.activate_risk_scale": ADMIN,
    "contracts.retire_risk_scale": ADMIN,
    "contracts.view_conflict": INSIDE,
    "contracts.find_conflicts": set(),
    "contracts.acknowledge_conflict": NEGOTIATORS,
    "contracts.reroute_approval": set(),
    "contracts.reseat_approval": set(),
}


def _scale(cast: Cast) -> dict[str, Any]:
    return {"pk": create_risk_scale(actor=cast["administrator"]).pk}


def _conflict(cast: Cast) -> dict[str, Any]:
    return {"pk": conflict_of(cast["legal"]).pk}


BUILDERS = {
    "risk-scale": _scale,
    "conflict": _conflict,
    "scored": lambda cast: {"pk": followed(draft_contract(cast["legal"])).pk},
}
ROUTE_ROWS = [
    Route("risk-scales", "GET", INSIDE),
    Route("risk-scale-new", "POST", ADMIN),
    Route("risk-scale", "GET", INSIDE, key="risk-scale"),
    Route("risk-scale-edit", "GET", ADMIN, key="risk-scale"),
    Route("risk-scale-edit", "POST", ADMIN, key="risk-scale", data={"currency": "x"}),
    Route("risk-scale-activate", "POST", ADMIN, key="risk-scale"),
    Route("risk-scale-retire", "POST", ADMIN, key="risk-scale"),
    Route("conflicts", "GET", INSIDE),
    Route("conflict", "GET", INSIDE, key="conflict"),
    Route("conflict-acknowledge", "GET", NEGOTIATORS, key="conflict"),
    Route("conflict-acknowledge", "POST", NEGOTIATORS, key="conflict", data={"reason": ""}),
    Route("api-contract-risk", "GET", INSIDE, key="scored"),
    Route("api-risk-scales", "GET", INSIDE),
    Route("api-risk-scales", "POST", ADMIN, data={"currency": "x"}),
    Route("api-risk-scale", "GET", INSIDE, key="risk-scale"),
    Route("api-risk-scale", "PATCH", ADMIN, key="risk-scale", data={"currency": "x"}),
    Route("api-risk-scale-activation", "POST", ADMIN, key="risk-scale", data={"replaces": "x"}),
    Route("api-risk-scale-retirement", "POST", ADMIN, key="risk-scale"),
    Route("api-risk-scale-trial", "GET", INSIDE, key="risk-scale"),
    Route("api-conflicts", "GET", INSIDE),
    Route("api-conflict", "GET", INSIDE, key="conflict"),
    Route("api-conflict-acknowledgement", "POST", NEGOTIATORS, key="conflict", data={"reason": ""}),
]
