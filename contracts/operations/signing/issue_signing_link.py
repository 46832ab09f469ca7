"""Secrets of links and codes are made at the moment their letter leaves; only hashes stay here."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.accounts.actors import hash_key
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent, Recipient, SigningCode, SigningLink
from contracts.operations.signing.ask_signing_code import code_hash
from contracts.operations.signing.guards import code_lasts, locked_envelope, new_secret, note
from contracts.states import EnvelopeState, RecipientState

LINK, CODE = "contracts.issue_signing_link", "contracts.issue_signing_code"
COPY_DAYS = 90


@transaction.atomic
def issue_signing_link(*, actor: Actor, recipient_id: UUID, purpose: str) -> str:
    """The secret of a new link; earlier links of the recipient for the same purpose open no more. Empty where there is
    nothing to do for them any more."""
    envelope = locked_envelope(Recipient.objects.values_list("envelope_id", flat=True).get(pk=recipient_id))
    require(actor, LINK, envelope)
    recipient = Recipient.objects.get(pk=recipient_id, envelope=envelope)
    if not _is_wanted(envelope, recipient, purpose):
        return ""
    now, token = clock.now(), new_secret()
    SigningLink.objects.filter(recipient=recipient, purpose=purpose, used_at=None, ended_at=None).update(ended_at=now)
    is_copy = purpose == SigningLink.Purpose.COPY
    SigningLink.objects.create(
        organization_id=envelope.organization_id,
        recipient=recipient,
        purpose=purpose,
        token_hash=hash_key(token),
        expires_at=now + timedelta(days=COPY_DAYS) if is_copy or envelope.expires_at is None else envelope.expires_at,
    )
    note(envelope, EnvelopeEvent.Kind.LETTER, recipient=recipient, purpose=purpose, to=recipient.email)
    record(actor, envelope_fact("envelope.link_sent", LINK, envelope, recipient=recipient, purpose=purpose))
    return token


def _is_wanted(envelope: Envelope, recipient: Recipient, purpose: str) -> bool:
    if purpose == SigningLink.Purpose.COPY:
        return envelope.executed_id is not None and recipient.state == RecipientState.DONE
    return envelope.state == EnvelopeState.SENT and recipient.state == RecipientState.INVITED


@transaction.atomic
def issue_signing_code(*, actor: Actor, code_id: UUID) -> str:
    """Six digits that count for some minutes; asked again, other ones. Empty where a newer code was asked."""
    link_id = SigningCode.objects.values_list("link_id", flat=True).get(pk=code_id)
    link = SigningLink.objects.select_related("recipient").get(pk=link_id)
    envelope = locked_envelope(link.recipient.envelope_id)
    require(actor, CODE, envelope)
    code = SigningCode.objects.select_for_update().filter(link=link).order_by("-asked_at", "-pk").first()
    if code is None or code.pk != code_id or code.used_at is not None:
        return ""
    digits = f"{secrets.randbelow(1_000_000):06d}"
    code.code_hash, code.expires_at = code_hash(link, digits), clock.now() + code_lasts()
    code.save(update_fields=["code_hash", "expires_at"])
    record(actor, envelope_fact("envelope.code_sent", CODE, envelope, recipient=link.recipient))
    return digits
