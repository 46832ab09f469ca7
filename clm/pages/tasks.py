"""Saved views whose look is due, one verb and one transaction each."""

from __future__ import annotations

from celery import shared_task

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from clm.lib.due import one_due
from clm.pages.access import WATCH
from clm.pages.models import SavedView
from clm.pages.operations.check_view import check_view

LIMIT = 2000


@shared_task
def check_views() -> int:
    """Owners are told of what newly matches; one that cannot be looked at comes back later, and the others go on."""
    with every_organization():
        due = SavedView._default_manager.filter(alert_due_at__lte=clock.now()).order_by("alert_due_at")
        found = list(due.values_list("pk", "organization_id", "alert_due_at")[:LIMIT])
    for view_id, organization_id, due_at in found:
        looked_at = one_due(SavedView, view_id, "alert_due_at", due_at, "view_not_checked")
        with organization_scope(organization_id), looked_at:
            check_view(actor=system_actor(WATCH, organization_id), view_id=view_id)
    return len(found)
