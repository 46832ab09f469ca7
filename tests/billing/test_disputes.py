"""How a credit is stopped before it is issued, and how a dispute about an issued one ends."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from billing.models import Credit, CreditNote
from billing.operations.approve_credit import approve_credit
from billing.operations.dispute_credit import dispute_credit
from billing.operations.propose_credit import propose_credit
from billing.operations.reinstate_credit import reinstate_credit
from billing.operations.reverse_credit import reverse_credit
from billing.operations.settle_credit import settle_credit
from billing.operations.withdraw_credit import withdraw_credit
from clm.audit.models import LedgerEntry
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from tests.billing.built import JUDGED, compared, fee_for, issued, proposed, send_outages
from tests.slas.conftest import judge


def disputed(actor: Actor) -> Credit:
    credit = proposed(actor)
    issued(actor, credit)
    return dispute_credit(actor=actor, credit_id=credit.pk, reason="Planned work")


def test_an_approved_credit_is_withdrawn_on_its_page(page: Client, alice: Actor) -> None:
    credit = proposed(alice)
    with clock.set_to(JUDGED):
        approve_credit(actor=alice, credit_id=credit.pk)
        assert "Withdraws the approved credit" in page.get(reverse("credit", args=[credit.pk])).content.decode()
        url = reverse("credit-step", args=[credit.pk, "withdraw"])
        assert page.post(url, {"reason": ""}).status_code == 400
        assert page.post(url, {"reason": "Agreed otherwise"}).status_code == 302

    credit.refresh_from_db()
    assert (credit.state, credit.reason) == ("withdrawn", "Agreed otherwise")


def test_an_approved_credit_is_withdrawn_by_the_api(api: APIClient, alice: Actor) -> None:
    credit = proposed(alice)
    with clock.set_to(JUDGED):
        approve_credit(actor=alice, credit_id=credit.pk)
    answer = api.post(reverse("api-credit-withdraw", args=[credit.pk]), {"reason": "Agreed otherwise"})
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")


def test_a_dispute_that_fails_leaves_the_credit_to_be_carried(alice: Actor) -> None:
    credit = disputed(alice)
    assert reinstate_credit(actor=alice, credit_id=credit.pk, reason="They agree").state == "issued"

    invoice = compared(alice, credit.contract.reference, "750.00")
    assert (invoice.state, CreditNote.objects.get().settled_by_id) == ("reconciled", invoice.pk)
    entry = LedgerEntry.objects.get(verb="billing.reinstate_credit")
    assert (entry.before, entry.after, entry.reason) == ({"state": "disputed"}, {"state": "issued"}, "They agree")


def test_a_carried_credit_that_was_disputed_is_due_again(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    compared(alice, credit.contract.reference, "750.00")
    dispute_credit(actor=alice, credit_id=credit.pk, reason="The line was taken back")
    reinstate_credit(actor=alice, credit_id=credit.pk, reason="They agree")
    assert CreditNote.objects.get().settled_by is None


@pytest.mark.parametrize("verb", [reinstate_credit, reverse_credit])
def test_only_a_dispute_can_end(alice: Actor, verb) -> None:  # type: ignore[no-untyped-def]
    credit = proposed(alice)
    with clock.set_to(JUDGED):
        approve_credit(actor=alice, credit_id=credit.pk)
    with pytest.raises(DomainError) as refusal:
        verb(actor=alice, credit_id=credit.pk, reason="x")
    assert refusal.value.code == "illegal_move"


def test_a_dispute_that_succeeds_is_taken_back_by_a_note_below_zero(alice: Actor) -> None:
    credit = disputed(alice)
    reversal = reverse_credit(actor=alice, credit_id=credit.pk, reason="It was planned work")
    assert (reversal.amount, reversal.state, reversal.adjusts_id) == (Decimal(-250), "proposed", credit.pk)
    assert issued(alice, reversal).amount == Decimal(-250)

    credit.refresh_from_db()
    invoice = compared(alice, credit.contract.reference, "1000.00")
    assert (credit.state, invoice.state) == ("issued", "reconciled")
    assert set(CreditNote.objects.values_list("settled_by", flat=True)) == {invoice.pk}


def test_a_settled_credit_that_is_taken_back_is_settled_again(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    settle_credit(actor=alice, credit_id=credit.pk, reason="Paid")
    dispute_credit(actor=alice, credit_id=credit.pk, reason="Planned work")
    issued(alice, reverse_credit(actor=alice, credit_id=credit.pk, reason="It was planned work"))

    credit.refresh_from_db()
    assert credit.state == "settled"


def test_another_fee_does_not_stop_what_takes_a_credit_back(alice: Actor) -> None:
    credit = disputed(alice)
    reversal = reverse_credit(actor=alice, credit_id=credit.pk, reason="It was planned work")
    with clock.set_to(JUDGED):
        fee_for(alice, credit.breach, "2000.00", starts_on=date(2026, 1, 1))
        drain()
    reversal.refresh_from_db()
    assert (reversal.state, Credit.objects.count()) == ("proposed", 2)


def test_it_is_taken_back_once(alice: Actor) -> None:
    credit = disputed(alice)
    reversal = reverse_credit(actor=alice, credit_id=credit.pk, reason="It was planned work")
    with pytest.raises(DomainError) as refusal:
        reverse_credit(actor=alice, credit_id=credit.pk, reason="Again")
    assert refusal.value.code == "unissued_credit"

    issued(alice, reversal)
    assert taken_back_by(alice, credit) == reversal.reference


def taken_back_by(actor: Actor, credit: Credit) -> str:
    """What took the credit back, as the refusal of a further dispute names it."""
    with pytest.raises(DomainError) as refusal:
        dispute_credit(actor=actor, credit_id=credit.pk, reason="Once more")
    assert refusal.value.code == "taken_back"
    return str(refusal.value.detail["taken_back_by"])


def revised(actor: Actor) -> list[Credit]:
    """250 for an outage of twelve hours, and after a second one of 30 more the difference to 1,000: both issued."""
    first = proposed(actor)
    issued(actor, first)
    with clock.set_to(JUDGED):
        send_outages(actor, "web", [("2026-01-20T00:00Z", "2026-01-21T06:00Z")])
        judge(actor, first.breach.window, JUDGED)
        second = propose_credit(actor=actor, breach_id=first.breach_id)
    issued(actor, second)
    assert second.amount == Decimal(750)
    return [first, second]


def taken_back(actor: Actor, credit: Credit) -> Credit:
    """What takes the credit back after a dispute, issued."""
    dispute_credit(actor=actor, credit_id=credit.pk, reason="Not so")
    reversal = reverse_credit(actor=actor, credit_id=credit.pk, reason="They are right")
    issued(actor, reversal)
    return reversal


def test_of_a_wrong_difference_only_the_difference_is_taken_back(alice: Actor) -> None:
    first, second = revised(alice)
    reversal = taken_back(alice, second)

    assert (reversal.amount, reversal.adjusts_id) == (Decimal(-750), second.pk)
    assert reversal.trace["parameters"]["takes_back"] == [second.reference]
    assert reversal.trace["formula"] == f"− Σ credits issued for the window, from {second.reference} on"
    invoice = compared(alice, first.contract.reference, "750.00")
    assert invoice.state == "reconciled"


def test_with_the_first_credit_its_differences_are_taken_back(alice: Actor) -> None:
    first, second = revised(alice)
    reversal = taken_back(alice, first)

    assert (reversal.amount, reversal.adjusts_id) == (Decimal(-1000), second.pk)
    assert reversal.trace["parameters"]["takes_back"] == [first.reference, second.reference]


def test_a_dispute_about_a_credit_that_stays_goes_on(alice: Actor) -> None:
    first, second = revised(alice)
    dispute_credit(actor=alice, credit_id=first.pk, reason="Planned work")
    taken_back(alice, second)
    states = dict(Credit.objects.values_list("reference", "state"))
    assert (states[first.reference], states[second.reference]) == ("disputed", "issued")


def test_what_took_a_credit_back_can_be_wrong_itself(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    again = taken_back(alice, taken_back(alice, credit))

    assert again.amount == Decimal(250)
    assert sum(Credit.objects.values_list("amount", flat=True)) == Decimal(250)


def credited() -> Decimal:
    return sum(CreditNote.objects.values_list("amount", flat=True), Decimal(0))


def test_a_difference_that_went_with_the_first_credit_is_not_taken_back_again(alice: Actor) -> None:
    first, second = revised(alice)
    reversal = taken_back(alice, first)

    assert [taken_back_by(alice, credit) for credit in (first, second)] == [reversal.reference] * 2
    assert credited() == Decimal(0)


def test_one_after_the_other_each_is_taken_back_once(alice: Actor) -> None:
    first, second = revised(alice)
    of_second = taken_back(alice, second)
    of_first = taken_back(alice, first)

    assert (of_second.amount, of_first.amount) == (Decimal(-750), Decimal(-250))
    assert [taken_back_by(alice, credit) for credit in (second, of_second)] == [of_first.reference] * 2
    assert credited() == Decimal(0)


def test_what_was_taken_back_wrongly_can_be_disputed_again(alice: Actor) -> None:
    first, second = revised(alice)
    again = taken_back(alice, taken_back(alice, first))
    assert (again.amount, credited()) == (Decimal(1000), Decimal(1000))
    taken_back(alice, second)
    assert credited() == Decimal(250)


def test_a_dispute_about_a_credit_taken_back_meanwhile_gives_nothing(alice: Actor) -> None:
    first, second = revised(alice)
    reversal = taken_back(alice, first)
    Credit.objects.filter(pk=second.pk).update(state="disputed")  # as where both happened at once
    with pytest.raises(DomainError) as refusal:
        reverse_credit(actor=alice, credit_id=second.pk, reason="They are right")
    assert (refusal.value.code, refusal.value.detail) == ("taken_back", {"taken_back_by": reversal.reference})


def test_the_page_offers_no_dispute_of_a_credit_taken_back(page: Client, alice: Actor) -> None:
    first, second = revised(alice)
    reversal = taken_back(alice, first)
    offers = [
        reverse("credit-step", args=[credit.pk, "dispute"])
        in page.get(reverse("credit", args=[credit.pk])).content.decode()
        for credit in (first, second, reversal)
    ]
    assert offers == [False, False, True]


def taken_back_as_met(actor: Actor) -> tuple[Credit, Credit]:
    """A disputed credit and what takes it back, under a judgement that met the window and is not followed yet."""
    credit = disputed(actor)
    with clock.set_to(JUDGED):
        drain()
        send_outages(actor, "web", [("2026-01-10T00:00Z", "2026-01-10T00:10Z")])
        judge(actor, credit.breach.window, JUDGED)
        return credit, reverse_credit(actor=actor, credit_id=credit.pk, reason="It was planned work")


def test_a_breach_withdrawn_late_leaves_what_takes_its_credit_back(alice: Actor) -> None:
    _, reversal = taken_back_as_met(alice)
    with clock.set_to(JUDGED):
        drain()
    reversal.refresh_from_db()
    assert (reversal.state, Credit.objects.count()) == ("proposed", 2)
    issued(alice, reversal)
    assert credited() == Decimal(0)


def test_the_difference_is_proposed_where_what_takes_it_back_is_withdrawn(alice: Actor) -> None:
    credit, reversal = taken_back_as_met(alice)
    with clock.set_to(JUDGED):
        withdraw_credit(actor=alice, credit_id=reversal.pk, reason="Entered by mistake")
        drain()
    difference = Credit.objects.exclude(pk__in=[credit.pk, reversal.pk]).get()
    assert (difference.amount, difference.state, difference.takes_back) == (Decimal(-250), "proposed", [])


def test_the_page_names_what_is_taken_back(page: Client, alice: Actor) -> None:
    first, second = revised(alice)
    for credit, amount, names in (
        (second, "-€750.00", second.reference),
        (first, "-€1,000.00", f"{first.reference}, {second.reference}"),
    ):
        dispute_credit(actor=alice, credit_id=credit.pk, reason="Not so")
        shown = page.get(reverse("credit", args=[credit.pk])).content.decode()
        assert f"Proposes a credit of {amount} that takes back {names}: this credit and what was issued" in shown


def test_steps_of_a_dispute_stand_on_the_page(page: Client, alice: Actor) -> None:
    credit = disputed(alice)
    shown = page.get(reverse("credit", args=[credit.pk])).content.decode()
    assert ("The credit stands" in shown, "Take the credit back" in shown) == (True, True)
    assert page.post(reverse("credit-step", args=[credit.pk, "reverse"]), {"reason": "x"}).status_code == 302
    assert Credit.objects.filter(adjusts=credit, amount=Decimal(-250)).count() == 1


@pytest.mark.parametrize(
    ("same_contract", "currency", "code"), [(True, "USD", "currency_mismatch"), (False, "EUR", "invoice_elsewhere")]
)
def test_only_an_invoice_of_its_contract_and_currency_carries_a_credit(
    alice: Actor, same_contract: bool, currency: str, code: str
) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    contract = credit.contract if same_contract else proposed(alice, key="other").contract
    invoice = compared(alice, contract.reference, currency=currency)
    with pytest.raises(DomainError) as refusal:
        settle_credit(actor=alice, credit_id=credit.pk, invoice_id=invoice.pk)

    credit.refresh_from_db()
    assert (refusal.value.code, credit.state, credit.note.settled_by) == (code, "issued", None)
