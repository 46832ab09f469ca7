"""The pages of approvals: the list, an approval, and what people do with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, sees, visible
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership
from clm.audit.queries import entries_of
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.pages.lists import Column, Empty, ListPage
from contracts import queries
from contracts.access.approvals import VIEW
from contracts.models import Approval, ApprovalSeat, Contract, Version
from contracts.operations.approval.approve_step import approve_step
from contracts.operations.approval.reassign_seat import reassign_seat
from contracts.operations.approval.reject_step import reject_step
from contracts.operations.approval.request_approval import check_approvable, refuse_without_people, request_approval
from contracts.operations.approval.set_aside_approval import set_aside_approval
from contracts.operations.approval.withdraw_approval import withdraw_approval
from contracts.pages.approval_words import because_of, names_of, shown_steps
from contracts.pages.steps import form_page, tried
from contracts.papers.reader import clauses_of
from contracts.queries.approvals import approval_rows, check_may_decide, seat_rows, seats_waiting_for, substitutes
from contracts.queries.clause_library import LibraryReport, report_on
from contracts.queries.routing import active_matrix, asking, needs_words, present_members, route_of
from contracts.states import ApprovalState, SeatState, VersionState

WHOSE = (
    ("waiting", gettext_lazy("Waiting for me")),
    ("mine", gettext_lazy("Asked for by me")),
    ("decided", gettext_lazy("Decided by me")),
)


class ApprovalFilter(django_filters.FilterSet):
    whose = django_filters.ChoiceFilter(choices=WHOSE, label=gettext_lazy("Whose"), method="by_person")
    state = django_filters.ChoiceFilter(choices=ApprovalState.choices, label=gettext_lazy("State"))

    def by_person(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        actor: Actor = self.request.actor
        if value == "mine":
            return rows.filter(requested_by_id=actor.person_id)
        if value == "decided":
            decided = ApprovalSeat.objects.filter(decided_by_id=actor.person_id)
            return rows.filter(pk__in=decided.values("step__approval"))
        return rows.filter(pk__in=[seat.step.approval_id for seat in seats_waiting_for(actor)])


def _waits_for(approval: Approval) -> str:
    """The steps that are open, with whom they ask."""
    return "; ".join(f"{step.name} ({step.asked})" for step in approval.steps.all() if step.state == "open")


def _due(approval: Approval) -> Any:
    return min((step.due_at for step in approval.steps.all() if step.state == "open" and step.due_at), default=None)


@method_decorator(login_required, name="dispatch")
class ApprovalList(ListPage):
    key = "approvals"
    title = gettext_lazy("Approvals")
    verb = VIEW
    filterset_class = ApprovalFilter
    search_fields = ("contract__title", "contract__reference")
    default_sort = "-asked"
    actions_template = "contracts/approval_list_actions.html"
    empty = Empty(
        title=gettext_lazy("No approvals yet"),
        hint=gettext_lazy("A contract whose text is agreed on is sent for approval from its page."),
        icon="user-check",
    )
    columns = (
        Column("contract", gettext_lazy("Contract"), "contract.title", main=True, sort=("contract__title",)),
        Column("reference", gettext_lazy("Reference"), "contract.reference", kind="code"),
        Column("version", gettext_lazy("Version"), "version.number", kind="number"),
        Column("state", gettext_lazy("State"), kind="state", domain="approval", sort=("state",)),
        Column("waits", gettext_lazy("Waits for"), _waits_for),
        Column("due", gettext_lazy("Due"), _due, kind="instant"),
        Column("by", gettext_lazy("Asked by"), lambda row: str(row.requested_by), sort=("requested_by__name",)),
        Column("asked", gettext_lazy("Asked"), "created_at", kind="instant", sort=("id",)),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, approval_rows())

    def extra_context(self) -> dict[str, Any]:
        return {"mine": len(seats_waiting_for(self.actor)), "can_see_matrix": can(self.actor, "contracts.view_matrix")}


@login_required
@require_GET
def approval_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An approval: the exact text, how it departs, who is asked and why, and what was said."""
    actor = actor_of(request)
    approval = get_visible(actor, approval_rows(), pk)
    require(actor, VIEW, approval)
    contract, version = approval.contract, approval.version
    mine = [seat for seat in seats_waiting_for(actor) if seat.step.approval_id == approval.pk]
    is_own = approval.requested_by_id == actor.person_id
    may_reassign = approval.is_open and not is_own and can(actor, "contracts.reassign_seat", approval)
    is_fresh = version.state == VersionState.DRAFT
    context = {
        "approval": approval,
        "contract": contract,
        "version": version,
        "steps": shown_steps(
            approval, [seat.pk for seat in mine], may_reassign=may_reassign, sighted=_sighted(approval)
        ),
        "mine": mine,
        "is_own": is_own,
        "report": departures(report_on(_with_contract(version, contract))) if is_fresh else None,
        "clauses": clauses_of(version, marks=False),
        "compare_with": _earlier(actor, approval),
        "can_withdraw": approval.is_open and can(actor, "contracts.withdraw_approval", approval),
        "can_set_aside": approval.state == ApprovalState.APPROVED
        and is_fresh
        and can(actor, "contracts.set_aside_approval", approval),
        "history": entries_of(approval),
        "crumbs": [(_("Approvals"), reverse("approvals")), (contract.title, reverse("contract", args=[contract.pk]))],
    }
    return render(request, "contracts/approval_page.html", context)


