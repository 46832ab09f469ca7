"""Fees: what is the same fee, how one is put right, and what follows from a change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from billing.models import Credit, Fee, Invoice, Reconciliation
from billing.operations.approve_credit import approve_credit
from billing.operations.change_fee import change_fee
from billing.operations.propose_credit import propose_credit
from billing.operations.withdraw_credit import withdraw_credit
from clm.audit.models import LedgerEntry
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from tests.billing.built import JUDGED, breach_of, compared, fee_for, proposed
from tests.billing.test_remedies import NEXT, credits_of_both


def test_a_name_is_the_same_whatever_its_case_and_blanks(alice: Actor) -> None:
    breach = breach_of(alice)
    first = fee_for(alice, breach, name="Web  Hosting")
    with pytest.raises(Invalid) as refusal:
        fee_for(alice, breach, name=" web hosting ")
    second = fee_for(alice, breach, "1100.00", name="WEB HOSTING", starts_on=date(2026, 6, 1))

    first.refresh_from_db()
    assert refusal.value.code == "fee_exists"
    assert (first.name, first.ends_on, second.ends_on) == ("Web Hosting", date(2026, 6, 1), None)


def test_a_fee_from_an_earlier_day_computes_the_waiting_credit_anew(alice: Actor) -> None:
    old = proposed(alice)
    with clock.set_to(JUDGED):
        approve_credit(actor=alice, credit_id=old.pk)
        fee_for(alice, old.breach, "2000.00", starts_on=date(2026, 1, 1))
        drain()

    old.refresh_from_db()
    new = Credit.objects.exclude(pk=old.pk).get()
    assert (old.state, old.reason) == ("withdrawn", "A fee of its window was changed")
    assert (new.state, new.amount, new.evaluation_id) == ("proposed", Decimal(500), old.evaluation_id)


def test_a_fee_of_another_time_leaves_the_waiting_credit(alice: Actor) -> None:
    credit = proposed(alice)
    with clock.set_to(JUDGED):
        fee_for(alice, credit.breach, "2000.00", starts_on=date(2026, 2, 1))
        drain()
    assert list(Credit.objects.values_list("pk", "state")) == [(credit.pk, "proposed")]


def test_credits_under_a_cap_are_computed_anew_in_the_order_of_their_windows(alice: Actor) -> None:
    first, second = credits_of_both(alice, cap_year_amount=Decimal(400))
    with clock.set_to(NEXT):
        change_fee(actor=alice, fee_id=Fee.objects.get().pk, reason="Mistyped", amount=Decimal(1200))
        drain()

    waiting = Credit.objects.filter(state="proposed").order_by("breach__window__starts_at")
    assert [row.amount for row in waiting] == [Decimal(300), Decimal(100)]
    assert Credit.objects.filter(pk__in=[first.pk, second.pk], state="withdrawn").count() == 2


def test_a_credit_that_a_person_withdrew_comes_back_only_when_asked_for(alice: Actor) -> None:
    credit = proposed(alice)
    withdraw_credit(actor=alice, credit_id=credit.pk, reason="Agreed otherwise")
    with clock.set_to(JUDGED):
        drain()
        assert propose_credit(actor=alice, breach_id=credit.breach_id).pk == credit.pk
        assert propose_credit(actor=alice, breach_id=credit.breach_id, anew=True).pk != credit.pk


def test_a_mistyped_fee_is_put_right_and_open_invoices_follow(alice: Actor) -> None:
    breach = breach_of(alice)
    fee = fee_for(alice, breach, "100.00")
    invoice = compared(alice, breach.contract.reference)
    changed = change_fee(actor=alice, fee_id=fee.pk, reason="A nought too few", amount=Decimal("1000.00"))
    drain()

    entry = LedgerEntry.objects.get(verb="billing.change_fee")
    assert (changed.amount, entry.reason) == (Decimal(1000), "A nought too few")
    assert (entry.before, entry.after) == ({"amount": "100"}, {"amount": "1000"})
    assert Invoice.objects.get(pk=invoice.pk).state == "reconciled"
    assert Reconciliation.objects.filter(invoice=invoice).count() == 2


def test_a_fee_ends(alice: Actor) -> None:
    fee = fee_for(alice, breach_of(alice))
    assert change_fee(actor=alice, fee_id=fee.pk, reason="Over", ends_on=date(2026, 4, 1)).ends_on == date(2026, 4, 1)


def test_the_same_figures_change_nothing(alice: Actor) -> None:
    fee = fee_for(alice, breach_of(alice))
    before = LedgerEntry.objects.count()
    change_fee(actor=alice, fee_id=fee.pk, reason="None", amount=Decimal("1000.0000"), name=" Hosting ")
    assert LedgerEntry.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "reason", "code"),
    [
        ({"amount": Decimal("-1")}, "x", "amount_invalid"),
        ({"currency": "XYZ"}, "x", "unknown_currency"),
        ({"ends_on": date(2024, 1, 1)}, "x", "fee_span_empty"),
        ({"ends_on": None}, "x", "fee_overlaps"),
        ({"name": "SUPPORT", "ends_on": None}, "x", "fee_overlaps"),
        ({"amount": Decimal(1)}, " ", "reason_missing"),
    ],
)
def test_a_change_that_cannot_be_is_refused(alice: Actor, changes: dict[str, object], reason: str, code: str) -> None:
    breach = breach_of(alice)
    fee = fee_for(alice, breach)
    fee_for(alice, breach, starts_on=date(2026, 6, 1))
    fee_for(alice, breach, name="Support")
    before = LedgerEntry.objects.count()
    with pytest.raises(Invalid) as refusal:
        change_fee(actor=alice, fee_id=fee.pk, reason=reason, **changes)

    assert refusal.value.code == code
    assert LedgerEntry.objects.count() == before


def test_a_fee_is_changed_on_its_page(page: Client, alice: Actor) -> None:
    fee = fee_for(alice, breach_of(alice), "100.00")
    url = reverse("fee-change", args=[fee.pk])
    assert url in page.get(reverse("contract-tab", args=[fee.contract_id, "money"])).content.decode()
    assert 'value="100.00"' in page.get(url).content.decode()
    sent = {"name": "Hosting", "amount": "1000.00", "currency": "EUR", "period": "month", "starts_on": "2025-01-01"}
    assert page.post(url, sent).status_code == 400
    assert page.post(url, sent | {"amount": "1_0", "reason": "Mistyped"}).status_code == 400
    assert page.post(url, sent | {"reason": "Mistyped"}).status_code == 302
    fee.refresh_from_db()
    assert fee.amount == Decimal(1000)


def test_a_fee_is_changed_by_the_api(api: APIClient, alice: Actor) -> None:
    fee = fee_for(alice, breach_of(alice), "100.00")
    url = reverse("api-fee-change", args=[fee.pk])
    answer = api.post(url, {"amount": "1000.00", "ends_on": "2027-01-01", "reason": "Mistyped"})
    assert (answer.status_code, answer.json()["amount"], answer.json()["ends_on"]) == (200, "1000.0000", "2027-01-01")


@pytest.mark.parametrize("amount", ["1_0", "1e3", "NaN", "\u0661"])
def test_what_is_no_plain_amount_is_refused_by_the_api(api: APIClient, alice: Actor, amount: str) -> None:
    fee = {"contract": str(breach_of(alice).contract_id), "name": "F", "currency": "EUR", "starts_on": "2025-01-01"}
    assert api.post(reverse("api-fees"), fee | {"amount": amount}).status_code == 400
    assert Fee.objects.count() == 0
