"""Facts about saved views."""

from __future__ import annotations

from clm.events.record import Event
from clm.pages.models import SavedView


def view_saved(view: SavedView) -> Event:
    after = {"page": view.page, "name": view.name, "query": view.query}
    return Event("pages.view_saved", "pages.save_view", view, payload={"view_id": view.pk}, after=after)


def view_deleted(view: SavedView) -> Event:
    before = {"page": view.page, "name": view.name, "query": view.query}
    return Event("pages.view_deleted", "pages.delete_view", view, payload={"view_id": view.pk}, before=before)
