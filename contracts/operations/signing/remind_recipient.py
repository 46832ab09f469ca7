"""Who sent an envelope looks after it: reminds, corrects an address, voids it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent, Recipient
from contracts.operations.amending.guards import end_unfit
from contracts.operations.signing.change_envelope import check_person
from contracts.operations.signing.guards import (
    INVITATION,
    REMINDER,
    Origin,
    end_links,
    end_unsigned,
    locked_envelope,
    name_of,
    next_due,
    note,
    people_of,
    tell_sender,
    write_to,
)
from contracts.queries.our_mailboxes import check_not_ours
from contracts.queries.signing import signing_parts
from contracts.states import EnvelopeState, RecipientState

REMIND, CORRECT, VOID = "contracts.remind_recipient", "contracts.correct_recipient", "contracts.void_envelope"
SYSTEM_REMIND, EXPIRE = "contracts.remind_envelope", "contracts.expire_envelope"
PAUSE = timedelta(minutes=5)


def _asked(recipient_id: UUID) -> tuple[Envelope, Recipient]:
    """The recipient in its locked envelope. Raises NotVisible."""
    envelope_id = Recipient.objects.filter(pk=recipient_id).values_list("envelope_id", flat=True).first()
    if envelope_id is None:
        raise NotVisible
    envelope = locked_envelope(envelope_id)
    return envelope, Recipient.objects.get(pk=recipient_id)


@transaction.atomic
def remind_recipient(*, actor: Actor, recipient_id: UUID, origin: Origin | None = None) -> Recipient:
    """A letter with a new link leaves; the one before opens no more. Also where it never arrived.

    Raises DomainError `not_asked` for who is not asked now, `reminded_just_now` within five minutes.
    """
    envelope, recipient = _asked(recipient_id)
    require(actor, REMIND, recipient)
    if envelope.state != EnvelopeState.SENT or recipient.state != RecipientState.INVITED:
        raise DomainError("not_asked", _("Nothing is asked of this person now."))
    last = recipient.reminded_at or recipient.invited_at
    if last is not None and last > clock.now() - PAUSE:
        raise DomainError("reminded_just_now", _("They were written to a moment ago: give them five minutes."))
    _remind(envelope, recipient, name_of(actor), origin)
    record(actor, envelope_fact("envelope.reminded", REMIND, envelope, recipient=recipient))
    return recipient


def _remind(envelope: Envelope, recipient: Recipient, by: str, origin: Origin | None = None) -> None:
    recipient.reminded_at = clock.now()
    recipient.save(update_fields=["reminded_at"])
    note(envelope, EnvelopeEvent.Kind.REMINDED, recipient=recipient, by=by, origin=origin)
    write_to(recipient, REMINDER)


@transaction.atomic
def correct_recipient(
    *, actor: Actor, recipient_id: UUID, name: str, email: str, origin: Origin | None = None
) -> Recipient:
    """The name and address of somebody who has not acted yet are right now; a link that went elsewhere opens no more.

    Raises DomainError `not_asked`, Invalid `recipient_invalid`, `recipient_ours`.
    """
    envelope, recipient = _asked(recipient_id)
    require(actor, CORRECT, recipient)
    if envelope.state != EnvelopeState.SENT or recipient.state not in (RecipientState.WAITING, RecipientState.INVITED):
        raise DomainError("not_asked", _("Nothing is asked of this person now."))
    check_person(name, email)
    check_not_ours(recipient, email, signing_parts(envelope.contract))
    _check_free(envelope, recipient, email)
    before = {"name": recipient.name != name.strip(), "email": recipient.email != email.strip()}
    end_links([recipient])
    was = recipient.email
    if before["email"]:  # the telephone was the other person's
        recipient.phone, recipient.code_by = "", Recipient.CodeBy.MAIL
    recipient.name, recipient.email = name.strip()[:200], email.strip()
    recipient.consented_at, recipient.consent_hash, recipient.opened_at = None, "", None
    recipient.save()
    facts = {"to": recipient.email, "was": was}
    note(envelope, EnvelopeEvent.Kind.CORRECTED, recipient=recipient, by=name_of(actor), origin=origin, **facts)
    changed = sorted(name for name, is_changed in before.items() if is_changed)
    record(actor, envelope_fact("envelope.corrected", CORRECT, envelope, recipient=recipient, changed=changed))
    if recipient.state == RecipientState.INVITED:
        write_to(recipient, INVITATION)
    return recipient


def _check_free(envelope: Envelope, recipient: Recipient, email: str) -> None:
    gone = (RecipientState.FORWARDED, RecipientState.RELEASED)
    others = [each for each in people_of(envelope) if each.pk != recipient.pk and each.state not in gone]
    if any(each.email.lower() == email.strip().lower() for each in others):
        message = _("Another recipient has this address.")
        raise Invalid("recipient_invalid", message, fields={"email": [message]})


@transaction.atomic
def void_envelope(*, actor: Actor, envelope_id: UUID, reason: str, origin: Origin | None = None) -> Envelope:
    """Nobody can sign any more, the contract is where it was, and everybody who was asked is told why.

    Raises Invalid `reason_missing`; a completed envelope cannot be voided (`illegal_move`).
    """
    envelope = locked_envelope(envelope_id)
    require(actor, VOID, envelope)
    envelope.STATES.check(envelope.state, EnvelopeState.VOIDED)
    if not reason.strip():
        message = _("Say why: who was asked to sign reads this.")
        raise Invalid("reason_missing", message, fields={"reason": [message]})
    said = reason.strip()[:2000]
    note(envelope, EnvelopeEvent.Kind.VOIDED, by=name_of(actor), origin=origin, reason=said)
    before = end_unsigned(actor, envelope, EnvelopeState.VOIDED, said)
    record(actor, envelope_fact("envelope.voided", VOID, envelope, before={"state": before}, reason=said))
    return envelope


@transaction.atomic
def look_after_envelope(*, actor: Actor, envelope_id: UUID) -> Envelope:
    """An envelope that is due: it ran out and is over, or who has not acted is reminded, unless what they would sign
    does not fit its contract any more. One that is not due stays."""
    envelope = locked_envelope(envelope_id)
    now = clock.now()
    if envelope.state != EnvelopeState.SENT or envelope.next_due_at is None or envelope.next_due_at > now:
        require(actor, SYSTEM_REMIND, envelope)
        return envelope
    if envelope.expires_at is not None and envelope.expires_at <= now:
        return _expire(actor, envelope)
    require(actor, SYSTEM_REMIND, envelope)
    if end_unfit(actor, envelope.contract, verb=SYSTEM_REMIND):
        return Envelope.objects.get(pk=envelope_id)
    people = [each for each in people_of(envelope) if each.acts and each.state == RecipientState.INVITED]
    for recipient in people:
        _remind(envelope, recipient, "Covenant")
    envelope.next_due_at = next_due(envelope, now)
    envelope.save(update_fields=["next_due_at"])
    record(actor, envelope_fact("envelope.reminded", SYSTEM_REMIND, envelope, people=len(people)))
    return envelope


def _expire(actor: Actor, envelope: Envelope) -> Envelope:
    require(actor, EXPIRE, envelope)
    said = _("Not signed by all in time.")
    note(envelope, EnvelopeEvent.Kind.EXPIRED, by="Covenant")
    before = end_unsigned(actor, envelope, EnvelopeState.EXPIRED, said)
    record(actor, envelope_fact("envelope.expired", EXPIRE, envelope, before={"state": before}, reason=said))
    tell_sender(envelope, "expired", _("Ran out before all had signed: %(title)s"))
    return envelope
