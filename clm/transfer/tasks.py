from __future__ import annotations

from celery import shared_task

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.accounts.models import Organization
from clm.lib import clock
from clm.transfer.access import CARRIER
from clm.transfer.files import drop_nameless
from clm.transfer.models import OrganizationExport
from clm.transfer.operations.remove_export import remove_export


@shared_task
def remove_expired_exports() -> int:
    """Files of exports whose time is over are removed; answers how many."""
    with every_organization():
        due = OrganizationExport.objects.filter(removed_at=None, expires_at__lte=clock.now())
        found = list(due.values_list("pk", "organization_id"))
    for export_id, organization_id in found:
        with organization_scope(organization_id):
            remove_export(actor=system_actor(CARRIER, organization_id), export_id=export_id)
    swept = 0
    for organization_id in list(Organization.objects.values_list("pk", flat=True)):
        with organization_scope(organization_id):
            swept += drop_nameless(organization_id)
    return len(found) + swept
