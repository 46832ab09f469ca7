"""Records through the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Disposal
from tests.cast import Cast
from tests.contracts.retention.records import AFTER, archived_contract

RULE = {"name": "Three years", "keep_months": 36, "basis": "Our policy 7"}


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with clock.set_to(AFTER):
        yield


def posted(api: APIClient, path: str, **body: Any) -> Any:
    return api.post(f"/api/v1/{path}", body, format="json")


def test_the_whole_way(api: APIClient, acme: Cast, alice: Actor) -> None:
    contract = archived_contract(alice)
    assert posted(api, "retention-rules/", **RULE).status_code == 201
    assert api.get(f"/api/v1/contracts/{contract.pk}/").json()["kept_until"] == "2029-06-30"
    hold = posted(api, "holds/", name="Dispute", reason="Sued", contract=str(contract.pk)).json()
    assert [row["id"] for row in api.get(f"/api/v1/contracts/{contract.pk}/holds/").json()["results"]] == [hold["id"]]
    refused = posted(api, f"contracts/{contract.pk}/disposals/")
    assert (refused.status_code, refused.json()["code"]) == (409, "on_hold")
    assert posted(api, f"holds/{hold['id']}/release/", reason="Settled").json()["release_reason"] == "Settled"

    made = posted(api, f"contracts/{contract.pk}/disposals/", reason="Old").json()
    assert posted(api, f"disposals/{made['id']}/approval/").json()["code"] == "own_disposal"
    second = APIClient()
    second.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    answer = posted(second, f"disposals/{made['id']}/approval/", note="Agreed")
    assert (answer.status_code, answer.json()["state"], answer.json()["removed"]["files"]) == (200, "approved", 1)
    assert Contract.objects.get(pk=contract.pk).state == "disposed"


def test_matters(api: APIClient, alice: Actor) -> None:
    contract = archived_contract(alice)
    matter = posted(api, "matters/", name="Inquiry").json()
    place = f"matters/{matter['id']}/contracts/"
    assert posted(api, place, contract=str(contract.pk)).status_code == 201
    assert api.get(f"/api/v1/{place}").json()["results"] == [{"contract": str(contract.pk)}]
    assert api.delete(f"/api/v1/{place}{contract.pk}/").status_code == 204
    assert api.get(f"/api/v1/{place}").json()["results"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [({**RULE, "keep_months": 0}, "keep_months"), ({**RULE, "jurisdiction": "Mars"}, "jurisdiction"),
     ({**RULE, "basis": ""}, "basis"), ({**RULE, "category": "poem"}, "category"), ({**RULE, "x": 1}, "x")],
)  # fmt: skip
def test_a_bad_rule_is_refused_beside_its_field(api: APIClient, alice: Actor, body: Any, field: str) -> None:
    answer = posted(api, "retention-rules/", **body)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_another_organization_finds_nothing(api: APIClient, alice: Actor, charlie: Actor, globex: Cast) -> None:
    contract = archived_contract(alice)
    hold = posted(api, "holds/", name="Dispute", reason="Sued", contract=str(contract.pk)).json()
    stranger = APIClient()
    stranger.force_login(globex.users["charlie"], backend="django.contrib.auth.backends.ModelBackend")
    assert stranger.get(f"/api/v1/holds/{hold['id']}/").status_code == 404
    assert posted(stranger, f"holds/{hold['id']}/release/", reason="x").status_code == 404
    assert posted(stranger, f"contracts/{contract.pk}/disposals/").status_code == 404
    assert not Disposal.objects.exists()
