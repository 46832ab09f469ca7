"""Administration of people, the organization and tokens, and one's own profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.accounts.actors import SESSION_KEY
from clm.accounts.models import ApiToken, Membership, Organization, User
from clm.accounts.operations.change_organization import change_organization
from clm.accounts.operations.change_profile import change_profile
from clm.accounts.operations.change_roles import change_roles
from clm.accounts.operations.invite_person import invite_person
from clm.accounts.operations.issue_token import issue_token
from clm.accounts.operations.remove_person import remove_person
from clm.accounts.operations.revoke_token import revoke_token
from clm.accounts.pages.forms import InviteForm, OrganizationForm, ProfileForm, RolesForm, TokenForm
from clm.audit.queries import entries_of
from clm.lib.refusals import attempt
from clm.pages.lists import Column, Empty, ListPage

ORGANIZATION_FIELDS = ("name", "time_zone", "currency", "holidays_country", "mail_paused")


class PeoplePage(ListPage):
    key = "people"
    title = gettext_lazy("People")
    subtitle = gettext_lazy("Who works here, and in which roles")
    verb = "accounts.view_person"
    columns = (
        Column("name", gettext_lazy("Name"), value=lambda row: str(row.user), sort=("user__name",), main=True),
        Column("email", gettext_lazy("E-mail address"), value="user.email", sort=("user__email",)),
        Column("roles", gettext_lazy("Roles"), value=lambda row: ", ".join(row.role_names)),
        Column("since", gettext_lazy("Member since"), value="created_at", kind="instant", sort=("created_at",)),
    )
    search_fields = ("user__name", "user__email")
    default_sort = "name"
    actions_template = "accounts/people_actions.html"

    def rows(self) -> QuerySet[Membership]:
        rows = Membership.objects.filter(removed_at=None).select_related("user")
        return visible(self.actor, rows)

    def url_of(self, row: Membership) -> str:
        return reverse("person", args=[row.pk])

    def extra_context(self) -> Mapping[str, Any]:
        return {"may_invite": can(self.actor, "accounts.invite_person")}


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; an invitation mail follows."""
    actor = actor_of(request)
    require(actor, "accounts.invite_person")
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        membership = attempt(form, lambda: invite_person(actor=actor, **form.cleaned_data))
        if membership is not None:
            messages.success(request, _("%(person)s is invited.") % {"person": membership.user})
            return redirect("people")
    return render(request, "accounts/person_invite.html", {"form": form})


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A member: roles, and what happened to the membership."""
    actor = actor_of(request)
    require(actor, "accounts.view_person")
    membership = get_visible(actor, Membership.objects.select_related("user"), pk)
    form = RolesForm(request.POST or None, initial={"roles": membership.roles})
    if request.method == "POST":
        require(actor, "accounts.change_roles", membership)
        sent = form.is_valid()
        if sent and attempt(form, lambda: change_roles(actor=actor, membership_id=pk, **form.cleaned_data)) is not None:
            messages.success(request, _("The roles are changed."))
            return redirect("person", pk=pk)
    context = {
        "membership": membership,
        "form": form,
        "may_change": can(actor, "accounts.change_roles") and membership.removed_at is None,
        "history": entries_of(membership),
    }
    return render(request, "accounts/person_page.html", context)


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    membership = remove_person(actor=actor_of(request), membership_id=pk)
    messages.success(request, _("%(person)s is no longer a member.") % {"person": membership.user})
    return redirect("people")


@require_http_methods(["GET", "POST"])
def organization(request: HttpRequest) -> HttpResponse:
    """The organization's settings."""
    actor = actor_of(request)
    require(actor, "accounts.change_organization")
    present = Organization.objects.get(pk=actor.organization_id)
    initial = {name: getattr(present, name) for name in ORGANIZATION_FIELDS}
    form = OrganizationForm(request.POST or None, initial=initial)
    sent = request.method == "POST" and form.is_valid()
    if sent and attempt(form, lambda: change_organization(actor=actor, **form.cleaned_data)) is not None:
        messages.success(request, _("Saved."))
        return redirect("organization")
    context = {"form": form, "history": entries_of(present, limit=20)}
    return render(request, "accounts/organization_page.html", context)


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name and time zone, with the ways to password and second factor."""
    actor = actor_of(request)
    require(actor, "accounts.change_profile")
    user = User.objects.get(pk=actor.person_id)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "time_zone": user.time_zone})
    sent = request.method == "POST" and form.is_valid()
    if sent and attempt(form, lambda: change_profile(actor=actor, **form.cleaned_data)) is not None:
        messages.success(request, _("Saved."))
        return redirect("profile")
    membership = Membership.objects.filter(user_id=actor.person_id).first()
    return render(request, "accounts/profile_page.html", {"form": form, "person": user, "membership": membership})


@require_POST
def switch_organization(request: HttpRequest) -> HttpResponse:
    """The session acts in another of the person's organizations from the next request on."""
    actor_of(request)
    mine = {str(row.organization_id) for row in request.memberships}  # type: ignore[attr-defined]
    chosen = request.POST.get("organization", "")
    if chosen in mine:
        request.session[SESSION_KEY] = chosen
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")


class TokensPage(ListPage):
    key = "tokens"
    title = gettext_lazy("API tokens")
    subtitle = gettext_lazy("What integrations sign in with")
    verb = "accounts.view_token"
    columns = (
        Column("name", gettext_lazy("For"), sort=("name",), main=True),
        Column("prefix", gettext_lazy("Begins with"), value=lambda row: f"cvn_{row.prefix}_"),
        Column("owner", gettext_lazy("Acts as"), value=lambda row: str(row.user), sort=("user__name",)),
        Column("scopes", gettext_lazy("May"), value=lambda row: ", ".join(row.scopes)),
        Column("last_used_at", gettext_lazy("Last used"), kind="instant", sort=("last_used_at",)),
        Column("expires_at", gettext_lazy("Works until"), kind="instant", sort=("expires_at",)),
        Column("end", "", template="accounts/token_end.html", value="revoked_at"),
    )
    search_fields = ("name", "prefix", "user__email")
    default_sort = "name"
    actions_template = "accounts/tokens_actions.html"
    empty = Empty(
        title=gettext_lazy("No tokens yet"),
        hint=gettext_lazy("A token lets a program read and write through the API, in your name and no further."),
        icon="key",
        action_label=gettext_lazy("Issue a token"),
        action_url="/tokens/new/",
        action_verb="accounts.issue_token",
    )

    def rows(self) -> QuerySet[ApiToken]:
        return visible(self.actor, ApiToken.objects.select_related("user"))


@require_http_methods(["GET", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Issue a token; the answer to the POST is the only page that ever shows its secret."""
    actor = actor_of(request)
    require(actor, "accounts.issue_token")
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        issued = attempt(form, lambda: issue_token(actor=actor, **form.cleaned_data))
        if issued is not None:
            token, secret = issued
            answer = render(request, "accounts/token_issued.html", {"token": token, "secret": secret})
            answer["Cache-Control"] = "no-store"
            return answer
    return render(request, "accounts/token_new.html", {"form": form})


@require_POST
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    token = revoke_token(actor=actor_of(request), token_id=pk)
    messages.success(request, _("The token %(name)s opens nothing any more.") % {"name": token.name})
    return redirect("tokens")
