"""The pages of amendments: what changes beside the text as it will read, who accepted, and what was in force when."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import history_for
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts import queries
from contracts.access import VIEW_INSIDE
from contracts.access.amending import ACCEPT, REFUSE, VIEW
from contracts.models import Amendment, Contract, Envelope, Terms, Version
from contracts.operations.amending.answer_amendment import accept_amendment, refuse_amendment
from contracts.operations.amending.change_amendment import change_amendment
from contracts.operations.amending.guards import put_evidence
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.record_acceptance import record_acceptance
from contracts.operations.amending.withdraw_amendment import withdraw_amendment
from contracts.outlook import end_of_contract
from contracts.pages import amendment_forms as shapes
from contracts.pages.retention_forms import ReasonForm
from contracts.pages.steps import form_page, tried
from contracts.papers import Paper, put_paper, read_paper
from contracts.papers.amendments import evidence_file, instrument_file
from contracts.papers.reader import clauses_of, comparison_of
from contracts.queries.amendments import (
    Standing,
    amended_clauses,
    amendment_rows,
    own_parts,
    period_on,
    signed_with,
    standings,
    waited_for,
)
from contracts.queries.approvals import open_approval
from contracts.queries.terminations import ends_before
from contracts.states import NOT_SIGNED, AmendmentState, EnvelopeState, VersionState


def amendments_of(actor: Actor, contract: Contract) -> list[Amendment]:
    """What the versions tab lists, the newest first: each with `said`, how every party stands."""
    rows = list(visible(actor, amendment_rows().filter(contract=contract)).order_by("-number"))
    for row in rows:
        row.said = standings(row)  # type: ignore[attr-defined]
    return rows


def amending_in(actor: Actor, envelope: Envelope) -> dict[str, Any]:
    """Both texts of what changes a signed contract, for whoever sends it: what it changes, and as it will read. Nothing
    for a first text."""
    amendment, version = signed_with(envelope), envelope.version
    before = amendment.amends if amendment else _amended_text(envelope)
    if before is None:
        return {}
    compared = comparison_of(before, version)
    return {
        "amendment": amendment if amendment and can(actor, VIEW, amendment) else None,
        "compared_with": before,
        "changes": [change for change in compared["changes"] if change["kind"] != "same"],
        "clauses": clauses_of(version, marks=False),
    }


def _amended_text(envelope: Envelope) -> Version | None:
    """The final text that a version which is not proposed yet would amend."""
    if envelope.contract.state in NOT_SIGNED or envelope.version.state != VersionState.DRAFT:
        return None
    finals = Version.objects.filter(contract=envelope.contract_id, state=VersionState.FINAL)
    return finals.order_by("-number").first()


def with_amendments(version: Version, clauses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each clause of a final text with the amendments that touched it, the newest first."""
    if version.state != VersionState.FINAL or version.number == 1:
        return clauses
    found = amended_clauses(version.contract, version)
    return [clause | {"amended": found.get((clause["number"], clause["heading"]), [])} for clause in clauses]


