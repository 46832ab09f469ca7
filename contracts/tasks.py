"""Due contracts, one verb each."""

from __future__ import annotations

from celery import shared_task

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from contracts.access import TERM_KEEPER
from contracts.models import Contract
from contracts.operations.advance_terms import advance_terms as advance

BATCH = 500


@shared_task
def advance_terms() -> int:
    """Contracts whose term ended have their next one, or are expired."""
    with every_organization():
        rows = Contract.objects.filter(terms_due_at__lte=clock.now()).order_by("terms_due_at")
        due = list(rows.values_list("pk", "organization_id")[:BATCH])
    for contract_id, organization_id in due:
        with organization_scope(organization_id):
            advance(actor=system_actor(TERM_KEEPER, organization_id), contract_id=contract_id)
    return len(due)
