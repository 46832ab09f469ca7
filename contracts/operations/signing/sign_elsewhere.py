"""A text is signed in another system: it is out all the same, and what came of it is told by a signed call."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent
from contracts.models.signature import Method
from contracts.operations.signing.guards import (
    Origin,
    end_unsigned,
    locked_envelope,
    note,
    signed_outside,
    take_scan,
    tell_sender,
)
from contracts.operations.signing.send_envelope import check_ready, note_sent, put_out, unilateral
from contracts.operations.signing.sign_envelope import complete
from contracts.papers.envelopes import Scan
from contracts.queries.amendments import bound_with
from contracts.states import EnvelopeState

SEND, RECEIVE = "contracts.send_elsewhere", "contracts.receive_execution"


def hook_secret(envelope_id: UUID) -> str:
    """By which calls about this envelope are signed: made of the installation's own secret, and stored nowhere."""
    return hmac.new(settings.SECRET_KEY.encode(), f"signing-hook:{envelope_id}".encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def send_elsewhere(*, actor: Actor, envelope_id: UUID, system: str, origin: Origin | None = None) -> Envelope:
    """The text is out, and nobody is written to from here. The same guards as for sending. Raises Invalid
    `system_missing`."""
    envelope = locked_envelope(envelope_id)
    require(actor, SEND, envelope)
    envelope.STATES.check(envelope.state, EnvelopeState.SENT)
    if not system.strip():
        message = _("Say in which system it is signed.")
        raise Invalid("system_missing", message, fields={"system": [message]})
    check_ready(actor, envelope)
    envelope.method, envelope.external_system, envelope.remind_days = Method.ELSEWHERE, system.strip()[:60], 0
    put_out(actor, envelope)
    facts: dict[str, Any] = {"content_hash": envelope.version_hash, "system": envelope.external_system}
    facts |= unilateral(envelope) | bound_with(envelope)
    note_sent(actor, envelope, origin, **facts)
    record(actor, envelope_fact("envelope.sent", SEND, envelope, before={"state": "draft"}, **facts))
    return envelope


@transaction.atomic
def receive_execution(
    *,
    actor: Actor,
    envelope_id: UUID,
    message_id: str,
    signed_on: date | None = None,
    scan: Scan | None = None,
    reason: str = "",
    origin: Origin | None = None,
) -> Envelope:
    """With `scan` all have signed there, and the envelope is completed with it; without one it was
    declined, for `reason`. The same message again changes nothing.

    Raises DomainError `envelope_over` for another message afterwards, Invalid `message_missing`, `date_ahead`.
    """
    envelope = locked_envelope(envelope_id)
    require(actor, RECEIVE, envelope)
    if not message_id.strip():
        raise Invalid("message_missing", "A message has an id.", fields={"id": ["Missing."]})
    if envelope.external_id == message_id.strip():
        return envelope
    if envelope.method != Method.ELSEWHERE or envelope.state != EnvelopeState.SENT:
        raise DomainError("envelope_over", _("This document is no longer out for signature."))
    envelope.external_id = message_id.strip()[:120]
    facts = {"system": envelope.external_system, "message": envelope.external_id}
    if scan is None:
        return _declined(actor, envelope, reason.strip() or _("Declined in the other system."), facts, origin)
    return _signed(actor, envelope, scan, signed_on, facts, origin)


def _declined(actor: Actor, envelope: Envelope, reason: str, facts: dict[str, str], origin: Origin | None) -> Envelope:
    envelope.save(update_fields=["external_id"])
    told: dict[str, Any] = {**facts, "reason": reason}
    note(envelope, EnvelopeEvent.Kind.DECLINED, by=envelope.external_system, origin=origin, **told)
    before = end_unsigned(actor, envelope, EnvelopeState.DECLINED, reason)
    after: dict[str, Any] = dict(facts)
    fact = envelope_fact("envelope.declined", RECEIVE, envelope, before={"state": before}, reason=reason, **after)
    record(actor, fact)
    tell_sender(envelope, "declined", _("Declined: %(title)s"), reason)
    return envelope


def _signed(
    actor: Actor,
    envelope: Envelope,
    scan: Scan,
    signed_on: date | None,
    facts: dict[str, str],
    origin: Origin | None,
) -> Envelope:
    today = clock.today(envelope.contract.time_zone)
    if signed_on is not None and signed_on > today:
        raise Invalid("date_ahead", "This day has not come yet.", fields={"signed_on": ["Not yet."]})
    take_scan(envelope, scan)
    envelope.save(update_fields=["paper", "pages", "paper_is_signed", "former_blobs", "external_id"])
    signed_outside(actor, envelope)
    told: dict[str, Any] = {**facts, "scan": scan.stored.sha256, "signed_on": signed_on or today}
    note(envelope, EnvelopeEvent.Kind.ELSEWHERE, by=envelope.external_system, origin=origin, **told)
    complete(actor, envelope, verb=RECEIVE, signed_on=signed_on)
    return envelope
