"""Maintenance counts with its notice and up to its cap; a dispute shows both figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.intervals import Interval, intersect, total_length
from slas.engine.allowances import Allowance, Asked, allowed
from slas.engine.targets import Rule
from slas.models import Commitment, EvaluationWindow, Exclusion
from slas.operations.exclusions import accept_exclusion, dispute_exclusion, propose_exclusion
from slas.operations.ingest_samples import ingest_samples
from tests.cast import Cast
from tests.slas.conftest import Bind, instant, judge

NOW = instant("2026-02-05T00:00")
START = instant("2026-01-10T00:00")
HOUR = timedelta(hours=1)


def asked(
    alice: Actor, commitment: Commitment, start: str, hours: int, kind: str = "maintenance", notice: int | None = 72
) -> Exclusion:
    begins = instant(start)
    return propose_exclusion(
        actor=alice, commitment_id=commitment.pk, kind=kind, starts_at=begins, ends_at=begins + hours * HOUR,
        reason="Upgrade", announced_at=None if notice is None else begins - notice * HOUR,
    )  # fmt: skip


def down(alice: Actor, *spans: tuple[str, str]) -> None:
    rows = [("2026-01-01T00:00Z", "up"), *((at, word) for span in spans for at, word in zip(span, ("down", "up")))]  # noqa: B905
    ingest_samples(actor=alice, samples=[{"indicator": "web", "at": at, "status": word} for at, word in rows])


def test_maintenance_needs_its_notice_and_is_excused_up_to_its_cap(
    acme: Cast, page: Client, alice: Actor, active: Bind
) -> None:
    """A season cuts the month between both: the cap is the window's all the same."""
    season = Rule("season", target=Decimal(99), season_from="01-15", season_to="01-20")
    commitment = active(NOW, maintenance_notice_hours=48, maintenance_cap_hours=Decimal(5), rules=(season,))
    legal = acme["legal"]
    with clock.set_to(NOW):
        down(
            alice, ("2026-01-10T00:00Z", "2026-01-10T04:00Z"), ("2026-01-16T00:00Z", "2026-01-16T04:00Z"),
            ("2026-01-25T00:00Z", "2026-01-25T01:00Z"), ("2026-01-26T00:00Z", "2026-01-26T01:00Z"),
        )  # fmt: skip
        for row in (
            asked(alice, commitment, "2026-01-10T00:00", 4, notice=48),
            asked(alice, commitment, "2026-01-16T00:00", 4),
            asked(alice, commitment, "2026-01-25T00:00", 1, notice=47),
            asked(alice, commitment, "2026-01-26T00:00", 1, kind="customer", notice=None),
        ):
            accept_exclusion(actor=legal, exclusion_id=row.pk)
    window = judge(alice, EvaluationWindow.objects.get(label="2026-01"), NOW)
    found = window.latest
    assert found is not None
    # Excused: 4 h, then 1 h of 4, and the customer's hour. Down: 3 h beyond the cap, 1 h announced late.
    assert (found.excluded, found.bad) == (6 * 3600, 4 * 3600)
    steps = {step["label"]: step["value"] for step in found.trace["steps"]}
    assert (steps["Maintenance without its notice"], steps["Maintenance beyond the cap"]) == ("3600", "10800")
    with clock.set_to(NOW):
        open_word = asked(alice, commitment, "2026-01-16T03:00", 1, kind="force_majeure", notice=None)
        dispute_exclusion(actor=legal, exclusion_id=open_word.pk, reason="It was not")
        shown = page.get(reverse("window", args=[window.pk])).content.decode()
        assert "announced too late" in page.get(reverse("commitment", args=[commitment.pk])).content.decode()
    assert "attainment is 99.4579\u202f% (Missed)" in shown
    assert "attainment would be 99.5929\u202f% (Missed)" in shown


def test_maintenance_announced_late_is_refused_where_the_agreement_says_so(
    alice: Actor, api: APIClient, active: Bind
) -> None:
    commitment = active(NOW, maintenance_notice_hours=48, late_notice="refused")
    with clock.set_to(NOW):
        for notice in (47, None):
            with pytest.raises(Invalid) as refusal:
                asked(alice, commitment, "2026-01-20T00:00", 1, notice=notice)
            assert refusal.value.fields == {
                "announced_at": ["Maintenance is announced at least 48 hours before it begins."]
            }
        assert not Exclusion.objects.exists()
        assert not asked(alice, commitment, "2026-01-20T00:00", 1, notice=48).is_late
        assert not asked(alice, commitment, "2026-01-20T00:00", 1, kind="agreed", notice=None).is_late
        rows = api.get("/api/v1/exclusions/").data["results"]
    assert [row["is_late"] for row in rows] == [False, False]


SPANS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 20), st.booleans(), st.integers(0, 5)), min_size=1, max_size=8
)


def _asked(span: tuple[int, int, bool, int]) -> Asked:
    begins: datetime = START + span[0] * HOUR
    return Asked(Interval(begins, begins + span[1] * HOUR), span[2], begins - span[3] * HOUR)


@given(SPANS, st.integers(0, 30))
def test_no_more_than_the_cap_is_excused_and_nothing_is_lost(spans: list[tuple[int, int, bool, int]], cap: int) -> None:
    window = Interval(START, START + 100 * HOUR)
    rows = [_asked(span) for span in spans]
    free = allowed(window, rows, Allowance(notice=2 * HOUR))
    found = allowed(window, rows, Allowance(notice=2 * HOUR, cap=cap * HOUR))
    counted = [each.interval for each in found.exclusions if each.is_maintenance]
    others = [each.interval for each in found.exclusions if not each.is_maintenance]
    assert others == [each.interval for each in free.exclusions if not each.is_maintenance]
    assert total_length(counted) <= cap * HOUR
    assert (total_length(counted) == cap * HOUR) or not found.beyond
    everything = intersect([*counted, *others, *found.beyond], [window])
    assert total_length(everything) == total_length(intersect([each.interval for each in free.exclusions], [window]))
    assert all(each.end <= beyond.start for each in counted for beyond in found.beyond)
