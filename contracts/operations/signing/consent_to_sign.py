"""A signer reads, and agrees to sign electronically."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.events.signing import envelope_fact
from contracts.models import EnvelopeEvent, Recipient, SigningLink
from contracts.operations.signing.guards import Origin, Pass, check_opens, check_verified, locked_link, note
from contracts.queries.signing import values_digest

VERB, READ = "contracts.consent_to_sign", "contracts.read_envelope"


@transaction.atomic
def read_envelope(*, actor: Actor, given: Pass, origin: Origin) -> Recipient:
    """That the text was shown is kept once for each link and whatever others had filled in by then. Raises
    LinkRefused."""
    link, envelope = locked_link(given.token)
    require(actor, READ, envelope)
    check_opens(link, envelope, given, SigningLink.Purpose.SIGN, SigningLink.Purpose.READ)
    check_verified(link, given)
    seen = {"link": str(link.pk), "values": values_digest(envelope)}
    viewed = EnvelopeEvent.objects.filter(envelope=envelope, kind=EnvelopeEvent.Kind.VIEWED, detail__contains=seen)
    if not viewed.exists():
        told: dict[str, Any] = {**seen, "paper": envelope.paper.sha256}
        note(envelope, EnvelopeEvent.Kind.VIEWED, recipient=link.recipient, origin=origin, **told)
        record(actor, envelope_fact("envelope.viewed", READ, envelope, recipient=link.recipient))
    return link.recipient


@transaction.atomic
def consent_to_sign(*, actor: Actor, given: Pass, words: str, origin: Origin) -> Recipient:
    """The recipient agreed to these words; doing it again changes nothing. Raises LinkRefused."""
    link, envelope = locked_link(given.token)
    require(actor, VERB, envelope)
    check_opens(link, envelope, given, SigningLink.Purpose.SIGN)
    check_verified(link, given)
    recipient = link.recipient
    if recipient.consented_at is not None:
        return recipient
    recipient.consented_at, recipient.consent_hash = clock.now(), hashlib.sha256(words.encode()).hexdigest()
    recipient.save(update_fields=["consented_at", "consent_hash"])
    told: dict[str, Any] = {"words": words, "sha256": recipient.consent_hash}
    note(envelope, EnvelopeEvent.Kind.CONSENTED, recipient=recipient, origin=origin, **told)
    after: dict[str, Any] = {"words_sha256": recipient.consent_hash}
    record(actor, envelope_fact("envelope.consented", VERB, envelope, recipient=recipient, **after))
    return recipient
