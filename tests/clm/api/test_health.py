from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from clm.api import health
from clm.api.metrics import OwnGauges, register_gauge
from clm.events.models import Delivery
from tests.cast import Cast
from tests.clm.accounts.test_tokens import issue

pytestmark = pytest.mark.django_db


def test_the_process_answers() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}


def test_ready() -> None:
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "missing": []})


def test_what_is_missing_is_named(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "missing": ["broker"]})
    assert health._database()


def test_others_are_told_no_more_than_whether_it_is_ready(settings: Settings) -> None:
    stranger = Client(REMOTE_ADDR="192.0.2.1")

    assert stranger.get("/readyz").json() == {"status": "ready"}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = stranger.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})


def test_who_bears_the_token_is_told_what_is_missing(settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.REDIS_URL = "s3cret", "redis://127.0.0.1:1/0"
    bearer = Client(REMOTE_ADDR="192.0.2.1", headers={"Authorization": "Bearer s3cret"})

    assert bearer.get("/readyz").json() == {"status": "not ready", "missing": ["broker"]}


def test_a_migration_that_was_not_run_is_missing() -> None:
    MigrationRecorder(connection).record_unapplied("api", "0001_idempotency")

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["missing"]) == (503, ["migrations"])


def test_the_migrations_of_the_code_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    Client().get("/readyz")
    read: list[object] = []
    monkeypatch.setattr(MigrationLoader, "load_disk", read.append)

    assert (Client().get("/readyz").status_code, read) == (200, [])


def test_metrics_for_this_machine() -> None:
    answer = Client().get("/metrics")

    assert answer.status_code == 200
    assert "covenant_ledger_unchained 0.0" in answer.content.decode()
    assert "django_http_requests" in answer.content.decode()


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"X-Real-Ip": "127.0.0.1"}]
)
def test_no_metrics_through_a_proxy(headers: dict[str, str]) -> None:
    assert Client().get("/metrics", headers=headers).status_code == 403


def test_no_metrics_for_other_machines() -> None:
    assert Client(REMOTE_ADDR="192.0.2.1").get("/metrics").status_code == 403
    assert Client(REMOTE_ADDR="").get("/metrics").status_code == 403


def test_with_a_token_only_its_bearer_reads_metrics(settings: Settings) -> None:
    settings.METRICS_TOKEN = "s3cret"

    assert Client().get("/metrics").status_code == 403
    assert (
        Client(REMOTE_ADDR="192.0.2.1").get("/metrics", headers={"Authorization": "Bearer s3cret"}).status_code == 200
    )


def gauges() -> dict[str, float]:
    return {family.name: family.samples[0].value for family in OwnGauges().collect()}


def test_gauges_count_over_all_organizations(acme: Cast) -> None:
    issue(acme["integration"])

    counted = gauges()

    assert (counted["covenant_ledger_unchained"], counted["covenant_outbox_waiting"]) == (1, 1)
    assert (counted["covenant_dead_letters"], counted["covenant_jobs_live"]) == (0, 0)


def test_a_gauge_that_fails_leaves_the_others() -> None:
    from clm.api import metrics

    register_gauge("broken", "x", lambda: Delivery.objects.get().attempts)
    try:
        assert "covenant_broken" not in gauges()
        assert "covenant_dead_letters" in gauges()
    finally:
        metrics._GAUGES.pop("broken")


def test_one_line_a_request(page: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "clm.requests"):
        page.get("/people/?q=secret", headers={"X-Request-Id": "request-0001"})

    (line,) = [record.msg for record in caplog.records if record.name == "clm.requests"]
    assert (line["event"], line["method"], line["route"], line["status"]) == ("request", "GET", "people/", 200)
    assert line["request_id"] == "request-0001"
    assert line["actor"].startswith("user:")
    assert line["duration_ms"] > 0
    assert "secret" not in str(line)


def test_probes_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "clm.requests"):
        Client().get("/healthz")

    assert [record for record in caplog.records if record.name == "clm.requests"] == []