def _with_contract(version: Version, contract: Contract) -> Version:
    version.contract = contract
    return version


def departures(report: LibraryReport) -> dict[str, Any]:
    """The clauses that are not as the library prefers them, and what is missing."""
    rows = [row for row in report.rows if row.standing != "present" or row.position != "preferred"]
    return {"rows": rows, "missing": report.missing_mandatory, "known": len(report.rows)}


def _earlier(actor: Actor, approval: Approval) -> Version | None:
    """What the text is compared with: what was approved or signed before it, else the version before."""
    rows = visible(actor, Version.objects.filter(contract=approval.contract, number__lt=approval.version.number))
    approved = Approval.objects.filter(contract=approval.contract, version__number__lt=approval.version.number)
    before = approved.exclude(state__in=("open", "rejected")).values("version")
    newest = rows.defer("text").order_by("-number")
    return newest.filter(pk__in=before).first() or newest.filter(state=VersionState.FINAL).first() or newest.first()


def _sighted(approval: Approval) -> dict[UUID, bool]:
    """Whether those who act for somebody see the contract: only asked of a confidential one."""
    if not approval.contract.is_confidential or not approval.is_open:
        return {}
    waiting = ApprovalSeat.objects.filter(step__approval=approval, state=SeatState.WAITING)
    people = [row.delegate_id for row in substitutes(waiting.values_list("person_id", flat=True)).values()]
    members = Membership.objects.filter(user_id__in=people, removed_at=None)
    return {row.user_id: sees(actor_of_membership(row), approval.contract) for row in members}


@login_required
@require_GET
def seat_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a notice or a mail leads: the approval that the seat belongs to."""
    seat = get_visible(actor_of(request), ApprovalSeat.objects.select_related("step"), pk)
    return redirect("approval", pk=seat.step.approval_id)


class RequestForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput(), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note to those who are asked"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class DecisionForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput())
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class RejectionForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput())
    reason = forms.CharField(label=gettext_lazy("What has to change"), widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReassignForm(ReasonForm):
    person_id = forms.ChoiceField(label=gettext_lazy("Who is asked instead"))

    field_order = ("person_id", "reason")

    def __init__(self, seat: ApprovalSeat, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seated = ApprovalSeat.objects.filter(step=seat.step).exclude(state=SeatState.RELEASED)
        barred = {actor.person_id, seat.asked_by_id, *seated.values_list("person_id", flat=True)}
        people = [row.user for row in present_members() if row.user_id not in barred]
        self.fields["person_id"].choices = [("", "–"), *((str(person.pk), str(person)) for person in people)]  # type: ignore[attr-defined]


@login_required
def approval_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sending the newest text for approval: who will be asked and why, before it is done."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.request_approval", contract)
    preview = _preview(actor, contract)
    version = preview["version"]
    form = RequestForm(request.POST or None, initial={"seen": version.content_hash if version else ""})
    made: dict[str, str] = {}

    def ask(given: dict[str, Any]) -> None:
        made["url"] = request_approval(actor=actor, contract_id=pk, **given).get_absolute_url()

    if tried(form, ask):
        messages.success(request, _("The text is sent for approval."))
        return redirect(made["url"])
    context = {**preview, "form": form, "contract": contract, "back": reverse("contract", args=[pk])}
    return render(request, "contracts/approval_new.html", context, status=400 if form.is_bound else 200)


def _preview(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What would be asked of whom; `refusal` says what stands in the way."""
    version = Version.objects.filter(contract=contract).order_by("number").last()
    if version is None:
        return {"version": None, "steps": [], "refusal": _("There is no text yet: upload or write one first.")}
    version.contract = contract
    matrix = active_matrix()
    _facts, steps = route_of(contract, version, matrix)
    asked = asking(steps, actor.person_id)
    refusal = ""
    try:
        check_approvable(contract, version)
        refuse_without_people(asked)
    except DomainError as refused:
        refusal = refused.message
    reasons = [reason.as_json() for each in asked for reason in each.step.reasons]
    names = names_of(
        each for reason in reasons for pair in reason["because"] for each in pair[1].split(",") if len(each) == 36
    )
    shown = [
        {
            "stage": each.step.stage,
            "name": each.step.name,
            "asked": needs_words(each),
            "people": each.people,
            "hours": each.step.hours,
            "reasons": [because_of(reason.as_json(), names) for reason in each.step.reasons],
        }
        for each in asked
    ]
    return {"version": version, "steps": shown, "matrix": matrix, "refusal": refusal}


