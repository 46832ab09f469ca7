"""The pages of legal entities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require
from clm.audit.queries import entries_of
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from contracts import queries
from contracts.access.retention import VIEW as VIEW_HOLD
from contracts.models import Party
from contracts.operations.change_party import change_party
from contracts.operations.create_party import create_party
from contracts.operations.parties.address_party import add_address, change_address, remove_address
from contracts.operations.parties.archive_party import archive_party, reinstate_party
from contracts.operations.parties.identify_party import add_identifier, remove_identifier
from contracts.operations.parties.name_contact import add_contact, change_contact, remove_contact
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.pages import party_forms as shapes
from contracts.pages.steps import form_page, tried
from contracts.queries.conflicts import conflicts_with
from contracts.queries.entities import MOST_SHOWN, contacts_of, group_of, levels_of, parts_of, similar_parties
from contracts.queries.retention import held_among

CHANGE, ARCHIVE = "contracts.change_party", "contracts.archive_party"


@login_required
@require_GET
def party_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A party: contracts that this person sees, whom to turn to, numbers, addresses, group, history."""
    actor = actor_of(request)
    party = get_visible(actor, queries.parties(actor).select_related("parent"), pk)
    parts = parts_of(actor, party)
    shown = list(parts[:MOST_SHOWN])
    context = {
        "party": party,
        "parts": shown,
        "held": held_among(part.contract_id for part in shown) if can(actor, VIEW_HOLD) else set(),
        "number_of_parts": parts.count(),
        "most_shown": MOST_SHOWN,
        "levels": levels_of(contacts_of([party])),
        "identifiers": party.identifiers.order_by("kind", "value"),
        "addresses": party.addresses.order_by("kind", "created_at"),
        "group": group_of(party),
        "conflicts": list(conflicts_with(actor, party)[:MOST_SHOWN]),
        "history": entries_of(party),
        "can_change": can(actor, CHANGE, party),
        "can_archive": can(actor, ARCHIVE, party),
        "crumbs": [(_("Parties"), reverse("parties"))],
    }
    return render(request, "contracts/party_page.html", context)


def _party_for(request: HttpRequest, pk: UUID, verb: str = CHANGE) -> tuple[Actor, Party]:
    actor = actor_of(request)
    party = get_visible(actor, Party.objects.all(), pk)
    require(actor, verb, party)
    return actor, party


def _form(request: HttpRequest, form: Any, party: Party, *, title: str, submit: str, effect: str = "") -> HttpResponse:
    shown = f"{title}: {party.name}"
    return form_page(request, form, title=shown, submit=submit, effect=effect, back=party.get_absolute_url())


@login_required
def party_new(request: HttpRequest) -> HttpResponse:
    """A party that nobody knows yet; entities of almost its name are shown before it is added."""
    actor = actor_of(request)
    require(actor, "contracts.create_party")
    form = shapes.NewPartyForm(request.POST or None)
    alike = similar_parties(actor, form.cleaned_data["name"]) if form.is_bound and form.is_valid() else []
    made: dict[str, Party] = {}

    def create(given: dict[str, Any]) -> None:
        given.pop("is_another")
        made["party"] = create_party(actor=actor, **given)

    asks = bool(alike) and not form.cleaned_data["is_another"]
    if not asks and tried(form, create):
        messages.success(request, _("The party is known."))
        return redirect("party", pk=made["party"].pk)
    context = {
        "form": form,
        "alike": alike if asks else [],
        "title": _("New party"),
        "submit_label": _("Add the party"),
        "cancel_url": reverse("parties"),
    }
    return render(request, "contracts/party_new_page.html", context, status=400 if form.is_bound else 200)


@login_required
def party_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, party = _party_for(request, pk)
    initial = {name: getattr(party, name) for name in shapes.PartyForm.base_fields}
    form = shapes.PartyForm(request.POST or None, initial=initial)
    if tried(form, lambda given: change_party(actor=actor, party_id=pk, **given)):
        return redirect("party", pk=pk)
    return _form(request, form, party, title=_("Change"), submit=_("Save"))


