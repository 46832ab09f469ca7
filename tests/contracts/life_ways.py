"""Every verb that moves a contract, each with a contract that it is ready for but for its state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Approval, Contract, Envelope
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.approval.approve_step import approve_step
from contracts.operations.approval.reject_step import reject_step
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.approval.set_aside_approval import set_aside_approval
from contracts.operations.approval.withdraw_approval import withdraw_approval
from contracts.operations.archive_contract import archive_contract
from contracts.operations.change_contract import change_contract
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.record_execution import record_execution
from contracts.operations.retention.approve_disposal import approve_disposal
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.change_envelope import change_envelope
from contracts.operations.signing.create_envelope import create_envelope
from contracts.operations.signing.decline_envelope import decline_envelope
from contracts.operations.signing.record_paper_signature import record_paper_signature
from contracts.operations.signing.remind_recipient import look_after_envelope, void_envelope
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_elsewhere import receive_execution, send_elsewhere
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.operations.terminate_contract import terminate_contract
from contracts.operations.termination.announce_termination import announce_termination
from contracts.operations.termination.end_terminated import end_terminated
from contracts.papers.drafts import make_draft_paper
from contracts.papers.envelopes import Scan
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, matrix_of, requested, seat_of, yes
from tests.contracts.drafting.written import clause_of, open_draft, write
from tests.contracts.papers import TERMS, TEXT, active_contract, newest, text_paper
from tests.contracts.retention.records import AFTER
from tests.contracts.retention.records import proposed as proposed_disposal
from tests.contracts.signing.sent import (
    BEATE,
    CARL,
    ORIGIN,
    paper_of,
    ready_contract,
    ready_to_sign,
    signed,
    values_for,
)
from tests.contracts.terminations import JUNE, NOTICE

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = date(2026, 1, 2)
OPEN = ("draft", "in_review", "in_negotiation")
Call = Callable[[Actor], Any]


@dataclass(frozen=True)
class Staged:
    """A contract, what is done to it, the instant, and who may though the verb's row lets others too."""

    contract: Contract
    call: Call
    at: datetime = NOW
    by: frozenset[str] | None = None


@dataclass(frozen=True)
class Way:
    """`verb` moves from each source to its target; `stage` makes what it needs."""

    verb: str
    stage: Callable[[Cast], Staged]
    moves: dict[str, str]


def to(target: str, *sources: str) -> dict[str, str]:
    return dict.fromkeys(sources, target)


def _filing(cast: Cast) -> Staged:
    contract = ready_contract(cast["legal"])
    return Staged(contract, lambda actor: record_execution(actor=actor, contract_id=contract.pk, executed_on=DAY))


def _activating(cast: Cast) -> Staged:
    contract = ready_contract(cast["legal"])
    record_execution(actor=cast["legal"], contract_id=contract.pk, executed_on=DAY)
    return Staged(contract, lambda actor: activate_contract(actor=actor, contract_id=contract.pk))


def _terminating(cast: Cast) -> Staged:
    contract = active_contract(cast["legal"])
    facts: dict[str, Any] = {"contract_id": contract.pk, "terminated_on": DAY, "reason": "Over"}
    return Staged(contract, lambda actor: terminate_contract(actor=actor, **facts))


def _announcing(cast: Cast) -> Staged:
    """With effect at once: its day has come."""
    contract = active_contract(cast["legal"])
    facts = NOTICE | {"kind": "agreement", "ends_on": date(2026, 6, 2)}
    return Staged(contract, lambda actor: announce_termination(actor=actor, contract_id=contract.pk, **facts))


def _ending(cast: Cast) -> Staged:
    with clock.set_to(JUNE):
        contract = active_contract(cast["legal"])
        announced = announce_termination(actor=cast["legal"], contract_id=contract.pk, **NOTICE)
    return Staged(
        contract, lambda actor: end_terminated(actor=actor, termination_id=announced.pk), NOW + timedelta(days=2)
    )


def _archiving(cast: Cast) -> Staged:
    contract = ready_contract(cast["legal"])
    return Staged(contract, lambda actor: archive_contract(actor=actor, contract_id=contract.pk))


def _disposing(cast: Cast) -> Staged:
    with clock.set_to(AFTER):
        disposal = proposed_disposal(cast["legal"])
    by = frozenset({"administrator"})
    return Staged(disposal.contract, lambda actor: approve_disposal(actor=actor, disposal_id=disposal.pk), AFTER, by)


def _renewing(cast: Cast) -> Staged:
    contract = active_contract(cast["legal"])
    later = datetime(2027, 1, 2, tzinfo=UTC)
    return Staged(contract, lambda actor: advance_terms(actor=actor, contract_id=contract.pk), later)


