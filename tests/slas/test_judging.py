"""From samples to figures, revisions and breaches."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.canonical import digest
from slas.models import Breach, Evaluation, EvaluationWindow
from slas.operations.exclusions import accept_exclusion, propose_exclusion, withdraw_exclusion
from slas.operations.ingest_outages import ingest_outages
from slas.operations.ingest_samples import ingest_samples
from slas.seals import evaluation_digest
from tests.cast import Cast
from tests.slas.conftest import Bind, instant, judge

FEBRUARY = instant("2026-02-01T00:00")
IN_GRACE = instant("2026-02-02T00:00")
CLOSED = instant("2026-02-10T00:00")


def samples(*rows: tuple[str, str], key: str = "web") -> list[dict[str, str]]:
    return [{"indicator": key, "at": at, "status": status} for at, status in rows]


HOUR_DOWN = samples(("2026-01-01T00:00Z", "up"), ("2026-01-10T10:00Z", "down"), ("2026-01-10T11:00Z", "up"))


@pytest.fixture
def january(alice: Actor, active: Bind) -> EvaluationWindow:
    """A month with one hour down: 743 of 744 hours, 99.865... %."""
    commitment = active(instant("2026-01-15T12:00"))
    ingest_samples(actor=alice, samples=HOUR_DOWN)
    return EvaluationWindow.objects.get(commitment=commitment)


def test_a_miss_has_exact_figures(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, IN_GRACE)

    found = Evaluation.objects.get()
    assert (found.good, found.bad, found.excluded, found.unmeasured) == (2674800, 3600, 0, 0)
    assert found.attainment == Decimal("99.865591398")
    assert (found.outcome, found.light, found.reason, found.revision) == ("missed", "red", "target_missed", 1)
    assert found.trace["clause"]["clause_number"] == "3.1"
    assert found.trace["parameters"]["maintenance_policy"] == "leaves_denominator"
    assert found.inputs["samples"] == 3


def test_a_miss_opens_one_breach_with_frozen_evidence(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, IN_GRACE)

    breach = Breach.objects.get()
    assert (breach.reference, breach.state) == ("B-2026-0001", "open")
    assert breach.evidence["down"] == [["2026-01-10T10:00:00.000000Z", "2026-01-10T11:00:00.000000Z"]]
    assert breach.evidence_digest == digest(breach.evidence)
    event = OutboxEvent.objects.get(type="breach.opened")
    assert event.payload == {
        "breach_id": str(breach.pk),
        "evaluation_id": str(breach.evaluation_id),
        "window_id": str(january.pk),
        "commitment_id": str(january.commitment_id),
        "contract_id": str(breach.contract_id),
    }


def test_judging_again_changes_nothing(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, IN_GRACE)
    entries = LedgerEntry.objects.count()
    judge(alice, january, IN_GRACE)

    assert (Evaluation.objects.count(), Breach.objects.count(), LedgerEntry.objects.count()) == (1, 1, entries)


def test_the_evaluation_is_sealed_by_its_entry(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, IN_GRACE)

    stored = Evaluation.objects.get()
    entry = LedgerEntry.objects.get(event="evaluation.recorded")
    assert entry.after["digest"] == stored.digest == evaluation_digest(stored)


def test_it_closes_after_grace(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, IN_GRACE)
    judge(alice, january, CLOSED)

    january.refresh_from_db()
    assert (january.state, january.due_at) == ("closed", None)
    moves = Transition.objects.filter(subject_id=january.pk).order_by("id").values_list("from_state", "to_state")
    assert list(moves) == [("open", "provisional"), ("provisional", "closed")]
    assert OutboxEvent.objects.filter(type="window.closed").count() == 1


def test_late_data_revises_a_closed_window_that_stays_closed(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, CLOSED)
    ingest_samples(actor=alice, samples=samples(("2026-01-10T10:10Z", "up")))
    january.refresh_from_db()
    assert january.due_at is not None

    judge(alice, january, CLOSED)

    january.refresh_from_db()
    first, second = Evaluation.objects.order_by("revision")
    assert (january.state, january.due_at, january.latest_id) == ("closed", None, second.pk)
    assert (second.previous_id, second.bad, second.outcome) == (first.pk, 600, "met")
    assert Breach.objects.get().state == "withdrawn"
    assert OutboxEvent.objects.filter(type="breach.withdrawn").count() == 1


def test_a_withdrawn_breach_is_opened_again(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, CLOSED)
    ingest_samples(actor=alice, samples=samples(("2026-01-10T10:10Z", "up")))
    judge(alice, january, CLOSED)
    ingest_samples(actor=alice, samples=samples(("2026-01-10T10:10Z", "down")))
    judge(alice, january, CLOSED)

    assert Breach.objects.get().state == "open"
    assert Evaluation.objects.count() == 3
    assert OutboxEvent.objects.filter(type="breach.opened").count() == 2


def test_a_revision_that_is_still_missed_refreshes_the_evidence(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, IN_GRACE)
    before = Breach.objects.get().evidence_digest
    ingest_samples(actor=alice, samples=samples(("2026-01-10T11:00Z", "down"), ("2026-01-10T12:00Z", "up")))
    judge(alice, january, IN_GRACE)

    breach = Breach.objects.get()
    assert breach.evidence_digest != before
    assert breach.evidence["figures"]["bad"] == "7200"
    assert OutboxEvent.objects.filter(type="breach.revised").count() == 1


def test_a_closed_window_is_protected_by_the_database(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, CLOSED)

    for statement in (
        "UPDATE slas_evaluationwindow SET ends_at = ends_at + interval '1 day'",
        "UPDATE slas_evaluation SET attainment = 100",
        "DELETE FROM slas_evaluation",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_open_window_has_interim_figures_and_a_light(alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, instant("2026-01-16T00:00"))

    january.refresh_from_db()
    assert (january.state, january.light, january.latest) == ("open", "red", None)
    assert january.interim["bad"] == "3600"
    assert OutboxEvent.objects.filter(type="window.light_changed").count() == 1
    judge(alice, january, instant("2026-01-16T01:00"))
    assert OutboxEvent.objects.filter(type="window.light_changed").count() == 1


def test_only_an_accepted_exclusion_counts(acme: Cast, alice: Actor, january: EvaluationWindow) -> None:
    judge(alice, january, IN_GRACE)
    exclusion = propose_exclusion(
        actor=alice, commitment_id=january.commitment_id, kind="maintenance", reason="Announced upgrade",
        starts_at=instant("2026-01-10T10:00"), ends_at=instant("2026-01-10T11:00"),
    )  # fmt: skip
    judge(alice, january, IN_GRACE)
    assert Evaluation.objects.count() == 1

    accept_exclusion(actor=acme["legal"], exclusion_id=exclusion.pk)
    judge(alice, january, IN_GRACE)
    assert Evaluation.objects.order_by("-revision")[0].excluded == 3600
    assert Breach.objects.get().state == "withdrawn"

    withdraw_exclusion(actor=alice, exclusion_id=exclusion.pk)
    judge(alice, january, IN_GRACE)
    assert Breach.objects.get().state == "open"


def test_missing_telemetry_is_inconclusive_and_no_breach(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-01-15T12:00"))
    window = EvaluationWindow.objects.get(commitment=commitment)
    judge(alice, window, IN_GRACE)

    found = Evaluation.objects.get()
    assert (found.outcome, found.light, found.attainment) == ("inconclusive", "grey", None)
    assert found.unmeasured == 31 * 86400
    assert Breach.objects.count() == 0


def test_outages_count_as_downtime_and_a_later_report_replaces(alice: Actor, active: Bind) -> None:
    commitment = active(instant("2026-01-15T12:00"))
    window = EvaluationWindow.objects.get(commitment=commitment)
    ingest_samples(actor=alice, samples=samples(("2026-01-01T00:00Z", "up")))
    outage = {"indicator": "web", "external_id": "INC-1", "starts_at": "2026-01-31T23:00Z"}
    ingest_outages(actor=alice, outages=[outage])
    judge(alice, window, IN_GRACE)
    assert Evaluation.objects.get().bad == 3600

    ingest_outages(actor=alice, outages=[outage | {"ends_at": "2026-01-31T23:10Z"}])
    judge(alice, window, IN_GRACE)
    assert Evaluation.objects.get(revision=2).bad == 600


def test_a_day_of_23_hours_is_a_day_of_23_hours(alice: Actor, active: Bind) -> None:
    from datetime import date

    commitment = active(
        instant("2026-03-29T12:00"), window_kind="day", time_zone="Europe/Berlin", starts_on=date(2026, 3, 29)
    )
    ingest_samples(actor=alice, samples=samples(("2026-03-28T23:00Z", "up")))
    window = EvaluationWindow.objects.get(commitment=commitment)
    judge(alice, window, instant("2026-03-30T12:00"))

    assert (window.starts_at, window.ends_at) == (instant("2026-03-28T23:00"), instant("2026-03-29T22:00"))
    assert Evaluation.objects.get().good == 23 * 3600


def test_ratio_and_value_indicators(alice: Actor, active: Bind) -> None:
    from tests.slas.conftest import uptime

    now = instant("2026-01-15T12:00")
    ratio = active(now, uptime("api", kind="ratio"), name="API", target=Decimal("99"))
    value = active(
        now, uptime("csat", kind="value", unit="points", aggregation="avg"), name="CSAT", target=Decimal("4")
    )
    ingest_samples(
        actor=alice,
        samples=[
            {"indicator": "api", "at": "2026-01-02T00:00Z", "good": 985, "valid": 1000},
            {"indicator": "csat", "at": "2026-01-02T00:00Z", "value": "4.5"},
            {"indicator": "csat", "at": "2026-01-03T00:00Z", "value": "3.9"},
        ],
    )
    for commitment in (ratio, value):
        judge(alice, EvaluationWindow.objects.get(commitment=commitment), IN_GRACE)

    found = Evaluation.objects.get(window__commitment=ratio)
    assert (found.unit, found.good, found.bad, found.attainment) == ("events", 985, 15, Decimal("98.5"))
    measured = Evaluation.objects.get(window__commitment=value)
    assert (measured.attainment, measured.outcome, measured.unit) == (Decimal("4.2"), "met", "samples")


def test_a_slice_is_good_when_its_condition_holds(alice: Actor, active: Bind) -> None:
    from datetime import date

    from tests.slas.conftest import uptime

    indicator = uptime(
        "errors", kind="time_slice", slice_minutes=60, condition_operator="<", condition_threshold=Decimal("5")
    )
    commitment = active(
        instant("2026-01-01T12:00"), indicator, window_kind="day", starts_on=date(2026, 1, 1), target=Decimal("95")
    )
    rows = [
        {"indicator": "errors", "at": f"2026-01-01T{hour:02}:30Z", "value": 9 if hour in (3, 4) else 1}
        for hour in range(24)
    ]
    ingest_samples(actor=alice, samples=rows)
    window = EvaluationWindow.objects.get(commitment=commitment)
    judge(alice, window, instant("2026-01-02T06:00"))

    found = Evaluation.objects.get()
    assert (found.good, found.bad, found.outcome) == (22 * 3600, 2 * 3600, "missed")


def test_silence_becomes_unmeasured(alice: Actor, active: Bind) -> None:
    from tests.slas.conftest import uptime

    commitment = active(instant("2026-01-15T12:00"), uptime(silence_minutes=60))
    ingest_samples(actor=alice, samples=samples(("2026-01-01T00:00Z", "up"), ("2026-01-20T00:00Z", "up")))
    window = EvaluationWindow.objects.get(commitment=commitment)
    judge(alice, window, IN_GRACE)

    found = Evaluation.objects.get()
    assert (found.good, found.reason) == (7200, "coverage_below_threshold")
