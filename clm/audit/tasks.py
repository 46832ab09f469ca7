"""The sequencer's second chance, for entries whose verb committed and whose process then died, its watchman, and the
sealing of the heads."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog
from celery import shared_task

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.accounts.models import Organization
from clm.audit.access import WATCHMAN
from clm.audit.chain import chain_entries
from clm.audit.models import LedgerEntry
from clm.audit.operations.raise_alarm import PATIENCE, raise_alarm
from clm.audit.sealing import seal_organization
from clm.lib import clock

log = structlog.get_logger("clm.audit")


@shared_task
def chain_ledger() -> int:
    """Every committed entry has its place in its organization's chain."""
    return _each(_waiting(), _chain, "ledger_not_chained")


@shared_task
def watch_ledger() -> int:
    """Entries left unchained for over a minute have raised an alarm."""
    return _each(_waiting(older=True), lambda pk: raise_alarm(actor=system_actor(WATCHMAN, pk)), "ledger_not_watched")


@shared_task
def seal_heads() -> int:
    """Every head that moved is sealed, once in each LEDGER_SEAL_MINUTES."""
    organizations = list(Organization.objects.values_list("pk", flat=True))
    return _each(organizations, seal_organization, "ledger_not_sealed")


def _each(organizations: list[UUID], work: Callable[[UUID], int], failure: str) -> int:
    """The sum of the work's answers in each organization's scope. One that fails is logged and stops no other."""
    done = 0
    for organization_id in organizations:
        try:
            with organization_scope(organization_id):
                done += work(organization_id)
        except Exception:
            log.exception(failure, organization_id=str(organization_id))
    return done


def _chain(organization_id: UUID) -> int:
    chained = 0
    while batch := chain_entries(organization_id):
        chained += batch
    return chained


def _waiting(*, older: bool = False) -> list[UUID]:
    with every_organization():
        rows = LedgerEntry.objects.filter(sequence=None)
        if older:
            rows = rows.filter(created_at__lt=clock.now() - PATIENCE)
        return list(rows.values_list("organization_id", flat=True).distinct())
