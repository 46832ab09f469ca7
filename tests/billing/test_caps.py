"""What counts towards a cap, in which years and in which currency; and that shares are computed from exact figures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from billing.models import Credit
from billing.operations.propose_credit import propose_credit
from billing.operations.reject_credit import reject_credit
from billing.operations.set_fee import set_fee
from billing.remedies import credited_before, remedy_of
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.money import Money
from slas.models import Breach, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.bind_commitment import bind_commitment
from slas.operations.evaluate_window import evaluate_window
from slas.operations.open_windows import open_windows
from tests.billing.built import JUDGED, TIERS, breach_of, fee_for, proposed, send_outages
from tests.billing.test_remedies import NEXT, second_breach
from tests.slas.conftest import evaluator, make_passage, terms, uptime


def february_then_january(actor: Actor, **caps: Decimal) -> tuple[Credit, Credit]:
    """The later window is credited first, as where January's data came late."""
    january = breach_of(actor, **caps)
    fee_for(actor, january)
    february = second_breach(actor, january)
    with clock.set_to(NEXT):
        later = propose_credit(actor=actor, breach_id=february.pk)
        return later, propose_credit(actor=actor, breach_id=january.pk)


@pytest.mark.parametrize("cap", ["cap_year_amount", "cap_contract_amount"])
def test_a_cap_holds_where_windows_are_credited_out_of_order(alice: Actor, cap: str) -> None:
    later, earlier = february_then_january(alice, **{cap: Decimal(400)})
    assert (later.amount, earlier.amount) == (Decimal(250), Decimal(150))


def test_a_year_that_a_later_credit_filled_has_no_room(alice: Actor) -> None:
    with pytest.raises(DomainError) as refusal:
        february_then_january(alice, cap_year_amount=Decimal(250))
    assert (refusal.value.code, refusal.value.detail) == ("nothing_due", {"limited_by": "year_cap"})


def test_a_rejected_credit_gives_its_room_back(alice: Actor) -> None:
    first = proposed(alice, cap_year_amount=Decimal(300), cap_contract_amount=Decimal(300))
    reject_credit(actor=alice, credit_id=first.pk, reason="Planned work")
    other = second_breach(alice, first.breach)
    with clock.set_to(NEXT):
        assert propose_credit(actor=alice, breach_id=other.pk).amount == Decimal(250)


def test_a_rolling_year_of_local_months_is_twelve_of_them(alice: Actor) -> None:
    """February 2024 in Berlin ended with the 29th: it is not in the year that ends with February 2025."""
    with clock.set_to(datetime(2025, 3, 10, tzinfo=UTC)):
        stated = terms(
            remedy_kind="tiers", tiers=TIERS, time_zone="Europe/Berlin", starts_on=date(2024, 2, 1),
            cap_year_amount=Decimal(300),
        )  # fmt: skip
        bound = bind_commitment(actor=alice, passage_id=make_passage(alice).pk, terms=stated, indicator=uptime())
        activate_commitment(actor=alice, commitment_id=bound.pk)
        open_windows(actor=evaluator(alice), commitment_id=bound.pk)
        down = ["2024-02-10", "2024-03-10", "2025-02-10"]
        outages = [(f"{day}T00:00Z", f"{day}T12:00Z") for day in down]
        send_outages(alice, "web", [("2024-01-01T00:00Z", "2024-01-01T00:01Z"), *outages])
        set_fee(
            actor=alice, contract_id=bound.contract_id, amount=Decimal(1000), currency="EUR", name="Hosting",
            starts_on=date(2024, 1, 1),
        )  # fmt: skip
        for window in EvaluationWindow.objects.filter(commitment=bound, label__in=["2024-02", "2024-03", "2025-02"]):
            evaluate_window(actor=evaluator(alice), window_id=window.pk)
        breaches = {row.window.label: row for row in Breach.objects.select_related("window", "commitment")}
        propose_credit(actor=alice, breach_id=breaches["2024-02"].pk)
        found = credited_before(breaches["2025-02"], "EUR")
        assert (found.in_year, found.in_contract) == (Money(Decimal(0), "EUR"), Money(Decimal(250), "EUR"))
        propose_credit(actor=alice, breach_id=breaches["2024-03"].pk)
        assert credited_before(breaches["2025-02"], "EUR").in_year == Money(Decimal(50), "EUR")


