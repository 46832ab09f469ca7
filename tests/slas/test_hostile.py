"""What senders get wrong is refused by itself and in words: nothing else is lost, and nothing answers 500."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Passage
from slas.models import Commitment, EvaluationWindow, Exclusion, Indicator, Outage, Sample
from slas.operations.ingest_samples import ingest_samples
from slas.operations.measure_service import measure_service
from tests.slas.conftest import Bind, instant, judge, uptime

GOOD = {"indicator": "web", "at": "2026-01-03T00:00Z", "status": "up"}
AT = {"indicator": "num", "at": "2026-01-02T00:00Z"}


@pytest.fixture
def measured(alice: Actor, passage: Passage) -> None:
    contract_id = passage.version.contract_id
    measure_service(actor=alice, contract_id=contract_id, indicator=uptime())
    measure_service(actor=alice, contract_id=contract_id, indicator=uptime("num", kind="value", aggregation="avg"))


def sent(page: Client, name: str, body: dict[str, Any]) -> Any:
    """As JSON text, in which a lone surrogate and a NUL can be escaped."""
    answer = page.post(reverse(name), json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD | {"indicator": "we\0b"}, "no indicator has the key 'we\\x00b'"),
        (GOOD | {"indicator": "we\ud800b"}, "no indicator has the key 'we\\ud800b'"),
        (AT | {"value": "1e999999999"}, "value is not a number"),
        (AT | {"value": "1e-999999999"}, "value is not a number"),
        (AT | {"value": "1_0"}, "value is not a number"),
        (AT | {"value": "NaN"}, "value is not a number"),
        (AT | {"value": "Infinity"}, "value is not a number"),
        (AT | {"value": "١٢"}, "value is not a number"),
        (AT | {"value": "9" * 5000}, "value is not a number"),
        (AT | {"value": {"a": 1}}, "value is not a number"),
        (AT | {"value": "1e20"}, "value is out of range"),
        (AT | {"value": "99999999999999.9999999"}, "value is out of range"),
        (AT | {"value": 10**14}, "value is out of range"),
        (AT | {"value": True}, "value is missing"),
        (None, "a row is an object"),
        ([], "a row is an object"),
    ],
)
def test_a_bad_sample_is_refused_by_itself(page: Client, measured: None, row: Any, reason: str) -> None:
    answer = sent(page, "api-telemetry-samples", {"samples": [row, GOOD]})
    assert (answer["accepted"], answer["refusals"]) == (1, [{"row": 0, "reason": reason}])
    assert Sample.objects.count() == 1


def test_numbers_as_people_write_them_are_kept(page: Client, measured: None) -> None:
    values = ["1.5", 2, 2.25, "+3", ".5", "1e3", "-0", "0.1234565", "99999999999999.999999"]
    rows = [AT | {"at": f"2026-01-02T00:0{n}Z", "value": value} for n, value in enumerate(values)]
    assert sent(page, "api-telemetry-samples", {"samples": rows})["refusals"] == []
    assert list(Sample.objects.order_by("at").values_list("value", flat=True)) == [
        Decimal(kept) for kept in ("1.5", "2", "2.25", "3", "0.5", "1000", "0", "0.123456", "99999999999999.999999")
    ]


@pytest.mark.parametrize(
    ("kind", "row", "attainment"),
    [
        ("value", {"value": "99999999999999.999999"}, "3099999999999999.999969000"),
        ("ratio", {"good": 1, "valid": "99999999999999"}, "0.000000000"),
    ],
)
def test_the_largest_numbers_of_a_month_are_judged_and_shown(
    api: APIClient, page: Client, alice: Actor, active: Bind, kind: str, row: dict[str, Any], attainment: str
) -> None:
    now = instant("2026-02-10T00:00")
    commitment = active(now, uptime("num", kind=kind, aggregation="sum" if kind == "value" else ""), target=Decimal(9))
    rows = [{"indicator": "num", "at": f"2026-01-{day:02}T00:00Z", **row} for day in range(1, 32)]
    assert ingest_samples(actor=alice, samples=rows).refusals == []
    window = EvaluationWindow.objects.get(commitment=commitment, label="2026-01")
    judge(alice, window, now)

    shown = api.get(f"/api/v1/windows/{window.pk}/")
    assert (shown.status_code, shown.data["figures"]["attainment"]) == (200, attainment)
    window.refresh_from_db()
    assert api.get(f"/api/v1/evaluations/{window.latest_id}/").status_code == 200
    assert page.get(reverse("window", args=[window.pk])).status_code == 200


OUTAGE = {"indicator": "web", "external_id": "a", "starts_at": "2026-01-02T00:00Z"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"external_id": "a\0"}, "external_id holds characters that cannot be stored"),
        ({"external_id": {"a": 1}}, "external_id is not a text"),
        ({"title": "\0"}, "title holds characters that cannot be stored"),
        ({"title": "\ud800"}, "title holds characters that cannot be stored"),
        ({"severity": "\udfff"}, "severity holds characters that cannot be stored"),
        ({"indicator": "\0"}, "no indicator has the key '\\x00'"),
        ({"ends_at": 0}, "ends_at is not an ISO 8601 instant"),
        ({"ends_at": False}, "ends_at is not an ISO 8601 instant"),
    ],
)
def test_a_bad_outage_is_refused_by_itself(page: Client, measured: None, changes: dict[str, Any], reason: str) -> None:
    answer = sent(page, "api-telemetry-outages", {"outages": [OUTAGE | changes, OUTAGE | {"external_id": 7}]})
    assert (answer["accepted"], answer["refusals"]) == (1, [{"row": 0, "reason": reason}])
    assert Outage.objects.get().external_id == "7"


@pytest.mark.parametrize("ends_at", [None, ""])
def test_an_outage_without_an_end_lasts_still(page: Client, measured: None, ends_at: str | None) -> None:
    assert sent(page, "api-telemetry-outages", {"outages": [OUTAGE | {"ends_at": ends_at}]})["accepted"] == 1
    assert Outage.objects.get().ends_at is None


TIERED = {"remedy_kind": "tiers"}
FIXED = {"remedy_kind": "proportional", "credit_base": "fixed", "fixed_base_amount": "10", "currency": "EUR"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"warning_band": "5000"}, "warning_band"),
        ({"warning_band": "101"}, "warning_band"),
        (TIERED | {"tiers": [{"below": "99.9", "credit_percent": "5000"}]}, "tiers"),
        (TIERED | {"tiers": [{"below": "99.9", "credit_percent": "NaN"}]}, "tiers"),
        ({"multiplier": "123456789"}, "multiplier"),
        ({"multiplier": "0"}, "multiplier"),
        ({"multiplier": "-1"}, "multiplier"),
        ({"multiplier": "1_0"}, "multiplier"),
        ({"minimum_outage_seconds": 99999999999}, "minimum_outage_seconds"),
        ({"claim_length": 99999999999}, "claim_length"),
        ({"cap_window_percent": "-5"}, "cap_window_percent"),
        ({"cap_year_amount": "-5"}, "cap_year_amount"),
        ({"cap_contract_amount": "-5"}, "cap_contract_amount"),
        (FIXED | {"currency": "eur"}, "currency"),
        (FIXED | {"currency": "ZZZ"}, "currency"),
        (FIXED | {"fixed_base_amount": "0.00001"}, "fixed_base_amount"),
        ({"currency": "ZZZ"}, "currency"),
        ({"coverage_threshold_percent": "99.99995"}, "coverage_threshold_percent"),
        ({"starts_on": "0001-01-01"}, "starts_on"),
        ({"starts_on": "9999-12-31"}, "starts_on"),
        ({"ends_on": "9999-12-31"}, "ends_on"),
        ({"window_kind": "anniversary", "anchor_on": "0001-01-01"}, "anchor_on"),
        ({"target": "1_0"}, "target"),
        ({"target": "NaN"}, "target"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"comparison": "<=", "remedy_kind": "proportional"}, "comparison"),
        ({"new_indicator": {"key": "web", "service_name": "Web", "silence_minutes": 99999999999}}, "silence_minutes"),
        ({"new_indicator": {"key": "web", "service_name": "Web", "silence_minutes": 2000000000}}, "silence_minutes"),
    ],
)
def test_terms_that_cannot_be_kept_are_refused_beside_their_field(
    api: APIClient, passage: Passage, changes: dict[str, Any], field: str
) -> None:
    body = {
        "name": "A", "target": "99.9", "starts_on": "2026-01-01", "passage": str(passage.pk),
        "new_indicator": {"key": "web", "service_name": "Web"},
    }  # fmt: skip
    refused = api.post("/api/v1/commitments/", body | changes, format="json")

    assert refused.status_code == 400, refused.data
    assert field in str(refused.data["errors"])
    assert (Commitment.objects.count(), Indicator.objects.count()) == (0, 0)


def test_terms_are_kept_as_they_were_sent(bind: Bind) -> None:
    bound = bind(coverage_threshold_percent=Decimal("99.995000"), target=Decimal("100"), warning_band=Decimal("1E+1"))
    bound.refresh_from_db()
    assert (bound.coverage_threshold_percent, bound.target, bound.warning_band) == (Decimal("99.995"), 100, 10)


@pytest.mark.parametrize("tiers", ["99.9 – NaN", "1_0 – 5", "99.9 – 1e999999999", "99.9 – Infinity"])
def test_tiers_typed_as_no_numbers_are_refused(page: Client, passage: Passage, tiers: str) -> None:
    typed = {"indicator": "new", "name": "A", "target": "99.9", "remedy_kind": "tiers", "tiers": tiers}
    answer = page.post(reverse("commitment-bind", args=[passage.pk]), typed)
    assert answer.status_code == 400
    assert "is not three numbers" in answer.content.decode()


@pytest.mark.parametrize("target", ["1_0", "NaN", "Infinity"])
def test_a_target_typed_as_no_number_is_refused(page: Client, passage: Passage, target: str) -> None:
    answer = page.post(reverse("commitment-bind", args=[passage.pk]), {"indicator": "new", "target": target})
    assert answer.status_code == 400
    assert "Enter a number." in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", "2026-01-02T00:00"),
        ("ends_at", "2026-01-03T00:00"),
        ("announced_at", "2026-01-01T00:00"),
        ("starts_at", "0001-01-01T00:00:00Z"),
        ("ends_at", "9999-12-31T23:59:59-12:00"),
        ("starts_at", "soon"),
    ],
)
def test_an_exclusion_names_instants_with_their_offset(api: APIClient, active: Bind, field: str, value: str) -> None:
    commitment = active(instant("2026-02-10T00:00"), time_zone="America/New_York")
    body = {
        "commitment": str(commitment.pk), "kind": "agreed", "reason": "x",
        "starts_at": "2026-01-02T00:00Z", "ends_at": "2026-01-03T00:00:00+01:00",
    }  # fmt: skip
    refused = api.post("/api/v1/exclusions/", body | {field: value}, format="json")
    assert (refused.status_code, list(refused.data["errors"])) == (400, [field])
    assert api.post("/api/v1/exclusions/", body, format="json").status_code == 201
    assert Exclusion.objects.get().ends_at == instant("2026-01-02T23:00")


def test_a_silence_of_a_year_is_the_longest(alice: Actor, passage: Passage) -> None:
    contract_id = passage.version.contract_id
    with pytest.raises(Invalid) as refused:
        measure_service(actor=alice, contract_id=contract_id, indicator=uptime(silence_minutes=527_041))
    assert list(refused.value.fields) == ["silence_minutes"]
    assert measure_service(actor=alice, contract_id=contract_id, indicator=uptime(silence_minutes=527_040)).pk
