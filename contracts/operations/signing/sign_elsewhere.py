"""A text is signed in another system: it is out all the same, and what came of it is told by a signed call."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.roles import Role
from clm.documents.blobs import blob_of
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.notify.tell import people_with_roles
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent, SignedCopy
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
from contracts.states import ContractState, EnvelopeState

MESSAGE = 120  # characters of a message's id that are kept
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

    Where the envelope is over without being signed, or its text cannot become final any more, what was signed is kept
    (`SignedCopy`), and somebody decides what it means: nothing that people signed is lost. Raises DomainError
    `envelope_over` for any other message afterwards, Invalid `message_missing`, `date_ahead`.
    """
    envelope = locked_envelope(envelope_id)
    require(actor, RECEIVE, envelope)
    if not message_id.strip():
        raise Invalid("message_missing", "A message has an id.", fields={"id": ["Missing."]})
    message = _kept_name(message_id.strip())
    if envelope.external_id == message or envelope.signed_copies.filter(message=message).exists():
        return envelope
    is_sent = envelope.state == EnvelopeState.SENT
    if not _may_come(envelope) or (scan is None and not is_sent):
        raise DomainError("envelope_over", _("This document is no longer out for signature."))
    _check_day(envelope, signed_on)
    facts = {"system": envelope.external_system, "message": message_id.strip()[:1000]}
    if scan is None:
        envelope.external_id = message
        return _declined(actor, envelope, reason.strip() or _("Declined in the other system."), facts, origin)
    came = _Came(message, scan, signed_on, facts, origin)
    if not is_sent:
        return _kept(actor, envelope, came, "envelope_over")
    try:
        with transaction.atomic():
            return _signed(actor, envelope, came)
    except DomainError as refusal:
        return _kept(actor, locked_envelope(envelope_id), came, refusal.code)


@dataclass(frozen=True)
class _Came:
    """What a message brought."""

    message: str
    scan: Scan
    signed_on: date | None
    facts: dict[str, str]
    origin: Origin | None


def _kept_name(message: str) -> str:
    """By which a message is known again: a long one by its hash."""
    return message if len(message) <= MESSAGE else f"sha256:{hashlib.sha256(message.encode()).hexdigest()}"


def _may_come(envelope: Envelope) -> bool:
    """Whether something signed elsewhere is still of use: not beside what completed it, nor to a contract of which the
    words are gone."""
    is_gone = envelope.contract.state == ContractState.DISPOSED
    is_signed = envelope.state in (EnvelopeState.DRAFT, EnvelopeState.COMPLETED)
    return envelope.method == Method.ELSEWHERE and not is_signed and not is_gone


def _check_day(envelope: Envelope, signed_on: date | None) -> None:
    if signed_on is not None and signed_on > clock.today(envelope.contract.time_zone):
        raise Invalid("date_ahead", "This day has not come yet.", fields={"signed_on": ["Not yet."]})


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


def _signed(actor: Actor, envelope: Envelope, came: _Came) -> Envelope:
    envelope.external_id = came.message
    take_scan(envelope, came.scan)
    envelope.save(update_fields=["paper", "pages", "paper_is_signed", "former_blobs", "external_id"])
    signed_outside(actor, envelope)
    told = _told(envelope, came)
    note(envelope, EnvelopeEvent.Kind.ELSEWHERE, by=envelope.external_system, origin=came.origin, **told)
    complete(actor, envelope, verb=RECEIVE, signed_on=came.signed_on)
    return envelope


def _told(envelope: Envelope, came: _Came) -> dict[str, Any]:
    signed_on = came.signed_on or clock.today(envelope.contract.time_zone)
    return {**came.facts, "scan": came.scan.stored.sha256, "signed_on": signed_on}


def _kept(actor: Actor, envelope: Envelope, came: _Came, why: str) -> Envelope:
    """Whoever sent it, and legal, are told: they look at it, and file it or tell the others that it does not count."""
    copy = SignedCopy.objects.create(
        organization_id=envelope.organization_id,
        envelope=envelope,
        message=came.message,
        blob=blob_of(came.scan.stored),
        pages=list(came.scan.pages),
        signed_on=came.signed_on,
        received_at=clock.now(),
        why=why[:60],
    )
    told = _told(envelope, came) | {"code": why}
    note(envelope, EnvelopeEvent.Kind.KEPT, by=envelope.external_system, origin=came.origin, **told)
    record(actor, envelope_fact("envelope.copy_kept", RECEIVE, envelope, **told))
    title = _("Signed in the other system, and not counted: %(title)s")
    body = _("The signed copy is kept on the page of the envelope. Look at it: all may be bound by it.")
    tell_sender(envelope, f"copy_kept:{copy.pk}", title, body, also=people_with_roles(Role.LEGAL))
    return envelope
