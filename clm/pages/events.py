"""Facts about saved views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def view_alert_set(view: SavedView, before: Mapping[str, Any]) -> Event:
    after = {"name": view.name, "alert": view.alert, "by_mail": view.alert_by_mail}
    verb = "pages.set_view_alert"
    return Event("pages.view_alert_set", verb, view, payload={"view_id": view.pk}, before=before, after=after)


def view_matched(view: SavedView, number: int) -> Event:
    """How many newly matched; not which."""
    after = {"number": number}
    return Event("pages.view_matched", "pages.check_view", view, payload={"view_id": view.pk, **after}, after=after)


def view_deleted(view: SavedView) -> Event:
    before = {"page": view.page, "name": view.name, "query": view.query}
    return Event("pages.view_deleted", "pages.delete_view", view, payload={"view_id": view.pk}, before=before)