@login_required
def party_parent(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, party = _party_for(request, pk)
    form = shapes.ParentForm(
        party, request.POST if request.method == "POST" else None, initial={"parent": party.parent_id}
    )

    def put(given: dict[str, Any]) -> None:
        parent = given["parent"]
        set_parent_company(actor=actor, party_id=pk, parent_id=parent.pk if parent else None)

    if tried(form, put):
        return redirect("party", pk=pk)
    return _form(request, form, party, title=_("Parent company"), submit=_("Save"))


@login_required
def party_archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, party = _party_for(request, pk, ARCHIVE)
    form = shapes.WhyForm(request.POST if request.method == "POST" else None)
    if tried(form, lambda given: archive_party(actor=actor, party_id=pk, **given)):
        messages.success(request, _("Archived."))
        return redirect("party", pk=pk)
    effect = _("It is offered for no new contract. Its contracts and its history stay.")
    return _form(request, form, party, title=_("Archive"), submit=_("Archive"), effect=effect)


@login_required
@require_POST
def party_reinstate(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, _party = _party_for(request, pk, ARCHIVE)
    reinstate_party(actor=actor, party_id=pk)
    return redirect("party", pk=pk)


@login_required
def identifier_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, party = _party_for(request, pk)
    form = shapes.IdentifierForm(request.POST or None)
    if tried(form, lambda given: add_identifier(actor=actor, party_id=pk, **given)):
        return redirect("party", pk=pk)
    return _form(request, form, party, title=_("Add a number"), submit=_("Add"))


@login_required
@require_POST
def identifier_remove(request: HttpRequest, pk: UUID, part_id: UUID) -> HttpResponse:
    remove_identifier(actor=actor_of(request), party_id=pk, identifier_id=part_id)
    return redirect("party", pk=pk)


@login_required
def address_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, party = _party_for(request, pk)
    form = shapes.AddressForm(request.POST or None)
    if tried(form, lambda given: add_address(actor=actor, party_id=pk, **given)):
        return redirect("party", pk=pk)
    return _form(request, form, party, title=_("Add an address"), submit=_("Add"))


@login_required
def address_edit(request: HttpRequest, pk: UUID, part_id: UUID) -> HttpResponse:
    actor, party = _party_for(request, pk)
    address = party.addresses.filter(pk=part_id).first()
    if address is None:
        raise NotVisible
    form = shapes.AddressForm(request.POST or None, instance=address)
    if tried(form, lambda given: change_address(actor=actor, party_id=pk, address_id=part_id, **given)):
        return redirect("party", pk=pk)
    return _form(request, form, party, title=_("Address"), submit=_("Save"))


@login_required
@require_POST
def address_remove(request: HttpRequest, pk: UUID, part_id: UUID) -> HttpResponse:
    remove_address(actor=actor_of(request), party_id=pk, address_id=part_id)
    return redirect("party", pk=pk)


@login_required
def contact_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, party = _party_for(request, pk)
    form = shapes.ContactForm(request.POST or None)
    if tried(form, lambda given: add_contact(actor=actor, party_id=pk, **given)):
        return redirect("party", pk=pk)
    return _form(request, form, party, title=_("Add a contact"), submit=_("Add"))


@login_required
def contact_edit(request: HttpRequest, pk: UUID, part_id: UUID) -> HttpResponse:
    actor, party = _party_for(request, pk)
    contact = party.contacts.filter(pk=part_id).first()
    if contact is None:
        raise NotVisible
    form = shapes.ContactForm(request.POST or None, initial=shapes.contact_typed(contact))
    if tried(form, lambda given: change_contact(actor=actor, party_id=pk, contact_id=part_id, **given)):
        return redirect("party", pk=pk)
    return _form(request, form, party, title=contact.name, submit=_("Save"))


@login_required
@require_POST
def contact_remove(request: HttpRequest, pk: UUID, part_id: UUID) -> HttpResponse:
    remove_contact(actor=actor_of(request), party_id=pk, contact_id=part_id)
    return redirect("party", pk=pk)
