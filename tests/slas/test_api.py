"""The whole road through the API, and its refusals."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from rest_framework.test import APIClient

from clm.accounts.models import User
from clm.events.dispatcher import drain
from clm.jobs import runner
from clm.jobs.models import Job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.models import Notification
from contracts.models import Passage
from slas.models import Breach, Commitment, Evaluation, EvaluationWindow, Exclusion
from slas.operations.evaluate_window import evaluate_window
from slas.operations.ingest_samples import ingest_samples
from slas.operations.open_windows import open_windows
from tests.cast import Cast
from tests.slas.conftest import Bind, evaluator, instant, judge, uptime

IN_GRACE = instant("2026-02-02T00:00")
SAMPLES = [
    {"indicator": "web", "at": "2026-01-01T00:00Z", "status": "up"},
    {"indicator": "web", "at": "2026-01-10T10:00Z", "status": "down"},
    {"indicator": "web", "at": "2026-01-10T11:00Z", "status": "up"},
]
BODY = {
    "new_indicator": {"key": "web", "service_name": "Web"},
    "name": "Availability", "target": "99.9", "starts_on": "2026-01-01", "remedy_kind": "tiers",
    "tiers": [{"below": "99.9", "at_or_above": None, "credit_percent": "10"}],
}  # fmt: skip


def test_from_binding_to_breach_and_evidence(api: APIClient, alice: Actor, passage: Passage) -> None:
    bound = api.post("/api/v1/commitments/", BODY | {"passage": str(passage.pk)}, format="json")
    assert bound.status_code == 201, bound.data
    assert bound.data["tiers"] == [{"below": "99.900000", "at_or_above": None, "credit_percent": "10.000000"}]
    commitment = Commitment.objects.get()
    assert api.post(f"/api/v1/commitments/{commitment.pk}/activate/").data["state"] == "active"
    sent = api.post("/api/v1/telemetry/samples/", {"samples": SAMPLES}, format="json")
    assert (sent.status_code, sent.data["accepted"]) == (200, 3)
    with clock.set_to(IN_GRACE):
        open_windows(actor=evaluator(alice), commitment_id=commitment.pk)
        for window in EvaluationWindow.objects.all():
            api.post(f"/api/v1/windows/{window.pk}/judge/")

    shown = api.get("/api/v1/windows/?state=provisional").data["results"]
    assert [(row["label"], row["figures"]["attainment"], row["figures"]["outcome"]) for row in shown] == [
        ("2026-01", "99.865591398", "missed")
    ]
    evaluation = api.get(f"/api/v1/evaluations/{shown[0]['latest']}/").data
    assert evaluation["trace"]["clause"]["quote"] == passage.quote
    breach = api.get("/api/v1/breaches/").data["results"][0]
    assert breach["reference"] == "B-2026-0001"
    assert api.get(f"/api/v1/breaches/{breach['id']}/evidence/").status_code == 404
    text = printed(api, alice, f"/api/v1/breaches/{breach['id']}/evidence/")
    for words in ("B-2026-0001", "99.865591", passage.quote, "c" * 64, breach["evidence_digest"], "breach.opened"):
        assert "".join(words.split()) in "".join(text.split())
    assert api.post(f"/api/v1/breaches/{breach['id']}/acknowledge/").data["state"] == "acknowledged"
    assert api.post(f"/api/v1/breaches/{breach['id']}/resolve/", {}).data["code"] == "note_missing"


def printed(api: APIClient, alice: Actor, url: str) -> str:
    """The text of the paper that a job prints."""
    started = api.post(url)
    assert started.status_code == 202, started.data
    runner.run(started.data["id"], alice.organization_id)
    job = Job.objects.get(pk=started.data["id"])
    assert (job.state, job.error) == ("succeeded", "")
    content = b"".join(api.get(url).streaming_content)
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_the_service_report_of_a_month(api: APIClient, alice: Actor, active: Bind) -> None:
    commitment = active(IN_GRACE)
    ingest_samples(actor=alice, samples=SAMPLES)
    for window in EvaluationWindow.objects.all():
        judge(alice, window, IN_GRACE)
    started = api.post(f"/api/v1/contracts/{commitment.contract_id}/service-report/", {"month": "2026-01-15"})
    runner.run(started.data["id"], alice.organization_id)
    job = Job.objects.get(pk=started.data["id"])
    assert (job.state, job.error) == ("succeeded", "")
    paper = api.get(f"/api/v1/service-reports/{job.result['report_id']}/")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(b"".join(paper.streaming_content))).pages)
    assert "January 2026" in text
    assert "99.865591\u202f%" in text or "99.865591 %" in text
    assert "B-2026-0001" in text


def test_faults_of_terms_stand_beside_their_field(api: APIClient, passage: Passage) -> None:
    tiers = [
        {"below": "99.9", "at_or_above": "99", "credit_percent": "10"},
        {"below": "99.5", "at_or_above": None, "credit_percent": "20"},
    ]
    refused = api.post("/api/v1/commitments/", BODY | {"passage": str(passage.pk), "tiers": tiers}, format="json")

    assert (refused.status_code, refused.data["code"]) == (400, "terms_invalid")
    assert refused.data["errors"] == {
        "tiers": [
            "Two tiers cover attainment from 99 up to 99.5 %. A tier begins where the one below it ends: "
            "type “below” 99 for the tier that credits 20 %, or “at or above” 99.5 for the one that credits 10 %."
        ]
    }
    assert Commitment.objects.count() == 0


@pytest.mark.parametrize("zone", ["Factory", "localtime", "Mars/Base"])
def test_a_zone_that_is_none_is_refused(api: APIClient, passage: Passage, zone: str) -> None:
    refused = api.post("/api/v1/commitments/", BODY | {"passage": str(passage.pk), "time_zone": zone}, format="json")

    assert (refused.status_code, list(refused.data["errors"])) == (400, ["time_zone"])


def test_a_preset_gives_its_terms(api: APIClient, passage: Passage) -> None:
    assert len(api.get("/api/v1/presets/").data) == 18
    body = {
        "passage": str(passage.pk), "preset": "gcp-compute-multizone", "starts_on": "2026-01-01",
        "new_indicator": {"key": "vm", "service_name": "VM"},
    }  # fmt: skip
    bound = api.post("/api/v1/commitments/", body, format="json")
    assert bound.status_code == 201, bound.data
    assert (bound.data["target"], bound.data["minimum_outage_seconds"], bound.data["whole_minutes"]) == (
        "99.990000", 60, True
    )  # fmt: skip
    asked = api.post("/api/v1/commitments/", body | {"preset": "commonpaper-sla-2.0"}, format="json")
    assert sorted(asked.data["errors"]) == ["credit_percent", "target"]


def as_legal(cast: Cast) -> APIClient:
    client = APIClient()
    client.force_login(cast.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_exclusions_by_the_api(api: APIClient, acme: Cast, active: Bind) -> None:
    commitment = active(IN_GRACE)
    body = {
        "commitment": str(commitment.pk), "kind": "agreed", "reason": "Test",
        "starts_at": "2026-01-10T10:00:00Z", "ends_at": "2026-01-10T11:00:00Z",
    }  # fmt: skip
    made = api.post("/api/v1/exclusions/", body, format="json")
    assert made.status_code == 201
    url = f"/api/v1/exclusions/{made.data['id']}"
    assert api.post(f"{url}/dispute/", {"reason": ""}, format="json").data["code"] == "reason_missing"
    assert api.post(f"{url}/dispute/", {"reason": "No"}, format="json").data["state"] == "disputed"
    own = api.post(f"{url}/accept/", {}, format="json")
    assert (own.status_code, own.data["code"]) == (409, "own_exclusion")
    assert Exclusion.objects.get().state == "disputed"
    assert as_legal(acme).post(f"{url}/accept/", {}, format="json").data["state"] == "accepted"
    assert api.post(f"{url}/dispute/", {"reason": "No"}, format="json").data["code"] == "illegal_move"


def test_people_are_told_of_a_breach(alice: Actor, active: Bind) -> None:
    commitment = active(IN_GRACE)
    ingest_samples(actor=alice, samples=SAMPLES)
    window = EvaluationWindow.objects.get(commitment=commitment, label="2026-01")
    with clock.set_to(IN_GRACE):
        evaluate_window(actor=evaluator(alice), window_id=window.pk)
    drain()

    told = Notification.objects.filter(kind="breach")
    assert set(told.values_list("user__name", flat=True)) == {"Alice", "Account_Manager"}
    assert told[0].title == "Availability was missed in 2026-01 (B-2026-0001)"
    assert told[0].url == f"/service-levels/breaches/{Breach.objects.get().pk}/"


def test_a_list_makes_as_many_queries_for_many(api: APIClient, alice: Actor, active: Bind) -> None:
    names = ("commitments", "windows", "evaluations", "breaches", "indicators", "services")

    def add(number: int) -> None:
        commitment = active(IN_GRACE, uptime(f"k{number}", service_name=f"S{number}"), name=f"n{number}")
        ingest_samples(actor=alice, samples=[{"indicator": f"k{number}", "at": "2026-01-01T00:00Z", "status": "down"}])
        for window in EvaluationWindow.objects.filter(commitment=commitment):
            judge(alice, window, IN_GRACE)

    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(f"/api/v1/{name}/").status_code == 200
        return len(captured)

    add(0)
    few = {name: queries(name) for name in names}
    for number in range(1, 8):
        add(number)
    assert {name: queries(name) for name in names} == few


def test_another_organization_finds_nothing(charlie: Actor, alice: Actor, active: Bind) -> None:
    commitment = active(IN_GRACE)
    window = EvaluationWindow.objects.filter(commitment=commitment, label="2026-01").get()
    judge(alice, window, IN_GRACE)
    stranger = APIClient()
    stranger.force_login(User.objects.get(pk=charlie.user_id), backend="django.contrib.auth.backends.ModelBackend")
    evaluation = Evaluation.objects.get()
    for url in (f"commitments/{commitment.pk}/", f"windows/{window.pk}/", f"evaluations/{evaluation.pk}/"):
        assert stranger.get(f"/api/v1/{url}").status_code == 404
    assert stranger.post(f"/api/v1/windows/{window.pk}/judge/").status_code == 404
    assert stranger.get("/api/v1/windows/").data["results"] == []
