from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock, lock_row
from clm.pages import events
from clm.pages.models import SavedView


def set_default_view(*, actor: Actor, view_id: UUID, is_default: bool = True) -> SavedView:
    """The person's list opens with this view, in place of another one, or no longer does."""
    with transaction.atomic():
        view = lock_row(SavedView, view_id)
        require(actor, "pages.set_default_view", view)
        if view.is_default == is_default:
            return view
        advisory_lock(f"saved_view:{view.user_id}:{view.page}")
        if is_default:
            SavedView.objects.filter(user_id=view.user_id, page=view.page, is_default=True).update(is_default=False)
        view.is_default = is_default
        view.save(update_fields=["is_default"])
        record(actor, events.default_view_set(view))
    return view
