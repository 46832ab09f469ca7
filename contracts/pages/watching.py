"""Watching contracts, their tags, and handing over what somebody owns."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.accounts.models import User
from clm.jobs.models import Job
from clm.pages.fields import SuggestInput
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.operations.watching.name_watchers import VERB as NAME
from contracts.operations.watching.name_watchers import name_watchers
from contracts.operations.watching.watch_contract import unwatch_contract, watch_contract
from contracts.pages.forms import members
from contracts.pages.steps import form_page, tried
from contracts.papers.bulk import OWNERS, TAGS, request_owner_change, request_tag_change
from contracts.queries.watching import suggested_tags, tags_of, watchers_of

MOST = 500


class WatchersForm(forms.Form):
    people = forms.MultipleChoiceField(
        label=gettext_lazy("Who watches"), choices=members, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They hear of its state, its versions and its dates, as long as they see it."),
    )  # fmt: skip


class OwnerForm(forms.Form):
    from_person = forms.ChoiceField(
        label=gettext_lazy("Contracts of"), help_text=gettext_lazy("Also of somebody who left.")
    )
    to = forms.ChoiceField(label=gettext_lazy("Go to"), choices=members)

    def __init__(self, owners: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_person"].choices = owners  # type: ignore[attr-defined]


class TagForm(forms.Form):
    into = forms.CharField(
        label=gettext_lazy("Becomes"), max_length=40, required=False,
        help_text=gettext_lazy("A tag that there is already merges the two. Empty: the tag is taken away."),
    )  # fmt: skip


@login_required
@require_POST
def contract_watch(request: HttpRequest, pk: UUID) -> HttpResponse:
    watch_contract(actor=actor_of(request), contract_id=pk)
    messages.success(request, _("You hear of its state, its versions and its dates."))
    return redirect("contract-tab", pk=pk, key="facts")


@login_required
@require_POST
def contract_unwatch(request: HttpRequest, pk: UUID) -> HttpResponse:
    unwatch_contract(actor=actor_of(request), contract_id=pk)
    return redirect("contract-tab", pk=pk, key="facts")


@login_required
def contract_watchers(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, NAME, contract)
    initial = {"people": [str(row.user_id) for row in watchers_of(contract)]}
    form = WatchersForm(request.POST if request.method == "POST" else None, initial=initial)

    def put(given: dict[str, Any]) -> None:
        name_watchers(actor=actor, contract_id=pk, people=[UUID(person) for person in given["people"]])

    if tried(form, put):
        return redirect("contract-tab", pk=pk, key="facts")
    back = reverse("contract-tab", args=[pk, "facts"])
    return form_page(request, form, contract, title=_("Who watches"), submit=_("Save"), back=back)


@login_required
def owner_change(request: HttpRequest) -> HttpResponse:
    """All contracts of one person go to another, as a job."""
    actor = actor_of(request)
    require(actor, OWNERS)
    owning = queries.contracts(actor).order_by().values("owner")
    owners = [(str(row.pk), str(row)) for row in User.objects.filter(pk__in=owning).order_by("name")]
    form = OwnerForm(owners, request.POST or None)
    started: dict[str, Job] = {}

    def start(given: dict[str, Any]) -> None:
        people = {"from_id": UUID(given["from_person"]), "to_id": UUID(given["to"])}
        started["job"] = request_owner_change(actor, **people)

    if tried(form, start):
        return redirect("job", pk=started["job"].pk)
    title, effect = (
        _("Hand contracts over"),
        _("Each contract that you see has its new owner, who is named in its history."),
    )
    return form_page(request, form, title=title, submit=_("Hand over"), effect=effect)


@login_required
@require_GET
def tag_list(request: HttpRequest) -> HttpResponse:
    """The tags of the contracts that the person sees."""
    actor = actor_of(request)
    require(actor, VIEW_INSIDE)
    context = {
        "tags": list(tags_of(actor)[:MOST]),
        "can_rename": can(actor, TAGS),
        "crumbs": [(_("Contracts"), reverse("contracts"))],
    }
    return render(request, "contracts/tags_page.html", context)


@login_required
def tag_change(request: HttpRequest) -> HttpResponse:
    """A tag is renamed, merged with another, or taken away, on all contracts, as a job."""
    actor = actor_of(request)
    require(actor, TAGS)
    tag = request.GET.get("tag", "")
    form = TagForm(request.POST if request.method == "POST" else None, initial={"into": tag})
    form.fields["into"].widget = SuggestInput(lambda: suggested_tags(actor))
    started: dict[str, Job] = {}

    def start(given: dict[str, Any]) -> None:
        started["job"] = request_tag_change(actor, tag=tag, into=given["into"])

    if tried(form, start):
        return redirect("job", pk=started["job"].pk)
    title, effect = _("Tag: %(tag)s") % {"tag": tag}, _("All contracts with this tag that you see are changed.")
    back = reverse("contract-tags")
    return form_page(request, form, title=title, submit=_("Change everywhere"), effect=effect, back=back)
