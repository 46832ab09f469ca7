"""Who may do and see what with duties and dates."""

from __future__ import annotations

from clm.access.registry import register_system_actor, register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import INSIDE, Role
from contracts.models import Contract
from obligations.models import Deadline, Obligation, Occurrence

KEEPERS = {Role.LEGAL, Role.PROCUREMENT, Role.ACCOUNT_MANAGER, Role.ADMINISTRATOR, Role.INTEGRATION}
CALENDAR = "calendar"


def register() -> None:
    register_verbs(
        {
            "obligations.view_obligation": INSIDE,
            "obligations.add_obligation": KEEPERS,
            "obligations.end_obligation": KEEPERS,
            "obligations.submit_occurrence": KEEPERS | {Role.FINANCE},
            "obligations.fulfil_occurrence": KEEPERS | {Role.FINANCE},
            "obligations.dispute_occurrence": KEEPERS,
            "obligations.waive_occurrence": {Role.LEGAL, Role.ADMINISTRATOR},
            "obligations.schedule_occurrences": set(),
            "obligations.advance_occurrence": set(),
            "obligations.set_deadlines": set(),
            "obligations.remind_deadline": set(),
        }
    )
    register_system_actor(
        CALENDAR,
        {
            "obligations.schedule_occurrences",
            "obligations.advance_occurrence",
            "obligations.set_deadlines",
            "obligations.remind_deadline",
        },
    )
    through_contract = seen_through("contract", lambda: Contract)
    for model in (Obligation, Occurrence, Deadline):
        register_visibility(model, "obligations.view_obligation", through_contract)
    register_subjects(Deadline, Occurrence)
