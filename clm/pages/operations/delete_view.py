from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.pages import events
from clm.pages.models import SavedView


def delete_view(*, actor: Actor, view_id: UUID) -> None:
    """The person's saved view is gone."""
    with transaction.atomic():
        view = lock_row(SavedView, view_id)
        require(actor, "pages.delete_view", view)
        record(actor, events.view_deleted(view))
        view.delete()
