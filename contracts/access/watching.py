"""Who may watch a contract: everybody inside who sees it; who files contracts may name others. And who may change many
contracts by one job."""

from __future__ import annotations

from clm.access.registry import register_verbs, register_visibility, seen_through
from clm.accounts.roles import INSIDE, Role
from contracts.access import EDITORS, VIEW_INSIDE
from contracts.models import Contract, Watcher

WATCH = "contracts.watch_contract"


def register() -> None:
    register_verbs(
        {
            WATCH: INSIDE,
            "contracts.name_watchers": EDITORS,
            "contracts.hand_over_contracts": {Role.LEGAL, Role.ADMINISTRATOR},
            "contracts.rename_tag": {Role.ADMINISTRATOR},
        }
    )
    register_visibility(Watcher, VIEW_INSIDE, seen_through("contract", lambda: Contract))
