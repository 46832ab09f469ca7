"""What people do with one due date of a duty: submit proof, confirm, dispute, waive."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.documents.models import Blob
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from obligations import events
from obligations.models import Occurrence
from obligations.states import OccurrenceState


@transaction.atomic
def submit_occurrence(*, actor: Actor, occurrence_id: UUID, proof: str = "", blob: Blob | None = None) -> Occurrence:
    """The proof is in and waits to be verified. Raises Invalid `proof_missing` where the duty names a proof."""
    occurrence = lock_row(Occurrence, occurrence_id, "obligation")
    require(actor, "obligations.submit_occurrence", occurrence)
    if occurrence.obligation.proof_required and not (proof.strip() or blob):
        fields = {"proof": [occurrence.obligation.proof_required]}
        raise Invalid("proof_missing", "This duty needs its proof.", fields=fields)
    previous = move(actor, occurrence, to=OccurrenceState.SUBMITTED)
    occurrence.proof, occurrence.proof_blob, occurrence.next_at = proof, blob, None
    occurrence.save(update_fields=["proof", "proof_blob", "next_at"])
    record(actor, events.occurrence_moved("obligations.submit_occurrence", occurrence, previous))
    return occurrence


@transaction.atomic
def fulfil_occurrence(*, actor: Actor, occurrence_id: UUID, note: str = "") -> Occurrence:
    """The duty is done for this date. Raises Invalid `proof_missing` where its proof was never submitted."""
    occurrence = lock_row(Occurrence, occurrence_id, "obligation")
    require(actor, "obligations.fulfil_occurrence", occurrence)
    if occurrence.obligation.proof_required and not (occurrence.proof or occurrence.proof_blob_id):
        raise Invalid("proof_missing", "Submit the proof first: this duty names one.")
    return _settle(actor, occurrence, OccurrenceState.FULFILLED, "obligations.fulfil_occurrence", note)


@transaction.atomic
def dispute_occurrence(*, actor: Actor, occurrence_id: UUID, reason: str) -> Occurrence:
    """The submitted proof is not accepted; the duty can be submitted again."""
    occurrence = lock_row(Occurrence, occurrence_id, "obligation")
    require(actor, "obligations.dispute_occurrence", occurrence)
    return _settle(actor, occurrence, OccurrenceState.DISPUTED, "obligations.dispute_occurrence", reason)


@transaction.atomic
def waive_occurrence(*, actor: Actor, occurrence_id: UUID, reason: str) -> Occurrence:
    """Nobody owes this date any more, for a stated reason."""
    occurrence = lock_row(Occurrence, occurrence_id, "obligation")
    require(actor, "obligations.waive_occurrence", occurrence)
    if not reason.strip():
        raise Invalid("reason_missing", "Say why it is waived.", fields={"reason": ["Say why it is waived."]})
    return _settle(actor, occurrence, OccurrenceState.WAIVED, "obligations.waive_occurrence", reason)


def _settle(actor: Actor, occurrence: Occurrence, to: str, verb: str, reason: str) -> Occurrence:
    previous = move(actor, occurrence, to=to, reason=reason)
    occurrence.next_at = None
    occurrence.save(update_fields=["next_at"])
    record(actor, events.occurrence_moved(verb, occurrence, previous, reason))
    return occurrence
