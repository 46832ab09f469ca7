"""An approved credit becomes a credit note."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit, CreditNote
from billing.operations.guards import check_claim_open, check_current, person_of
from billing.seals import note_digest
from billing.states import CreditState
from clm.access.permissions import require
from clm.audit.models import Transition
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.lib.sequences import next_number


@transaction.atomic
def issue_credit(*, actor: Actor, credit_id: UUID) -> CreditNote:
    """The credit note with the year's next number (CN-2026-0001), gapless; from here on its figures never change.

    Its PDF is printed afterwards, outside of this transaction. Raises `claim_window_passed`, `credit_outdated`,
    `illegal_move`.
    """
    credit = lock_row(Credit, credit_id, "commitment", "contract")
    require(actor, "billing.issue_credit", credit)
    credit.STATES.check(credit.state, CreditState.ISSUED)
    check_claim_open(credit)
    check_current(credit)
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
    _end_disputes(actor, credit)
    return note


def _end_disputes(actor: Actor, reversal: Credit) -> None:
    """The disputed credits that the note issued now takes back are what they were before; others stay in dispute."""
    rows = Credit.objects.filter(breach_id=reversal.breach_id, reference__in=reversal.takes_back)
    disputed = rows.select_for_update().filter(state=CreditState.DISPUTED)
    for credit in disputed.order_by("pk"):
        moves = Transition.objects.filter(subject_type="billing.credit", subject_id=credit.pk)
        entered = moves.filter(to_state=CreditState.DISPUTED).order_by("-pk").values_list("from_state", flat=True)
        move(actor, credit, to=entered[0], reason=f"taken back by {reversal.reference}")
