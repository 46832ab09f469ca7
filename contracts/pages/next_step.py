"""What comes next for a contract: the one primary button at the top of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clm.access.permissions import can
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.access.drafts import side_of
from contracts.models import Contract, ContractParty, Disposal, Draft, Drafting, Envelope, Termination, Terms
from contracts.models.terms import Renewal
from contracts.queries.amendments import open_amendment, waited_for
from contracts.queries.approvals import approval_of, must_be_approved, open_approval
from contracts.queries.changes import left_open, unanswered_receipt
from contracts.queries.drafts import last_sent
from contracts.queries.retention import holds_on
from contracts.states import ContractState, DisposalState, DraftState, EnvelopeState, TerminationState, VersionState


@dataclass(frozen=True)
class NextStep:
    """A link (`posts` False) or a step that is asked once, naming its `effect`."""

    label: str
    url: str
    posts: bool = False
    effect: str = ""


def next_step(actor: Actor, contract: Contract) -> NextStep | None:
    """The next step that this actor may take; None where there is none."""
    for verb, step in _steps(actor, contract):
        if can(actor, verb, contract):
            return step
    return None


def _steps(actor: Actor, contract: Contract) -> list[tuple[str, NextStep]]:
    if contract.state == ContractState.DRAFT:
        return _draft_steps(contract)
    if contract.state == ContractState.IN_NEGOTIATION:
        return _negotiation_steps(actor, contract)
    if contract.state == ContractState.IN_APPROVAL:
        return _approval_steps(contract)
    if contract.state in (ContractState.APPROVED, ContractState.OUT_FOR_SIGNATURE):
        return _signature_steps(contract)
    if contract.is_in_force:
        return _amendment_steps(contract) or _renewal_steps(contract)
    if contract.state == ContractState.EXECUTED:
        effect = _("The contract is in force: its terms, deadlines and service levels count from now on.")
        url = reverse("contract-activate", args=[contract.pk])
        return [("contracts.activate_contract", NextStep(_("Activate"), url, True, effect))]
    if contract.state in (ContractState.EXPIRED, ContractState.TERMINATED):
        effect = _("The contract leaves the lists of the day. It stays readable.")
        url = reverse("contract-archive", args=[contract.pk])
        return [("contracts.archive_contract", NextStep(_("Archive"), url, True, effect))]
    if contract.state == ContractState.ARCHIVED:
        return _archived_steps(actor, contract)
    return []


def _negotiation_steps(actor: Actor, contract: Contract) -> list[tuple[str, NextStep]]:
    """In our turn what came back is decided on, then the draft is written; in theirs we take in what they answer."""
    write = _link("contracts.begin_draft", _("Write the draft"), "draft", contract)
    if contract.turn != side_of(actor):
        receive = _link("contracts.receive_version", _("Upload their answer"), "answer-new", contract)
        return [] if actor.is_counterparty or last_sent(contract) is None else [receive]
    receipt = None if actor.is_counterparty else unanswered_receipt(contract)
    left = left_open(receipt, lost=True).count() if receipt else 0
    if not left:
        return [*_to_be_approved(contract), write]
    label = ngettext("Decide on %(count)s change", "Decide on %(count)s changes", left) % {"count": left}
    return [_link("contracts.accept_change", label, "changes", contract), write]


def _draft_steps(contract: Contract) -> list[tuple[str, NextStep]]:
    """Document, then parties, then terms, then filing what was signed; a text of the house's own is written first."""
    newest = contract.versions.order_by("number").last()
    if newest is None:
        return [_link("contracts.add_version", _("Upload the document"), "version-new", contract)]
    if to_approve := _to_be_approved(contract):
        return to_approve
    if Drafting.objects.filter(version=newest).exists():
        return [_link("contracts.begin_draft", _("Write the draft"), "draft", contract)]
    roles = {part.role for part in contract.parties.all()}
    if not {ContractParty.Role.OURS, ContractParty.Role.COUNTERPARTY} <= roles:
        return [_link("contracts.set_parties", _("Name the parties"), "contract-parties", contract)]
    if not Terms.objects.filter(version=newest).exists():
        return [_link("contracts.set_terms", _("Set the terms"), "contract-terms", contract)]
    return [_link("contracts.record_execution", _("File as signed"), "contract-execute", contract)]


