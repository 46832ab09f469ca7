"""A link is opened: by its recipient, or by somebody for whom it was not meant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.events.signing import envelope_fact
from contracts.models import EnvelopeEvent, SigningLink
from contracts.operations.signing.guards import (
    Origin,
    Pass,
    check_opens,
    locked_envelope,
    locked_link,
    note,
    note_often,
)

VERB, REFUSE = "contracts.open_signing_link", "contracts.refuse_signing_link"


@transaction.atomic
def open_signing_link(*, actor: Actor, given: Pass, origin: Origin) -> SigningLink:
    """The first opening of each link is kept. Raises NotVisible for a secret nobody gave, and LinkRefused: note that
    with `refuse_signing_link`."""
    link, envelope = locked_link(given.token)
    require(actor, VERB, envelope)
    check_opens(link, envelope, given)
    opened = EnvelopeEvent.objects.filter(envelope=envelope, kind=EnvelopeEvent.Kind.OPENED, detail__link=str(link.pk))
    if opened.exists():
        return link
    recipient = link.recipient
    if recipient.opened_at is None and recipient.state not in ("done", "declined", "forwarded"):
        recipient.opened_at = clock.now()
        recipient.save(update_fields=["opened_at"])
    note(envelope, EnvelopeEvent.Kind.OPENED, recipient=recipient, origin=origin, link=link.pk, purpose=link.purpose)
    record(actor, envelope_fact("envelope.link_opened", VERB, envelope, recipient=recipient, purpose=link.purpose))
    return link


@transaction.atomic
def refuse_signing_link(*, actor: Actor, link_id: UUID, code: str, given: Pass, origin: Origin) -> None:
    """What was refused at a link, and why, is kept, with where it came from and who was signed in there; where that is
    done again and again, how often."""
    found = SigningLink.objects.select_related("recipient").get(pk=link_id)
    envelope = locked_envelope(found.recipient.envelope_id)
    require(actor, REFUSE, envelope)
    link = lock_row(SigningLink, link_id, "recipient")
    facts: dict[str, Any] = {"code": code, "purpose": link.purpose}
    event = note_often(link, EnvelopeEvent.Kind.REFUSED, envelope, by=given.signed_in or "?", origin=origin, **facts)
    if event is not None:
        facts = {"code": code, "times": event.detail.get("times", 1)}
        record(actor, envelope_fact("envelope.link_refused", REFUSE, envelope, recipient=link.recipient, **facts))
