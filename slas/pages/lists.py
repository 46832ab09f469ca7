"""Lists of service levels, breaches and deliveries of telemetry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from clm.access.permissions import can
from clm.pages.lists import Column, Empty, ListPage
from slas import queries
from slas.models import Alert, AlertKind, Breach, Commitment, TelemetryBatch
from slas.models.commitment import WindowKind
from slas.states import AlertState, BreachState, CommitmentState, Light
from slas.templatetags.slas import target_text, times


class CommitmentFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=CommitmentState.choices, label=_("State"))
    light = django_filters.ChoiceFilter(choices=Light.choices, label=_("Light"))
    window_kind = django_filters.ChoiceFilter(choices=WindowKind.choices, label=_("Window"))

    class Meta:
        model = Commitment
        fields = ["state", "light", "window_kind"]


@method_decorator(login_required, name="dispatch")
class CommitmentList(ListPage):
    key = "commitments"
    title = _("Service levels")
    subtitle = _("What was promised, and how the running window stands")
    verb = "slas.view_commitment"
    filterset_class = CommitmentFilter
    search_fields = ("name", "contract__title", "contract__reference", "indicator__key", "indicator__service__name")
    default_sort = "name"
    empty = Empty(
        title=_("No service levels yet"),
        hint=_("Open a contract, mark the sentence that promises one, and choose “service level”."),
        icon="gauge",
    )
    columns = (
        Column("name", _("Service level"), main=True, sort=("name",), template="slas/commitment_cell.html"),
        Column("light", _("Light"), kind="light", sort=("light",)),
        Column("attainment", _("This window"), "shown.attainment", template="slas/attainment_cell.html"),
        Column("target", _("Target"), template="slas/target_cell.html", sort=("target",)),
        Column("window", _("Window"), "get_window_kind_display", sort=("window_kind",)),
        Column("contract", _("Contract"), "contract.title", sort=("contract__title",)),
        Column("service", _("Service"), "indicator.service.name", sort=("indicator__service__name",), visible=False),
        Column("state", _("State"), kind="state", domain="commitment", sort=("state",)),
    )

    def rows(self) -> QuerySet[Commitment]:
        return queries.commitments(self.actor)

    def url_of(self, row: Commitment) -> str:
        return reverse("commitment", args=[row.pk])

    def complete(self, rows: Sequence[Any]) -> None:
        """One query brings the running windows of the rows."""
        current = queries.current_windows(self.actor, rows)
        for row in rows:
            row.shown = queries.shown(current.get(row.pk))


class BreachFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=BreachState.choices, label=_("State"))

    class Meta:
        model = Breach
        fields = ["state"]


@method_decorator(login_required, name="dispatch")
class BreachList(ListPage):
    key = "breaches"
    title = _("Breaches")
    subtitle = _("Windows that were missed, with the evidence frozen for each")
    verb = "slas.view_breach"
    filterset_class = BreachFilter
    search_fields = ("reference", "commitment__name", "contract__title", "contract__reference")
    default_sort = "-ended"
    empty = Empty(
        title=_("No breaches"),
        hint=_("A window that ends below its target appears here by itself."),
        icon="shield-check",
    )
    columns = (
        Column("reference", _("Breach"), main=True, sort=("reference",)),
        Column("commitment", _("Service level"), "commitment.name", sort=("commitment__name",)),
        Column("window", _("Window"), "window.label", kind="code", sort=("window__starts_at",)),
        Column("attainment", _("Attainment"), "evaluation.attainment", template="slas/breach_attainment_cell.html"),
        Column("target", _("Target"), lambda row: target_text(row.commitment.indicator, row.evaluation.target)),
        Column("contract", _("Contract"), "contract.title", sort=("contract__title",)),
        Column("ended", _("Window ended"), "window.ends_at", kind="instant", sort=("window__ends_at",)),
        Column("state", _("State"), kind="state", domain="breach", sort=("state",)),
    )

    def rows(self) -> QuerySet[Breach]:
        return queries.breaches(self.actor).defer("evidence")

    def url_of(self, row: Breach) -> str:
        return reverse("breach", args=[row.pk])


class AlertFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=AlertState.choices, label=_("State"))
    kind = django_filters.ChoiceFilter(choices=AlertKind.choices, label=_("Kind"))

    class Meta:
        model = Alert
        fields = ["state", "kind"]


@method_decorator(login_required, name="dispatch")
class AlertList(ListPage):
    key = "alerts"
    title = _("Alerts")
    subtitle = _("Error budgets that burn, before a window is missed")
    verb = "slas.view_alert"
    filterset_class = AlertFilter
    search_fields = ("commitment__name", "contract__title", "contract__reference", "commitment__indicator__key")
    default_sort = "-opened"
    empty = Empty(
        title=_("No alerts"),
        hint=_("An error budget that burns too fast appears here by itself, and clears by itself."),
        icon="bell",
    )
    columns = (
        Column("commitment", _("Service level"), "commitment.name", main=True, sort=("commitment__name",)),
        Column("kind", _("What goes on"), "get_kind_display", sort=("kind",)),
        Column("rate", _("Burn rate"), lambda row: times(row.figures["worst"]["long_rate"])),
        Column("contract", _("Contract"), "contract.title", sort=("contract__title",)),
        Column("opened", _("Since"), "opened_at", kind="instant", sort=("opened_at",)),
        Column("cleared", _("Cleared"), "cleared_at", kind="instant", sort=("cleared_at",)),
        Column("state", _("State"), kind="state", domain="alert", sort=("state",)),
    )

    def rows(self) -> QuerySet[Alert]:
        return queries.alerts(self.actor).defer("trace")

    def url_of(self, row: Alert) -> str:
        return reverse("alert", args=[row.pk])


@method_decorator(login_required, name="dispatch")
class BatchList(ListPage):
    key = "telemetry"
    title = _("Telemetry")
    subtitle = _("What was delivered, what was new, and what was refused")
    verb = "slas.view_telemetry"
    default_sort = "-created_at"
    actions_template = "slas/telemetry_actions.html"
    empty = Empty(
        title=_("Nothing was delivered yet"),
        hint=_("Send samples to the API, or upload a CSV file."),
        icon="activity",
    )
    columns = (
        Column("created_at", _("Delivered"), kind="instant", main=True, sort=("created_at",)),
        Column("source", _("By"), sort=("source",)),
        Column("received", _("Rows"), kind="number", sort=("received",)),
        Column("accepted", _("New"), kind="number", sort=("accepted",)),
        Column("replaced", _("Of them replaced"), kind="number"),
        Column("duplicates", _("Known already"), kind="number"),
        Column("refused", _("Refused"), kind="number", sort=("refused",)),
        Column("first_at", _("From"), kind="instant"),
        Column("last_at", _("Until"), kind="instant"),
    )

    def rows(self) -> QuerySet[TelemetryBatch]:
        return queries.batches(self.actor).defer("refusals")

    def url_of(self, row: TelemetryBatch) -> str:
        return ""

    def extra_context(self) -> dict[str, Any]:
        return {"can_upload": can(self.actor, "slas.ingest_samples")}
