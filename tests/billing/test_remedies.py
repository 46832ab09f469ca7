"""Caps over earlier credits, the smallest credit, bases, and what a revision does after a note is issued."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from billing.models import Credit, CreditNote
from billing.operations.approve_credit import approve_credit
from billing.operations.issue_credit import issue_credit
from billing.operations.propose_credit import propose_credit
from billing.operations.set_fee import set_fee
from billing.remedies import remedy_of
from clm.access.objects import grant
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.audit.verification import verified
from clm.events.dispatcher import drain
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.notify.models import Notification
from contracts.models import Contract
from slas.engine.credit_tiers import Band
from slas.engine.targets import Rule
from slas.models import Breach, Commitment, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.open_windows import open_windows
from tests.billing.built import JUDGED, breach_of, compared, fee_for, issued, proposed, send_outages
from tests.cast import Cast, add_person, make_cast
from tests.slas.conftest import evaluator, judge, make_passage, terms, uptime

NEXT = datetime(2026, 3, 10, tzinfo=UTC)


def second_breach(actor: Actor, first: Breach) -> Breach:
    """February of the same commitment, missed by twelve hours too: 98.214 %, 25 %."""
    with clock.set_to(NEXT):
        send_outages(
            actor, "web", [("2026-02-10T00:00Z", "2026-02-10T12:00Z"), ("2026-03-01T00:00Z", "2026-03-01T00:01Z")]
        )
        window = EvaluationWindow.objects.get(commitment=first.commitment, label="2026-02")
        judge(actor, window, NEXT)
    return Breach.objects.get(window=window)


def credits_of_both(actor: Actor, **caps: Decimal) -> tuple[Credit, Credit]:
    breach = breach_of(actor, **caps)
    fee_for(actor, breach)
    with clock.set_to(JUDGED):
        first = propose_credit(actor=actor, breach_id=breach.pk)
    other = second_breach(actor, breach)
    with clock.set_to(NEXT):
        return first, propose_credit(actor=actor, breach_id=other.pk)


@pytest.mark.parametrize("cap", ["cap_year_amount", "cap_contract_amount"])
def test_a_cap_counts_what_was_credited_before(alice: Actor, cap: str) -> None:
    first, second = credits_of_both(alice, **{cap: Decimal(400)})

    # EUR 250 of the 400 are gone in January, so February's 250 become 150.
    assert (first.amount, second.amount) == (Decimal(250), Decimal(150))


def test_a_cap_that_is_used_up_leaves_no_credit(alice: Actor) -> None:
    with pytest.raises(DomainError) as refusal:
        credits_of_both(alice, cap_year_amount=Decimal(250))

    assert (refusal.value.code, refusal.value.detail) == ("nothing_due", {"limited_by": "year_cap"})


@pytest.mark.parametrize("until", [date(2026, 2, 1), date(2026, 1, 17)])
def test_probation_leaves_a_part_of_the_credit(alice: Actor, until: date) -> None:
    """25 % of EUR 1,000: half of it while on probation, for the part of the window that lies in it."""
    rule = Rule("probation", remedy_percent=Decimal(50), until_on=until)
    credit = proposed(alice, rules=(rule,))
    judged = credit.breach.evaluation
    probation = Decimal(16) / 31 if until.month == 1 else 1
    assert credit.amount == round(250 - 125 * Decimal(probation), 2)
    assert "Lighter remedy" in str(credit.trace)
    assert len(judged.inputs.get("parts", ())) == (2 if until.month == 1 else 0)


@pytest.mark.parametrize(("smallest", "given"), [(Decimal(250), True), (Decimal("250.01"), False)])
def test_the_smallest_credit_must_be_reached(alice: Actor, smallest: Decimal, given: bool) -> None:
    if given:
        assert proposed(alice, minimum_credit_amount=smallest).amount == Decimal(250)
        return
    with pytest.raises(DomainError) as refusal:
        proposed(alice, minimum_credit_amount=smallest)
    assert refusal.value.detail == {"limited_by": "minimum"}


@pytest.mark.parametrize(
    ("period", "base"), [("month", Decimal(1200)), ("quarter", Decimal(400)), ("year", Decimal(100))]
)
def test_the_base_is_the_fee_of_a_month(alice: Actor, period: str, base: Decimal) -> None:
    breach = breach_of(alice)
    fee_for(alice, breach, "1200.00", period=period)
    with clock.set_to(JUDGED):
        credit = propose_credit(actor=alice, breach_id=breach.pk)

    assert (credit.base_amount, credit.amount) == (base, base / 4)


def test_the_fee_of_the_window_is_cut_by_days(alice: Actor) -> None:
    breach = breach_of(alice, credit_base="window_fee")
    fee_for(alice, breach, "310.00", starts_on=date(2026, 1, 22))
    with clock.set_to(JUDGED):
        credit = propose_credit(actor=alice, breach_id=breach.pk)

    # Ten of 31 days are EUR 100, a quarter of that EUR 25.
    assert (credit.base_amount, credit.amount) == (Decimal(100), Decimal(25))


@pytest.mark.parametrize(
    ("terms", "amount"),
    [
        # Twelve of 744 hours, tenfold: 16.129032 % of EUR 1,000.
        ({"remedy_kind": "proportional", "tiers": (), "multiplier": Decimal(10)}, Decimal("161.29")),
        # 1.512903 points below the target are 16 begun steps of 0.1, each 2 %.
        (
            {"remedy_kind": "per_step", "tiers": (), "step_percent": Decimal("0.1"), "step_credit_percent": Decimal(2)},
            Decimal("320.00"),
        ),
        ({"credit_base": "fixed", "fixed_base_amount": Decimal(80), "currency": "EUR"}, Decimal("20.00")),
    ],
)
def test_other_remedies(alice: Actor, terms: dict[str, object], amount: Decimal) -> None:
    assert proposed(alice, **terms).amount == amount


def test_a_worse_revision_after_issue_is_a_credit_of_the_difference(alice: Actor) -> None:
    credit = _issued(alice)
    _revise(alice, credit, "2026-01-16T00:00Z")

    adjustment = Credit.objects.get(adjusts=credit)
    # Six days of 31 are 80.6 %: the whole fee, of which 250 is credited already.
    assert (adjustment.amount, adjustment.state, adjustment.claim_due_on) == (Decimal(750), "proposed", None)


def test_a_miss_that_goes_away_after_issue_is_taken_back_by_a_negative_credit(alice: Actor) -> None:
    credit = _issued(alice)
    _revise(alice, credit, "2026-01-10T00:10Z")

    assert Credit.objects.get(adjusts=credit).amount == Decimal(-250)
    credit.refresh_from_db()
    assert credit.state == "issued"


def _issued(actor: Actor) -> Credit:
    breach = breach_of(actor)
    fee_for(actor, breach)
    with clock.set_to(JUDGED):
        drain()
        credit = Credit.objects.get()
        approve_credit(actor=actor, credit_id=credit.pk)
        issue_credit(actor=actor, credit_id=credit.pk)
    return credit


def _revise(actor: Actor, credit: Credit, outage_ends: str) -> None:
    with clock.set_to(JUDGED):
        send_outages(actor, "web", [("2026-01-10T00:00Z", outage_ends)])
        judge(actor, credit.breach.window, JUDGED)
        drain()


def test_a_breach_without_a_fee_is_told_and_computed_once_the_fee_is_set(acme: Cast, alice: Actor) -> None:
    breach = breach_of(alice)
    with clock.set_to(JUDGED):
        drain()
        assert Credit.objects.count() == 0
        told = Notification.objects.filter(user=acme.users["finance"], dedupe_key__startswith="no-credit:")
        assert told.get().body == "No fee is set for this window, so the credit has no base."
        fee_for(alice, breach)
        drain()

    assert Credit.objects.get().amount == Decimal(250)


def test_a_later_fee_ends_the_earlier_one(alice: Actor) -> None:
    breach = breach_of(alice)
    first = fee_for(alice, breach)
    second = fee_for(alice, breach, "1100.00", starts_on=date(2026, 6, 1))
    first.refresh_from_db()

    assert (first.ends_on, second.ends_on) == (date(2026, 6, 1), None)
    with pytest.raises(Invalid) as refusal:
        fee_for(alice, breach, "1.00", starts_on=date(2026, 6, 1))
    assert refusal.value.code == "fee_exists"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Decimal("1.5"), "currency": "JPY"}, "amount"),
        ({"currency": "XYZ"}, "currency"),
        ({"ends_on": date(2025, 1, 1)}, "ends_on"),
    ],
)
def test_a_senseless_fee_is_refused_beside_its_field(alice: Actor, changes: dict[str, object], field: str) -> None:
    contract_id = Commitment.objects.get(pk=breach_of(alice).commitment_id).contract_id
    given = {"name": "F", "amount": Decimal(1), "currency": "EUR", "starts_on": date(2025, 1, 1)} | changes
    before = (LedgerEntry.objects.count(), OutboxEvent.objects.count())
    with pytest.raises(Invalid) as refusal:
        set_fee(actor=alice, contract_id=contract_id, **given)  # type: ignore[arg-type]

    assert list(refusal.value.fields) == [field]
    assert (LedgerEntry.objects.count(), OutboxEvent.objects.count()) == before


def test_the_ledger_vouches_for_the_figures_of_a_credit_and_its_note(alice: Actor) -> None:
    _issued(alice)
    found = verified(alice.organization_id)

    assert [broken for broken in found.seals if broken.model.startswith("billing.")] == []
    assert {entry.subject_type for entry in LedgerEntry.objects.filter(after__has_key="digest")} >= {
        "billing.credit",
        "billing.creditnote",
    }


@pytest.mark.django_db(transaction=True)
def test_two_finance_people_approving_at_once_leave_one_approval() -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        clerk = add_person(cast, "clerk", ["legal", "account_manager", "finance", "integration"])
        credit = proposed(clerk)
    people, start, outcomes = (clerk, cast["finance"]), Barrier(2), []

    def approve(actor: Actor) -> None:
        start.wait()
        try:
            with organization_scope(cast.organization.pk), clock.set_to(JUDGED):
                outcomes.append(approve_credit(actor=actor, credit_id=credit.pk).state)
        except DomainError as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=approve, args=[actor]) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["approved", "illegal_move"]
    with organization_scope(cast.organization.pk):
        assert Transition.objects.filter(subject_id=credit.pk, to_state="approved").count() == 1
        assert CreditNote.objects.count() == 0


@pytest.mark.parametrize(("smallest", "given"), [("249.99", True), ("250", False)])
def test_a_smallest_credit_may_have_to_be_exceeded(alice: Actor, smallest: str, given: bool) -> None:
    terms = {"minimum_credit_amount": Decimal(smallest), "minimum_credit_is_exclusive": True, "currency": "EUR"}
    if given:
        assert proposed(alice, **terms).amount == Decimal(250)
        return
    with pytest.raises(DomainError) as refusal:
        proposed(alice, **terms)
    assert refusal.value.detail == {"limited_by": "minimum"}


def test_amounts_in_another_currency_than_the_fee_are_refused(alice: Actor) -> None:
    with pytest.raises(DomainError) as refusal:
        proposed(alice, minimum_credit_amount=Decimal(1), currency="USD")
    assert refusal.value.code == "currency_mismatch"


@pytest.mark.parametrize(
    ("length", "unit", "due"),
    [
        (2, "billing_cycles", date(2026, 3, 31)),
        (2, "months", date(2026, 3, 31)),
        (5, "business_days", date(2026, 2, 6)),
        (5, "days", date(2026, 2, 5)),
    ],
)
def test_a_claim_counts_as_the_contract_counts(alice: Actor, length: int, unit: str, due: date) -> None:
    credit = proposed(alice, claim_length=length, claim_unit=unit)
    assert credit.claim_due_on == due
    assert credit.trace["parameters"]["time_to_claim_unit"] == unit


def test_business_days_to_claim_leave_out_the_holidays_the_version_names(alice: Actor) -> None:
    """New Year's Day 2026 is a Thursday, so the second business day after December 2025 is Monday the 5th."""
    breach = breach_of(alice, claim_length=2, claim_unit="business_days", holidays="DE")
    breach.window.ends_at = datetime(2026, 1, 1, tzinfo=UTC)
    fee_for(alice, breach)
    assert remedy_of(breach, breach.evaluation).claim_due_on == date(2026, 1, 5)