def _expiring(cast: Cast) -> Staged:
    contract = active_contract(cast["legal"])
    decide_renewal(actor=cast["legal"], contract_id=contract.pk, kind="notice_given", note="Too dear")
    later = datetime(2027, 1, 2, tzinfo=UTC)
    return Staged(contract, lambda actor: advance_terms(actor=actor, contract_id=contract.pk), later)


def _asking(cast: Cast) -> Staged:
    matrix_of(cast, FINANCE)
    contract = ready_contract(cast["procurement"])
    return Staged(contract, lambda actor: request_approval(actor=actor, contract_id=contract.pk))


def _asked(cast: Cast) -> Approval:
    matrix_of(cast, FINANCE)
    return requested(cast["procurement"])


def _approved(cast: Cast) -> Approval:
    approval = _asked(cast)
    yes(cast["finance"], approval)
    return approval


def _approving(cast: Cast) -> Staged:
    approval = _asked(cast)
    facts: dict[str, Any] = {"seat_id": seat_of(approval, cast["finance"]).pk, "seen": approval.content_hash}
    return Staged(approval.contract, lambda actor: approve_step(actor=actor, **facts), by=frozenset({"finance"}))


def _rejecting(cast: Cast) -> Staged:
    approval = _asked(cast)
    facts: dict[str, Any] = {
        "seat_id": seat_of(approval, cast["finance"]).pk, "seen": approval.content_hash, "reason": "No",
    }  # fmt: skip
    return Staged(approval.contract, lambda actor: reject_step(actor=actor, **facts), by=frozenset({"finance"}))


def _withdrawing(cast: Cast) -> Staged:
    approval = _asked(cast)
    return Staged(approval.contract, lambda actor: withdraw_approval(actor=actor, approval_id=approval.pk))


def _setting_aside(cast: Cast) -> Staged:
    approval = _approved(cast)
    return Staged(
        approval.contract, lambda actor: set_aside_approval(actor=actor, approval_id=approval.pk, reason="New facts")
    )


def _changing_terms(cast: Cast) -> Staged:
    contract = _approved(cast).contract
    facts: dict[str, Any] = {"version_id": newest(contract).pk, "terms": TERMS | {"initial_months": 24}}
    return Staged(contract, lambda actor: set_terms(actor=actor, **facts))


def _changing_facts(cast: Cast) -> Staged:
    contract = _approved(cast).contract
    facts: dict[str, Any] = {"value_amount": "900000", "currency": "EUR"}
    return Staged(contract, lambda actor: change_contract(actor=actor, contract_id=contract.pk, **facts))


def _adding(cast: Cast) -> Staged:
    contract = _approved(cast).contract
    paper = text_paper(TEXT.replace("99.9", "99.5"))
    return Staged(contract, lambda actor: add_version(actor=actor, contract_id=contract.pk, paper=paper))


def _handing_over(cast: Cast) -> Staged:
    draft = open_draft(cast["legal"])
    write(cast["legal"], clause_of(draft), "The Provider hosts it.")
    made = make_draft_paper(cast["legal"], draft.pk)
    by = frozenset({"legal", "procurement", "administrator", "integration"})  # theirs is another draft
    return Staged(draft.contract, lambda actor: hand_over(actor=actor, draft_id=draft.pk, made=made), by=by)


def _envelope(cast: Cast, *, days: int = 5) -> Envelope:
    """Its paper is its scan as well: what is printed on it does not matter here."""
    contract = ready_contract(cast["legal"])
    envelope = create_envelope(actor=cast["legal"], paper=paper_of(cast["legal"], contract))
    return change_envelope(actor=cast["legal"], envelope_id=envelope.pk, recipients=(BEATE, CARL), days=days)


def _scan(cast: Cast, envelope: Envelope) -> Scan:
    return Scan(paper_of(cast["legal"], envelope.contract).stored, tuple(envelope.pages), is_signed=False)


def _out(cast: Cast, **facts: Any) -> Envelope:
    envelope = _envelope(cast, **facts)
    return send_envelope(actor=cast["legal"], envelope_id=envelope.pk, origin=ORIGIN)


def _sending(cast: Cast) -> Staged:
    envelope = _envelope(cast)
    return Staged(envelope.contract, lambda actor: send_envelope(actor=actor, envelope_id=envelope.pk, origin=ORIGIN))


def _signing(cast: Cast) -> Staged:
    """The last of two."""
    envelope = _out(cast)
    signed(cast["legal"], envelope, "Beate")
    facts: dict[str, Any] = {
        "given": ready_to_sign(cast["legal"], CARL.email), "values": values_for(envelope, "Carl"), "origin": ORIGIN,
    }  # fmt: skip
    return Staged(envelope.contract, lambda actor: sign_envelope(actor=actor, **facts))


