"""Who may read the ledger, and which entries are kept from whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q, QuerySet

from clm.access.permissions import visible
from clm.access.registry import (
    Rule,
    everyone_inside,
    register_system_actor,
    register_verbs,
    register_visibility,
)
from clm.accounts.roles import Role
from clm.audit.models import LedgerEntry, Transition
from clm.lib.actor import Actor

WATCHMAN = "ledger_watchman"
_FILTERS: list[Rule] = []


def register() -> None:
    readers = {Role.AUDITOR, Role.ADMINISTRATOR, Role.LEGAL}
    register_verbs(
        {
            "audit.view_ledger": readers,
            "audit.export_ledger": readers,
            "audit.verify_ledger": readers,
            "audit.raise_alarm": set(),
            "audit.seal_head": set(),
        },
    )
    register_system_actor(WATCHMAN, {"audit.raise_alarm", "audit.seal_head", "audit.verify_ledger"})
    register_visibility(LedgerEntry, "audit.view_ledger", unhidden)
    register_visibility(Transition, "audit.view_ledger", everyone_inside)


def register_ledger_filter(rule: Rule) -> None:
    """An app above hides entries about things that an actor may not see; every rule applies."""
    _FILTERS.append(rule)


def seen_with_contract(owner: Callable[[], type[Model]]) -> Rule:
    """A rule: entries about a contract are seen by those who see the contract; the others by every reader."""

    def rule(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
        contracts = visible(actor, owner()._default_manager.all())
        return rows.filter(Q(contract_id=None) | Q(contract_id__in=contracts.values("pk")))

    return rule


def unhidden(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The entries that no rule hides from this actor."""
    for rule in (everyone_inside, *_FILTERS):
        rows = rule(actor, rows)
    return rows