@pytest.mark.parametrize(("part_steps", "amount"), [("counted", "160"), ("dropped", "150"), ("pro_rata", "151.29")])
def test_a_part_of_a_step_counts_as_agreed(alice: Actor, part_steps: str, amount: str) -> None:
    """98.387096774 % is 1.512903226 points below 99.9 %: fifteen steps of 0.1 and a part."""
    credit = proposed(
        alice, remedy_kind="per_step", tiers=(), step_percent=Decimal("0.1"), step_credit_percent=Decimal(1),
        part_steps=part_steps,
    )  # fmt: skip
    assert credit.amount == Decimal(amount)


def cut_breach(actor: Actor) -> Breach:
    """The breach of January, of which one commitment judges fifteen days and its successor sixteen."""
    with clock.set_to(JUDGED):
        passage = make_passage(actor)
        shares = [(date(2026, 1, 1), date(2026, 1, 16), "99.9", 10), (date(2026, 1, 16), None, "99.5", 5)]
        measured: Any = uptime()
        for starts_on, ends_on, target, percent in shares:
            tier = Band(below=Decimal(target), at_or_above=None, credit_percent=Decimal(percent))
            stated = terms(
                starts_on=starts_on, ends_on=ends_on, target=Decimal(target), remedy_kind="tiers", tiers=(tier,)
            )
            bound = bind_commitment(actor=actor, passage_id=passage.pk, terms=stated, indicator=measured)
            measured = bound.indicator_id
            activate_commitment(actor=actor, commitment_id=bound.pk)
            open_windows(actor=evaluator(actor), commitment_id=bound.pk)
        send_outages(
            actor, "web", [("2025-12-31T00:00Z", "2025-12-31T00:01Z"), ("2026-01-20T00:00Z", "2026-01-20T12:00Z")]
        )
    for window in EvaluationWindow.objects.filter(starts_at__lt=datetime(2026, 2, 1, tzinfo=UTC)).order_by("starts_at"):
        judge(actor, window, JUDGED)
    return Breach.objects.select_related("commitment", "contract", "window", "evaluation").get()