def _declining(cast: Cast) -> Staged:
    envelope = _out(cast)
    given = ready_to_sign(cast["legal"], BEATE.email)
    facts: dict[str, Any] = {"given": given, "reason": "Not so", "origin": ORIGIN}
    return Staged(envelope.contract, lambda actor: decline_envelope(actor=actor, **facts))


def _voiding(cast: Cast) -> Staged:
    envelope = _out(cast)
    return Staged(
        envelope.contract, lambda actor: void_envelope(actor=actor, envelope_id=envelope.pk, reason="A mistake")
    )


def _running_out(cast: Cast) -> Staged:
    envelope = _out(cast)
    later = NOW + timedelta(days=6)
    return Staged(envelope.contract, lambda actor: look_after_envelope(actor=actor, envelope_id=envelope.pk), later)


def _on_paper(cast: Cast) -> Staged:
    envelope = _envelope(cast)
    facts: dict[str, Any] = {
        "envelope_id": envelope.pk, "scan": _scan(cast, envelope), "signed_on": NOW.date(), "certifies": True,
    }  # fmt: skip
    return Staged(envelope.contract, lambda actor: record_paper_signature(actor=actor, **facts))


def _out_elsewhere(cast: Cast) -> Staged:
    envelope = _envelope(cast)
    return Staged(
        envelope.contract, lambda actor: send_elsewhere(actor=actor, envelope_id=envelope.pk, system="SignHere")
    )


def _back_from_elsewhere(cast: Cast) -> Staged:
    envelope = _envelope(cast)
    send_elsewhere(actor=cast["legal"], envelope_id=envelope.pk, system="SignHere")
    facts: dict[str, Any] = {"envelope_id": envelope.pk, "message_id": "m1", "scan": _scan(cast, envelope)}
    return Staged(envelope.contract, lambda actor: receive_execution(actor=actor, **facts))


BACK = to("draft", "in_approval", "approved")
SENT = to("out_for_signature", *OPEN, "approved")
WAYS: dict[str, Way] = {
    "file": Way("contracts.record_execution", _filing, to("executed", "draft")),
    "activate": Way("contracts.activate_contract", _activating, to("active", "executed", "renewed")),
    "terminate": Way("contracts.terminate_contract", _terminating, to("terminated", "executed", "active")),
    "announce the end": Way("contracts.announce_termination", _announcing, to("terminated", "executed", "active")),
    "end": Way("contracts.end_terminated", _ending, to("terminated", "executed", "active")),
    "archive": Way(
        "contracts.archive_contract", _archiving,
        to("archived", *OPEN, "in_approval", "approved", "out_for_signature", "expired", "terminated"),
    ),
    "dispose": Way("contracts.approve_disposal", _disposing, to("disposed", "archived")),
    "renew": Way("contracts.advance_terms", _renewing, to("active", "active", "executed")),
    "expire": Way("contracts.advance_terms", _expiring, to("expired", "active", "executed")),
    "ask for approval": Way("contracts.request_approval", _asking, to("in_approval", *OPEN, "approved")),
    "approve": Way("contracts.approve_step", _approving, to("approved", "in_approval")),
    "reject": Way("contracts.reject_step", _rejecting, BACK),
    "withdraw": Way("contracts.withdraw_approval", _withdrawing, BACK),
    "set aside": Way("contracts.set_aside_approval", _setting_aside, BACK),
    "change terms": Way("contracts.set_terms", _changing_terms, BACK),
    "change facts": Way("contracts.change_contract", _changing_facts, BACK),
    "add a text": Way("contracts.add_version", _adding, BACK),
    "hand over": Way("contracts.hand_over", _handing_over, to("in_negotiation", "draft", "in_review")),
    "send": Way("contracts.send_envelope", _sending, SENT),
    "sign": Way("contracts.sign_envelope", _signing, to("executed", "out_for_signature")),
    "decline": Way("contracts.decline_envelope", _declining, to("draft", "out_for_signature")),
    "void": Way("contracts.void_envelope", _voiding, to("draft", "out_for_signature")),
    "run out": Way("contracts.expire_envelope", _running_out, to("draft", "out_for_signature")),
    "sign on paper": Way("contracts.record_paper_signature", _on_paper, to("executed", *OPEN, "approved")),
    "send elsewhere": Way("contracts.send_elsewhere", _out_elsewhere, SENT),
    "signed elsewhere": Way("contracts.receive_execution", _back_from_elsewhere, to("executed", "out_for_signature")),
}  # fmt: skip