@login_required
def amendment_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Both texts beside one another, what differs, and who accepted."""
    actor = actor_of(request)
    amendment = get_visible(actor, amendment_rows(), pk)
    contract = amendment.contract
    compared = comparison_of(amendment.amends, amendment.version)
    context = {
        "amendment": amendment,
        "contract": contract,
        "said": standings(amendment),
        "changes": [change for change in compared["changes"] if change["kind"] != "same"],
        "clauses": clauses_of(amendment.version, marks=False),
        "sees_inside": can(actor, VIEW_INSIDE, contract),
        **_steps(actor, amendment),
        "ends_before": ends_before(amendment),
        "history": history_for(actor, amendment),
        "crumbs": _crumbs(contract),
    }
    return render(request, "contracts/amendment_page.html", context)


def _steps(actor: Actor, amendment: Amendment) -> dict[str, Any]:
    """What this actor may do next; while it is out for signature nobody answers here, and while an approval is open
    none of us agrees to it."""
    said, out = standings(amendment), Envelope.objects.filter(contract=amendment.contract, state=EnvelopeState.SENT)
    is_out = out.exists()
    is_open, is_waiting = amendment.is_open and not is_out, bool(_unanswered(said))
    mine = bool(_mine(actor, said))
    waits_for = open_approval(amendment.contract) if is_open and can(actor, VIEW_INSIDE, amendment.contract) else None
    may_agree = is_open and waits_for is None
    to_be_signed = may_agree and amendment.state == AmendmentState.PROPOSED and bool(waited_for(amendment))
    return {
        "is_out": is_out,
        "waits_for_approval": waits_for,
        "can_accept": may_agree and mine and can(actor, ACCEPT, amendment),
        "can_refuse": is_open and is_waiting and (mine or not actor.is_counterparty) and can(actor, REFUSE, amendment),
        "can_record": may_agree and is_waiting and _may(actor, "record_acceptance", amendment),
        "can_change": is_open and _may(actor, "change_amendment", amendment),
        "can_withdraw": is_open and _may(actor, "withdraw_amendment", amendment),
        "can_sign": to_be_signed and _may(actor, "create_envelope", amendment.version),
        "can_finalize": may_agree and not waited_for(amendment) and _may(actor, "finalize_version", amendment.version),
    }


def _may(actor: Actor, verb: str, row: Any) -> bool:
    return can(actor, f"contracts.{verb}", row)


def _unanswered(said: list[Standing]) -> list[Standing]:
    return [each for each in said if each.answer is None]


def _mine(actor: Actor, said: list[Standing]) -> list[Standing]:
    """Those that this actor may accept for, signed in here."""
    own = own_parts(actor, said)
    return [each for each in _unanswered(said) if each.part.pk in own]


def _crumbs(contract: Contract) -> list[tuple[str, str]]:
    versions = reverse("contract-tab", args=[contract.pk, "versions"])
    return [(_("Contracts"), reverse("contracts")), (contract.title, versions)]


@login_required
def amendment_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The newest version is put to the parties."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.propose_amendment", contract)
    version = visible(actor, Version.objects.filter(contract=contract)).order_by("-number").first()
    if version is None:
        return redirect("version-new", pk=pk)
    form = shapes.AmendmentForm(request.POST or None, request.FILES or None)
    made: dict[str, Amendment] = {}

    def propose(given: dict[str, Any]) -> None:
        given.pop("seen")
        paper = _paper(actor, given.pop("instrument"))
        made["amendment"] = propose_amendment(actor=actor, version_id=version.pk, instrument=paper, **given)

    if tried(form, propose):
        messages.success(request, _("The amendment is proposed: each party is asked to accept it."))
        return redirect(made["amendment"].get_absolute_url())
    title = _("Propose version %(number)s as an amendment") % {"number": version.number}
    effect = _("The other side reads this version from now on, and is asked to accept it.")
    back = reverse("contract-tab", args=[pk, "versions"])
    return form_page(request, form, contract, title=title, submit=_("Propose"), effect=effect, back=back)


def _paper(actor: Actor, file: Any) -> Paper | None:
    if not file:
        return None
    try:
        return put_paper(actor, read_paper(file.read(), file.name))
    except Invalid as refusal:
        raise Invalid(refusal.code, refusal.message, fields={"instrument": [refusal.message]}) from refusal


def _open_one(request: HttpRequest, pk: UUID, verb: str) -> tuple[Actor, Amendment]:
    actor = actor_of(request)
    amendment = get_visible(actor, amendment_rows(), pk)
    require(actor, verb, amendment)
    return actor, amendment


@login_required
def amendment_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another day, other words, or the text that is the newest by now."""
    actor, amendment = _open_one(request, pk, "contracts.change_amendment")
    names = ("summary", "effective_on", "is_retroactive", "retroactive_reason")
    initial = {name: getattr(amendment, name) for name in names} | {"seen": amendment.content_hash}
    form = shapes.AmendmentForm(request.POST or None, request.FILES or None, initial=initial)
    newest = Version.objects.filter(contract=amendment.contract).order_by("-number").first()

    def change(given: dict[str, Any]) -> None:
        paper, seen = _paper(actor, given.pop("instrument")), given.pop("seen") or None
        version_id = newest.pk if newest is not None and newest.pk != amendment.version_id else None
        change_amendment(
            actor=actor, amendment_id=pk, seen=seen, version_id=version_id, instrument=paper, **given
        )  # fmt: skip

    if tried(form, change):
        messages.success(request, _("Changed: each party is asked again."))
        return redirect(amendment.get_absolute_url())
    effect = _("What the parties answered before is void; each of them is asked again.")
    if newest is not None and newest.pk != amendment.version_id:
        effect = _("It has the newest text from now on. What the parties answered before is void.")
    back, title = amendment.get_absolute_url(), _("Change the amendment")
    return form_page(request, form, amendment.contract, title=title, submit=_("Save"), effect=effect, back=back)


