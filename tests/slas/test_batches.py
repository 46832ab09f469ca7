"""Nobody reads from a delivery of telemetry what a service level hides whose contract they may not see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import visible
from clm.lib.actor import Actor
from contracts.operations.restrict_contract import restrict_contract
from slas.models import Indicator, TelemetryBatch
from slas.operations.ingest_outages import ingest_outages
from slas.operations.ingest_samples import ingest_samples
from slas.operations.measure_service import measure_service
from slas.queries import batches
from tests.cast import Cast
from tests.slas.conftest import make_passage, uptime

AT = "2026-01-01T00:00Z"


def measured(actor: Actor, key: str, *, is_confidential: bool = False) -> Indicator:
    contract_id = make_passage(actor, title=key).version.contract_id
    indicator = measure_service(actor=actor, contract_id=contract_id, indicator=uptime(key))
    if is_confidential:
        restrict_contract(actor=actor, contract_id=contract_id)
    return indicator


@pytest.fixture
def falcon(alice: Actor) -> Indicator:
    """An indicator of a confidential contract, which only Alice sees."""
    return measured(alice, "falcon", is_confidential=True)


def sent(actor: Actor, *keys: str, status: str = "up") -> TelemetryBatch:
    return ingest_samples(actor=actor, samples=[{"indicator": key, "at": AT, "status": status} for key in keys])


def seen(actor: Actor) -> set[TelemetryBatch]:
    return set(visible(actor, TelemetryBatch.objects.all()))


@pytest.mark.parametrize("role", ["account_manager", "administrator", "auditor", "finance"])
def test_a_delivery_for_a_hidden_contract_alone_is_hidden(
    acme: Cast, alice: Actor, falcon: Indicator, role: str
) -> None:
    batch = sent(alice, "falcon")

    assert (seen(alice), seen(acme[role])) == ({batch}, set())


def test_rows_that_were_refused_and_outages_are_hidden_as_well(acme: Cast, alice: Actor, falcon: Indicator) -> None:
    refused = sent(alice, "falcon", "falcom", status="melted")
    outage = ingest_outages(actor=alice, outages=[{"indicator": "falcon", "starts_at": AT, "ends_at": AT}])

    assert (refused.refused, outage.accepted) == (2, 1)
    assert (seen(alice), seen(acme["account_manager"])) == ({refused, outage}, set())


def test_a_delivery_of_which_something_is_theirs_is_seen(acme: Cast, alice: Actor, falcon: Indicator) -> None:
    web = measured(alice, "web")
    both, own = sent(alice, "falcon", "web"), sent(acme["account_manager"], "web")

    assert both.contract_ids == sorted([falcon.service.contract_id, web.service.contract_id])
    assert seen(acme["account_manager"]) == seen(alice) == {both, own}


def test_to_name_a_hidden_key_tells_no_more_than_to_name_none(acme: Cast, falcon: Indicator) -> None:
    """A delivery that vanished would say that the key is there."""
    guessed, unknown = sent(acme["account_manager"], "falcon"), sent(acme["account_manager"], "eagle")

    assert (guessed.contract_ids, unknown.contract_ids) == ([], [])
    assert seen(acme["account_manager"]) == {guessed, unknown}


def test_the_api_and_the_page_show_no_other(acme: Cast, alice: Actor, falcon: Indicator) -> None:
    measured(alice, "web")
    sent(alice, "falcon", status="melted")
    shown = sent(alice, "web")
    api, page = APIClient(), Client()
    for client in (api, page):
        client.force_login(acme.users["auditor"], backend="django.contrib.auth.backends.ModelBackend")

    answer = api.get(reverse("api-telemetry-batches")).json()
    assert [row["id"] for row in answer["results"]] == [str(shown.pk)]
    listed = page.get(reverse("telemetry"))
    assert (listed.status_code, listed.context["count"]) == (200, 1)


def test_many_deliveries_are_one_query(acme: Cast, alice: Actor, falcon: Indicator) -> None:
    measured(alice, "web")
    auditor = acme["auditor"]
    list(batches(auditor))  # content types are read once
    for _number in range(5):
        sent(alice, "web", "falcon")
    with CaptureQueriesContext(connection) as queries:
        found = list(batches(auditor))

    assert (len(found), len(queries)) == (5, 1)
