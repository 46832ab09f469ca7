"""Who ends contracts: legal and administrators give notice, who works with them ticks off what is left to do."""

from __future__ import annotations

from clm.access.registry import register_system_actor, register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import INSIDE, Role
from contracts.access import EDITORS
from contracts.models import Contract, SurvivingClause, Termination, TerminationItem

VIEW = "contracts.view_termination"
ENDERS = {Role.LEGAL, Role.ADMINISTRATOR}
ENDER = "contract_ender"


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.announce_termination": ENDERS,
            "contracts.withdraw_termination": ENDERS,
            "contracts.add_termination_item": EDITORS,
            "contracts.tick_termination_item": EDITORS | {Role.ACCOUNT_MANAGER, Role.FINANCE},
            "contracts.end_terminated": set(),
        }
    )
    register_system_actor(ENDER, {"contracts.end_terminated"})
    register_subjects(Termination)
    register_visibility(Termination, VIEW, seen_through("contract", lambda: Contract))
    for model in (SurvivingClause, TerminationItem):
        register_visibility(model, VIEW, seen_through("termination", lambda: Termination))
