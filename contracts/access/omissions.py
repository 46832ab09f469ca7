"""Who may leave a mandatory clause out: who drafts asks, legal or an approver decides; the other side sees nothing."""

from __future__ import annotations

from clm.access.registry import register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import INSIDE, Role
from contracts.access import EDITORS
from contracts.models import Contract, Omission

VIEW = "contracts.view_omission"
DECIDERS = {Role.LEGAL, Role.APPROVER}


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.ask_omission": EDITORS,
            "contracts.approve_omission": DECIDERS,
            "contracts.refuse_omission": DECIDERS,
        }
    )
    register_subjects(Omission)
    register_visibility(Omission, VIEW, seen_through("contract", lambda: Contract))
