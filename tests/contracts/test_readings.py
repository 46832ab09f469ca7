"""Who opened which contract, and when that was unusual."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import _path_to_contract, note_sight, noting_sights, system_actor
from clm.access.registry import READERS, VISIBILITY
from clm.audit.access import unhidden
from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden
from clm.notify.models import Notification
from contracts.models import Contract, Reading, UnusualReading
from contracts.operations.flag_unusual_readings import flag_unusual_readings
from contracts.operations.note_readings import note_readings
from contracts.operations.restrict_contract import restrict_contract
from contracts.tasks import watch_readings
from tests.cast import Cast
from tests.contracts.papers import draft_contract, newest, passage_in

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
FEW = override_settings(READING_FLOOR=3, READING_OWN=2, READING_ROLE=2)


def confidential(actor: Actor) -> Contract:
    return restrict_contract(actor=actor, contract_id=draft_contract(actor).pk)


def read_in_ledger(contract: Contract) -> list[str]:
    rows = LedgerEntry.objects.filter(event="contract.read", contract_id=contract.pk)
    return list(rows.values_list("actor_id", flat=True))


@pytest.mark.parametrize("path", ["contracts/{contract}/", "versions/{version}/", "versions/{version}/file/",
                                  "contracts/{contract}/versions/"])  # fmt: skip
def test_through_the_api_it_is_noted_whatever_is_asked_for(api: APIClient, alice: Actor, path: str) -> None:
    contract = confidential(alice)
    url = "/api/v1/" + path.format(contract=contract.pk, version=newest(contract).pk)
    for _again in range(2):
        answer = api.get(url)
        assert not answer.streaming or b"".join(answer.streaming_content)
        assert answer.status_code == 200

    assert read_in_ledger(contract) == [str(alice.user_id)]
    assert Reading.objects.get().contract_id == contract.pk


@pytest.mark.parametrize("name", ["contract", "version", "version-file", "draft", "passage", "version-print"])
def test_on_the_pages_too(page: Client, alice: Actor, name: str) -> None:
    contract = confidential(alice)
    version = newest(contract)
    keys = {"contract": contract.pk, "draft": contract.pk, "version": version.pk, "version-file": version.pk,
            "version-print": version.pk}  # fmt: skip
    keys["passage"] = passage_in(alice, contract).pk if name == "passage" else None
    answer = page.get(reverse(name, args=[keys[name]]))
    assert not answer.streaming or b"".join(answer.streaming_content)

    assert answer.status_code == 200
    assert read_in_ledger(contract) == [str(alice.user_id)]


def test_what_everybody_may_see_is_counted_and_not_in_the_ledger(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    page.get(reverse("contract", args=[contract.pk]))
    page.get(reverse("contracts"))

    assert Reading.objects.count() == 1
    assert not OutboxEvent.objects.filter(type="contract.read").exists()


def test_who_is_refused_has_read_nothing(acme: Cast, alice: Actor) -> None:
    contract = confidential(alice)
    client = Client()
    client.force_login(acme.users["procurement"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("contract", args=[contract.pk])).status_code == 404
    assert not Reading.objects.exists()


def test_a_look_is_no_change_of_the_contract(page: Client, acme: Cast, alice: Actor) -> None:
    """Somebody else's look does not get into the way of who is changing the facts."""
    from contracts.operations.change_contract import newest_change

    contract = confidential(alice)
    before = newest_change(contract)
    page.get(reverse("contract", args=[contract.pk]))
    assert newest_change(contract) == before


def opened(actor: Actor, contracts: list[Contract], day: datetime) -> None:
    with clock.set_to(day):
        note_readings(actor=actor, contract_ids=[contract.pk for contract in contracts])


