"""A saved view tells its owner of what newly matches, or no longer."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from clm.pages import events
from clm.pages.alerts import SOURCES
from clm.pages.models import Alert, SavedView, ViewMatch

VERB = "pages.set_view_alert"


@transaction.atomic
def set_view_alert(*, actor: Actor, view_id: UUID, alert: str, by_mail: bool = True) -> SavedView:
    """`alert` is one of Alert, empty: none. What matches already is known and is not told; what matches later is, at
    once or each morning, in the inbox and, `by_mail`, by mail too. Raises Invalid `alert_unknown`, DomainError
    `no_alerts_here` for a list that has none."""
    view = lock_row(SavedView, view_id)
    require(actor, VERB, view)
    if alert not in ("", *Alert.values):
        message = _("Choose when you are told.")
        raise Invalid("alert_unknown", message, fields={"alert": [message]})
    if alert and view.page not in SOURCES:
        raise DomainError("no_alerts_here", _("Nobody can be told of what this list newly shows."))
    before = {"alert": view.alert, "by_mail": view.alert_by_mail}
    if not alert:
        ViewMatch.objects.filter(view=view).delete()
        view.alert_based_at = None
    view.alert, view.alert_by_mail = alert, by_mail
    view.alert_due_at = clock.now() if alert else None
    view.save(update_fields=["alert", "alert_by_mail", "alert_due_at", "alert_based_at"])
    record(actor, events.view_alert_set(view, before))
    return view
