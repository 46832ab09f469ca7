"""Who may do and see what with approvals: who drafts asks, whoever has a seat decides, administrators keep the matrix.
The other side sees nothing of it."""

from __future__ import annotations

from clm.access.registry import (
    everyone_inside,
    register_system_actor,
    register_verbs,
    register_visibility,
    seen_through,
)
from clm.access.subjects import register_subjects
from clm.accounts.delegations import register_kinds
from clm.accounts.roles import INSIDE, PEOPLE_INSIDE, Role
from contracts.access import EDITORS
from contracts.models import Approval, ApprovalSeat, ApprovalStep, Contract, Matrix, Rule
from contracts.models.contract import Category

VIEW = "contracts.view_approval"
VIEW_MATRIX = "contracts.view_matrix"
DESK = "approval_desk"
OVERSEERS = frozenset({Role.LEGAL, Role.ADMINISTRATOR})


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.request_approval": EDITORS,
            "contracts.withdraw_approval": EDITORS,
            "contracts.set_aside_approval": EDITORS,
            "contracts.approve_step": PEOPLE_INSIDE,
            "contracts.reject_step": PEOPLE_INSIDE,
            "contracts.reassign_seat": OVERSEERS,
            "contracts.chase_step": set(),
            "contracts.reroute_approval": set(),
            "contracts.reseat_approval": set(),
            VIEW_MATRIX: INSIDE,
            "contracts.create_matrix": {Role.ADMINISTRATOR},
            "contracts.add_rule": {Role.ADMINISTRATOR},
            "contracts.change_rule": {Role.ADMINISTRATOR},
            "contracts.remove_rule": {Role.ADMINISTRATOR},
            "contracts.activate_matrix": {Role.ADMINISTRATOR},
            "contracts.retire_matrix": {Role.ADMINISTRATOR},
        }
    )
    register_kinds(Category.choices)
    register_system_actor(DESK, {"contracts.chase_step", "contracts.reseat_approval"})
    register_subjects(Approval)
    register_visibility(Approval, VIEW, seen_through("contract", lambda: Contract))
    register_visibility(ApprovalStep, VIEW, seen_through("approval", lambda: Approval))
    register_visibility(ApprovalSeat, VIEW, seen_through("step", lambda: ApprovalStep))
    for row in (Matrix, Rule):
        register_visibility(row, VIEW_MATRIX, everyone_inside)
