"""Months of reports and of the trend are those of the commitment's own zone."""

from __future__ import annotations

from datetime import date

import pytest

from clm.lib.actor import Actor
from contracts.models import Contract
from slas.models import Commitment, EvaluationWindow
from slas.operations.ingest_samples import ingest_samples
from slas.papers import windows_of_month
from slas.queries import trend
from tests.slas.conftest import Bind, instant, judge

NOW = instant("2026-05-10T00:00")
MONTHS = [date(2026, month, 1) for month in (1, 2, 3, 4)]


def labels(commitment: Commitment, month: date) -> list[str]:
    contract = Contract.objects.get(pk=commitment.contract_id)
    return list(windows_of_month(contract, month).values_list("label", flat=True))


def judged(actor: Actor, commitment: Commitment) -> None:
    """Up, but for all of March."""
    rows = [("2025-12-01T00:00Z", "up"), ("2026-03-02T00:00Z", "down"), ("2026-03-30T00:00Z", "up")]
    ingest_samples(actor=actor, samples=[{"indicator": "web", "at": at, "status": status} for at, status in rows])
    for window in EvaluationWindow.objects.filter(commitment=commitment):
        judge(actor, window, NOW)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York", "Pacific/Kiritimati"])
def test_a_month_has_its_own_window_in_every_zone(alice: Actor, active: Bind, zone: str) -> None:
    commitment = active(NOW, time_zone=zone)
    judged(alice, commitment)

    assert [labels(commitment, month) for month in MONTHS] == [["2026-01"], ["2026-02"], ["2026-03"], ["2026-04"]]
    found = trend(alice, MONTHS)
    assert [(row["month"], row["met"], row["missed"]) for row in found] == [
        ("2026-01", 1, 0), ("2026-02", 1, 0), ("2026-03", 0, 1), ("2026-04", 1, 0),
    ]  # fmt: skip
    assert [row["percent"] for row in found] == [100, 100, 0, 100]


def test_a_quarter_is_reported_in_its_months_and_counts_in_its_last(alice: Actor, active: Bind) -> None:
    commitment = active(NOW, time_zone="Europe/Berlin", window_kind="quarter")
    judged(alice, commitment)

    assert [labels(commitment, month) for month in MONTHS] == [["2026-Q1"], ["2026-Q1"], ["2026-Q1"], ["2026-Q2"]]
    assert [(row["met"], row["missed"]) for row in trend(alice, MONTHS)] == [(0, 0), (0, 0), (0, 1), (0, 0)]


def test_a_week_over_the_end_of_a_month_is_in_both_reports(active: Bind) -> None:
    commitment = active(NOW, time_zone="Europe/Berlin", window_kind="week")

    assert labels(commitment, date(2026, 1, 15))[-1] == "2026-W05"
    assert labels(commitment, date(2026, 2, 1)) == ["2026-W05", "2026-W06", "2026-W07", "2026-W08", "2026-W09"]


def test_commitments_of_several_zones_are_in_one_report(active: Bind) -> None:
    first = active(NOW, name="A", time_zone="Europe/Berlin")
    active(NOW, first.indicator_id, name="B", time_zone="America/New_York", comparison=">=")

    assert labels(first, date(2026, 2, 1)) == ["2026-02", "2026-02"]


def test_a_contract_without_commitments_has_an_empty_report(bind: Bind) -> None:
    contract_id = bind().contract_id
    Commitment.objects.all().delete()
    assert list(windows_of_month(Contract.objects.get(pk=contract_id), date(2026, 1, 1))) == []
