from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog
from celery import shared_task

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.accounts.models import Organization
from clm.lib import clock
from clm.transfer.access import CARRIER
from clm.transfer.files import drop_nameless
from clm.transfer.models import OrganizationExport
from clm.transfer.operations.remove_export import remove_export

log = structlog.get_logger("clm.transfer")


@shared_task
def remove_expired_exports() -> int:
    """Files of exports whose time is over are removed; answers how many."""
    with every_organization():
        due = OrganizationExport.objects.filter(removed_at=None, expires_at__lte=clock.now())
        found = list(due.values_list("pk", "organization_id"))
    removed = sum(_alone(organization_id, _remove, export_id) for export_id, organization_id in found)
    organizations = list(Organization.objects.values_list("pk", flat=True))
    return removed + sum(_alone(pk, drop_nameless, pk) for pk in organizations)


def _remove(export_id: UUID) -> int:
    export = OrganizationExport.objects.get(pk=export_id)
    remove_export(actor=system_actor(CARRIER, export.organization_id), export_id=export_id)
    return 1


def _alone(organization_id: UUID, work: Callable[[UUID], int], what: UUID) -> int:
    """One that fails keeps no other waiting."""
    try:
        with organization_scope(organization_id):
            return work(what)
    except Exception:
        log.exception("export_not_removed", organization_id=str(organization_id), id=str(what))
        return 0