def _to_be_approved(contract: Contract) -> list[tuple[str, NextStep]]:
    """A text that needs approval before it is signed, once its terms are set: they are approved with it."""
    newest = contract.versions.defer("text").order_by("number").last()
    if newest is None or not Terms.objects.filter(version=newest).exists():
        return []
    if Draft.objects.filter(contract=contract, state=DraftState.OPEN).exists():
        return []
    if approval_of(newest) is not None or not must_be_approved(contract, newest):
        return []
    return [_link("contracts.request_approval", _("Send for approval"), "approval-new", contract)]


def _approval_steps(contract: Contract) -> list[tuple[str, NextStep]]:
    approval = open_approval(contract)
    if approval is None:
        return []
    return [("contracts.view_approval", NextStep(_("Open the approval"), approval.get_absolute_url()))]


def _signature_steps(contract: Contract) -> list[tuple[str, NextStep]]:
    """What is agreed is sent for signature; what is prepared or out is looked after."""
    if begun := _envelope_steps(contract):
        return begun
    return [_link("contracts.create_envelope", _("Send for signature"), "envelope-new", contract)]


def _envelope_steps(contract: Contract) -> list[tuple[str, NextStep]]:
    """The newest envelope that is being prepared or is out."""
    rows = Envelope.objects.filter(contract=contract, state__in=(EnvelopeState.DRAFT, EnvelopeState.SENT))
    envelope = rows.order_by("-id").first()
    if envelope is None:
        return []
    return [("contracts.view_envelope", NextStep(_("Open the signatures"), envelope.get_absolute_url()))]


def _amendment_steps(contract: Contract) -> list[tuple[str, NextStep]]:
    """A draft on top of the final text is an amendment under way: its terms, who accepts it, then its day."""
    newest = contract.versions.order_by("number").last()
    if newest is None or newest.state != VersionState.DRAFT:
        return []
    if not Terms.objects.filter(version=newest).exists():
        return [_link("contracts.set_terms", _("Set the amended terms"), "contract-terms", contract)]
    if waiting := (_approval_steps(contract) or _to_be_approved(contract) or _envelope_steps(contract)):
        return waiting
    amendment = open_amendment(contract)
    if amendment is None or amendment.version_id != newest.pk:
        return [_link("contracts.propose_amendment", _("Propose the amendment"), "amendment-new", contract)]
    if waited_for(amendment):
        label = _("Open amendment no. %(number)s") % {"number": amendment.number}
        return [("contracts.view_amendment", NextStep(label, amendment.get_absolute_url()))]
    url = reverse("version-finalize", args=[newest.pk])
    label = _("Make version %(number)s final") % {"number": newest.number}
    return [("contracts.finalize_version", NextStep(label, url))]


def _archived_steps(actor: Actor, contract: Contract) -> list[tuple[str, NextStep]]:
    """What is kept long enough may be let go; while that waits, somebody else decides."""
    if contract.kept_until is None or clock.today(contract.time_zone) < contract.kept_until:
        return []
    waiting = Disposal.objects.filter(contract=contract, state=DisposalState.PROPOSED).first()
    if waiting is not None and waiting.proposed_by_id == actor.person_id:
        return []
    if waiting is not None:
        return [("contracts.approve_disposal", NextStep(_("Decide on the disposal"), waiting.get_absolute_url()))]
    if holds_on(contract).exists():
        return []
    return [_link("contracts.propose_disposal", _("Propose to dispose of it"), "disposal-new", contract)]


def _renewal_steps(contract: Contract) -> list[tuple[str, NextStep]]:
    """While notice still counts, or both may still agree, the renewal is to be decided; not of what is to end."""
    if Termination.objects.filter(contract=contract, state=TerminationState.ANNOUNCED).exists():
        return []
    term = contract.terms.order_by("number").last()
    if term is None or contract.renewal_decisions.filter(term_number=term.number).exists():
        return []
    is_open = term.notice_closes_at is not None and clock.now() < term.notice_closes_at
    if is_open or Terms.objects.filter(version_id=term.version_id, renewal=Renewal.EXPRESS).exists():
        return [_link("contracts.decide_renewal", _("Decide the renewal"), "renewal-decide", contract)]
    return []


def _link(verb: str, label: Any, url_name: str, contract: Contract) -> tuple[str, NextStep]:
    return verb, NextStep(label, reverse(url_name, args=[contract.pk]))