@pytest.mark.parametrize("cap", ["cap_year_amount", "cap_contract_amount"])
def test_a_cap_does_not_begin_anew_in_another_currency(alice: Actor, cap: str) -> None:
    january = breach_of(alice, **{cap: Decimal(400)})
    fee_for(alice, january)
    fee_for(alice, january, "1000.00", "USD", starts_on=date(2026, 2, 1))
    february = second_breach(alice, january)
    with clock.set_to(NEXT):
        propose_credit(actor=alice, breach_id=january.pk)
        with pytest.raises(DomainError) as refusal:
            propose_credit(actor=alice, breach_id=february.pk)
    assert (refusal.value.code, refusal.value.message) == (
        "currency_mismatch",
        "The cap counts credits in EUR, and this one would be in USD.",
    )


def test_a_cap_in_another_currency_than_the_fee_is_refused(alice: Actor) -> None:
    with pytest.raises(DomainError) as refusal:
        proposed(alice, cap_year_amount=Decimal(400), currency="USD")
    assert refusal.value.code == "currency_mismatch"


def test_without_a_cap_another_currency_is_no_hindrance(alice: Actor) -> None:
    january = breach_of(alice)
    fee_for(alice, january)
    fee_for(alice, january, "1000.00", "USD", starts_on=date(2026, 2, 1))
    february = second_breach(alice, january)
    with clock.set_to(NEXT):
        propose_credit(actor=alice, breach_id=january.pk)
        assert propose_credit(actor=alice, breach_id=february.pk).currency == "USD"


def test_a_tier_is_chosen_by_the_figure_that_the_verdict_compared(alice: Actor) -> None:
    """A hair below 99.9 % is stored as 99.900000000 and was missed: it is worth the tier below 99.9 %."""
    breach = breach_of(alice)
    fee_for(alice, breach)
    breach.evaluation.attainment = Decimal("99.900000000")
    breach.evaluation.trace["parameters"]["exact_attainment"] = str(Fraction(999, 10) - Fraction(1, 10**12))

    remedy = remedy_of(breach, breach.evaluation)
    assert (remedy.percent, remedy.amount) == (Decimal(10), Money(Decimal("100.00"), "EUR"))
    assert remedy.trace.parameters["exact_attainment"] == "99899999999999/1000000000000"


def test_unmeasured_time_that_counts_as_bad_is_paid_for_in_proportion(alice: Actor) -> None:
    """Of 744 hours 500 were good and 244 not measured: 32.795699 % of the fee."""
    breach = breach_of(
        alice, remedy_kind="proportional", tiers=(), missing_data_policy="bad", coverage_threshold_percent=Decimal(0)
    )
    fee_for(alice, breach)
    seen = breach.evaluation
    seen.good, seen.bad, seen.unmeasured = Decimal(1_800_000), Decimal(0), Decimal(878_400)
    seen.attainment = Decimal("67.204301075")
    seen.trace["parameters"]["exact_attainment"] = str(Fraction(180_000_000, 2_678_400))

    remedy = remedy_of(breach, seen)
    assert (remedy.percent, remedy.amount) == (Decimal("32.795699"), Money(Decimal("327.96"), "EUR"))


def test_the_credit_of_january_is_computed_from_its_exact_figure(alice: Actor) -> None:
    breach = breach_of(alice)
    fee_for(alice, breach)
    with clock.set_to(JUDGED):
        credit = propose_credit(actor=alice, breach_id=breach.pk)
    assert credit.trace["parameters"]["exact_attainment"] == "3050/31"
