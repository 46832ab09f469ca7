"""An approved credit becomes a credit note."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit, CreditNote
from billing.operations.guards import check_claim_open, person_of
from billing.seals import note_digest
from billing.states import CreditState
from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.lib.sequences import next_number


@transaction.atomic
def issue_credit(*, actor: Actor, credit_id: UUID) -> CreditNote:
    """The credit note with the year's next number (CN-2026-0001), gapless; from here on its figures never change.

    Its PDF is printed afterwards, outside of this transaction. Raises `claim_window_passed`, `illegal_move`.
    """
    credit = lock_row(Credit, credit_id, "commitment", "contract")
    require(actor, "billing.issue_credit", credit)
    credit.STATES.check(credit.state, CreditState.ISSUED)
    check_claim_open(credit)
    move(actor, credit, to=CreditState.ISSUED)
    today = clock.today(credit.contract.time_zone)
    note = CreditNote(
        organization_id=actor.organization_id,
        credit=credit,
        number=next_number(CreditNote, "number", f"CN-{today.year}-"),
        issued_on=today,
        amount=credit.amount,
        currency=credit.currency,
        issued_by=person_of(actor),
    )
    note.digest = note_digest(note)
    note.save()
    record(actor, events.credit_issued(note))
    return note
