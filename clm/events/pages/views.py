"""Dead letters: deliveries that failed for good, and their replay."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require, visible
from clm.audit.queries import entries_of
from clm.events.filters import DeliveryFilter
from clm.events.models import Delivery, DeliveryState
from clm.events.operations.replay_delivery import replay_delivery
from clm.events.queries import error_class, withhold
from clm.pages.lists import Column, Empty, ListPage


class DeadLettersPage(ListPage):
    """Dead deliveries, unless the filter asks for others."""

    key = "dead-letters"
    title = gettext_lazy("Dead letters")
    subtitle = gettext_lazy("Events that a handler could not take, after eight attempts")
    verb = "events.view_delivery"
    columns = (
        Column("type", gettext_lazy("Fact"), value="event.type", sort=("event__type",), main=True),
        Column("handler", gettext_lazy("Handler"), sort=("handler",)),
        Column("status", gettext_lazy("State"), sort=("status",)),
        Column("attempts", gettext_lazy("Attempts"), kind="number", sort=("attempts",)),
        Column("created_at", gettext_lazy("Since"), kind="instant", sort=("created_at",)),
        Column("error", gettext_lazy("Error"), value=lambda row: error_class(row.last_error)),
    )
    filterset_class = DeliveryFilter
    search_fields = ("handler", "event__type")
    default_sort = "-created_at"
    empty = Empty(
        title=gettext_lazy("No dead letters"),
        hint=gettext_lazy("Every event has reached its handlers, or is being tried again."),
        icon="circle-check",
    )

    def rows(self) -> QuerySet[Delivery]:
        rows = visible(self.actor, Delivery.objects.select_related("event"))
        return rows if self.request.GET.get("status") else rows.filter(status=DeliveryState.DEAD)

    def url_of(self, row: Delivery) -> str:
        return reverse("dead-letter", args=[row.pk])


@require_GET
def dead_letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One delivery: the event, the error, and the button that tries it again."""
    actor = actor_of(request)
    require(actor, "events.view_delivery")
    (delivery,) = withhold(actor, [get_visible(actor, Delivery.objects.select_related("event"), pk)])
    context = {
        "delivery": delivery,
        "payload": list(delivery.event.payload.items()),
        "is_dead": delivery.status == DeliveryState.DEAD,
        "history": entries_of(delivery),
    }
    return render(request, "events/delivery_page.html", context)


@require_POST
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    replay_delivery(actor=actor_of(request), delivery_id=pk)
    messages.success(request, _("It is tried again now."))
    return redirect("dead-letter", pk=pk)
