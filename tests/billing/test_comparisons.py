"""What an invoice is compared with: fees of its period, what others billed of them, and the credits it should carry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.models import CreditNote, Discrepancy, Invoice, Reconciliation
from billing.operations.dispute_invoice import dispute_invoice
from billing.operations.match_invoice import match_invoice
from billing.operations.reconcile_invoice import reconcile_invoice
from billing.operations.settle_discrepancy import accept_discrepancy, resolve_discrepancy
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.models import Notification
from contracts.models import Contract
from tests.billing.built import JUDGED, breach_of, compared, fee_for, invoice_of, issued, proposed
from tests.cast import Cast


def contract_with_fee(actor: Actor, amount: str = "1000.00", **changes: object) -> Contract:
    breach = breach_of(actor)
    fee_for(actor, breach, amount, **changes)
    return breach.contract


def newest(invoice: Invoice) -> Reconciliation:
    return Reconciliation.objects.filter(invoice=invoice).latest("pk")


def accept(actor: Actor, invoice: Invoice) -> None:
    accept_discrepancy(actor=actor, discrepancy_id=invoice.discrepancy.pk, explanation="As we agreed")


def test_a_period_is_billed_once(alice: Actor) -> None:
    reference = contract_with_fee(alice).reference
    first, second = compared(alice, reference), compared(alice, reference, number="R-2")

    row = newest(second)
    assert (first.state, second.state) == ("reconciled", "matched")
    assert (row.reason, row.expected_amount, row.difference) == ("billed_twice", Decimal(0), Decimal(1000))
    assert row.trace["parameters"]["billed_by"] == ["R-1"]
    assert ["Invoice R-1", f"/billing/invoices/{first.pk}/"] in [[i["name"], i["url"]] for i in row.trace["inputs"]]


def test_two_fees_may_come_on_two_invoices(alice: Actor) -> None:
    """Hosting on one, accepted as a part; support on the other is what is left."""
    breach = breach_of(alice)
    fee_for(alice, breach)
    fee_for(alice, breach, "200.00", name="Support")
    accept(alice, compared(alice, breach.contract.reference))

    other = compared(alice, breach.contract.reference, "200.00", number="R-2")
    assert (other.state, newest(other).expected_amount) == ("reconciled", Decimal(200))


def test_a_one_off_beside_the_monthly_invoice_is_not_billed_twice(alice: Actor) -> None:
    reference = contract_with_fee(alice).reference
    compared(alice, reference)
    assert newest(compared(alice, reference, "350.00", number="R-2")).reason == "overcharged"


def test_the_next_month_is_not_billed_yet(alice: Actor) -> None:
    reference = contract_with_fee(alice).reference
    compared(alice, reference)
    february = {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}
    assert compared(alice, reference, number="R-2", **february).state == "reconciled"


def test_of_a_quarter_the_month_that_was_billed_is_taken_off(alice: Actor) -> None:
    reference = contract_with_fee(alice).reference
    compared(alice, reference)
    quarter = {"period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31)}
    assert compared(alice, reference, "2000.00", number="R-2", **quarter).state == "reconciled"


def test_of_a_billed_quarter_the_month_is_billed_already(alice: Actor) -> None:
    reference = contract_with_fee(alice).reference
    quarter = {"period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31)}
    compared(alice, reference, "3000.00", **quarter)
    row = newest(compared(alice, reference, number="R-2"))
    assert (row.reason, row.expected_amount) == ("billed_twice", Decimal(0))


def test_what_the_other_side_credited_may_be_billed_again(alice: Actor) -> None:
    reference = contract_with_fee(alice).reference
    compared(alice, reference)
    accept(alice, compared(alice, reference, kind="credit_note", number="G-1", due_on=None))
    assert compared(alice, reference, number="R-2").state == "reconciled"


@pytest.mark.parametrize(("corrects", "state"), [("R-1", "reconciled"), ("R-0", "matched")])
def test_a_corrective_invoice_takes_the_place_of_the_one_it_names(alice: Actor, corrects: str, state: str) -> None:
    reference = contract_with_fee(alice).reference
    accept(alice, compared(alice, reference, "1100.00"))
    assert compared(alice, reference, number="R-2", is_corrective=True, corrects=corrects).state == state


def test_an_open_invoice_is_compared_again_once_another_is_accepted(alice: Actor) -> None:
    """Two that are too high; one is accepted, so the other bills what is billed."""
    reference = contract_with_fee(alice).reference
    first, second = compared(alice, reference, "1100.00"), compared(alice, reference, "1100.00", number="R-2")
    assert newest(second).reason == "overcharged"
    accept(alice, first)
    drain()
    assert newest(second).reason == "billed_twice"


def test_a_disputed_invoice_keeps_the_credit_it_carried(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    invoice = compared(alice, credit.contract.reference, "750.00")
    dispute_invoice(actor=alice, invoice_id=invoice.pk, reason="A line is wrong")
    fee_for(alice, credit.breach, "50.00", name="Support")
    again = reconcile_invoice(actor=alice, invoice_id=invoice.pk)

    assert (again.expected_amount, again.difference, again.reason) == (Decimal(800), Decimal(-50), "undercharged")
    assert CreditNote.objects.get().settled_by_id == invoice.pk


def test_a_dispute_about_an_agreed_invoice_can_be_settled(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    invoice = compared(alice, credit.contract.reference, "750.00")
    dispute_invoice(actor=alice, invoice_id=invoice.pk, reason="A line is wrong")
    found = Discrepancy.objects.get()
    assert (found.state, found.reason) == ("open", "disputed")
    resolve_discrepancy(actor=alice, discrepancy_id=found.pk, explanation="It was right")

    invoice.refresh_from_db()
    credit.refresh_from_db()
    assert (invoice.state, credit.state) == ("reconciled", "settled")


def test_an_invoice_that_agrees_again_settles_its_credit_once(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    invoice = compared(alice, credit.contract.reference, "750.00")
    dispute_invoice(actor=alice, invoice_id=invoice.pk, reason="A line is wrong")
    fee_for(alice, credit.breach, "0.00", name="Support")
    reconcile_invoice(actor=alice, invoice_id=invoice.pk)

    invoice.refresh_from_db()
    credit.refresh_from_db()
    assert (invoice.state, credit.state) == ("reconciled", "settled")


def test_a_fee_that_ended_before_does_not_count_with_its_currency(alice: Actor) -> None:
    breach = breach_of(alice)
    fee_for(alice, breach, "900.00", "USD", name="Old", starts_on=date(2024, 1, 1), ends_on=date(2025, 1, 1))
    fee_for(alice, breach)

    invoice = compared(alice, breach.contract.reference)
    assert (invoice.state, newest(invoice).expected_amount) == ("reconciled", Decimal(1000))
    assert [row["name"] for row in newest(invoice).trace["inputs"] if row["name"].startswith("Fee")] == ["Fee: Hosting"]


def test_a_note_in_another_currency_is_not_expected_of_an_invoice(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    fee_for(alice, credit.breach, "1000.00", "USD", starts_on=date(2026, 2, 1))
    dollars = {"currency": "USD", "period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}

    assert compared(alice, credit.contract.reference, **dollars).state == "reconciled"
    assert CreditNote.objects.get().settled_by is None


def test_a_resolved_discrepancy_has_the_figures_that_resolved_it(alice: Actor) -> None:
    breach = breach_of(alice)
    fee_for(alice, breach, "900.00")
    invoice = compared(alice, breach.contract.reference)
    fee_for(alice, breach, "100.00", name="Support")
    drain()

    found = Discrepancy.objects.select_related("reconciliation").get(invoice=invoice)
    assert (found.state, found.reason, found.reconciliation.difference) == ("resolved", "matches", Decimal(0))
    assert found.reconciliation == newest(invoice)


def test_a_credit_note_in_another_currency_has_no_difference(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    note = {"kind": "credit_note", "currency": "USD", "due_on": None}
    row = newest(compared(alice, credit.contract.reference, "250.00", **note))
    assert (row.reason, row.difference, row.trace["value"]) == ("currency_mismatch", None, None)


def test_one_invoice_that_cannot_be_compared_does_not_stop_the_others(acme: Cast, alice: Actor) -> None:
    breach = breach_of(alice)
    broken, good = (invoice_of(alice, breach.contract.reference, number=number) for number in ("R-1", "R-2"))
    for invoice in (broken, good):
        match_invoice(actor=alice, invoice_id=invoice.pk)
    Invoice.objects.filter(pk=broken.pk).update(currency="???")
    with clock.set_to(JUDGED):
        fee_for(alice, breach)
        drain()

    good.refresh_from_db()
    assert good.state == "reconciled"
    told = Notification.objects.get(user=acme.users["finance"], dedupe_key=f"not-compared:{broken.pk}")
    assert told.title == "Invoice R-1 could not be compared with its contract"


def test_a_period_without_a_day_after_it_fits_no_fee(alice: Actor) -> None:
    reference = contract_with_fee(alice).reference
    invoice = invoice_of(alice, reference)
    Invoice.objects.filter(pk=invoice.pk).update(period_end=date.max)
    match_invoice(actor=alice, invoice_id=invoice.pk)
    assert reconcile_invoice(actor=alice, invoice_id=invoice.pk).reason == "period_mismatch"


def test_a_part_of_a_quarter_is_billed_by_its_share(alice: Actor) -> None:
    """Half of the quarter was billed and accepted, so half of January is left."""
    reference = contract_with_fee(alice).reference
    quarter = {"period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31)}
    accept(alice, compared(alice, reference, "1500.00", **quarter))
    assert newest(compared(alice, reference, "500.00", number="R-2")).expected_amount == Decimal(500)
