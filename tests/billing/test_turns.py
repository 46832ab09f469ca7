"""Credits and comparisons of one contract go one after another: whoever comes second waits, and sees what was done."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections, transaction

from billing.models import CreditNote
from billing.operations.guards import credits_turn
from billing.operations.match_invoice import match_invoice
from billing.operations.propose_credit import propose_credit
from billing.operations.reconcile_invoice import reconcile_invoice
from clm.access.scope import organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from tests.billing.built import breach_of, fee_for, invoice_of, issued, proposed
from tests.billing.test_remedies import NEXT, second_breach

pytestmark = pytest.mark.django_db(transaction=True)
A_MOMENT = 0.7


def while_it_is_ours(actor: Actor, contract_id: Any, ours: Callable[[], Any], theirs: Callable[[], Any]) -> Any:
    """What `theirs` answers, begun in another connection while the contract's turn is ours; it must wait for it."""
    done, answers = Event(), []

    def run() -> None:
        try:
            with organization_scope(actor.organization_id), clock.set_to(NEXT):
                answers.append(theirs())
        finally:
            done.set()
            connections.close_all()

    thread = Thread(target=run)
    with transaction.atomic():
        credits_turn(contract_id)
        thread.start()
        assert not done.wait(A_MOMENT)
        with clock.set_to(NEXT):
            ours()
    thread.join(30)
    return answers[0]


def test_a_cap_sees_the_credit_that_is_proposed_at_the_same_time(alice: Actor) -> None:
    january = breach_of(alice, cap_year_amount=Decimal(400))
    fee_for(alice, january)
    february = second_breach(alice, january)
    later = while_it_is_ours(
        alice,
        january.contract_id,
        lambda: propose_credit(actor=alice, breach_id=january.pk),
        lambda: propose_credit(actor=alice, breach_id=february.pk),
    )
    assert later.amount == Decimal(150)


def test_a_credit_is_carried_by_one_of_two_invoices_compared_at_once(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    first, second = (invoice_of(alice, credit.contract.reference, "750.00", number=name) for name in ("R-1", "R-2"))
    for invoice in (first, second):
        match_invoice(actor=alice, invoice_id=invoice.pk)
    other = while_it_is_ours(
        alice,
        credit.contract_id,
        lambda: reconcile_invoice(actor=alice, invoice_id=first.pk),
        lambda: reconcile_invoice(actor=alice, invoice_id=second.pk),
    )
    assert (other.reason, CreditNote.objects.get().settled_by_id) == ("billed_twice", first.pk)
