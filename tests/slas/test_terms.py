"""Terms that published agreements state: how they are entered, shown and judged by."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Passage
from slas.models import Commitment, EvaluationWindow
from slas.operations.ingest_samples import ingest_samples
from slas.presets import preset_named, terms_from
from slas.wording import sentences_of
from tests.slas.conftest import Bind, instant, judge, uptime

NOW = instant("2026-02-05T00:00")
PER_STEP = {"remedy_kind": "per_step", "step_percent": Decimal("0.1"), "step_credit_percent": Decimal(5)}


@pytest.mark.parametrize(
    ("key", "claim"),
    [
        ("aws-ec2-region", (2, "billing_cycles")),
        ("aws-s3-ia", (2, "billing_cycles")),
        ("aws-ec2-2008", (None, "days")),
        ("azure-vm-zones", (2, "months")),
        ("cloudflare-business", (5, "business_days")),
        ("commonpaper-sla-2.0", (7, "days")),
        ("nchc-twcc", (30, "days")),
    ],
)
def test_a_preset_keeps_the_claim_as_its_source_counts_it(key: str, claim: tuple[int | None, str]) -> None:
    asked = {"target": Decimal("99.5"), "credit_percent": Decimal(5)} if preset_named(key).asks else {}
    found = terms_from(preset_named(key), starts_on=date(2026, 1, 1), **asked)
    assert (found.claim_length, found.claim_unit) == claim


def test_a_preset_keeps_a_minimum_that_must_be_exceeded() -> None:
    found = terms_from(preset_named("aws-ec2-region"), starts_on=date(2026, 1, 1))
    assert (found.minimum_credit_amount, found.minimum_credit_is_exclusive, found.currency) == (1, True, "USD")


def test_a_preset_keeps_that_an_hour_without_transactions_has_no_error() -> None:
    found = terms_from(preset_named("azure-storage-hot-write"), starts_on=date(2026, 1, 1))
    assert (found.interval_minutes, found.empty_policy, found.missing_data_policy) == (60, "met", "inconclusive")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Where there is nothing to judge, nothing is decided."),
        ({"empty_policy": "met"}, "Where there is nothing to judge, that counts as 100 %."),
        ({"empty_policy": "nothing"}, "Where there is nothing to judge, that counts as 0 %."),
        ({"empty_policy": "excluded"}, "Where there is nothing to judge, that is left out."),
        (PER_STEP, "For each 0.1 points below the target or part thereof, 5 % of the monthly fee of the service."),
        (
            PER_STEP | {"part_steps": "dropped"},
            "For each full 0.1 points below the target, 5 % of the monthly fee of the service.",
        ),
        (
            PER_STEP | {"part_steps": "pro_rata"},
            "For each 0.1 points below the target, pro rata, 5 % of the monthly fee of the service.",
        ),
        (
            PER_STEP | {"minimum_credit_amount": Decimal(1), "currency": "USD", "minimum_credit_is_exclusive": True},
            "A credit must exceed 1 USD.",
        ),
        (PER_STEP | {"minimum_credit_amount": Decimal("0.5")}, "A credit must be at least 0.5."),
        (PER_STEP | {"claim_length": 1}, "It is claimed within 1 day after the window."),
        (
            PER_STEP | {"claim_length": 5, "claim_unit": "business_days"},
            "It is claimed within 5 business days after the window.",
        ),
        (PER_STEP | {"claim_length": 2, "claim_unit": "months"}, "It is claimed within 2 months after the window."),
        (
            PER_STEP | {"claim_length": 2, "claim_unit": "billing_cycles"},
            "It is claimed by the end of billing cycle 2 after the window's own; cycles begin on day 1 of a month.",
        ),
    ],
)
def test_each_term_is_said_in_a_sentence_and_stands_on_the_page(
    page: Client, bind: Bind, changes: dict[str, object], sentence: str
) -> None:
    commitment = bind(**changes)
    assert sentence in sentences_of(commitment)
    assert escape(sentence) in page.get(reverse("commitment", args=[commitment.pk])).content.decode()


def test_an_average_of_intervals_is_said(bind: Bind) -> None:
    commitment = bind(uptime("calls", kind="ratio"), interval_minutes=60)
    assert sentences_of(commitment)[0] == "Attainment is the average over intervals of 60 minutes."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"empty_policy": "maybe"}, "empty_policy"),
        ({"interval_minutes": 60}, "interval_minutes"),
        ({"part_steps": "some"}, "part_steps"),
        ({"claim_unit": "weeks"}, "claim_unit"),
        ({"claim_length": -1}, "claim_length"),
        ({"claim_cycle_day": 32}, "claim_cycle_day"),
        ({"minimum_credit_amount": Decimal(-1)}, "minimum_credit_amount"),
        ({"anchor_on": date(2026, 1, 1)}, "anchor_on"),
    ],
)
def test_a_term_that_cannot_be_is_refused_beside_its_field(bind: Bind, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        bind(**changes)
    assert (refusal.value.code, list(refusal.value.fields)) == ("terms_invalid", [field])


STATED = {
    "empty_policy": "met", "interval_minutes": 60, "part_steps": "dropped", "minimum_credit_amount": "1.000000",
    "minimum_credit_is_exclusive": True, "claim_length": 2, "claim_unit": "billing_cycles", "claim_cycle_day": 15,
}  # fmt: skip


def test_the_api_takes_and_gives_every_term(api: APIClient, passage: Passage) -> None:
    body = {
        "passage": str(passage.pk), "new_indicator": {"key": "calls", "service_name": "API", "kind": "ratio"},
        "name": "Errors", "target": "99.9", "starts_on": "2026-01-01", "remedy_kind": "per_step",
        "step_percent": "0.1", "step_credit_percent": "5",
    }  # fmt: skip
    bound = api.post("/api/v1/commitments/", body | STATED, format="json")
    assert bound.status_code == 201, bound.data
    shown = api.get(f"/api/v1/commitments/{bound.data['id']}/").data
    assert {name: shown[name] for name in STATED} == STATED | {"minimum_credit_amount": "1.0000"}
    assert (shown["follows"], shown["anchor_on"]) == (None, None)


def test_the_form_takes_every_term(page: Client, passage: Passage) -> None:
    sent = {
        "indicator": "new", "service_name": "API", "key": "calls", "kind": "ratio", "name": "Errors",
        "target": "99.9", "comparison": ">=", "window_kind": "month", "time_zone": "UTC", "starts_on": "2026-01-01",
        "grace_hours": "72", "maintenance_policy": "leaves_denominator", "missing_data_policy": "inconclusive",
        "coverage_threshold_percent": "95", "remedy_kind": "per_step", "step_percent": "0.1",
        "step_credit_percent": "5", "credit_base": "monthly_fee", **STATED, "minimum_credit_is_exclusive": "on",
    }  # fmt: skip
    answer = page.post(reverse("commitment-bind", args=[passage.pk]), sent)
    assert answer.status_code == 302, answer.content.decode()
    commitment = Commitment.objects.get()
    assert {name: getattr(commitment, name) for name in STATED} == STATED | {"minimum_credit_amount": Decimal(1)}
    edit = page.get(reverse("commitment-edit", args=[commitment.pk])).content.decode()
    assert 'value="billing_cycles" selected' in edit


def test_the_page_of_a_cut_window_shows_its_parts(page: Client, alice: Actor, active: Bind) -> None:
    first = active(NOW, ends_on=date(2026, 1, 16))
    second = active(NOW, first.indicator_id, starts_on=date(2026, 1, 16), target=Decimal("99.5"), name="Amended")
    ingest_samples(actor=alice, samples=[{"indicator": "web", "at": "2026-01-01T00:00Z", "status": "up"}])
    piece, whole = EvaluationWindow.objects.filter(label="2026-01").order_by("ends_at")
    for window in (piece, whole):
        judge(alice, window, NOW)

    shown = page.get(reverse("window", args=[whole.pk])).content.decode()
    assert "An amendment or a rule of the target cut this window. Each part has the figures" in shown
    assert reverse("commitment", args=[first.pk]) in shown
    assert "51.61" in shown
    assert reverse("window", args=[whole.pk]) in page.get(reverse("window", args=[piece.pk])).content.decode()
    assert page.get(reverse("commitment", args=[second.pk])).status_code == 200
