from __future__ import annotations

from celery import shared_task

from clm.access.scope import organization_scope
from clm.accounts.models import Organization
from clm.documents.sweep import sweep


@shared_task
def sweep_storage() -> int:
    """Stored bytes that no row names are removed after a day; answers how many."""
    removed = 0
    for organization_id in list(Organization.objects.values_list("pk", flat=True)):
        with organization_scope(organization_id):
            removed += sweep(organization_id)
    return removed
