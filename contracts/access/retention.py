"""Who keeps the records: rules and holds are legal's, disposing of a contract takes two of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from clm.access.permissions import Sights, can, visible
from clm.access.registry import (
    everyone_inside,
    register_gate,
    register_reader,
    register_system_actor,
    register_verbs,
    register_visibility,
    seen_through,
)
from clm.access.subjects import register_subjects
from clm.accounts.roles import INSIDE, Role
from clm.audit.access import register_ledger_filter
from clm.lib.actor import Actor
from contracts.models import (
    Contract,
    Disposal,
    LegalHold,
    Matter,
    MatterContract,
    Reading,
    RetentionRule,
    UnusualReading,
)
from contracts.queries.disposed import refuse_on_disposed

VIEW = "contracts.view_records"
KEEPERS = frozenset({Role.LEGAL, Role.ADMINISTRATOR})
VIEW_READING = "contracts.view_reading"
WATCH = "reading_watch"


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.add_retention_rule": KEEPERS,
            "contracts.retire_retention_rule": KEEPERS,
            "contracts.open_matter": KEEPERS,
            "contracts.put_in_matter": KEEPERS,
            "contracts.place_hold": KEEPERS,
            "contracts.release_hold": KEEPERS,
            "contracts.propose_disposal": KEEPERS,
            "contracts.withdraw_disposal": KEEPERS,
            "contracts.refuse_disposal": KEEPERS,
            "contracts.approve_disposal": KEEPERS,
            VIEW_READING: KEEPERS | {Role.AUDITOR},
            "contracts.flag_unusual_readings": set(),
        }
    )
    register_system_actor(WATCH, {"contracts.flag_unusual_readings"})
    register_subjects(Disposal, LegalHold, UnusualReading)
    register_reader(_note)
    register_gate(refuse_on_disposed)
    register_ledger_filter(_entries)
    register_visibility(RetentionRule, VIEW, everyone_inside)
    register_visibility(Matter, VIEW, everyone_inside)
    register_visibility(LegalHold, VIEW, _holds)
    register_visibility(Disposal, VIEW, seen_through("contract", lambda: Contract))
    register_visibility(UnusualReading, VIEW_READING, everyone_inside)
    register_visibility(Reading, VIEW_READING, seen_through("contract", lambda: Contract))
    register_visibility(MatterContract, VIEW, seen_through("contract", lambda: Contract))


def _note(actor: Actor, sights: Sights) -> None:
    """What was opened; and of what a search or a list quoted the confidential: a page of hits opens nothing, but its
    words have left."""
    from contracts.operations.note_readings import note_readings

    quoted = Q(pk__in=sights.in_passing, is_confidential=True) if sights.in_passing else Q()
    rows = Contract.objects.filter(Q(pk__in=list(sights)) | quoted) if sights else Contract.objects.none()
    if ids := list(visible(actor, rows).values_list("pk", flat=True)):
        note_readings(actor=actor, contract_ids=ids)


def _entries(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Who read what is for those who watch over it."""
    return rows if can(actor, VIEW_READING) else rows.exclude(event="contract.read")


def _holds(actor: Actor, rows: QuerySet[LegalHold]) -> QuerySet[LegalHold]:
    """Those on a contract where the contract is seen; others for everybody inside."""
    seen = visible(actor, Contract.objects.all()).values("pk")
    return (
        rows.none() if actor.is_counterparty else rows.exclude(contract__isnull=False) | rows.filter(contract__in=seen)
    )
