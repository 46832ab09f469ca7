"""The owner of a saved view is told of what newly matches it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clm.access.permissions import require
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership, Organization
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.notify.tell import tell
from clm.pages import events
from clm.pages.alerts import MOST_FOLLOWED, SOURCES, AlertSource, CannotBeAsked, next_check
from clm.pages.models import Alert, SavedView, ViewMatch

VERB = "pages.check_view"
MATCHED = "view.matched"
# More than these at once are told as one number: whoever changed a thousand tags did not write a thousand letters.
MOST_NOTICES = 10
TOLD = gettext_lazy("You asked to be told of what newly matches this view.")
UNASKED = gettext_lazy("A filter of it is no longer there, or not what it was. Save the view anew to be told again.")
log = structlog.get_logger("clm.pages")


@transaction.atomic
def check_view(*, actor: Actor, view_id: UUID) -> SavedView:
    """Rows that match and did not when it was looked at last are told, once: one that left and matches again is told
    again. Only what the owner sees now counts. The first look after an alert was switched on, or the query changed,
    tells nothing. Who left the organization is told nothing any more. A view that is not due is not looked at; one
    whose look fails is due again at its next time."""
    view = lock_row(SavedView, view_id)
    require(actor, VERB, view)
    if view.alert_due_at is None or view.alert_due_at > clock.now():
        return view
    member = Membership.objects.filter(user_id=view.user_id, removed_at=None, user__is_active=True).first()
    source = SOURCES.get(view.page)
    if not view.alert or member is None or source is None:
        view.alert_due_at = None
        view.save(update_fields=["alert_due_at"])
        return view
    try:
        with transaction.atomic():
            _look(actor, view, source, actor_of_membership(member))
    except CannotBeAsked:
        _send(view, _("“%(view)s” cannot be asked any more") % {"view": view.name}, _unasked(view), None, UNASKED)
    except Exception:
        log.exception("view_not_checked", view=str(view_id))
    zone = Organization.objects.values_list("time_zone", flat=True).get(pk=view.organization_id)
    view.alert_due_at = next_check(view.alert, zone)
    view.save(update_fields=["alert_based_at", "alert_due_at"])
    return view


def _look(actor: Actor, view: SavedView, source: AlertSource, owner: Actor) -> None:
    found = source.find(owner, QueryDict(view.query))
    ids = set(found.order_by("-pk").values_list("pk", flat=True)[:MOST_FOLLOWED])
    known = set(ViewMatch.objects.filter(view=view).values_list("row_id", flat=True))
    ViewMatch.objects.filter(view=view, row_id__in=known - ids).delete()
    # Below what was followed of too many, rows are only seen again because newer ones left.
    floor = min(known) if len(known) >= MOST_FOLLOWED else None
    seen_again = {row_id for row_id in ids - known if floor is not None and row_id < floor}
    is_first = view.alert_based_at is None
    _keep(view, seen_again, is_told=False)
    fresh = _keep(view, ids - known - seen_again, is_told=not is_first)
    if fresh and not is_first:
        _tell(view, source, found, fresh)
        record(actor, events.view_matched(view, len(fresh)))
    view.alert_based_at = clock.now()


def _unasked(view: SavedView) -> str:
    """Told once for a query."""
    return f"view-unasked:{view.pk}:{sha256(view.query.encode()).hexdigest()[:16]}"


def _keep(view: SavedView, ids: set[UUID], *, is_told: bool) -> list[ViewMatch]:
    now = clock.now()
    return ViewMatch.objects.bulk_create(
        ViewMatch(
            organization_id=view.organization_id, view=view, row_id=row_id, matched_at=now,
            told_at=now if is_told else None,
        )
        for row_id in sorted(ids)
    )  # fmt: skip


def _tell(view: SavedView, source: AlertSource, found: Any, fresh: list[ViewMatch]) -> None:
    """A notice each, hidden with its row; many, or those of a day, as a number alone, for what a list of titles says
    would outlive the sight of them."""
    if view.alert == Alert.DAILY or len(fresh) > MOST_NOTICES:
        words = {"number": len(fresh), "view": view.name}
        title = ngettext("%(number)s newly matches “%(view)s”", "%(number)s newly match “%(view)s”", len(fresh))
        _send(view, title % words, f"view:{view.pk}:{fresh[0].pk}", None)
        return
    rows = {row.pk: row for row in found.filter(pk__in=[match.row_id for match in fresh])}
    for match in fresh:
        if (row := rows.get(match.row_id)) is not None:
            title = _("Newly matches “%(view)s”: %(row)s") % {"view": view.name, "row": row}
            _send(view, title, f"view:{view.pk}:{match.pk}", row)


def _send(view: SavedView, title: str, key: str, row: Any, body: Any = TOLD) -> None:
    tell(
        [view.user_id],
        kind=MATCHED,
        title=title,
        body=str(body),
        url=reverse("pages:view_alert", args=[view.pk]),
        subject=row,
        dedupe_key=key,
        by_mail=view.alert_by_mail,
    )
