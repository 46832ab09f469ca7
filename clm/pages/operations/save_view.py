from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import advisory_lock
from clm.pages import events
from clm.pages.models import SavedView


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
        view, _ = SavedView.objects.update_or_create(
            organization_id=actor.organization_id,
            user_id=actor.person_id,
            page=page,
            name=name,
            defaults={"query": query},
        )
        record(actor, events.view_saved(view))
    return view
