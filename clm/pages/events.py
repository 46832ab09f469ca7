"""Facts about saved views."""

from __future__ import annotations

from clm.events.record import Event
from clm.pages.models import SavedView


def view_saved(view: SavedView) -> Event:
    after = {"page": view.page, "name": view.name, "query": view.query}
    return Event("pages.view_saved", "pages.save_view", view, payload={"view_id": view.pk}, after=after)


def default_view_set(view: SavedView) -> Event:
    before = {"is_default": not view.is_default}
    after = {"page": view.page, "name": view.name, "is_default": view.is_default}
    verb = "pages.set_default_view"
    return Event("pages.default_view_set", verb, view, payload={"view_id": view.pk}, before=before, after=after)


def view_deleted(view: SavedView) -> Event:
    before = {"page": view.page, "name": view.name, "query": view.query}
    return Event("pages.view_deleted", "pages.delete_view", view, payload={"view_id": view.pk}, before=before)
