"""The pages of contracts: what people do. Each view reads a form and calls one verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clm.access.middleware import actor_of
from clm.access.objects import people_granted
from clm.access.permissions import get_visible, require
from clm.accounts.defaults import zone_of
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from contracts import queries
from contracts.calendar import instant_of
from contracts.models import Clause, Contract, Terms, Version
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.archive_contract import archive_contract
from contracts.operations.change_contract import change_contract, newest_change
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.file_contract import file_contract
from contracts.operations.finalize_version import finalize_version
from contracts.operations.mark_passage import mark_passage
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_parties import remove_party
from contracts.operations.set_terms import set_terms
from contracts.pages import forms as shapes
from contracts.pages.meanwhile import put_meanwhile
from contracts.papers import TERM_FIELDS, read_paper
from contracts.papers.reader import body_offset
from contracts.papers.reading_jobs import READ_AT_ONCE, request_filing, request_reading
from contracts.queries.amendments import amends_signed
from contracts.queries.custom_fields import gathered
from contracts.states import VersionState

Done = Callable[[Any], Any]


def put_errors(form: forms.Form, refusal: DomainError) -> None:
    """What the verb refused stands beside the field it is about, else above the form; who changed the thing meanwhile
    is named, what was typed stays, and saving it again is a choice."""
    if put_meanwhile(form, refusal):
        return
    for name, texts in refusal.fields.items():
        names = (name, f"{name}_id", name.replace("custom_fields.", "cf_"))
        form.add_error(next((each for each in names if each in form.fields), None), texts)
    if not refusal.fields:
        form.add_error(None, refusal.message)


def form_page(
    request: HttpRequest,
    form: Any,
    contract: Contract | None = None,
    *,
    title: str,
    submit: str,
    effect: str = "",
    back: str = "",
    template: str = "contracts/form_page.html",
) -> HttpResponse:
    """A form on a page of its own; cancelling leads `back`, by itself to the contract or to the list."""
    context = {
        "form": form,
        "contract": contract,
        "title": title,
        "submit_label": submit,
        "effect": effect,
        "cancel_url": back or (reverse("contract", args=[contract.pk]) if contract else reverse("contracts")),
    }
    return render(request, template, context, status=400 if form.is_bound else 200)


def tried(form: Any, verb: Done) -> bool:
    """Call the verb with what the form read; put its refusal into the form."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        verb(form.cleaned_data)
    except (NotVisible, LookupError):
        raise
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        put_errors(form, refusal)
        return False
    return True


def _contract_for(request: HttpRequest, pk: UUID, verb: str) -> tuple[Actor, Contract]:
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, verb, contract)
    return actor, contract


@login_required
def contract_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "contracts.create_contract")
    initial = {"owner_id": str(actor.user_id), "time_zone": zone_of(actor.organization_id)}
    form = shapes.NewContractForm(request.POST or None, request.FILES or None, initial=initial)
    made: dict[str, Contract] = {}

    def create(given: dict[str, Any]) -> None:
        facts, terms = form.split(given)
        file = given.get("file")
        if file and file.size > READ_AT_ONCE:
            content, name = file.read(), file.name
            made["contract"] = request_filing(actor, content=content, file_name=name, terms=terms, **facts)
        else:
            paper = read_paper(file.read(), file.name) if file else None
            made["contract"] = file_contract(actor=actor, paper=paper, terms=terms, **facts)

    if tried(form, create):
        messages.success(request, _("The contract is filed as a draft."))
        return redirect("contract", pk=made["contract"].pk)
    title, submit = _("New contract"), _("Add the contract")
    return form_page(request, form, None, title=title, submit=submit, template="contracts/contract_form_page.html")


