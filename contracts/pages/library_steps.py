"""The clause library: what people do. Each view reads a form and calls one verb."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import get_visible, require
from clm.lib.actor import Actor
from contracts.models import Clause, Contract, LibraryClause, LibraryClauseVersion
from contracts.operations.library.add_library_clause import add_library_clause
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.operations.library.decline_offer import decline_offer
from contracts.operations.library.guards import newest_change
from contracts.operations.library.retire_library_clause import retire_library_clause
from contracts.pages.library_forms import (
    AdoptionForm,
    ApprovalForm,
    LibraryClauseForm,
    NewLibraryClauseForm,
    OfferForm,
    RetirementForm,
    initial_of,
)
from contracts.pages.steps import form_page, tried


def _clause_for(request: HttpRequest, pk: UUID, verb: str) -> tuple[Actor, LibraryClause]:
    actor = actor_of(request)
    clause = get_visible(actor, LibraryClause.objects.all(), pk)
    require(actor, verb, clause)
    return actor, clause


@login_required
def clause_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "contracts.add_library_clause")
    form = NewLibraryClauseForm([], request.POST or None, initial={"owner_id": str(actor.user_id)})
    made: dict[str, LibraryClause] = {}

    def add(given: dict[str, Any]) -> None:
        facts, positions = form.split(given)
        made["clause"] = add_library_clause(actor=actor, positions=positions, **facts)

    if tried(form, add):
        messages.success(request, _("The clause is in the library, as a draft."))
        return redirect("library-clause", pk=made["clause"].pk)
    back = reverse("library-clauses")
    return form_page(request, form, title=_("New library clause"), submit=_("Add the clause"), back=back)


@login_required
def clause_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, clause = _clause_for(request, pk, "contracts.change_library_clause")
    last = newest_change(clause)
    clause.refresh_from_db()  # what is shown is no older than what is said to be seen
    newest = LibraryClauseVersion.objects.filter(clause=clause).latest("number")
    initial = {**_facts(clause), **initial_of(newest.positions), "seen": last.pk if last else None}
    form = LibraryClauseForm(newest.positions, request.POST or None, initial=initial)

    def change(given: dict[str, Any]) -> None:
        facts, positions = form.split(given)
        facts["owner_id"] = UUID(facts["owner_id"])
        seen, note = given["seen"], given["note"]
        change_library_clause(actor=actor, clause_id=pk, positions=positions, note=note, seen=seen, **facts)

    if tried(form, change):
        messages.success(
            request, _("The clause is changed. Other positions and types count once somebody else approves them.")
        )
        return redirect("library-clause", pk=pk)
    back = reverse("library-clause", args=[pk])
    return form_page(request, form, title=_("Change the clause"), submit=_("Save"), back=back)


def _facts(clause: LibraryClause) -> dict[str, Any]:
    return {
        "title": clause.title,
        "category": clause.category,
        "risk": clause.risk,
        "owner_id": str(clause.owner_id),
        "guidance": clause.guidance,
        "mandatory_for": clause.wanted_for,
        "attribution": clause.attribution,
    }


@login_required
@require_POST
def clause_approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, _clause = _clause_for(request, pk, "contracts.approve_library_clause")
    form = ApprovalForm(request.POST)
    if tried(form, lambda given: approve_library_clause(actor=actor, clause_id=pk, **given)):
        messages.success(request, _("It is approved: drafts are held against it from now on."))
    else:
        wrong = " ".join(str(text) for texts in form.errors.values() for text in texts)
        messages.error(request, getattr(form, "meanwhile_words", wrong))
    return redirect("library-clause", pk=pk)


@login_required
def clause_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, clause = _clause_for(request, pk, "contracts.retire_library_clause")
    form = RetirementForm(request.POST or None)
    if tried(form, lambda given: retire_library_clause(actor=actor, clause_id=pk, reason=given["reason"])):
        messages.success(request, _("The clause is retired."))
        return redirect("library-clause", pk=pk)
    effect = _("Drafts are no longer held against this clause. What adopted it keeps it.")
    title = _("Retire %(title)s") % {"title": clause.title}
    back = reverse("library-clause", args=[pk])
    return form_page(request, form, title=title, submit=_("Retire"), effect=effect, back=back)


@login_required
@require_POST
def offer_decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The contract takes no newer version of what it has from the library; back to where it was asked."""
    actor = actor_of(request)
    contract = get_visible(actor, Contract.objects.all(), pk)
    require(actor, "contracts.decline_offer", contract)
    form = OfferForm(request.POST)
    if tried(form, lambda given: decline_offer(actor=actor, contract_id=pk, **given)):
        messages.success(request, _("This version is not offered to this contract any more."))
    else:
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
    if request.POST.get("from") == "draft":
        return redirect("draft", pk)
    return redirect("contract-tab", pk, "library")


@login_required
def clause_adopt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tie a clause of a draft to a position, or take the tie off."""
    actor = actor_of(request)
    clause = get_visible(actor, Clause.objects.select_related("version__contract", "library_version"), pk)
    require(actor, "contracts.adopt_library_clause", clause)
    tie = f"{clause.library_version_id}:{clause.library_position}" if clause.library_version_id else ""
    form = AdoptionForm(clause, request.POST if request.method == "POST" else None, initial={"place": tie})

    def adopt(given: dict[str, Any]) -> None:
        version, _colon, position = given["place"].partition(":")
        wanted = UUID(version) if version else None
        adopt_library_clause(actor=actor, clause_id=pk, library_version_id=wanted, position=position)

    back = reverse("contract-tab", args=[clause.version.contract_id, "library"])
    if tried(form, adopt):
        return redirect(back)
    context = {"form": form, "clause": clause, "contract": clause.version.contract, "cancel_url": back}
    return render(request, "contracts/library_adopt.html", context, status=400 if form.is_bound else 200)
