"""Targets that vary: judged, traced, credited, entered and kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Passage
from slas.aims import rules_of
from slas.engine.targets import Rule
from slas.models import Commitment, Evaluation, EvaluationWindow, TargetRule
from slas.operations.change_commitment import change_commitment
from slas.operations.ingest_samples import ingest_samples
from slas.terms import terms_of
from tests.slas.conftest import Bind, instant, judge, uptime

NOW = instant("2026-02-05T00:00")
SEASON = Rule("season", "Winter sale", Decimal(90), season_from="01-17", season_to="01-31")
RATIO = uptime("calls", kind="ratio", service_name="API")


def judged(alice: Actor, label: str = "2026-01") -> Evaluation:
    found = judge(alice, EvaluationWindow.objects.get(label=label), NOW).latest
    assert found is not None
    return found


def test_a_window_over_a_seasons_border_is_split_and_weighted(page: Client, alice: Actor, active: Bind) -> None:
    """16 days at 99.9 and 15 at 90: down for a day, which half of the month's target allows and the other does not."""
    commitment = active(NOW, rules=(SEASON,))
    rows = [("2026-01-01T00:00Z", "up"), ("2026-01-20T00:00Z", "down"), ("2026-01-21T00:00Z", "up")]
    with clock.set_to(NOW):
        ingest_samples(actor=alice, samples=[{"indicator": "web", "at": at, "status": is_} for at, is_ in rows])
    found = judged(alice)
    # (16 × 99.9 + 15 × 90) / 31; one day of 31 lost.
    assert (found.target, found.attainment) == (Decimal("95.109677"), Decimal("96.774193548"))
    assert found.outcome == "met"
    first, second = found.inputs["parts"]
    assert ("rule" in first, second["rule"]["name"], second["target"]) == (False, "Winter sale", "90")
    steps = [step["expression"] for step in found.trace["steps"]]
    assert "Winter sale: season from 01-17 to 01-31; 100 % of the remedy" in steps
    shown = page.get(reverse("window", args=[EvaluationWindow.objects.get(label="2026-01").pk])).content.decode()
    assert "Winter sale" in shown
    assert "95.109677 %" in shown
    assert "From 01-17 to 01-31 every year" in page.get(reverse("commitment", args=[commitment.pk])).content.decode()
    # Fixed once active, by the database.
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetRule.objects.update(target=1)


@pytest.mark.parametrize(
    ("rule", "figures"),
    [
        # 1,000 calls of which 30 failed: 97 %.
        (Rule("surge", target=Decimal(97), volume_above=Decimal(999)), ("97", "97", "met", "30")),
        (Rule("surge", target=Decimal(97), volume_above=Decimal(1000)), ("97", "99", "missed", "30")),
        # 25 beyond 975 may fail: 5 of 975 failed.
        (Rule("surge", volume_above=Decimal(975), is_excused=True), ("99.487179487", "99", "met", "5")),
        (Rule("surge", volume_above=Decimal(975), is_excused=True, volume_key="calls"), ("97", "99", "excluded", "30")),
        (Rule("probation", target=Decimal(96), until_on=date(2026, 2, 1)), ("97", "96", "met", "30")),
    ],
)
def test_volume_and_probation_give_another_target(
    alice: Actor, active: Bind, rule: Rule, figures: tuple[str, str, str, str]
) -> None:
    active(NOW, RATIO, target=Decimal(99), rules=(rule,)) if not rule.volume_key else _by_another(active, rule)
    with clock.set_to(NOW):
        samples = [
            {"indicator": "calls", "at": f"2026-01-{day:02}T00:00Z", "good": 97, "valid": 100} for day in range(1, 11)
        ]
        ingest_samples(actor=alice, samples=samples)
    found = judged(alice)
    attainment, target, outcome, bad = figures
    assert (found.attainment, found.target, found.outcome) == (Decimal(attainment), Decimal(target), outcome)
    assert found.bad == Decimal(bad)
    assert found.good + found.bad + found.excluded == 1000


