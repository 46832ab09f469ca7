"""The pages of records: each view reads a form and calls one verb."""

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
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import entries_of
from clm.lib.actor import Actor
from contracts import queries
from contracts.access.retention import VIEW, VIEW_READING
from contracts.models import Contract, Disposal, Matter, Reading, RetentionRule, UnusualReading
from contracts.operations.retention.add_retention_rule import add_retention_rule
from contracts.operations.retention.approve_disposal import approve_disposal
from contracts.operations.retention.open_matter import open_matter
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.retention.propose_disposal import propose_disposal
from contracts.operations.retention.put_in_matter import put_in_matter, take_out_of_matter
from contracts.operations.retention.refuse_disposal import refuse_disposal
from contracts.operations.retention.release_hold import release_hold
from contracts.operations.retention.retire_retention_rule import retire_retention_rule
from contracts.operations.retention.withdraw_disposal import withdraw_disposal
from contracts.pages import retention_forms as shapes
from contracts.pages.steps import form_page, tried
from contracts.queries.retention import (
    contracts_of_matters,
    covered_by,
    disposal_rows,
    hold_rows,
    holds_on,
    retention_of,
)
from contracts.states import ContractState, DisposalState

COVERED = 200


def records_line(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What stands below a contract's title: its holds, until when it is kept, and what was proposed. For our side."""
    if not can(actor, VIEW):
        return {}
    waiting = Disposal.objects.filter(contract=contract, state=DisposalState.PROPOSED).first()
    may_place = contract.state != ContractState.DISPOSED and can(actor, "contracts.place_hold", contract)
    return {
        "holds": list(holds_on(contract)),
        "disposal_waiting": waiting,
        "tombstone": _tombstone(contract),
        "can_place_hold": may_place,
    }


def _tombstone(contract: Contract) -> Disposal | None:
    if contract.state != ContractState.DISPOSED:
        return None
    return disposal_rows().filter(contract=contract, state=DisposalState.APPROVED).first()


@login_required
def rule_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "contracts.add_retention_rule")
    form = shapes.RuleForm(request.POST or None)
    back = reverse("retention-rules")
    if tried(form, lambda given: add_retention_rule(actor=actor, **given)):
        messages.success(request, _("Contracts that ended are kept by this rule, too."))
        return redirect(back)
    effect = _("Every contract that has ended, or ends, is kept at least so long.")
    return form_page(request, form, title=_("Add a retention rule"), submit=_("Add the rule"), effect=effect, back=back)


@login_required
def rule_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    rule = get_visible(actor, RetentionRule.objects.all(), pk)
    require(actor, "contracts.retire_retention_rule", rule)
    form = shapes.ReasonForm(request.POST or None)
    back = reverse("retention-rules")
    if tried(form, lambda given: retire_retention_rule(actor=actor, rule_id=pk, **given)):
        messages.success(request, _("The rule is retired."))
        return redirect(back)
    effect = _("Contracts are kept by the rules that are left: some may be let go earlier.")
    title = _("Retire the rule “%(name)s”") % {"name": rule.name}
    return form_page(request, form, title=title, submit=_("Retire"), effect=effect, back=back)


@login_required
def matter_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    require(actor, "contracts.open_matter")
    form = shapes.MatterForm(request.POST or None)
    made: dict[str, Matter] = {}

    def open_it(given: dict[str, Any]) -> None:
        made["matter"] = open_matter(actor=actor, **given)

    if tried(form, open_it):
        return redirect(made["matter"].get_absolute_url())
    return form_page(request, form, title=_("Open a matter"), submit=_("Open"), back=reverse("matters"))


