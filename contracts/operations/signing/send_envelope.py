"""An envelope goes out for signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move, move_along
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events.signing import envelope_fact
from contracts.models import Amendment, Contract, ContractParty, Envelope, EnvelopeEvent, Recipient, Terms
from contracts.operations.amending.guards import check_open, check_signers
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.finalize_version import check_order
from contracts.operations.negotiation.guards import settle_negotiation
from contracts.operations.record_execution import check_parties
from contracts.operations.signing.change_envelope import starts_of
from contracts.operations.signing.create_envelope import check_to_be_signed
from contracts.operations.signing.guards import Origin, invite_next, locked_envelope, name_of, next_due, note, people_of
from contracts.outlook import check_history
from contracts.queries.amendments import (
    amendment_of,
    amends_signed,
    bound_with,
    check_not_refused,
    day_of_effect,
    fresh,
)
from contracts.queries.approvals import check_may_be_signed
from contracts.queries.omissions import check_version_complete
from contracts.queries.our_mailboxes import check_nobody_is_ours
from contracts.queries.signing import (
    check_not_out,
    only_party,
    parties_as_sent,
    parties_without_signer,
    signing_parts,
)
from contracts.states import NOT_SIGNED, ContractState, EnvelopeState

VERB = "contracts.send_envelope"


@transaction.atomic
def send_envelope(
    *, actor: Actor, envelope_id: UUID, seen: str | None = None, origin: Origin | None = None
) -> Envelope:
    """The first in order are asked; from now on nothing about the text changes until all have signed or it ends.

    `seen` is the content hash that the sender had before their eyes. Raises DomainError `changed_meanwhile` (also
    where text, terms or attachments are not those that the paper was made of: prepare it again), `out_for_signature`
    (another is out), `approval_open`, `approval_missing`, `mandatory_missing`, `changes_open`, `draft_open`,
    `terms_missing`, `parties_missing`, `effect_in_disorder`, `signer_missing`, `signatory_unnamed`, `party_unsigned`,
    `recipient_ours`, `effect_not_agreed`, `amendment_refused`, `version_final`, `version_old`.
    """
    envelope = locked_envelope(envelope_id)
    require(actor, VERB, envelope)
    envelope.STATES.check(envelope.state, EnvelopeState.SENT)
    if seen is not None and seen != envelope.version.content_hash:
        raise DomainError("changed_meanwhile", _("Text or terms were changed meanwhile: look at them again."))
    check_ready(actor, envelope)
    put_out(actor, envelope)
    bound: dict[str, Any] = {"content_hash": envelope.version_hash, "paper": envelope.paper.sha256}
    bound |= unilateral(envelope) | bound_with(envelope)
    note_sent(actor, envelope, origin, **bound)
    facts: dict[str, Any] = {**bound, "recipients": len(people_of(envelope))}
    record(actor, envelope_fact("envelope.sent", VERB, envelope, before={"state": "draft"}, **facts))
    invite_next(actor, envelope)
    return envelope


def check_ready(actor: Actor, envelope: Envelope) -> None:
    """Everything that has to be so before a text is signed, however it is signed; drafts in which nothing was written
    are closed."""
    version, contract = envelope.version, envelope.contract
    check_not_out(contract)
    check_to_be_signed(version)
    check_parties(contract)
    if not Terms.objects.filter(version=version).exists():
        raise DomainError("terms_missing", _("Set the terms first: a signed version cannot get them any more."))
    check_signatories(envelope)
    check_nobody_is_ours(envelope)
    check_paper_is_of(envelope)
    check_may_be_signed(contract, version)
    check_version_complete(version, contract)
    settle_negotiation(actor, version)
    today = clock.today(contract.time_zone)
    if amends_signed(contract):
        starts_on = day_of_effect(_put_to_parties(actor, envelope), today)
    else:
        starts_on = starts_of(envelope, today)
    check_order(version, contract, starts_on)
    if amends_signed(contract):
        check_history(version, starts_on)


def _put_to_parties(actor: Actor, envelope: Envelope) -> Amendment:
    """What changes a signed contract is proposed by being sent, where it was not before; and somebody signs for each
    party that has not accepted yet. The envelope says the amendment's day. Raises DomainError `effect_not_agreed`,
    `amendment_refused`."""
    amendment = amendment_of(envelope.version)
    if amendment is None:
        proposed = propose_amendment(
            actor=actor, version_id=envelope.version_id, effective_on=envelope.effective_on, summary=envelope.message
        )
        amendment = fresh(proposed)
        check_may_be_signed(envelope.contract, envelope.version)
    if envelope.effective_on not in (None, amendment.effective_on):
        message = _("The amendment was proposed with another day: change one of the two.")
        raise DomainError("effect_not_agreed", message, fields={"effective_on": [message]})
    check_open(amendment)
    check_not_refused(amendment)
    check_signers(amendment, people_of(envelope))
    envelope.effective_on = amendment.effective_on
    return amendment


def check_paper_is_of(envelope: Envelope) -> None:
    """Raises DomainError `changed_meanwhile` where the paper was made of another text, other terms or attachments."""
    if envelope.version_hash != envelope.version.content_hash:
        message = _("Text or terms were changed since this was prepared: prepare it again, and look at it.")
        raise DomainError("changed_meanwhile", message)


def check_signatories(envelope: Envelope) -> None:
    """Each signer signs for a party of the contract, one for us and one for each counterparty; or the sender has said
    why not. The only party of a side need not be named.

    Raises DomainError `signer_missing`, `signatory_unnamed`, `party_unsigned`.
    """
    signers = [each for each in people_of(envelope) if each.role == Recipient.Role.SIGNER]
    if not signers:
        raise _nobody("signer_missing", _("Say who signs."))
    parts = signing_parts(envelope.contract)
    for signer in signers:
        _name_party(signer, parts)
    lacking = parties_without_signer(parts, signers)
    if lacking and not envelope.unilateral_reason.strip():
        message = _("Nobody signs for %(names)s: name somebody, or say why not every party signs.")
        raise _nobody("party_unsigned", message % {"names": ", ".join(lacking)})


def _name_party(signer: Recipient, parts: Sequence[ContractParty]) -> None:
    if signer.party_id is None:
        signer.party_id = only_party(parts, signer.side)
        signer.save(update_fields=["party"])
    if signer.party_id not in {part.party_id for part in parts}:
        raise _nobody("signatory_unnamed", _("Say for which party %(name)s signs.") % {"name": signer.name})


def _nobody(code: str, message: str) -> DomainError:
    return DomainError(code, message, fields={"recipients": [message]})


def unilateral(envelope: Envelope) -> dict[str, str]:
    """What events say of a paper that not every party signs."""
    said = envelope.unilateral_reason.strip()
    signers = [each for each in people_of(envelope) if each.role == Recipient.Role.SIGNER]
    lacking = parties_without_signer(signing_parts(envelope.contract), signers)
    return {"unilateral": said, "without": ", ".join(lacking)} if lacking else {}


def put_out(actor: Actor, envelope: Envelope) -> None:
    """The envelope is out from now on, with its contract; whom to ask comes next."""
    now = clock.now()
    envelope.contract_was = envelope.contract.state
    envelope.sent_by_id, envelope.sent_at = actor.person_id, now
    envelope.expires_at = now + timedelta(days=envelope.days)
    envelope.next_due_at = next_due(envelope, now)
    envelope.save()
    move(actor, envelope, to=EnvelopeState.SENT)
    contract_out(actor, envelope.contract)


def note_sent(actor: Actor, envelope: Envelope, origin: Origin | None, **facts: Any) -> None:
    """The event names the parties as they are called now: so they stand in what is signed."""
    parties = parties_as_sent(envelope)
    note(envelope, EnvelopeEvent.Kind.SENT, by=name_of(actor), origin=origin, parties=parties, **facts)


def contract_out(actor: Actor, contract: Contract) -> None:
    """A contract that is not signed is out for signature; one whose text no rule has to approve passes through
    approval at once. One that is signed already stays what it is: an amendment is out."""
    if contract.state not in NOT_SIGNED:
        return
    said = _("No approval is asked of this text.")
    steps: list[tuple[str, str]] = []
    if contract.state != ContractState.APPROVED:
        steps = [(ContractState.IN_APPROVAL.value, said), (ContractState.APPROVED.value, said)]
    move_along(actor, contract, [*steps, (ContractState.OUT_FOR_SIGNATURE.value, "")])
