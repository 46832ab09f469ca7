"""The definition assistant: beside the form, and over the API."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.audit.models import LedgerEntry
from clm.lib import clock
from contracts.models import Passage
from slas.models import Commitment
from tests.slas.conftest import Bind, instant

NOW = instant("2026-02-05T00:00")


def test_warnings_follow_what_is_typed_and_nothing_is_kept(page: Client, passage: Passage) -> None:
    url = reverse("commitment-bind-advice", args=[passage.pk])
    entries = LedgerEntry.objects.count()
    typed = {"indicator": "new", "kind": "uptime", "target": "100", "comparison": ">="}
    first = page.post(url, typed).content.decode()
    assert "100 % leaves no error at all" in first
    assert "The clause does not say how this is measured." in first
    more = typed | {"target": "99.9", "silence_minutes": "5", "remedy_kind": "tiers", "tiers": "99.9 99 10\n98 – 25"}
    second = page.post(url, more).content.decode()
    assert "leaves no error" not in second
    assert "No tier covers attainment from 98 up to 99 %." in second
    assert "Cap it per window" in second
    # Half a word is no term yet.
    assert page.post(url, typed | {"target": "99,"}).status_code == 200
    assert (LedgerEntry.objects.count(), Commitment.objects.count()) == (entries, 0)
    assert url in page.get(reverse("commitment-bind", args=[passage.pk])).content.decode()


def test_the_api_warns_before_and_after_binding(api: APIClient, page: Client, passage: Passage, bind: Bind) -> None:
    body: dict[str, Any] = {
        "passage": str(passage.pk), "new_indicator": {"key": "calls", "service_name": "API", "kind": "ratio"},
        "name": "Errors", "target": "99.9", "starts_on": "2026-01-01", "remedy_kind": "tiers",
        "tiers": [{"below": "99.5", "at_or_above": None, "credit_percent": "10"}],
    }  # fmt: skip
    told = api.post("/api/v1/commitments/advice/", body, format="json")
    assert told.status_code == 200, told.data
    assert [(row["code"], row["field"]) for row in told.data] == [
        ("no_measurement_method", "passage"), ("coverage_unknown", "expected_every_minutes"),
        ("maintenance_without_limit", "maintenance_cap_hours"), ("target_above_first_tier", "tiers"),
        ("remedy_without_cap", "cap_window_percent"),
    ]  # fmt: skip
    assert told.data[3]["why"] == "Between 99.5 and 99.9 % the target is missed and no tier gives a credit."
    draft = bind()
    with clock.set_to(NOW):
        rows = api.get(f"/api/v1/commitments/{draft.pk}/advice/").data
        assert [row["code"] for row in rows][:2] == ["no_measurement_method", "nobody_measures"]
        typed = page.post(reverse("commitment-advice", args=[draft.pk]), {"target": "99.9", "silence_minutes": "5"})
    assert "No telemetry has ever come" in typed.content.decode()