def test_the_credit_of_a_cut_window_is_each_parts_by_its_share(alice: Actor) -> None:
    """Decision record 5: twelve hours down in January, amended on the 16th from 10 % below 99.9 to 5 % below 99.5."""
    breach = cut_breach(alice)
    assert breach.evaluation.attainment == Decimal("98.387096774")
    fee_for(alice, breach)
    with clock.set_to(JUDGED):
        credit = propose_credit(actor=alice, breach_id=breach.pk)

    # Of EUR 1,000: 15 of 31 days at 10 %, 16 of 31 at 5 %.
    assert (credit.percent, credit.amount) == (Decimal("7.419355"), Decimal("74.19"))
    assert credit.trace["formula"].startswith("Σ share of the part × credit of the part's own terms")
    assert [step["value"] for step in credit.trace["steps"] if "(version 1)" in step["label"]] == [
        "4.83871",
        "2.580645",
    ]


def test_a_cut_window_has_one_credit_by_itself(alice: Actor) -> None:
    """Both commitments have a part of January; the whole is judged, and credited, once."""
    breach = cut_breach(alice)
    fee_for(alice, breach)
    with clock.set_to(JUDGED):
        drain()
    assert [(row.amount, row.breach_id) for row in Credit.objects.all()] == [(Decimal("74.19"), breach.pk)]


def test_nobody_is_told_of_money_of_a_contract_they_may_not_see(acme: Cast, alice: Actor) -> None:
    """No credit for want of a fee, a proposed credit, a credit note and an invoice that differs: all confidential."""
    breach = breach_of(alice)
    Contract.objects.filter(pk=breach.contract_id).update(is_confidential=True)
    grant([acme.users["alice"]], "contracts.see_confidential_contract", breach.contract)
    with clock.set_to(JUDGED):
        drain()
        fee_for(alice, breach)
        drain()
        issued(alice, Credit.objects.get())
        compared(alice, breach.contract.reference)
        drain()

    told = Notification.objects.filter(kind="billing")
    assert told.filter(user=acme.users["finance"]).count() == 0
    assert told.filter(user=acme.users["alice"]).count() == 3