@FEW
def test_far_above_ones_own_and_ones_roles_is_flagged_once(acme: Cast, alice: Actor) -> None:
    contracts = [draft_contract(alice, title=f"C{number}") for number in range(5)]
    reader, peer = acme["procurement"], acme["legal"]
    for days in (1, 2):
        opened(reader, contracts[:1], NOON - timedelta(days=days))
        opened(peer, contracts[:4], NOON - timedelta(days=days))
    opened(reader, contracts, NOON)
    opened(peer, contracts, NOON)
    with clock.set_to(NOON):
        assert (watch_readings(), watch_readings()) == (1, 1)

    row = UnusualReading.objects.get()
    assert (row.user_id, row.opened) == (reader.user_id, 5)
    told = Notification.objects.filter(kind="reading.unusual").values_list("user_id", flat=True)
    assert set(told) == {acme["legal"].user_id, acme["administrator"].user_id, alice.user_id}
    assert OutboxEvent.objects.get(type="reading.unusual").payload["opened"] == 5


@FEW
def test_the_last_minutes_of_a_day_count_and_more_of_the_same_is_added(acme: Cast, alice: Actor) -> None:
    contracts = [draft_contract(alice, title=f"C{number}") for number in range(5)]
    late = NOON.replace(hour=23, minute=59)
    opened(acme["procurement"], contracts[:3], late)
    with clock.set_to(late + timedelta(minutes=5)):
        watch_readings()
    assert UnusualReading.objects.get().opened == 3
    opened(acme["procurement"], contracts, late)
    with clock.set_to(late + timedelta(minutes=10)):
        watch_readings()
    assert UnusualReading.objects.get().opened == 5
    assert OutboxEvent.objects.filter(type="reading.unusual").count() == 1


@FEW
def test_what_is_usual_for_the_role_is_not_flagged(acme: Cast, alice: Actor) -> None:
    contracts = [draft_contract(alice, title=f"C{number}") for number in range(4)]
    opened(alice, contracts, NOON - timedelta(days=2))  # she is of legal, too
    opened(acme["legal"], contracts, NOON)
    with clock.set_to(NOON):
        assert watch_readings() == 1
    assert not UnusualReading.objects.exists()


def test_old_rows_go(alice: Actor) -> None:
    contract = draft_contract(alice)
    opened(alice, [contract], NOON - timedelta(days=36))
    opened(alice, [contract], NOON - timedelta(days=35))
    with clock.set_to(NOON):
        watch_readings()
    assert [row.on.isoformat() for row in Reading.objects.all()] == ["2026-05-06"]


def test_people_do_not_flag(acme: Cast, alice: Actor) -> None:
    with pytest.raises(Forbidden):
        flag_unusual_readings(actor=alice)
    assert flag_unusual_readings(actor=system_actor("reading_watch", acme.organization.pk)) == []


@FEW
def test_the_watchers_see_what_was_opened(page: Client, acme: Cast, alice: Actor) -> None:
    contracts = [draft_contract(alice, title=f"C{number}") for number in range(3)]
    opened(acme["procurement"], contracts, NOON)
    with clock.set_to(NOON):
        watch_readings()
    text = page.get(reverse("unusual-reading", args=[UnusualReading.objects.get().pk])).content.decode()
    assert all(contract.reference in text for contract in contracts)
    assert "Procurement" in page.get(reverse("unusual-readings")).content.decode()


def test_a_list_shows_nothing_of_a_contract_that_counts(api: Any, alice: Actor) -> None:
    confidential(alice)
    api.get("/api/v1/contracts/")
    assert not Reading.objects.exists()


def test_a_narrow_token_reads_on_and_what_it_may_not_see_is_not_noted(api: Any, alice: Actor) -> None:
    contract = confidential(alice)
    with noting_sights() as sights:
        note_sight(contract)
    stranger = replace(alice, scopes=frozenset({"contracts.view_request"}))
    for reader in READERS:
        reader(stranger, sights)
    assert not Reading.objects.exists()


