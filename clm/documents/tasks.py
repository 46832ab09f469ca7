from __future__ import annotations

import structlog
from celery import shared_task

from clm.access.scope import organization_scope
from clm.accounts.models import Organization
from clm.documents.sweep import sweep

log = structlog.get_logger("clm.documents")


@shared_task
def sweep_storage() -> int:
    """Stored bytes that no row names are removed after a day; answers how many."""
    removed = 0
    for organization_id in list(Organization.objects.values_list("pk", flat=True)):
        try:
            with organization_scope(organization_id):
                removed += sweep(organization_id)
        except Exception:
            log.exception("storage_not_swept", organization_id=str(organization_id))
    return removed
