"""A breach that is none any more says so, why, and which judgement each figure belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from clm.audit.models import LedgerEntry, Transition
from clm.lib import clock
from clm.lib.actor import Actor
from slas.models import Breach, EvaluationWindow, Exclusion
from slas.operations.exclusions import accept_exclusion, propose_exclusion
from slas.operations.ingest_samples import ingest_samples
from tests.cast import Cast
from tests.slas.conftest import Bind, instant, judge
from tests.slas.test_api import IN_GRACE

LATER = instant("2026-02-02T09:00")
HOUR_DOWN = [
    {"indicator": "web", "at": "2026-01-01T00:00Z", "status": "up"},
    {"indicator": "web", "at": "2026-01-10T10:00Z", "status": "down"},
    {"indicator": "web", "at": "2026-01-10T11:00Z", "status": "up"},
]


@pytest.fixture
def breach(alice: Actor, active: Bind) -> Breach:
    active(IN_GRACE)
    ingest_samples(actor=alice, samples=HOUR_DOWN)
    judge(alice, EvaluationWindow.objects.get(label="2026-01"), IN_GRACE)
    return Breach.objects.get()


def exclude(cast: Cast, breach: Breach, at: datetime = LATER) -> Exclusion:
    with clock.set_to(at):
        exclusion = propose_exclusion(
            actor=cast["legal"], commitment_id=breach.commitment_id, kind="agreed", reason="Move of the data centre",
            starts_at=instant("2026-01-10T09:00"), ends_at=instant("2026-01-10T12:00"),
        )  # fmt: skip
        return accept_exclusion(actor=cast["procurement"], exclusion_id=exclusion.pk)


def test_the_exclusion_that_ended_it_is_named(acme: Cast, alice: Actor, breach: Breach, page: Client) -> None:
    exclusion = exclude(acme, breach)
    judge(alice, breach.window, LATER)

    breach.refresh_from_db()
    assert (breach.state, breach.evaluation.attainment) == ("withdrawn", Decimal(100))
    reason = "judged met by revision 2: time was left out by agreement; Move of the data centre"
    assert Transition.objects.get(subject_id=breach.pk, to_state="withdrawn").reason == reason
    assert LedgerEntry.objects.get(event="breach.withdrawn").reason == reason
    with clock.set_to(LATER):
        said = page.get(reverse("breach", args=[breach.pk])).content.decode()
    assert "Withdrawn: this is no miss any more" in said
    assert f"{reverse('commitment', args=[breach.commitment_id])}#exclusion-{exclusion.pk}" in said
    assert "Agreed, Move of the data centre" in said
    assert "Judgement 1, by which it was missed" in said
    assert "attainment 99.8655\u202f%, lost 1 h" in said
    assert "Attainment now, by judgement 2" in said
    assert "Time lost now, by judgement 2" in said
    assert "Evidence of judgement 1, since replaced" in said
    assert (
        f'id="exclusion-{exclusion.pk}"'
        in page.get(reverse("commitment", args=[breach.commitment_id])).content.decode()
    )


def test_telemetry_that_ended_it_is_named(alice: Actor, breach: Breach, page: Client) -> None:
    with clock.set_to(LATER):
        ingest_samples(actor=alice, samples=[HOUR_DOWN[1] | {"status": "up"}])
    judge(alice, breach.window, LATER)

    reason = "judged met by revision 2: the telemetry that is known has changed"
    assert LedgerEntry.objects.get(event="breach.withdrawn").reason == reason
    assert reason in page.get(reverse("breach", args=[breach.pk])).content.decode()


def test_an_exclusion_accepted_afterwards_is_no_cause(acme: Cast, alice: Actor, breach: Breach, page: Client) -> None:
    with clock.set_to(LATER):
        ingest_samples(actor=alice, samples=[HOUR_DOWN[1] | {"status": "up"}])
    judge(alice, breach.window, LATER)
    exclude(acme, breach, LATER + timedelta(hours=1))

    said = page.get(reverse("breach", args=[breach.pk])).content.decode()
    assert "the telemetry that is known has changed" in said
    assert "Move of the data centre" not in said


def test_an_open_breach_speaks_of_one_judgement(breach: Breach, page: Client) -> None:
    said = page.get(reverse("breach", args=[breach.pk])).content.decode()

    assert "Withdrawn" not in said
    assert "Evidence as it was judged" in said
