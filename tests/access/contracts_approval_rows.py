"""The rows of approvals: who drafts asks, whoever has the seat decides, administrators keep the matrix, and the other
side sees nothing of it. Finance has the seat that the routes ask about."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import INSIDE, PEOPLE_INSIDE
from contracts.models import Approval
from contracts.operations.matrices.add_rule import add_rule
from contracts.operations.matrices.create_matrix import create_matrix
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, matrix_of, ready_contract, requested, seat_of

DRAFTERS = {"legal", "procurement", "administrator", "integration"}
OVERSEERS = {"legal", "administrator"}
ADMIN = {"administrator"}
SEATED = {"finance"}

VERB_ROWS = {
    "contracts.view_approval": INSIDE,
    "contracts.request_approval": DRAFTERS,
    "contracts.withdraw_approval": DRAFTERS,
    "contracts.set_aside_approval": DRAFTERS,
    "contracts.approve_step": PEOPLE_INSIDE,
    "contracts.reject_step": PEOPLE_INSIDE,
    "contracts.reassign_seat": OVERSEERS,
    "contracts.chase_step": set(),
    "contracts.view_matrix": INSIDE,
    "contracts.create_matrix": ADMIN,
    "contracts.add_rule": ADMIN,
    "contracts.change_rule": ADMIN,
    "contracts.remove_rule": ADMIN,
    "contracts.activate_matrix": ADMIN,
    "contracts.retire_matrix": ADMIN,
}


def _approval(cast: Cast) -> Approval:
    matrix_of(cast, FINANCE)
    return requested(cast["procurement"])


def _draft(cast: Cast) -> dict[str, Any]:
    matrix = create_matrix(actor=cast["administrator"])
    add_rule(actor=cast["administrator"], matrix_id=matrix.pk, **FINANCE)
    return {"pk": matrix.pk}


def _rule(cast: Cast) -> dict[str, Any]:
    matrix = create_matrix(actor=cast["administrator"])
    return {"pk": add_rule(actor=cast["administrator"], matrix_id=matrix.pk, **FINANCE).pk}


BUILDERS = {
    "approval": lambda cast: {"pk": _approval(cast).pk},
    "approval-seat": lambda cast: {"pk": seat_of(_approval(cast), cast["finance"]).pk},
    "approval-contract": lambda cast: {"pk": ready_contract(cast["procurement"]).pk},
    "matrix": _draft,
    "rule": _rule,
}
ON = {"replaces": None}

PAGE_ROWS = [
    Route("approvals", "GET", INSIDE),
    Route("approval", "GET", INSIDE, key="approval"),
    Route("approval-withdraw", "GET", DRAFTERS, key="approval"),
    Route("approval-withdraw", "POST", DRAFTERS, key="approval"),
    Route("approval-set-aside", "GET", DRAFTERS, key="approval"),
    Route("approval-set-aside", "POST", DRAFTERS, key="approval"),
    Route("approval-new", "GET", DRAFTERS, key="approval-contract"),
    Route("approval-new", "POST", DRAFTERS, key="approval-contract"),
    Route("seat", "GET", INSIDE, key="approval-seat"),
    Route("seat-approve", "GET", SEATED | {"procurement"}, key="approval-seat"),
    Route("seat-approve", "POST", SEATED | {"procurement"}, key="approval-seat"),
    Route("seat-reject", "GET", SEATED | {"procurement"}, key="approval-seat"),
    Route("seat-reject", "POST", SEATED | {"procurement"}, key="approval-seat"),
    Route("seat-reassign", "GET", OVERSEERS, key="approval-seat"),
    Route("seat-reassign", "POST", OVERSEERS, key="approval-seat"),
    Route("matrices", "GET", INSIDE),
    Route("matrix-new", "POST", ADMIN),
    Route("matrix", "GET", INSIDE, key="matrix"),
    Route("matrix-trial", "GET", INSIDE, key="matrix"),
    Route("matrix-activate", "POST", ADMIN, key="matrix"),
    Route("matrix-retire", "POST", ADMIN, key="matrix"),
    Route("rule-new", "GET", ADMIN, key="matrix"),
    Route("rule-new", "POST", ADMIN, key="matrix"),
    Route("rule-edit", "GET", ADMIN, key="rule"),
    Route("rule-edit", "POST", ADMIN, key="rule"),
    Route("rule-remove", "POST", ADMIN, key="rule"),
]
API_ROWS = [
    Route("api-approvals", "GET", INSIDE),
    Route("api-approval", "GET", INSIDE, key="approval"),
    Route("api-contract-approvals", "GET", INSIDE, key="approval-contract"),
    Route("api-contract-approvals", "POST", DRAFTERS, key="approval-contract"),
    Route("api-approval-withdrawal", "POST", DRAFTERS, key="approval"),
    Route("api-approval-setting-aside", "POST", DRAFTERS, key="approval"),
    Route("api-seat-approval", "POST", PEOPLE_INSIDE, key="approval-seat"),
    Route("api-seat-rejection", "POST", PEOPLE_INSIDE, key="approval-seat"),
    Route("api-seat-reassignment", "POST", OVERSEERS, key="approval-seat"),
    Route("api-matrices", "GET", INSIDE),
    Route("api-matrices", "POST", ADMIN),
    Route("api-matrix", "GET", INSIDE, key="matrix"),
    Route("api-matrix-rules", "POST", ADMIN, key="matrix"),
    Route("api-matrix-activation", "POST", ADMIN, key="matrix", data=ON),
    Route("api-matrix-retirement", "POST", ADMIN, key="matrix"),
    Route("api-matrix-trial", "GET", INSIDE, key="matrix"),
    Route("api-rule", "GET", INSIDE, key="rule"),
    Route("api-rule", "PATCH", ADMIN, key="rule"),
    Route("api-rule", "DELETE", ADMIN, key="rule"),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