def _by_another(active: Bind, rule: Rule) -> Commitment:
    """The volume is that of an indicator the contract has already."""
    first = active(instant("2025-12-31T00:00"), RATIO, target=Decimal(0), name="Volume", ends_on=date(2026, 1, 2))
    EvaluationWindow.objects.filter(commitment=first).delete()
    return active(NOW, first.indicator_id, target=Decimal(99), rules=(rule,))


ENTERED = "season 12-24 01-02 99\nprobation 2026-07-01 98 50\nsurge 100000 97.5 of calls\nimprovement 10 shortfall"


def test_rules_are_entered_by_the_form_and_the_api_and_changed_while_it_is_a_draft(
    page: Client, api: APIClient, alice: Actor, passage: Passage
) -> None:
    body: dict[str, Any] = {
        "passage": str(passage.pk), "new_indicator": {"key": "calls", "service_name": "API", "kind": "ratio"},
        "name": "Errors", "target": "99.9", "starts_on": "2026-01-01",
        "rules": [
            {"kind": "season", "season_from": "12-24", "season_to": "01-02", "target": "99"},
            {"kind": "surge", "volume_above": "100000", "is_excused": True},
        ],
    }  # fmt: skip
    bound = api.post("/api/v1/commitments/", body, format="json")
    assert bound.status_code == 201, bound.data
    shown = api.get(f"/api/v1/commitments/{bound.data['id']}/").data["rules"]
    assert [(rule["kind"], rule.get("target"), rule.get("is_excused")) for rule in shown] == [
        ("season", "99", None), ("surge", None, True),
    ]  # fmt: skip
    commitment = Commitment.objects.get()
    url = reverse("commitment-edit", args=[commitment.pk])
    assert "surge 100000 excused" in page.get(url).content.decode()
    sent = {
        "name": "Errors", "target": "99.9", "comparison": ">=", "window_kind": "month", "time_zone": "UTC",
        "starts_on": "2026-01-01", "grace_hours": "72", "maintenance_policy": "leaves_denominator",
        "missing_data_policy": "inconclusive", "coverage_threshold_percent": "95",
    }  # fmt: skip
    refused = page.post(url, sent | {"rules": "season 13-01 99"})
    assert "is no variation" in refused.content.decode()
    assert page.post(url, sent | {"rules": ENTERED}).status_code == 302
    commitment.refresh_from_db()
    assert [(rule.kind, rule.volume_key) for rule in rules_of(commitment)] == [
        ("season", ""), ("probation", ""), ("surge", "calls"), ("improvement", ""),
    ]  # fmt: skip
    terms = terms_of(commitment)
    change_commitment(actor=alice, commitment_id=commitment.pk, terms=terms)
    assert terms_of(Commitment.objects.get()) == terms


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule("season", season_from="02-30", season_to="03-01", target=Decimal(1)), "a first and a last day"),
        (Rule("season", season_from="02-01", season_to="03-01"), "a target or a remedy of its own"),
        (Rule("surge", volume_above=Decimal(5), target=Decimal(9)), "counts no events"),
        (Rule("surge", volume_above=Decimal(5), volume_key="web", target=Decimal(9), is_excused=True), "not both"),
        (Rule("surge", volume_above=Decimal(5), volume_key="nobody", is_excused=True), "no indicator with the key"),
        (Rule("probation", target=Decimal(101), until_on=date(2026, 5, 1)), "between 0 and 100"),
        (Rule("improvement", improvement_percent=Decimal(100)), "below 100"),
        (Rule("tide"), "one of season"),
    ],
)
def test_a_rule_that_cannot_be_judged_by_is_refused(bind: Bind, rule: Rule, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        bind(rules=(rule,))
    assert list(refusal.value.fields) == ["rules"]
    assert text in refusal.value.fields["rules"][0]
    assert not Commitment.objects.exists()
