"""Every page answers, says what it should, and makes as many queries for many rows as for few."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.lib import clock
from clm.lib.actor import Actor
from clm.pages.formats import instant_text
from contracts.models import Passage
from slas.models import Breach, Commitment, EvaluationWindow, Exclusion, Indicator, Service, TelemetryBatch
from slas.operations.ingest_samples import ingest_samples
from tests.cast import Cast
from tests.slas.conftest import Bind, instant, judge, uptime

IN_GRACE = instant("2026-02-02T00:00")


@pytest.fixture
def missed(alice: Actor, active: Bind) -> EvaluationWindow:
    """January was missed by an hour, February runs."""
    commitment = active(instant("2026-02-02T00:00"))
    ingest_samples(
        actor=alice,
        samples=[
            {"indicator": "web", "at": "2026-01-01T00:00Z", "status": "up"},
            {"indicator": "web", "at": "2026-01-10T10:00Z", "status": "down"},
            {"indicator": "web", "at": "2026-01-10T11:00Z", "status": "up"},
        ],
    )
    for window in EvaluationWindow.objects.filter(commitment=commitment):
        judge(alice, window, IN_GRACE)
    return EvaluationWindow.objects.get(label="2026-01")


def shows(page: Client, name: str, *args: object) -> str:
    with clock.set_to(IN_GRACE):
        answer = page.get(reverse(name, args=args))
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_pages_of_a_missed_window(page: Client, missed: EvaluationWindow) -> None:
    breach = Breach.objects.get()
    assert "Availability" in shows(page, "commitments")
    assert "99.8655" in shows(page, "window", missed.pk)
    assert "2026-01" in shows(page, "commitment", missed.commitment_id)
    assert "B-2026-0001" in shows(page, "breaches")
    assert breach.evidence_digest in shows(page, "breach", breach.pk)
    assert "attainment = 100" in shows(page, "evaluation-trace", missed.latest_id)
    assert "down" in shows(page, "window-telemetry", missed.pk)
    assert "api" in shows(page, "telemetry")
    assert "Take it in" in shows(page, "telemetry-upload")
    running = EvaluationWindow.objects.get(label="2026-02")
    assert "attainment = 100" in shows(page, "window-trace", running.pk)


def test_a_sentence_is_bound_by_the_form(page: Client, passage: Passage) -> None:
    url = reverse("commitment-bind", args=[passage.pk])
    assert page.get(url, {"preset": "aws-ec2-region"}).status_code == 200
    sent = {
        "indicator": "new", "service_name": "Web", "key": "web", "kind": "uptime", "slice_minutes": "5",
        "name": "Availability", "target": "99.9", "comparison": ">=", "window_kind": "month", "time_zone": "UTC",
        "starts_on": "2026-01-01", "grace_hours": "72", "maintenance_policy": "leaves_denominator",
        "missing_data_policy": "inconclusive", "coverage_threshold_percent": "95", "minimum_outage_seconds": "0",
        "remedy_kind": "tiers", "tiers": "99.9 99.0 10\n98.0 – 25", "credit_base": "monthly_fee", "multiplier": "1",
    }  # fmt: skip
    refused = page.post(url, sent)
    assert refused.status_code == 400
    assert "No tier covers attainment from 98 up to 99 %" in refused.content.decode()
    assert list(page.post(url, sent | {"time_zone": "localtime"}).context["form"].errors) == ["time_zone"]
    assert Service.objects.count() == 0

    bound = page.post(url, sent | {"tiers": "99.9 99.0 10\n99.0 – 25"})
    commitment = Commitment.objects.get()
    assert bound.status_code == 302
    assert [(row.below, row.credit_percent) for row in commitment.tiers.all()] == [(Decimal("99.9"), 10), (99, 25)]
    assert shows(page, "commitment", commitment.pk)
    assert page.get(reverse("commitment-edit", args=[commitment.pk])).status_code == 200
    changed = page.post(reverse("commitment-edit", args=[commitment.pk]), sent | {"tiers": "99.9 – 5", "name": "Up"})
    assert changed.status_code == 302
    commitment.refresh_from_db()
    assert (commitment.name, commitment.tiers.count()) == ("Up", 1)
    assert page.post(reverse("commitment-activate", args=[commitment.pk])).status_code == 302
    commitment.refresh_from_db()
    assert commitment.state == "active"


def test_exclusions_are_proposed_and_settled_by_someone_else(
    page: Client, acme: Cast, missed: EvaluationWindow
) -> None:
    sent = {"kind": "agreed", "starts_at": "2026-01-10T10:00", "ends_at": "2026-01-10T11:00", "reason": "Test"}
    assert page.get(reverse("exclusion-new", args=[missed.commitment_id])).status_code == 200
    assert page.post(reverse("exclusion-new", args=[missed.commitment_id]), sent).status_code == 302
    exclusion = Exclusion.objects.get()
    assert exclusion.starts_at == instant("2026-01-10T10:00")
    assert "If they did" in shows(page, "window", missed.pk)
    url = reverse("exclusion-settle", args=[exclusion.pk, "accept"])
    assert ">Accept</button>" not in shows(page, "commitment", missed.commitment_id)
    assert page.post(url).status_code == 409
    other = Client()
    other.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    assert ">Accept</button>" in shows(other, "commitment", missed.commitment_id)
    assert other.post(url).status_code == 302
    exclusion.refresh_from_db()
    assert exclusion.state == "accepted"


def test_exclusions_are_read_in_the_commitments_zone(page: Client, active: Bind) -> None:
    """New York is five hours behind UTC in January; the person's own zone does not matter."""
    commitment = active(IN_GRACE, time_zone="America/New_York")
    sent = {
        "kind": "agreed", "starts_at": "2026-01-10T10:00", "ends_at": "2026-01-10T11:00", "reason": "Test",
        "announced_at": "2026-01-08T09:00",
    }  # fmt: skip
    assert page.post(reverse("exclusion-new", args=[commitment.pk]), sent).status_code == 302
    found = Exclusion.objects.get()
    assert (found.starts_at, found.ends_at, found.announced_at) == (
        instant("2026-01-10T15:00"), instant("2026-01-10T16:00"), instant("2026-01-08T14:00"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-13-45", "Enter a valid date."),
        ("", "This field is required."),
        ("2026-02-03", "A day after the first one, today at the latest."),
    ],
)
def test_a_day_on_which_measuring_cannot_end_is_named_and_changes_nothing(
    page: Client, active: Bind, day: str, said: str
) -> None:
    commitment = active(IN_GRACE)
    with clock.set_to(IN_GRACE):
        answer = page.post(reverse("commitment-end", args=[commitment.pk]), {"ends_on": day, "reason": "Typed"})
    commitment.refresh_from_db()
    text = answer.content.decode()
    assert (answer.status_code, commitment.state, commitment.ends_on) == (400, "active", None)
    assert said in text
    assert 'value="Typed"' in text


