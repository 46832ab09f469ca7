"""A recipient declines, or passes the envelope on to whom it should have gone."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent, Recipient, SigningLink
from contracts.operations.signing.change_envelope import check_person
from contracts.operations.signing.guards import (
    Origin,
    Pass,
    check_opens,
    check_verified,
    end_links,
    end_unsigned,
    invite_next,
    locked_link,
    note,
    people_of,
    tell_sender,
)
from contracts.queries.our_mailboxes import check_not_ours
from contracts.queries.signing import signing_parts
from contracts.states import EnvelopeState, RecipientState

DECLINE, FORWARD = "contracts.decline_envelope", "contracts.forward_envelope"
MOST_FORWARDS = 5


@transaction.atomic
def decline_envelope(*, actor: Actor, given: Pass, reason: str, origin: Origin) -> Envelope:
    """The envelope is over, and the contract is where it was. Raises LinkRefused, Invalid `reason_missing`."""
    link, envelope = locked_link(given.token)
    require(actor, DECLINE, envelope)
    check_opens(link, envelope, given, SigningLink.Purpose.SIGN)
    check_verified(link, given)
    recipient = link.recipient
    _check_acts(recipient)
    if not reason.strip():
        message = _("Say why you decline: who sent it reads this.")
        raise Invalid("reason_missing", message, fields={"reason": [message]})
    recipient.ended_at = link.used_at = clock.now()
    recipient.reason = reason.strip()[:2000]
    recipient.save(update_fields=["ended_at", "reason"])
    link.save(update_fields=["used_at"])
    move(actor, recipient, to=RecipientState.DECLINED, reason=recipient.reason)
    note(envelope, EnvelopeEvent.Kind.DECLINED, recipient=recipient, origin=origin, reason=recipient.reason)
    before = end_unsigned(actor, envelope, EnvelopeState.DECLINED, recipient.reason)
    fact = envelope_fact(
        "envelope.declined", DECLINE, envelope, before={"state": before}, recipient=recipient, reason=recipient.reason
    )
    record(actor, fact)
    tell_sender(envelope, "declined", _("Declined: %(title)s"), f"{recipient.name}: {recipient.reason}")
    return envelope


def _check_acts(recipient: Recipient) -> None:
    if not recipient.acts:
        raise DomainError("not_a_signer", _("This was sent to you to read, not to sign."))


@transaction.atomic
def forward_envelope(*, actor: Actor, given: Pass, name: str, email: str, reason: str, origin: Origin) -> Recipient:
    """Somebody else is asked in the recipient's place, with the same fields and their own link and code; who passed it
    on stays in the trace. Raises LinkRefused, Invalid `recipient_invalid`, `recipient_ours`, DomainError
    `forwarded_often`."""
    link, envelope = locked_link(given.token)
    require(actor, FORWARD, envelope)
    check_opens(link, envelope, given, SigningLink.Purpose.SIGN)
    check_verified(link, given)
    recipient = link.recipient
    _check_acts(recipient)
    _check_successor(envelope, recipient, name, email)
    recipient.ended_at = link.used_at = clock.now()
    recipient.reason = reason.strip()[:2000]
    recipient.save(update_fields=["ended_at", "reason"])
    link.save(update_fields=["used_at"])
    move(actor, recipient, to=RecipientState.FORWARDED, reason=recipient.reason)
    end_links([recipient])
    successor = _successor(envelope, recipient, name.strip()[:200], email.strip())
    told = {"to": successor.name, "email": successor.email, "reason": recipient.reason}
    note(envelope, EnvelopeEvent.Kind.FORWARDED, recipient=recipient, origin=origin, **told)
    record(actor, envelope_fact("envelope.forwarded", FORWARD, envelope, recipient=recipient, to=successor.pk))
    tell_sender(envelope, f"forwarded:{successor.pk}", _("Passed on: %(title)s"), f"{recipient.name}: {successor.name}")
    invite_next(actor, envelope)
    return successor


def _check_successor(envelope: Envelope, recipient: Recipient, name: str, email: str) -> None:
    check_person(name, email)
    check_not_ours(recipient, email, signing_parts(envelope.contract))
    people = people_of(envelope)
    gone = (RecipientState.FORWARDED, RecipientState.RELEASED)
    if any(each.email.lower() == email.strip().lower() for each in people if each.state not in gone):
        message = _("This address has the document already.")
        raise Invalid("recipient_invalid", message, fields={"email": [message]})
    if sum(each.state == RecipientState.FORWARDED for each in people) >= MOST_FORWARDS:
        raise DomainError("forwarded_often", _("This was passed on often enough: ask who sent it to name the signer."))


def _successor(envelope: Envelope, recipient: Recipient, name: str, email: str) -> Recipient:
    """With the fields of who passed it on. The code comes by e-mail: a number was given for somebody else."""
    successor = Recipient.objects.create(
        organization_id=envelope.organization_id,
        envelope=envelope,
        role=recipient.role,
        side=recipient.side,
        party_id=recipient.party_id,
        position=recipient.position,
        name=name,
        email=email,
        forwarded_from=recipient,
    )
    recipient.fields.update(recipient=successor)
    return successor
