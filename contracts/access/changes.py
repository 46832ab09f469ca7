"""Who takes back what the other side sent, and decides on its changes: those who draft for us."""

from __future__ import annotations

from clm.access.registry import register_verbs, register_visibility, seen_through
from clm.accounts.roles import INSIDE
from contracts.access import EDITORS
from contracts.models import Change, Receipt, Version

VIEW = "contracts.view_change"


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.receive_version": EDITORS,
            "contracts.accept_change": EDITORS,
            "contracts.reject_change": EDITORS,
            "contracts.counter_change": EDITORS,
            "contracts.reopen_change": EDITORS,
        }
    )
    through_version = seen_through("version", lambda: Version)
    register_visibility(Receipt, VIEW, through_version)
    register_visibility(Change, VIEW, through_version)
