"""What service levels put on the home page, in the navigation, on the contract page and into the search box."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clm.accounts.roles import Role
from clm.dashboards.registry import (
    Hit,
    NavigationEntry,
    Panel,
    SearchSource,
    register_navigation,
    register_panel,
    register_search_source,
)
from clm.lib.actor import Actor
from clm.pages.help import HelpPage, register_help
from contracts.models import Contract
from contracts.tabs import Binding, ContractTab, register_binding, register_contract_tab
from slas import queries
from slas.states import CommitmentState, Light

VIEW = "slas.view_commitment"
SHOWN = 8
# Red first, then yellow, then what cannot be judged.
ORDER = {Light.RED: 0, Light.YELLOW: 1, Light.GREY: 2, Light.GREEN: 3}


def _lights(actor: Actor) -> dict[str, Any]:
    urgency = Case(
        *(When(light=light, then=Value(place)) for light, place in ORDER.items()),
        default=Value(4),
        output_field=IntegerField(),
    )
    active = queries.commitments(actor).filter(state=CommitmentState.ACTIVE)
    rows = list(active.annotate(urgency=urgency).order_by("urgency", "name")[:SHOWN])
    current = queries.current_windows(actor, rows)
    return {"levels": [(row, queries.shown(current.get(row.pk))) for row in rows]}


def _breaches(actor: Actor) -> dict[str, Any]:
    return {"breaches": list(queries.open_breaches(actor).defer("evidence")[:SHOWN])}


def _trend(actor: Actor) -> dict[str, Any]:
    rows = queries.trend(actor, queries.trend_months())
    if all(row["percent"] is None for row in rows):
        return {"chart": None}
    points = [[f"{row['month']}-01T00:00:00+00:00", _text(row["percent"])] for row in rows]
    series = [{"name": str(_("Met")), "points": points}]
    return {"chart": {"kind": "line", "series": series, "unit": "%", "maximum": 100}}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _count(actor: Actor, contract: Contract) -> int:
    return queries.commitments(actor).filter(contract=contract).count()


def _open_count(actor: Actor) -> int:
    return queries.open_breaches(actor).count()


def _firing_count(actor: Actor) -> int:
    return queries.firing_alerts(actor).count()


def _search(actor: Actor, words: str, limit: int) -> list[Hit]:
    found = queries.commitments(actor).filter(Q(name__icontains=words) | Q(indicator__key__icontains=words))
    levels = [
        Hit(str(_("Service level")), row.name, row.contract.title, reverse("commitment", args=[row.pk]))
        for row in found.order_by("name")[:limit]
    ]
    missed = queries.breaches(actor).defer("evidence").filter(reference__icontains=words).order_by("-id")[:limit]
    return levels + [
        Hit(str(_("Breach")), row.reference, row.commitment.name, reverse("breach", args=[row.pk])) for row in missed
    ]


def register() -> None:
    _register_panels()
    register_navigation(NavigationEntry("commitments", _("Service levels"), "commitments", "gauge", VIEW, 60))
    register_navigation(
        NavigationEntry(
            "breaches", _("Breaches"), "breaches", "alert-triangle", "slas.view_breach", 65, count=_open_count
        )
    )
    register_navigation(
        NavigationEntry("alerts", _("Alerts"), "alerts", "bell", "slas.view_alert", 63, count=_firing_count)
    )
    register_navigation(
        NavigationEntry("telemetry", _("Telemetry"), "telemetry", "activity", "slas.view_telemetry", 67)
    )
    binding = frozenset(["commitment-bind", "commitment-edit", "back-test"])
    register_help(HelpPage("definitions", _("How service levels are defined"), binding))
    register_help(HelpPage("service-levels", _("When an error budget burns"), frozenset(["alerts", "alert"])))
    register_search_source(SearchSource("slas", _("Service levels and breaches"), 30, _search))
    register_contract_tab(
        ContractTab(
            key="service-levels",
            label=_("Service levels"),
            order=40,
            verb=VIEW,
            template="slas/contract_tab.html",
            context=queries.contract_levels,
            count=_count,
        )
    )
    register_binding(
        Binding(
            key="service-level",
            label=_("Service level"),
            hint=_("A measured promise: an indicator, a target, a window, and what a miss is worth."),
            icon="gauge",
            url_name="commitment-bind",
            verb="slas.bind_commitment",
            order=10,
        )
    )


def _register_panels() -> None:
    managing = {Role.ACCOUNT_MANAGER, Role.PROCUREMENT, Role.ADMINISTRATOR}
    panels = (
        ("lights", _("Service levels that need a look"), "slas/panel_lights.html", _lights, managing, VIEW, 10),
        (
            "breaches",
            _("Open breaches"),
            "slas/panel_breaches.html",
            _breaches,
            managing | {Role.LEGAL, Role.FINANCE, Role.EXECUTIVE},
            "slas.view_breach",
            15,
        ),
        (
            "trend",
            _("Compliance by month"),
            "slas/panel_trend.html",
            _trend,
            {Role.EXECUTIVE, Role.ACCOUNT_MANAGER, Role.AUDITOR},
            VIEW,
            12,
        ),
    )
    for key, title, template, context, roles, verb, order in panels:
        register_panel(
            Panel(
                key=f"slas-{key}",
                title=title,
                template=template,
                context=context,
                roles=frozenset(str(role) for role in roles),
                verb=verb,
                order=order,
            )
        )
