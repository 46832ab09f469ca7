"""The executed paper of a completed envelope is there, sealed; or the sealing failed, and is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.blobs import StoredContent, blob_of
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent, SigningLink
from contracts.models.signature import SealState
from contracts.operations.signing.guards import (
    COPY,
    Origin,
    Pass,
    after_commit_seal,
    check_opens,
    check_verified,
    locked_envelope,
    locked_link,
    note,
    note_often,
    people_of,
    tell_sender,
    write_to,
)
from contracts.states import RecipientState

ATTACH, FAIL, RETRY, FETCH = (
    "contracts.attach_seal", "contracts.note_seal_failure", "contracts.retry_seal", "contracts.fetch_executed",
)  # fmt: skip
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True)
class SealedPapers:
    """The executed paper, the level of the seal and whose certificate sealed; `proof` is the certificate of signature
    where that is a file of its own."""

    stored: StoredContent
    level: str
    certificate: str
    proof: StoredContent | None = None


@transaction.atomic
def attach_seal(*, actor: Actor, envelope_id: UUID, made: SealedPapers) -> Envelope:
    """Everybody who had a part gets a link to it. A paper that was attached before stays the one."""
    envelope = locked_envelope(envelope_id)
    require(actor, ATTACH, envelope)
    if envelope.seal_state != SealState.WAITING:
        return envelope
    envelope.executed, envelope.sealed_at, envelope.seal_level = blob_of(made.stored), clock.now(), made.level
    envelope.certificate = blob_of(made.proof) if made.proof else None
    envelope.seal_certificate, envelope.seal_state = made.certificate, SealState.SEALED
    envelope.seal_due_at, envelope.seal_error = None, ""
    envelope.save(
        update_fields=[
            "executed", "certificate", "sealed_at", "seal_level", "seal_certificate", "seal_state", "seal_due_at",
            "seal_error",
        ]
    )  # fmt: skip
    facts: dict[str, Any] = {"level": made.level, "sha256": made.stored.sha256, "certificate": made.certificate}
    facts["proof_sha256"] = made.proof.sha256 if made.proof else ""
    note(envelope, EnvelopeEvent.Kind.SEALED, by="Covenant", **facts)
    record(actor, envelope_fact("envelope.sealed", ATTACH, envelope, **facts))
    tell_sender(envelope, "sealed", _("The executed text is sealed: %(title)s"))
    for recipient in people_of(envelope):
        if recipient.state == RecipientState.DONE:
            write_to(recipient, COPY)
    return envelope


@transaction.atomic
def note_seal_failure(*, actor: Actor, envelope_id: UUID, error: str) -> Envelope:
    """The next try comes after twice the wait; the sender is told of the first failure."""
    envelope = locked_envelope(envelope_id)
    require(actor, FAIL, envelope)
    if envelope.seal_state != SealState.WAITING:
        return envelope
    wait = min(FIRST_WAIT * 2 ** min(envelope.seal_attempts, 20), LONGEST_WAIT)
    envelope.seal_attempts += 1
    envelope.seal_error, envelope.seal_due_at = error[:2000], clock.now() + wait
    envelope.save(update_fields=["seal_attempts", "seal_error", "seal_due_at"])
    facts: dict[str, Any] = {"attempts": envelope.seal_attempts, "error": envelope.seal_error}
    record(actor, envelope_fact("envelope.seal_failed", FAIL, envelope, **facts))
    tell_sender(envelope, "seal_failed", _("Not sealed yet, and tried again: %(title)s"), envelope.seal_error)
    return envelope


@transaction.atomic
def retry_seal(*, actor: Actor, envelope_id: UUID) -> Envelope:
    """The sealing is tried again now. Raises DomainError `not_waiting`."""
    envelope = locked_envelope(envelope_id)
    require(actor, RETRY, envelope)
    if envelope.seal_state != SealState.WAITING:
        raise DomainError("not_waiting", _("This does not wait for its seal."))
    envelope.seal_due_at = clock.now()
    envelope.save(update_fields=["seal_due_at"])
    record(actor, envelope_fact("envelope.seal_asked", RETRY, envelope, attempts=envelope.seal_attempts))
    after_commit_seal()
    return envelope


@transaction.atomic
def fetch_executed(*, actor: Actor, given: Pass, origin: Origin) -> Envelope:
    """The executed paper was fetched by a link. Raises LinkRefused."""
    link, envelope = locked_link(given.token)
    require(actor, FETCH, envelope)
    check_opens(link, envelope, given, SigningLink.Purpose.COPY)
    check_verified(link, given)
    if envelope.executed is None:
        raise DomainError("not_sealed", _("The executed text is not sealed yet."))
    if note_often(link, EnvelopeEvent.Kind.FETCHED, envelope, origin=origin):
        record(actor, envelope_fact("envelope.fetched", FETCH, envelope, recipient=link.recipient))
    return envelope
