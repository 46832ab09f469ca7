"""The owner of a saved view is told of what newly matches it."""

from __future__ import annotations

from hashlib import sha256
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clm.access.permissions import require
from clm.accounts.actors import actor_of_membership
from clm.accounts.defaults import zone_of
from clm.accounts.models import Membership
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.notify.tell import tell
from clm.pages import events
from clm.pages.alerts import SOURCES, AlertSource, CannotBeAsked, next_check
from clm.pages.models import Alert, SavedView

VERB = "pages.check_view"
MATCHED = "view.matched"
# More than these at once are told as one number: whoever changed a thousand tags did not write a thousand letters.
MOST_NOTICES = 10
TOLD = gettext_lazy("You asked to be told of what newly matches this view.")
UNASKED = gettext_lazy("A filter of it is no longer there, or not what it was. Save the view anew to be told again.")
log = structlog.get_logger("clm.pages")
# One look at the list; both comparisons are made by the database, which remembers what matched.
_COMPARED = """
WITH found (id) AS MATERIALIZED (SELECT DISTINCT * FROM ({found}) AS list),
gone AS (
    DELETE FROM pages_viewmatch m WHERE m.view_id = %s AND NOT EXISTS (SELECT FROM found f WHERE f.id = m.row_id)
),
came AS (
    INSERT INTO pages_viewmatch (organization_id, view_id, row_id, matched_at, told_at)
    SELECT %s, %s, f.id, %s::timestamptz, %s::timestamptz FROM found f
    WHERE NOT EXISTS (SELECT FROM pages_viewmatch m WHERE m.view_id = %s AND m.row_id = f.id)
    ORDER BY f.id RETURNING id, row_id
)
SELECT count(*) OVER (), id, row_id FROM came ORDER BY row_id LIMIT %s
"""


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
    began = monotonic()
    try:
        with transaction.atomic():
            _look(actor, view, source, actor_of_membership(member))
    except CannotBeAsked:
        _send(view, _("“%(view)s” cannot be asked any more") % {"view": view.name}, _unasked(view), None, UNASKED)
    except Exception:
        log.exception("view_not_checked", view=str(view_id))
    view.alert_due_at = next_check(view.alert, zone_of(view.organization_id), took=monotonic() - began)
    view.save(update_fields=["alert_based_at", "alert_due_at"])
    return view


def _look(actor: Actor, view: SavedView, source: AlertSource, owner: Actor) -> None:
    found = source.find(owner, QueryDict(view.query))
    is_first = view.alert_based_at is None
    number, first = _compare(view, found, is_told=not is_first)
    if number and not is_first:
        _tell(view, source, found, number, first)
        record(actor, events.view_matched(view, number))
    view.alert_based_at = clock.now()


def _compare(view: SavedView, found: QuerySet[Any], *, is_told: bool) -> tuple[int, list[tuple[UUID, UUID]]]:
    """What the view is known to match is what is found now. Answers how many rows are new, and of the first of them the
    ids of their ViewMatch and their own: the rows stay in the database, however many there are."""
    try:
        sql, params = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        sql, params = "SELECT NULL::uuid WHERE false", ()
    now = clock.now()
    known: list[Any] = [view.pk, view.organization_id, view.pk, now, now if is_told else None, view.pk]
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED.format(found=sql), [*params, *known, MOST_NOTICES])
        rows = cursor.fetchall()
    return (rows[0][0] if rows else 0), [(match_id, row_id) for _number, match_id, row_id in rows]


def _unasked(view: SavedView) -> str:
    """Told once for a query."""
    return f"view-unasked:{view.pk}:{sha256(view.query.encode()).hexdigest()[:16]}"


def _tell(
    view: SavedView, source: AlertSource, found: QuerySet[Any], number: int, first: list[tuple[UUID, UUID]]
) -> None:
    """A notice each, hidden with its row; many, or those of a day, as a number alone, for what a list of titles says
    would outlive the sight of them."""
    if view.alert == Alert.DAILY or number > MOST_NOTICES:
        words = {"number": number, "view": view.name}
        title = ngettext("%(number)s newly matches “%(view)s”", "%(number)s newly match “%(view)s”", number)
        _send(view, title % words, f"view:{view.pk}:{first[0][0]}", None)
        return
    rows = {row.pk: row for row in found.filter(pk__in=[row_id for _match_id, row_id in first])}
    for match_id, row_id in first:
        if (row := rows.get(row_id)) is not None:
            title = _("Newly matches “%(view)s”: %(row)s") % {"view": view.name, "row": row}
            _send(view, title, f"view:{view.pk}:{match_id}", row)


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
