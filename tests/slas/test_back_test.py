"""Had this target been in force: judged by the same judge, and nothing but the job's result is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.jobs import runner
from clm.jobs.models import Job
from clm.lib import clock
from clm.lib.actor import Actor
from slas.engine.credit_tiers import Band
from slas.engine.targets import Rule
from slas.models import Breach, Commitment, Evaluation, EvaluationWindow
from slas.operations.activate_commitment import activate_commitment
from slas.operations.ingest_samples import ingest_samples
from slas.operations.open_windows import open_windows
from slas.tasks import roll_up_telemetry
from tests.slas.conftest import Bind, evaluator, instant, judge

NOW = instant("2026-05-10T00:00")
TIERS = (Band(Decimal("99.9"), Decimal(99), Decimal(10)), Band(Decimal(99), None, Decimal(25)))
FIGURES = ("attainment", "target", "outcome", "good", "bad", "excluded", "unmeasured", "light", "reason")


def test_a_draft_is_judged_over_the_last_months(page: Client, api: APIClient, alice: Actor, bind: Bind) -> None:
    """January came from its tenth day on; February lost a day, March nothing, April an hour in its season."""
    season = Rule("season", "Spring", Decimal(99), season_from="04-01", season_to="04-30")
    draft = bind(
        starts_on=date(2026, 6, 1), remedy_kind="tiers", tiers=TIERS, rules=(season,),
        cap_window_percent=Decimal(20), credit_base="fixed", fixed_base_amount=Decimal(1000), currency="EUR",
    )  # fmt: skip
    rows = [
        ("2026-01-10T00:00Z", "up"), ("2026-02-10T00:00Z", "down"), ("2026-02-11T00:00Z", "up"),
        ("2026-04-10T00:00Z", "down"), ("2026-04-10T01:00Z", "up"),
    ]  # fmt: skip
    with clock.set_to(NOW):
        ingest_samples(actor=alice, samples=[{"indicator": "web", "at": at, "status": is_} for at, is_ in rows])
        roll_up_telemetry()
        assert api.post(f"/api/v1/commitments/{draft.pk}/back-test/", {"months": 37}, format="json").status_code == 400
        asked = api.post(f"/api/v1/commitments/{draft.pk}/back-test/", {"months": 5}, format="json")
        assert asked.status_code == 202, asked.data
        job = Job.objects.get(pk=asked.data["id"])
        runner.run(job.pk, alice.organization_id)
        job.refresh_from_db()
        assert (job.state, job.error) == ("succeeded", "")
        told = {row["label"]: row for row in job.result["windows"]}
        shown = page.get(job.result["url"])
        assert "Of 5 windows 2 would have been met and 1 missed" in shown.content.decode()
        assert "Spring" in shown.content.decode()
        refused = page.post(reverse("back-test-new", args=[draft.pk]), {"months": "99"}, follow=True)
        assert "From 1 to 36 months." in refused.content.decode()
        assert page.post(reverse("back-test-new", args=[draft.pk]), {"months": "2"}).status_code == 302
    assert {label: (row["outcome"], row["credit_percent"], row["rule"]) for label, row in told.items()} == {
        "2025-12": ("inconclusive", None, ""),
        "2026-01": ("inconclusive", None, ""),
        "2026-02": ("missed", "20", ""),
        "2026-03": ("met", None, ""),
        "2026-04": ("met", None, "Spring"),
    }
    assert (told["2026-02"]["credit_amount"], job.result["summary"]["credit_percent"]) == ("200", "20")
    assert not EvaluationWindow.objects.exists()
    assert not Evaluation.objects.exists()
    assert not Breach.objects.exists()
    assert Commitment.objects.get().starts_on == date(2026, 6, 1)
    # The same commitment in force comes to the same figures.
    Commitment.objects.update(starts_on=date(2026, 1, 1))
    with clock.set_to(NOW):
        activate_commitment(actor=alice, commitment_id=draft.pk)
        open_windows(actor=evaluator(alice), commitment_id=draft.pk)
    for label in ("2026-01", "2026-02", "2026-03", "2026-04"):
        found = judge(alice, EvaluationWindow.objects.get(label=label), NOW).latest
        assert found is not None
        for name in FIGURES:
            mine, its = told[label][name], getattr(found, name)
            assert mine == its if not isinstance(its, Decimal) else Decimal(mine) == its, (label, name)
