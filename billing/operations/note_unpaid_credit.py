"""A credit that was issued and has not reached us in time is noted."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import CreditNote
from billing.states import CreditState
from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row

# An invoice a month is what most agreements have, and the next one carries the credit: a default of ours.
SETTLED_WITHIN = timedelta(days=30)


@transaction.atomic
def note_unpaid_credit(*, actor: Actor, note_id: UUID) -> CreditNote:
    """Since when the note waits too long is kept for good, also when the credit is settled afterwards.

    Raises `credit_not_due` before SETTLED_WITHIN is over, and of a credit that is settled, in dispute, or owed by us.
    """
    note = lock_row(CreditNote, note_id, "credit__commitment")
    require(actor, "billing.note_unpaid_credit", note)
    if note.overdue_on is not None:
        return note
    if note.credit.state != CreditState.ISSUED or note.amount <= 0 or _today(note) <= note.issued_on + SETTLED_WITHIN:
        raise DomainError("credit_not_due", "The credit is not waited for longer than usual.")
    note.overdue_on = note.issued_on + SETTLED_WITHIN + timedelta(days=1)
    note.save(update_fields=["overdue_on"])
    record(actor, events.note_overdue(note))
    return note


def _today(note: CreditNote) -> date:
    return clock.today(note.credit.commitment.time_zone)