def _seat(request: HttpRequest, pk: UUID, verb: str) -> tuple[Actor, ApprovalSeat]:
    actor = actor_of(request)
    seat = get_visible(actor, seat_rows(), pk)
    require(actor, verb, seat)
    return actor, seat


def _for_whom(actor: Actor, seat: ApprovalSeat) -> str:
    return "" if seat.person_id == actor.person_id else _("You act for %(person)s.") % {"person": seat.person}


@login_required
def seat_approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, seat = _seat(request, pk, "contracts.approve_step")
    if seat.state == SeatState.WAITING:
        check_may_decide(actor, seat)
    approval = seat.step.approval
    form = DecisionForm(request.POST or None, initial={"seen": approval.content_hash})
    if tried(form, lambda given: approve_step(actor=actor, seat_id=pk, **given)):
        messages.success(request, _("You approved it."))
        return _after(actor, approval)
    words = {"number": approval.version.number, "contract": approval.contract.title}
    effect = _("You agree that version %(number)s of “%(contract)s” is signed exactly as it stands.") % words
    effect = " ".join(part for part in (effect, _for_whom(actor, seat)) if part)
    title = _("Approve: %(step)s") % {"step": seat.step.name}
    back = approval.get_absolute_url()
    return form_page(request, form, approval.contract, title=title, submit=_("Approve"), effect=effect, back=back)


def _after(actor: Actor, approval: Approval) -> HttpResponse:
    """Back to it, or to the list for who saw a confidential contract for the approval alone."""
    is_seen = visible(actor, Approval.objects.filter(pk=approval.pk)).exists()
    return redirect("approval", pk=approval.pk) if is_seen else redirect("approvals")


@login_required
def seat_reject(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, seat = _seat(request, pk, "contracts.reject_step")
    if seat.state == SeatState.WAITING:
        check_may_decide(actor, seat)
    approval = seat.step.approval
    form = RejectionForm(request.POST or None, initial={"seen": approval.content_hash})
    if tried(form, lambda given: reject_step(actor=actor, seat_id=pk, **given)):
        messages.success(request, _("You rejected it: the text is worked on again."))
        return _after(actor, approval)
    effect = _("The approval is over, whatever others said, and the text is worked on again.")
    effect = " ".join(part for part in (effect, _for_whom(actor, seat)) if part)
    title = _("Reject: %(step)s") % {"step": seat.step.name}
    back = approval.get_absolute_url()
    return form_page(request, form, approval.contract, title=title, submit=_("Reject"), effect=effect, back=back)


@login_required
def seat_reassign(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, seat = _seat(request, pk, "contracts.reassign_seat")
    approval = seat.step.approval
    form = ReassignForm(seat, actor, request.POST or None)
    if tried(form, lambda given: reassign_seat(actor=actor, seat_id=pk, **_person_of(given))):
        messages.success(request, _("Somebody else is asked now."))
        return redirect("approval", pk=approval.pk)
    title = _("Ask somebody else than %(person)s") % {"person": seat.person}
    effect = _("%(person)s need not decide any more; who you choose is told.") % {"person": seat.person}
    if approval.contract.is_confidential:
        effect += " " + _("They see this confidential contract from then on.")
    back = approval.get_absolute_url()
    return form_page(request, form, approval.contract, title=title, submit=_("Ask them"), effect=effect, back=back)


def _person_of(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "person_id": UUID(given["person_id"])}


@login_required
def approval_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    approval = get_visible(actor, approval_rows(), pk)
    require(actor, "contracts.withdraw_approval", approval)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if tried(form, lambda given: withdraw_approval(actor=actor, approval_id=pk, **given)):
        messages.success(request, _("Approval is withdrawn."))
        return redirect("approval", pk=pk)
    effect = _("Nobody is asked any more, and the text is worked on again.")
    title, back = _("Withdraw the request for approval"), approval.get_absolute_url()
    return form_page(request, form, approval.contract, title=title, submit=_("Withdraw"), effect=effect, back=back)


@login_required
def approval_set_aside(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    approval = get_visible(actor, approval_rows(), pk)
    require(actor, "contracts.set_aside_approval", approval)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if tried(form, lambda given: set_aside_approval(actor=actor, approval_id=pk, **given)):
        messages.success(request, _("The text is worked on again."))
        return redirect("approval", pk=pk)
    effect = _("This approval counts no more: whatever is signed later is approved anew.")
    title, back = _("Work on the text again"), approval.get_absolute_url()
    return form_page(request, form, approval.contract, title=title, submit=_("Set it aside"), effect=effect, back=back)


def contract_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What was asked of a contract's texts, newest first."""
    rows = list(visible(actor, approval_rows().filter(contract=contract)).order_by("-number"))
    return {
        "approvals": [{"row": row, "waits": _waits_for(row)} for row in rows],
        "can_request": not any(row.is_open for row in rows) and can(actor, "contracts.request_approval", contract),
    }


def count_approvals(actor: Actor, contract: Contract) -> int:
    return visible(actor, Approval.objects.filter(contract=contract)).count()
