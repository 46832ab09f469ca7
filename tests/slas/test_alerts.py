"""An error budget that burns is told once, is looked after, and clears by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.audit.models import LedgerEntry, Transition
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Notification
from slas.burning import burns_of
from slas.models import Alert, Commitment, EvaluationWindow, Indicator
from slas.operations.end_commitment import end_commitment
from slas.operations.exclusions import accept_exclusion, propose_exclusion
from slas.operations.follow_alerts import acknowledge_alert, follow_alerts
from slas.operations.ingest_samples import ingest_samples
from slas.rollups import roll_up_some
from slas.tasks import judge_windows
from tests.cast import Cast
from tests.slas.conftest import Bind, evaluator, instant, uptime
from tests.slas.test_at_once import elsewhere

NOON = instant("2026-01-20T12:00")
MINUTE = timedelta(minutes=1)
RATIO = uptime(kind="ratio")


def told(alice: Actor, at: datetime, **said: Any) -> None:
    with clock.set_to(at):
        assert ingest_samples(actor=alice, samples=[{"indicator": "web", "at": at.isoformat()} | said]).refused == 0


def looked_at(at: datetime) -> list[tuple[str, str]]:
    """What is due is judged as of then; the alerts there are."""
    with clock.set_to(at):
        judge_windows()
    return list(Alert.objects.order_by("pk").values_list("kind", "state"))


def counts(alice: Actor, start: datetime, minutes: int, bad: int) -> None:
    """A hundred requests each minute, of which so many failed."""
    rows = [
        {"indicator": "web", "at": (start + n * MINUTE).isoformat(), "good": 100 - bad, "valid": 100}
        for n in range(minutes)
    ]
    with clock.set_to(start):
        assert ingest_samples(actor=alice, samples=rows).accepted == minutes


def test_it_opens_is_looked_after_and_clears(alice: Actor, bob: Actor, active: Bind) -> None:
    """An hour and a day of good checks, then down: after 91 seconds the hour burns 25 times too fast."""
    commitment = active(NOON)
    told(alice, instant("2026-01-01T00:00"), status="up")
    told(alice, NOON, status="down")
    assert looked_at(NOON + timedelta(seconds=30)) == []
    assert looked_at(NOON + timedelta(seconds=91)) == [("burn_page", "firing")]
    alert = Alert.objects.get()
    worst = alert.figures["worst"]
    assert (worst["long_seconds"], worst["long_bad"], worst["long_valid"]) == (3600, "91", "3600")
    assert (worst["long_rate"], worst["short_rate"], worst["fires"]) == ("25.28", "303.33", True)
    assert alert.trace["clause"]["quote"] == commitment.passage.quote
    drain()
    assert Notification.objects.filter(kind="alert").values_list("user__name", flat=True).count() == 2

    acknowledge_alert(actor=alice, alert_id=alert.pk, note="We call them")
    with pytest.raises(DomainError):
        acknowledge_alert(actor=alice, alert_id=alert.pk)
    assert looked_at(NOON + 10 * MINUTE) == [("burn_page", "acknowledged"), ("burn_ticket", "firing")]

    told(alice, NOON + 10 * MINUTE, status="up")
    assert looked_at(NOON + 14 * MINUTE)[0] == ("burn_page", "acknowledged")
    assert looked_at(NOON + timedelta(hours=3)) == [("burn_page", "cleared"), ("burn_ticket", "firing")]
    assert looked_at(NOON + timedelta(hours=9))[1] == ("burn_ticket", "cleared")
    drain()
    assert Notification.objects.filter(kind="alert").count() == 4
    moves = Transition.objects.filter(subject_id=alert.pk).order_by("pk").values_list("to_state", flat=True)
    assert list(moves) == ["acknowledged", "cleared"]
    entries = LedgerEntry.objects.filter(subject_id=alert.pk).order_by("pk").values_list("event", flat=True)
    assert list(entries) == ["alert.opened", "alert.acknowledged", "alert.cleared"]


def test_while_it_burns_it_is_looked_at_each_minute_without_new_telemetry(alice: Actor, active: Bind) -> None:
    active(NOON)
    told(alice, instant("2026-01-01T00:00"), status="up")
    told(alice, NOON - MINUTE, status="down")
    looked_at(NOON)
    assert EvaluationWindow.objects.latest("starts_at").due_at == NOON + MINUTE
    told(alice, NOON, status="up")
    looked_at(NOON + timedelta(days=1))
    assert EvaluationWindow.objects.latest("starts_at").due_at > NOON + timedelta(days=1, hours=3)


def test_few_events_and_excluded_ones_do_not_fire(alice: Actor, acme: Cast, active: Bind) -> None:
    commitment = active(NOON, RATIO)
    told(alice, NOON - 3 * MINUTE, good=9, valid=10)
    assert looked_at(NOON) == []
    counts(alice, NOON, 10, bad=50)
    row = propose_exclusion(
        actor=alice, commitment_id=commitment.pk, kind="agreed", starts_at=NOON, ends_at=NOON + 10 * MINUTE, reason="x"
    )
    accept_exclusion(actor=acme["legal"], exclusion_id=row.pk)
    assert looked_at(NOON + 10 * MINUTE) == []
    counts(alice, NOON + 10 * MINUTE, 10, bad=50)
    assert looked_at(NOON + 20 * MINUTE) == [("burn_page", "firing"), ("burn_ticket", "firing")]


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        ({"kind": "ratio"}, {"good": 99, "valid": 100}),
        ({"kind": "time_slice", "condition_operator": "<", "condition_threshold": Decimal(50)}, {"value": 60}),
        ({"kind": "uptime"}, {"status": "down"}),
    ],
)
def test_summed_up_it_burns_as_fast(
    alice: Actor, active: Bind, indicator: dict[str, Any], said: dict[str, Any]
) -> None:
    """Of every kind: good for four days, bad for an hour, judged sample by sample and by days and hours."""
    commitment = active(NOON, uptime(**indicator))
    good = {"ratio": {"good": 100, "valid": 100}, "time_slice": {"value": 40}, "uptime": {"status": "up"}}
    start = NOON - timedelta(days=4)
    step = timedelta(minutes=5)
    rows = []
    for n in range(int((NOON - start) / step)):
        at = start + n * step
        is_bad = NOON - timedelta(hours=2) <= at < NOON - timedelta(hours=1)
        rows.append({"indicator": "web", "at": at.isoformat()} | (said if is_bad else good[indicator["kind"]]))
    ingest_samples(actor=alice, samples=rows)
    fresh = Commitment.objects.select_related("indicator").get(pk=commitment.pk)
    raw = burns_of([fresh], NOON)[fresh.pk].pairs
    while roll_up_some():
        continue
    fresh = Commitment.objects.select_related("indicator").get(pk=commitment.pk)
    assert burns_of([fresh], NOON)[fresh.pk].pairs == raw
    assert [pair.long.bad > 0 for pair in raw] == [False, True, True, True]


def test_values_and_averages_have_no_budget(active: Bind) -> None:
    value = active(NOON, uptime(kind="value", aggregation="avg"))
    average = active(NOON, uptime(key="average", kind="ratio"), interval_minutes=60)
    found = Commitment.objects.select_related("indicator").filter(pk__in=[value.pk, average.pk])
    assert burns_of(found, NOON) == {}


def test_what_ends_burns_no_more(alice: Actor, active: Bind) -> None:
    commitment = active(NOON)
    told(alice, NOON - 10 * MINUTE, status="down")
    assert looked_at(NOON) == [("burn_page", "firing"), ("burn_ticket", "firing")]
    with clock.set_to(NOON):
        end_commitment(actor=alice, commitment_id=commitment.pk, ends_on=NOON.date(), reason="Over")
    assert set(Alert.objects.values_list("state", flat=True)) == {"cleared"}


def test_many_take_no_more_statements_than_few(alice: Actor, active: Bind) -> None:
    made = [active(NOON, uptime(key=f"web-{n}", kind="ratio"), name=f"Web {n}") for n in range(4)]
    taken = []
    for some in (made[:1], made):
        chosen = Commitment.objects.select_related("indicator").filter(pk__in=[each.pk for each in some])
        with CaptureQueriesContext(connection) as queries:
            burns_of(chosen, NOON)
        taken.append(len(queries))
    assert taken[0] == taken[1]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_opens_it(alice: Actor, active: Bind) -> None:
    """Two rolling windows of a commitment are judged at the same moment."""
    commitment = active(NOON)
    told(alice, NOON - 10 * MINUTE, status="down")
    refusals: list[Exception] = []

    def follow() -> None:
        fresh = Commitment.objects.select_related("indicator", "passage__version__contract").get(pk=commitment.pk)
        with clock.set_to(NOON):
            follow_alerts(actor=evaluator(alice), commitments=[fresh])

    with transaction.atomic():
        follow()
        other = elsewhere(alice, follow, refusals)
        other.join(0.5)
        assert other.is_alive()
    other.join(30)
    assert refusals == []
    assert sorted(Alert.objects.values_list("kind", flat=True)) == ["burn_page", "burn_ticket"]


def test_pages_and_api_show_it(alice: Actor, active: Bind, page: Client, api: APIClient) -> None:
    commitment = active(NOON)
    told(alice, NOON - 10 * MINUTE, status="down")
    looked_at(NOON)
    alert = Alert.objects.get(kind="burn_page")
    with clock.set_to(NOON):
        listed = page.get(reverse("alerts"))
        one = page.get(reverse("alert", args=[alert.pk]))
        level = page.get(reverse("commitment", args=[commitment.pk]))
        burn = api.get(reverse("api-commitment-burn", args=[commitment.pk])).json()
    assert "The error budget burns fast" in listed.content.decode()
    for shown in (one, level):
        assert "1,000 ×" in shown.content.decode()
        assert "14.4 ×" in shown.content.decode()
    assert [pair["fires"] for pair in burn["pairs"]] == [True] * 4
    assert api.get(reverse("api-alert", args=[alert.pk])).json()["trace"]["formula"].startswith("burn rate = (bad")
    assert page.get(reverse("alert-trace", args=[alert.pk])).status_code == 200
    settled = api.post(reverse("api-alert-acknowledge", args=[alert.pk]), {"reason": "seen"}, format="json")
    assert (settled.status_code, settled.json()["state"]) == (200, "acknowledged")
    assert "I look after it" not in page.get(reverse("alert", args=[alert.pk])).content.decode()


def test_the_list_takes_as_many_queries_for_many(alice: Actor, active: Bind, page: Client) -> None:
    taken = []
    for number in range(3):
        active(NOON, uptime(key=f"web-{number}"), name=f"Web {number}")
        key = Indicator.objects.get(key=f"web-{number}").key
        rows = [{"indicator": key, "at": (NOON - 10 * MINUTE).isoformat(), "status": "down"}]
        with clock.set_to(NOON):
            ingest_samples(actor=alice, samples=rows)
        looked_at(NOON)
        with CaptureQueriesContext(connection) as queries:
            assert page.get(reverse("alerts")).status_code == 200
        taken.append(len(queries))
    assert taken[1] == taken[2]