@login_required
def matter_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A matter, its contracts and its holds; POST puts a contract in."""
    actor = actor_of(request)
    matter = get_visible(actor, Matter.objects.select_related("opened_by"), pk)
    require(actor, "contracts.put_in_matter" if request.method == "POST" else VIEW, matter)
    form = shapes.MatterContractForm(actor, request.POST or None)

    def put(given: dict[str, Any]) -> None:
        put_in_matter(actor=actor, matter_id=pk, contract_id=given["reference"].pk)

    if tried(form, put):
        messages.success(request, _("The contract belongs to the matter."))
        return redirect(matter.get_absolute_url())
    context = {
        "matter": matter,
        "parts": contracts_of_matters(actor, [matter])[matter.pk],
        "matter_holds": hold_rows().filter(matter=matter).order_by("-created_at"),
        "form": form,
        "can_put": can(actor, "contracts.put_in_matter", matter),
        "can_hold": can(actor, "contracts.place_hold"),
        "history": entries_of(matter),
        "crumbs": [(_("Records"), reverse("records")), (_("Matters"), reverse("matters"))],
    }
    return render(request, "contracts/matter_page.html", context, status=400 if form.is_bound else 200)


@login_required
@require_POST
def matter_take_out(request: HttpRequest, pk: UUID, contract_id: UUID) -> HttpResponse:
    take_out_of_matter(actor=actor_of(request), matter_id=pk, contract_id=contract_id)
    return redirect("matter", pk=pk)


@login_required
def hold_new(request: HttpRequest) -> HttpResponse:
    """A hold; `?contract=`, `?party=` or `?matter=` says on what."""
    actor = actor_of(request)
    require(actor, "contracts.place_hold")
    contract = _named_contract(actor, request)
    if contract is not None:
        require(actor, "contracts.place_hold", contract)
    initial = {name: request.GET.get(name) for name in ("party", "matter")}
    form = shapes.HoldForm(actor, request.POST or None, initial=initial, names_contract=contract is not None)
    made: dict[str, str] = {}

    def place(given: dict[str, Any]) -> None:
        covers = {f"{name}_id": thing.pk for name in ("party", "matter") if (thing := given.pop(name, None))}
        if contract is not None:
            covers = {"contract_id": contract.pk}
        made["url"] = place_hold(actor=actor, **given, **covers).get_absolute_url()

    if tried(form, place):
        messages.success(request, _("The hold stands: nothing that it covers is disposed of."))
        return redirect(made["url"])
    effect = _("Nothing that it covers is disposed of until it is released. Everybody inside sees it on the contracts.")
    back = "" if contract else reverse("holds")
    return form_page(request, form, contract, title=_("Place a hold"), submit=_("Place"), effect=effect, back=back)


def _named_contract(actor: Actor, request: HttpRequest) -> Contract | None:
    named = request.GET.get("contract", "")
    return get_visible(actor, queries.contract_rows(), named) if named else None


@login_required
@require_GET
def hold_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    hold = get_visible(actor, hold_rows(), pk)
    require(actor, VIEW, hold)
    covered = covered_by(actor, hold).order_by("-id")
    context = {
        "hold": hold,
        "covered": covered[:COVERED],
        "covered_count": covered.count(),
        "can_release": hold.stands and can(actor, "contracts.release_hold", hold),
        "history": entries_of(hold),
        "crumbs": [(_("Records"), reverse("records")), (_("Legal holds"), reverse("holds"))],
    }
    return render(request, "contracts/hold_page.html", context)


@login_required
def hold_release(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    hold = get_visible(actor, hold_rows(), pk)
    require(actor, "contracts.release_hold", hold)
    form = shapes.ReasonForm(request.POST or None)
    if tried(form, lambda given: release_hold(actor=actor, hold_id=pk, **given)):
        messages.success(request, _("The hold is released."))
        return redirect("hold", pk=pk)
    effect = _("What it covers goes by the retention rules again, and may be disposed of.")
    title = _("Release the hold “%(name)s”") % {"name": hold.name}
    back = hold.get_absolute_url()
    return form_page(request, form, title=title, submit=_("Release"), effect=effect, back=back)


@login_required
def disposal_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.propose_disposal", contract)
    form = shapes.ProposalForm(request.POST if request.method == "POST" else None)
    made: dict[str, str] = {}

    def propose(given: dict[str, Any]) -> None:
        made["url"] = propose_disposal(actor=actor, contract_id=pk, **given).get_absolute_url()

    if tried(form, propose):
        messages.success(request, _("Somebody else of legal is asked."))
        return redirect(made["url"])
    effect = _("Somebody else decides. Once they agree, text, files, drafts and comments are gone for good.")
    return form_page(request, form, contract, title=_("Dispose of the contract"), submit=_("Propose"), effect=effect)


@login_required
@require_GET
def disposal_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    disposal = get_visible(actor, disposal_rows(), pk)
    require(actor, VIEW, disposal)
    waits = disposal.state == DisposalState.PROPOSED
    is_own = disposal.proposed_by_id == actor.person_id
    found = retention_of(disposal.contract)
    context = {
        "disposal": disposal,
        "contract": disposal.contract,
        "trace": found.trace.as_json() if waits and found else disposal.trace,
        "holds": list(holds_on(disposal.contract)),
        "waits": waits,
        "is_own": is_own,
        "can_decide": waits and not is_own and can(actor, "contracts.approve_disposal", disposal),
        "can_withdraw": waits and can(actor, "contracts.withdraw_disposal", disposal),
        "history": entries_of(disposal),
        "crumbs": [(_("Records"), reverse("records")), (_("Disposals"), reverse("disposals"))],
    }
    return render(request, "contracts/disposal_page.html", context)


@login_required
def disposal_approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    disposal = get_visible(actor, disposal_rows(), pk)
    require(actor, "contracts.approve_disposal", disposal)
    form = shapes.NoteForm(request.POST if request.method == "POST" else None)
    if tried(form, lambda given: approve_disposal(actor=actor, disposal_id=pk, **given)):
        messages.success(request, _("The contract is disposed of. Its tombstone is in the ledger."))
        return redirect("disposal", pk=pk)
    effect = _(
        "Its text, files, drafts, comments and requests are gone for good. Nobody can bring them back. What the ledger "
        "recorded stays there."
    )
    title = _("Dispose of %(reference)s") % {"reference": disposal.contract.reference}
    back = disposal.get_absolute_url()
    return form_page(request, form, disposal.contract, title=title, submit=_("Dispose"), effect=effect, back=back)


@login_required
def disposal_refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    disposal = get_visible(actor, disposal_rows(), pk)
    require(actor, "contracts.refuse_disposal", disposal)
    form = shapes.ReasonForm(request.POST or None)
    if tried(form, lambda given: refuse_disposal(actor=actor, disposal_id=pk, **given)):
        messages.success(request, _("Refused: the contract stays."))
        return redirect("disposal", pk=pk)
    title = _("Keep %(reference)s") % {"reference": disposal.contract.reference}
    back = disposal.get_absolute_url()
    return form_page(request, form, disposal.contract, title=title, submit=_("Refuse"), back=back)


@login_required
@require_POST
def disposal_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    withdraw_disposal(actor=actor_of(request), disposal_id=pk)
    messages.success(request, _("Withdrawn: the contract stays."))
    return redirect("disposal", pk=pk)


@login_required
@require_GET
def unusual_reading(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How it was found, and which contracts it was, as far as who looks may see them."""
    actor = actor_of(request)
    row = get_visible(actor, UnusualReading.objects.select_related("user"), pk)
    require(actor, VIEW_READING, row)
    opened = visible(actor, Reading.objects.filter(user=row.user, on=row.on)).select_related("contract")
    context = {
        "row": row,
        "opened": opened.order_by("created_at")[:COVERED],
        "crumbs": [(_("Records"), reverse("records")), (_("Unusual reading"), reverse("unusual-readings"))],
    }
    return render(request, "contracts/unusual_reading_page.html", context)
