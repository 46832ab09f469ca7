"""The sequencer's second chance: entries whose verb committed and whose process then died."""

from __future__ import annotations

from celery import shared_task

from clm.access.scope import every_organization, organization_scope
from clm.audit.chain import chain_entries
from clm.audit.models import LedgerEntry


@shared_task
def chain_ledger() -> int:
    """Every committed entry has its place in its organization's chain."""
    with every_organization():
        waiting = list(LedgerEntry.objects.filter(sequence=None).values_list("organization_id", flat=True).distinct())
    chained = 0
    for organization_id in waiting:
        with organization_scope(organization_id):
            chained += chain_entries(organization_id)
    return chained