@login_required
def amendment_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, amendment = _open_one(request, pk, ACCEPT)
    form = shapes.PartForm(
        _mine(actor, standings(amendment)), request.POST or None, initial={"seen": amendment.content_hash}
    )
    if tried(form, lambda given: accept_amendment(actor=actor, amendment_id=pk, **_answered(given))):
        messages.success(request, _("Accepted."))
        return redirect(amendment.get_absolute_url())
    effect = _("You accept exactly these words and this day. It binds the party you answer for.")
    back, title = amendment.get_absolute_url(), _("Accept amendment no. %(number)s") % {"number": amendment.number}
    return form_page(request, form, amendment.contract, title=title, submit=_("Accept"), effect=effect, back=back)


@login_required
def amendment_refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, amendment = _open_one(request, pk, REFUSE)
    said = standings(amendment)
    found = _mine(actor, said) if actor.is_counterparty else said
    form = shapes.RefusalForm(found, request.POST or None, initial={"seen": amendment.content_hash})
    if tried(form, lambda given: refuse_amendment(actor=actor, amendment_id=pk, **_answered(given))):
        messages.success(request, _("Refused."))
        return redirect(amendment.get_absolute_url())
    effect = _("Nothing takes effect before it is changed and each party has answered again.")
    back, title = amendment.get_absolute_url(), _("Refuse amendment no. %(number)s") % {"number": amendment.number}
    return form_page(request, form, amendment.contract, title=title, submit=_("Refuse"), effect=effect, back=back)


def _answered(given: dict[str, Any]) -> dict[str, Any]:
    part = given.pop("part")
    return {**given, "part_id": part.pk if part else None}


@login_required
def amendment_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, amendment = _open_one(request, pk, "contracts.record_acceptance")
    initial = {"seen": amendment.content_hash}
    form = shapes.RecordingForm(standings(amendment), request.POST or None, request.FILES or None, initial=initial)

    def keep(given: dict[str, Any]) -> None:
        file = given.pop("evidence")
        evidence = put_evidence(actor, file.read(), file.name)
        record_acceptance(actor=actor, amendment_id=pk, evidence=evidence, **_answered(given))

    if tried(form, keep):
        messages.success(request, _("Recorded."))
        return redirect(amendment.get_absolute_url())
    effect = _("You say that the party accepted exactly these words, as this letter or scan shows.")
    title, back = _("Record an acceptance"), amendment.get_absolute_url()
    return form_page(request, form, amendment.contract, title=title, submit=_("Record"), effect=effect, back=back)


@login_required
def amendment_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, amendment = _open_one(request, pk, "contracts.withdraw_amendment")
    form = ReasonForm(request.POST or None)
    if tried(form, lambda given: withdraw_amendment(actor=actor, amendment_id=pk, **given)):
        messages.success(request, _("Withdrawn: the contract stays as it is."))
        return redirect(amendment.get_absolute_url())
    effect = _("The contract stays as it is. Nobody is asked any more.")
    title, back = _("Withdraw the amendment"), amendment.get_absolute_url()
    return form_page(request, form, amendment.contract, title=title, submit=_("Withdraw"), effect=effect, back=back)


@login_required
def amendment_instrument(request: HttpRequest, pk: UUID) -> FileResponse:
    actor, amendment = _open_one(request, pk, VIEW)
    return instrument_file(actor, amendment)


@login_required
def amendment_evidence(request: HttpRequest, pk: UUID, part_id: UUID) -> FileResponse:
    _actor, amendment = _open_one(request, pk, VIEW_INSIDE)
    return evidence_file(amendment, part_id)


@login_required
def contract_in_force(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The text and the terms that were in force on a day, as they are known now or were known then."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    form = shapes.ForceForm(request.GET or None)
    given: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    day = given.get("on") or clock.today(contract.time_zone)
    found = period_on(contract, day, _known(contract, given.get("known_on")))
    version = get_visible(actor, queries.version_rows(), found.text.pk) if found else None
    ended_on = end_of_contract(contract, day)
    context = {
        "contract": contract,
        "form": form if form.is_bound else shapes.ForceForm(initial={"on": day}),
        "day": day,
        "period": found,
        "version": version,
        "clauses": with_amendments(version, clauses_of(version, marks=False)) if version else [],
        "terms": visible(actor, Terms.objects.filter(version=version)).first() if version else None,
        "is_over": ended_on is not None and day >= ended_on,
        "ended_on": ended_on,
        "pinned": request.build_absolute_uri(reverse("version", args=[version.pk])) if version else "",
        "crumbs": _crumbs(contract),
    }
    return render(request, "contracts/in_force_page.html", context, status=400 if form.errors else 200)


def _known(contract: Contract, day: Any) -> datetime | None:
    """What became known on that day counts."""
    if day is None:
        return None
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(contract.time_zone))