def test_measuring_ends_by_the_form(page: Client, active: Bind) -> None:
    commitment = active(IN_GRACE)
    with clock.set_to(IN_GRACE):
        answer = page.post(reverse("commitment-end", args=[commitment.pk]), {"ends_on": "2026-02-02"})
    commitment.refresh_from_db()
    assert (answer.status_code, commitment.state, commitment.ends_on) == (302, "ended", date(2026, 2, 2))


def test_coverage_of_a_past_window_leads_to_its_trace(page: Client, missed: EvaluationWindow) -> None:
    text = shows(page, "commitment", missed.commitment_id)
    table = text[text.index("Past windows") :]
    url = reverse("evaluation-trace", args=[missed.latest_id])
    covered = table.index('data-label="Coverage"')
    assert url in table[covered : covered + 300]


def test_services_and_indicators_are_added(page: Client, passage: Passage) -> None:
    contract_id = passage.version.contract_id
    assert page.post(reverse("service-new", args=[contract_id]), {"name": "Mail"}).status_code == 302
    sent = {"service_name": "Mail", "key": "mail", "kind": "uptime", "slice_minutes": "5"}
    assert page.post(reverse("indicator-new", args=[contract_id]), sent).status_code == 302
    assert Indicator.objects.get().service.name == "Mail"
    assert page.post(reverse("indicator-new", args=[contract_id]), sent).status_code == 400


