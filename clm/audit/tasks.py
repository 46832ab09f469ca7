"""The sequencer's second chance, for entries whose verb committed and whose process then died, and its watchman."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.audit.access import WATCHMAN
from clm.audit.chain import chain_entries
from clm.audit.models import LedgerEntry
from clm.audit.operations.raise_alarm import PATIENCE, raise_alarm
from clm.lib import clock


@shared_task
def chain_ledger() -> int:
    """Every committed entry has its place in its organization's chain."""
    chained = 0
    for organization_id in _waiting():
        with organization_scope(organization_id):
            while batch := chain_entries(organization_id):
                chained += batch
    return chained


@shared_task
def watch_ledger() -> int:
    """Entries left unchained for over a minute have raised an alarm."""
    late = 0
    for organization_id in _waiting(older=True):
        with organization_scope(organization_id):
            late += raise_alarm(actor=system_actor(WATCHMAN, organization_id))
    return late


def _waiting(*, older: bool = False) -> list[UUID]:
    with every_organization():
        rows = LedgerEntry.objects.filter(sequence=None)
        if older:
            rows = rows.filter(created_at__lt=clock.now() - PATIENCE)
        return list(rows.values_list("organization_id", flat=True).distinct())