@login_required
def contract_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, contract = _contract_for(request, pk, "contracts.change_contract")
    newest = newest_change(contract)
    contract.refresh_from_db()  # what is shown is no older than what is said to be seen
    names = ("title", "category", "external_reference", "value_amount", "currency", "time_zone", "description")
    initial = {name: getattr(contract, name) for name in (*names, "jurisdiction")}
    initial |= {"value_amount": shapes.amount_typed(contract.value_amount, contract.currency)}
    initial |= {"owner_id": str(contract.owner_id), "seen": newest.pk if newest else None}
    initial |= {"department_id": contract.department_id, "tags": ", ".join(contract.tags)}
    form = shapes.ContractForm(request.POST or None, initial=initial, custom=gathered(contract.custom_values.all()))
    if tried(form, lambda given: change_contract(actor=actor, contract_id=pk, custom_fields=form.said(given), **given)):
        messages.success(request, _("Saved."))
        return redirect("contract", pk=pk)
    title, template = _("Change the facts"), "contracts/contract_form_page.html"
    return form_page(request, form, contract, title=title, submit=_("Save"), template=template)


@login_required
def version_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, contract = _contract_for(request, pk, "contracts.add_version")
    form = shapes.VersionForm(request.POST or None, request.FILES or None)
    if tried(form, lambda given: _take_in(request, actor, contract, **given)):
        return redirect("contract", pk=pk)
    return form_page(request, form, contract, title=_("Upload a version"), submit=_("Upload"))


def _take_in(request: HttpRequest, actor: Actor, contract: Contract, file: UploadedFile, note: str) -> None:
    """A small document is read at once, a large one by a job whose progress the contract's page shows."""
    name = file.name or ""
    if (file.size or 0) > READ_AT_ONCE:
        request_reading(actor, contract_id=contract.pk, content=file.read(), file_name=name, note=note)
        messages.info(request, _("The document is being read."))
        return
    add_version(actor=actor, contract_id=contract.pk, paper=read_paper(file.read(), name), note=note)
    messages.success(request, _("The document is in: here is its text."))