def test_a_breach_is_acknowledged_and_resolved(page: Client, missed: EvaluationWindow) -> None:
    breach = Breach.objects.get()
    assert page.post(reverse("breach-acknowledge", args=[breach.pk]), {"reason": "Mine"}).status_code == 302
    breach.refresh_from_db()
    assert breach.state == "acknowledged"
    assert page.post(reverse("breach-resolve", args=[breach.pk]), {"reason": ""}).status_code == 400
    assert page.post(reverse("breach-resolve", args=[breach.pk]), {"reason": "Root cause found"}).status_code == 302
    breach.refresh_from_db()
    assert breach.state == "resolved"


def test_a_list_makes_as_many_queries_for_many(page: Client, alice: Actor, active: Bind) -> None:
    names = ("commitments", "breaches")

    def add(number: int) -> None:
        commitment = active(datetime.fromisoformat("2026-02-02T00:00+00:00"), uptime(f"k{number}"), name=f"n{number}")
        ingest_samples(actor=alice, samples=[{"indicator": f"k{number}", "at": "2026-01-01T00:00Z", "status": "down"}])
        for window in EvaluationWindow.objects.filter(commitment=commitment):
            judge(alice, window, IN_GRACE)

    def queries(name: str) -> int:
        page.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            assert page.get(reverse(name)).status_code == 200
        return len(captured)

    for number in range(2):
        add(number)
    few = {name: queries(name) for name in names}
    for number in range(2, 9):
        add(number)
    assert {name: queries(name) for name in names} == few


def test_another_organization_gets_404(globex: object, charlie: Actor, missed: EvaluationWindow) -> None:
    stranger = Client()
    from clm.accounts.models import User

    stranger.force_login(User.objects.get(pk=charlie.user_id), backend="django.contrib.auth.backends.ModelBackend")
    breach = Breach.objects.get()
    for name, pk in (
        ("commitment", missed.commitment_id), ("window", missed.pk), ("evaluation-trace", missed.latest_id),
        ("breach", breach.pk), ("window-telemetry", missed.pk),
    ):  # fmt: skip
        assert stranger.get(reverse(name, args=[pk])).status_code == 404


def test_a_reader_sees_and_may_not_change(acme: object, bob: Actor, missed: EvaluationWindow) -> None:
    reader = Client()
    from clm.accounts.models import User

    reader.force_login(User.objects.get(pk=bob.user_id), backend="django.contrib.auth.backends.ModelBackend")
    assert reader.get(reverse("window", args=[missed.pk])).status_code == 200
    assert reader.post(reverse("window-judge", args=[missed.pk])).status_code == 403
    assert reader.get(reverse("telemetry-upload")).status_code == 403


def test_the_contract_tab_lists_levels_and_services(page: Client, alice: Actor, missed: EvaluationWindow) -> None:
    from django.template.loader import render_to_string

    from slas.queries import contract_levels

    contract = missed.commitment.contract
    text = render_to_string("slas/contract_tab.html", {"contract": contract, **contract_levels(alice, contract)})
    assert "Availability" in text
    assert "<code>web</code>" in text


def test_the_panels_of_the_home_page(page: Client, missed: EvaluationWindow) -> None:
    text = shows(page, "home")
    assert "B-2026-0001" in text
    assert "Compliance by month" in text
    assert f'href="{reverse("compliance-trace")}"' in text


def test_the_compliance_chart_leads_to_how_it_came_about(page: Client, missed: EvaluationWindow) -> None:
    text = shows(page, "compliance-trace")
    assert "share = 100 × windows that met / (windows that met + windows that missed)" in text
    assert "2026-01" in text
    assert "100 × 0 met / 1 judged" in text
    assert "100 × 0 met / 0 judged" in text


def test_the_budget_is_drawn_in_a_unit_that_people_read(page: Client, missed: EvaluationWindow) -> None:
    said = shows(page, "window", missed.pk)

    assert "Error budget left (min)" in said
    assert '"budget": "44.64"' in said


def test_a_delivery_is_dated_as_everything_else(page: Client, missed: EvaluationWindow) -> None:
    delivered = TelemetryBatch.objects.get().created_at

    assert f'title="{instant_text(delivered, "UTC")}"' in shows(page, "telemetry")
    assert ".m." not in shows(page, "telemetry")