def test_who_read_is_for_those_who_watch(acme: Cast, page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    restrict_contract(actor=alice, contract_id=contract.pk, people=[acme["executive"].user_id])
    page.get(reverse("contract", args=[contract.pk]))
    entries = LedgerEntry.objects.filter(event="contract.read")
    assert unhidden(acme["executive"], entries).count() == 0
    assert unhidden(alice, entries).count() == 1


def test_who_read_it_before_it_was_restricted_and_again_after_that_is_noted_once(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    page.get(reverse("contract", args=[contract.pk]))
    restrict_contract(actor=alice, contract_id=contract.pk)
    assert read_in_ledger(contract) == []
    for _again in range(2):
        page.get(reverse("contract", args=[contract.pk]))

    assert read_in_ledger(contract) == [str(alice.user_id)]
    assert Reading.objects.count() == 1


def test_a_comparison_is_a_look_by_whatever_method_it_is_asked_for(page: Client, alice: Actor) -> None:
    contract = confidential(alice)
    sent = {"version": newest(contract).pk, "file": SimpleUploadedFile("x.txt", b"nothing", "text/plain")}
    assert page.post(reverse("version-compare-file", args=[contract.pk]), sent).status_code == 200
    assert read_in_ledger(contract) == [str(alice.user_id)]


@pytest.mark.parametrize("path", ["versions/{version}/comparison/", "contracts/{contract}/versions/"])
def test_an_answer_to_a_post_is_a_look_and_a_repeated_one_too(api: APIClient, alice: Actor, path: str) -> None:
    contract = confidential(alice)
    url = "/api/v1/" + path.format(version=newest(contract).pk, contract=contract.pk)
    for looks in (1, 2):
        file = SimpleUploadedFile("x.txt", b"1. Nothing", "text/plain")
        answer = api.post(url, {"file": file}, format="multipart", headers={"Idempotency-Key": "one-and-the-same"})
        assert answer.status_code in (200, 201), answer.content
        assert read_in_ledger(contract) == [str(alice.user_id)] * looks
        Reading.objects.all().delete()


def test_a_refused_form_that_is_shown_again_is_a_look_and_a_redirect_is_none(page: Client, alice: Actor) -> None:
    contract = confidential(alice)
    page.post(reverse("version-compare-paper", args=[contract.pk]), {})
    assert read_in_ledger(contract) == []
    page.post(reverse("version-compare-file", args=[contract.pk]), {})
    assert read_in_ledger(contract) == [str(alice.user_id)]


@pytest.mark.parametrize("url", ["/contracts/?q=monthly+fee", "/api/v1/contracts/?q=monthly+fee"])
def test_what_a_search_quotes_is_a_look_at_the_confidential_only(
    page: Client, api: Any, alice: Actor, url: str
) -> None:
    hidden, plain = confidential(alice), draft_contract(alice, title="Open")
    (api if "api" in url else page).get(url)
    assert read_in_ledger(hidden) == [str(alice.user_id)]
    assert [row.contract_id for row in Reading.objects.all()] == [hidden.pk] != [plain.pk]


def test_so_is_a_list_of_marked_sentences_and_a_page_of_one_clause(page: Client, api: Any, alice: Actor) -> None:
    contract = confidential(alice)
    passage = passage_in(alice, contract)
    assert str(passage.pk) in api.get("/api/v1/passages/").content.decode()
    assert read_in_ledger(contract) == [str(alice.user_id)]
    Reading.objects.all().delete()
    assert page.get(reverse("clause-adopt", args=[passage.clause_id])).status_code == 200
    assert Reading.objects.filter(contract=contract).exists()


def test_each_row_that_is_seen_through_others_leads_to_its_contract() -> None:
    """A capability whose rows are shown by id names its contract, or is known to have none."""
    apart = {
        "Membership", "Team", "TeamMember", "Delegation", "ApiToken", "Transition", "Delivery", "OutboxEvent", "Job",
        "Notification", "SavedView", "OrganizationExport", "Party", "PartyAddress", "PartyContact", "PartyIdentifier",
        "Template", "TemplateVersion", "Matrix", "Rule", "BulkSend", "CustomField", "ContractImport", "ImportFile",
        "LibraryClause", "LibraryClauseVersion", "OpenPublisher", "RequestFile", "RetentionRule", "Matter",
        "UnusualReading", "RiskScale", "TelemetryBatch",
    }  # fmt: skip
    lost = {model for model in VISIBILITY if not hasattr(model, "contract_id") and not _path_to_contract(model)}
    assert {model.__name__ for model in lost} == apart