@login_required
def contract_terms(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, contract = _contract_for(request, pk, "contracts.set_terms")
    version = contract.versions.order_by("number").last()
    if version is None:
        return redirect("version-new", pk=pk)
    initial = {**_terms_to_begin_with(version), "seen": version.content_hash}
    form = shapes.TermsForm(version, request.POST or None, initial=initial)

    def put(given: dict[str, Any]) -> None:
        passage, seen = given.pop("notice_passage"), given.pop("seen") or None
        passage_id = passage.pk if passage else None
        set_terms(actor=actor, version_id=version.pk, terms=given, notice_passage_id=passage_id, seen=seen)

    if tried(form, put):
        messages.success(request, _("The terms are set."))
        return redirect("contract-tab", pk=pk, key="terms")
    return form_page(request, form, contract, title=_("Terms"), submit=_("Set the terms"))


def _terms_to_begin_with(version: Version) -> dict[str, Any]:
    """The version's own terms; else those of the text that it changes, but for the sentence, which is of that text."""
    known = Terms.objects.filter(version=version).first()
    if known is not None:
        return {name: getattr(known, name) for name in (*TERM_FIELDS, "notice_passage")}
    before = Terms.objects.filter(version__contract=version.contract_id, version__state=VersionState.FINAL)
    signed = before.order_by("version__number").last()
    return {name: getattr(signed, name) for name in TERM_FIELDS} if signed else {}


@login_required
def contract_parties(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, contract = _contract_for(request, pk, "contracts.set_parties")
    form = shapes.PartForm(request.POST or None)
    if tried(form, lambda given: name_party(actor=actor, contract_id=pk, **given)):
        messages.success(request, _("The party is named."))
        return redirect("contract-tab", pk=pk, key="parties")
    return form_page(request, form, contract, title=_("Add a party"), submit=_("Add the party"))


@login_required
@require_POST
def party_remove(request: HttpRequest, pk: UUID, part_id: UUID) -> HttpResponse:
    remove_party(actor=actor_of(request), contract_id=pk, part_id=part_id)
    return redirect("contract-tab", pk=pk, key="parties")


@login_required
def contract_execute(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, contract = _contract_for(request, pk, "contracts.record_execution")
    form = shapes.ExecutionForm(request.POST or None)
    if tried(form, lambda given: record_execution(actor=actor, contract_id=pk, **given)):
        messages.success(request, _("Filed as signed: text and terms are fixed."))
        return redirect("contract", pk=pk)
    effect = _("The newest version's text and terms are fixed for good; later changes are amendments.")
    return form_page(request, form, contract, title=_("File as signed"), submit=_("File as signed"), effect=effect)


@login_required
@require_POST
def contract_activate(request: HttpRequest, pk: UUID) -> HttpResponse:
    activate_contract(actor=actor_of(request), contract_id=pk)
    messages.success(request, _("The contract is in force."))
    return redirect("contract", pk=pk)


@login_required
@require_POST
def contract_archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    archive_contract(actor=actor_of(request), contract_id=pk)
    return redirect("contract", pk=pk)


@login_required
def renewal_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, contract = _contract_for(request, pk, "contracts.decide_renewal")
    form = shapes.DecisionForm(request.POST or None)

    def decide(given: dict[str, Any]) -> None:
        day, at = given["decided_on"] or clock.today(contract.time_zone), given["decided_at"]
        instant = None if at is None else instant_of(day, at, contract.time_zone)
        decide_renewal(actor=actor, contract_id=pk, **given | {"decided_at": instant})

    if tried(form, decide):
        messages.success(request, _("The decision is recorded."))
        return redirect("contract-tab", pk=pk, key="terms")
    effect = _("The decision for the current term is recorded and cannot be taken back.")
    return form_page(request, form, contract, title=_("Decide the renewal"), submit=_("Record"), effect=effect)


@login_required
def contract_access(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, contract = _contract_for(request, pk, "contracts.restrict_contract")
    people = [str(person.pk) for person in people_granted("see_confidential_contract", contract)]
    initial = {"is_confidential": contract.is_confidential, "people": people}
    form = shapes.AccessForm(actor, request.POST or None, initial=initial)
    if tried(form, lambda given: restrict_contract(actor=actor, contract_id=pk, **_named(given))):
        messages.success(request, _("Saved who sees this contract."))
        return redirect("contract", pk=pk)
    return form_page(request, form, contract, title=_("Who sees this contract"), submit=_("Save"))


def _named(given: dict[str, Any]) -> dict[str, Any]:
    return {"is_confidential": given["is_confidential"], "people": [UUID(person) for person in given["people"]]}


@login_required
def version_finalize(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    version = get_visible(actor, queries.version_rows(), pk)
    require(actor, "contracts.finalize_version", version)
    # Of an amendment the day is the one that all accepted.
    is_agreed = amends_signed(version.contract)
    form = forms.Form(request.POST or None) if is_agreed else shapes.FinalizeForm(request.POST or None)
    if tried(form, lambda given: finalize_version(actor=actor, version_id=pk, **given)):
        messages.success(request, _("The version is final."))
        return redirect("version", pk=pk)
    effect = _("Text and terms of this version are fixed for good and count from that day.")
    if is_agreed:
        effect = _("Text and terms of this version are fixed for good and count from the day that all accepted.")
    return form_page(request, form, version.contract, title=_("Make final"), submit=_("Make final"), effect=effect)


@login_required
def passage_mark(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A sentence is marked: shown first, then kept by a POST. Offsets count from the clause's shown text."""
    actor = actor_of(request)
    version = get_visible(actor, queries.version_rows(), pk)
    require(actor, "contracts.mark_passage", version)
    clause, start, end = _span(request, version)
    if request.method == "POST":
        passage = mark_passage(actor=actor, version_id=version.pk, clause_id=clause.pk, start=start, end=end)
        return redirect("passage", pk=passage.pk)
    context = {
        "version": version,
        "contract": version.contract,
        "clause": clause,
        "quote": version.text[start:end],
    }
    return render(request, "contracts/mark_page.html", context)


def _span(request: HttpRequest, version: Version) -> tuple[Clause, int, int]:
    """Clause and offsets into the version's text, from the address."""
    try:
        clause_id = UUID(request.GET.get("clause", ""))
        start, end = int(request.GET.get("start", "")), int(request.GET.get("end", ""))
    except ValueError as unreadable:
        raise Invalid("span_unreadable", "Mark a sentence first.") from unreadable
    clause = Clause.objects.filter(version=version, pk=clause_id).first()
    if clause is None:
        raise NotVisible
    shown_from = clause.start + body_offset(clause)
    return clause, shown_from + start, shown_from + end
