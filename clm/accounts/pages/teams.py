"""Teams, and who decides for whom while somebody is away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.accounts.delegations import kinds
from clm.accounts.models import Delegation, Membership, Team, TeamMember
from clm.accounts.operations.change_team import change_team
from clm.accounts.operations.create_delegation import create_delegation
from clm.accounts.operations.create_team import create_team
from clm.accounts.operations.delete_team import delete_team
from clm.accounts.operations.revoke_delegation import ends, revoke_delegation
from clm.accounts.roles import PEOPLE_INSIDE, Role
from clm.audit.queries import entries_of
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.refusals import attempt
from clm.pages.fields import currency_field
from clm.pages.lists import Column, Empty, ListPage

NOBODY = [("", "–")]


def _people() -> list[tuple[str, str]]:
    rows = Membership.objects.filter(removed_at=None, user__is_active=True, roles__overlap=list(PEOPLE_INSIDE))
    return [(str(row.user_id), str(row.user)) for row in rows.select_related("user").order_by("user__name")]


class TeamForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Team.Kind.choices)
    lead_id = forms.TypedChoiceField(
        label=gettext_lazy("Lead"), choices=lambda: [*NOBODY, *_people()], required=False, coerce=UUID, empty_value=None
    )
    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Members"), choices=_people, required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )


class DelegationForm(forms.Form):
    """Instants are in the person's own zone."""

    absentee_id = forms.TypedChoiceField(
        label=gettext_lazy("Who is away"), choices=_people, required=False, coerce=UUID, empty_value=None
    )
    delegate_id = forms.TypedChoiceField(
        label=gettext_lazy("Who decides meanwhile"), choices=lambda: [*NOBODY, *_people()], coerce=UUID
    )
    starts_at = forms.DateTimeField(
        label=gettext_lazy("From"),
        initial=clock.now,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("Until"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    limit_amount = forms.DecimalField(
        label=gettext_lazy("Up to a value of"), required=False, max_digits=18, decimal_places=4,
        help_text=gettext_lazy("Empty: any value. A value that is not known counts as higher."),
    )  # fmt: skip
    limit_currency = currency_field(required=False)
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Only for types"), choices=kinds, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all types."),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, required=False,
        help_text=gettext_lazy("Everybody here may read it."),
    )  # fmt: skip

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if Role.ADMINISTRATOR not in actor.roles:
            del self.fields["absentee_id"]


class TeamsPage(ListPage):
    key = "teams"
    title = gettext_lazy("Teams")
    subtitle = gettext_lazy("Departments, boards and other groups that rules and contracts name")
    verb = "accounts.view_team"
    columns = (
        Column("name", gettext_lazy("Name"), main=True, sort=("name",)),
        Column("kind", gettext_lazy("Kind"), lambda row: row.get_kind_display(), sort=("kind",)),
        Column("lead", gettext_lazy("Lead"), lambda row: str(row.lead or "")),
        Column("people", gettext_lazy("People"), "people", kind="number", sort=("people",)),
    )
    search_fields = ("name",)
    default_sort = "name"
    actions_template = "accounts/teams_actions.html"
    empty = Empty(
        title=gettext_lazy("No teams yet"),
        hint=gettext_lazy("A team is asked for approval as a whole, and contracts belong to a department."),
        icon="users-group",
        action_label=gettext_lazy("Add a team"),
        action_url="/teams/new/",
        action_verb="accounts.create_team",
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, Team.objects.select_related("lead").annotate(people=Count("members")))

    def extra_context(self) -> Mapping[str, Any]:
        return {"may_create": can(self.actor, "accounts.create_team")}


@require_http_methods(["GET", "POST"])
def team_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "accounts.create_team")
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = attempt(form, lambda: create_team(actor=actor, **form.cleaned_data))
        if team is not None:
            messages.success(request, _("%(team)s is added.") % {"team": team.name})
            return redirect("teams")
    return render(request, "accounts/team_new.html", {"form": form})


@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A team: who is in it, and what happened to it."""
    actor = actor_of(request)
    found = get_visible(actor, Team.objects.select_related("lead"), pk)
    require(actor, "accounts.view_team", found)
    members = TeamMember.objects.filter(team=found).select_related("user").order_by("user__name")
    initial = {"name": found.name, "kind": found.kind, "lead_id": str(found.lead_id or "")}
    form = TeamForm(request.POST or None, initial={**initial, "members": [str(row.user_id) for row in members]})
    if request.method == "POST":
        require(actor, "accounts.change_team", found)
        sent = form.is_valid()
        if sent and attempt(form, lambda: change_team(actor=actor, team_id=pk, **form.cleaned_data)) is not None:
            messages.success(request, _("Saved."))
            return redirect("team", pk=pk)
    context = {
        "team": found,
        "members": members,
        "form": form,
        "may_change": can(actor, "accounts.change_team", found),
        "history": entries_of(found),
        "crumbs": [(_("Teams"), reverse("teams"))],
    }
    return render(request, "accounts/team_page.html", context)


@require_POST
def team_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = get_visible(actor, Team.objects.all(), pk)
    try:
        delete_team(actor=actor, team_id=pk)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
        return redirect("team", pk=pk)
    messages.success(request, _("%(team)s is deleted.") % {"team": found.name})
    return redirect("teams")


@require_http_methods(["GET", "POST"])
def away(request: HttpRequest) -> HttpResponse:
    """Who decides for whom: one's own, and for administrators everybody's; arranging it."""
    actor = actor_of(request)
    require(actor, "accounts.view_delegation")
    form = DelegationForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "categories": form.cleaned_data["categories"]}
        row = attempt(form, lambda: create_delegation(actor=actor, **given))
        if row is not None:
            words = {"delegate": row.delegate, "absentee": row.absentee}
            messages.success(request, _("%(delegate)s acts for %(absentee)s.") % words)
            return redirect("away")
    context = {"form": form, "rows": _shown(actor)}
    return render(request, "accounts/away_page.html", context)


def _shown(actor: Actor) -> list[dict[str, Any]]:
    """What is not over, one's own and those one acts by first."""
    now = clock.now()
    rows = visible(actor, Delegation.objects.select_related("absentee", "delegate"))
    labels = dict(kinds())
    current = sorted(
        rows.filter(revoked_at=None, ends_at__gt=now),
        key=lambda row: (actor.person_id not in (row.absentee_id, row.delegate_id), row.starts_at),
    )
    return [
        {
            "row": row,
            "is_running": row.is_running(now),
            "may_end": ends(actor, row),
            "categories": ", ".join(str(labels.get(code, code)) for code in row.categories),
        }
        for row in current
    ]


@require_POST
def delegation_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    get_visible(actor, Delegation.objects.all(), pk)
    try:
        row = revoke_delegation(actor=actor, delegation_id=pk)
        messages.success(request, _("%(person)s decides for themselves again.") % {"person": row.absentee})
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
    return redirect("away")
