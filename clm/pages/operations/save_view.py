from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import advisory_lock
from clm.pages import events
from clm.pages.models import SavedView, ViewMatch


def save_view(*, actor: Actor, page: str, name: str, query: str) -> SavedView:
    """The person has a view of this name on the page; saving the same name again replaces its query.

    Invalid (`view_name`) when the name is empty or over 80 characters, or the query over 2,000.
    """
    name = name.strip()
    with transaction.atomic():
        advisory_lock(f"saved_view:{actor.person_id}:{page}")
        require(actor, "pages.save_view")
        if not name or len(name) > 80 or len(query) > 2000 or len(page) > 60:
            raise Invalid(
                "view_name", "A view needs a name of at most 80 characters.", fields={"name": ["Give a name."]}
            )
        known = SavedView.objects.filter(user_id=actor.person_id, page=page, name=name).exclude(query=query).first()
        view, _ = SavedView.objects.update_or_create(
            organization_id=actor.organization_id,
            user_id=actor.person_id,
            page=page,
            name=name,
            defaults={"query": query},
        )
        if known is not None and view.alert:
            # What matches the other query already is not told.
            ViewMatch.objects.filter(view=view).delete()
            view.alert_based_at, view.alert_due_at = None, clock.now()
            view.save(update_fields=["alert_based_at", "alert_due_at"])
        record(actor, events.view_saved(view))
    return view
