"""The inbox: what waits for me, and when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import visible
from clm.notify.filters import InboxFilter
from clm.notify.models import Notification
from clm.notify.operations.read_all_notifications import read_all_notifications
from clm.notify.operations.read_notification import read_notification
from clm.pages.lists import Column, Empty, ListPage


class InboxPage(ListPage):
    """Unread things, unless the filter asks for others."""

    key = "inbox"
    title = gettext_lazy("Inbox")
    subtitle = gettext_lazy("What waits for you")
    verb = "notify.view_notification"
    columns = (
        Column("title", gettext_lazy("What"), template="notify/inbox_title.html", sort=("title",), main=True),
        Column("due_at", gettext_lazy("Due"), kind="instant", sort=("due_at",)),
        Column("created_at", gettext_lazy("Told"), kind="instant", sort=("created_at",)),
        Column("read", "", template="notify/inbox_read.html", value="read_at"),
    )
    filterset_class = InboxFilter
    search_fields = ("title", "body")
    default_sort = "-created_at"
    actions_template = "notify/inbox_actions.html"
    empty = Empty(
        title=gettext_lazy("Nothing waits for you"),
        hint=gettext_lazy("Deadlines, breaches and decisions that concern you appear here, and by mail."),
        icon="inbox",
    )

    def rows(self) -> QuerySet[Notification]:
        rows = visible(self.actor, Notification.objects.all())
        return rows if self.request.GET.get("show") else rows.filter(read_at=None)

    def extra_context(self) -> Mapping[str, Any]:
        return {"shows_all": bool(self.request.GET.get("show"))}


@require_POST
def read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The thing is read, and the person is where it leads, or back in the inbox."""
    notification = read_notification(actor=actor_of(request), notification_id=pk)
    follow = "follow" in request.POST and notification.url
    safe = follow and url_has_allowed_host_and_scheme(notification.url, {request.get_host()})
    return redirect(notification.url if safe else "inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = read_all_notifications(actor=actor_of(request))
    messages.success(request, ngettext("%(n)d thing is read.", "%(n)d things are read.", count) % {"n": count})
    return redirect("inbox")
