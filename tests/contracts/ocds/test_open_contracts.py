"""Published contracts come in and go out: by job, page and API."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.documents.blobs import put_content
from clm.jobs.models import Job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from contracts.access.signing import DESK
from contracts.adapters.ocds import read_ocds
from contracts.models import Contract, ContractParty, OpenContract, Party
from contracts.operations.change_contract import change_contract
from contracts.operations.finalize_version import finalize_version
from contracts.operations.open_contracts.export_open_contracts import export_open_contracts
from contracts.operations.open_contracts.publish_contract import publish_contract, withdraw_publication
from contracts.operations.open_contracts.set_publisher import set_publisher
from contracts.operations.open_contracts.take_open_contract import take_open_contract
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.signing.attach_seal import SealedPapers, attach_seal
from contracts.papers.open_contracts import request_open_import
from tests.cast import Cast
from tests.contracts.amended import accepted, proposed
from tests.contracts.ocds.standard import faults_of
from tests.contracts.ocds.test_reading import FOLDER, package
from tests.contracts.papers import active_contract, draft_contract
from tests.contracts.signing.sent import completed
from tests.shared_data import shared

pytestmark = pytest.mark.django_db
BUYER = {"id": "B-1", "name": "Town of Aville", "roles": ["buyer"], "identifier": {"scheme": "DE-X", "id": "1"}}
SELLER = {"id": "S-1", "name": "Cirrus", "roles": ["supplier"], "identifier": {"scheme": "DE-X", "id": "2"}}
ONE = {"id": "c-1", "title": "Cycle lanes", "value": {"amount": 100.5, "currency": "EUR"}}


@pytest.fixture
def publisher(alice: Actor) -> None:
    set_publisher(actor=alice, prefix="ocds-a1b2c3", name="Acme", license_url="https://a.example/l")


def content(*contracts: Any, **facts: Any) -> bytes:
    said = package(*contracts, **{"parties": [BUYER, SELLER], "buyer": {"id": "B-1"}} | facts)
    return json.dumps(said).encode()


def taken(actor: Actor, given: bytes, ours: str = "") -> Job:
    """The job, which the tests run at once."""
    job = request_open_import(actor, content=given, file_name="package.json", ours=ours)
    job.refresh_from_db()
    return job


@pytest.mark.django_db(transaction=True)
def test_a_package_is_taken_once_and_again_where_it_changed(acme: Cast, alice: Actor) -> None:
    unclear = {"id": "c-2", "value": {"amount": 1}}
    job = taken(alice, content(ONE, unclear), "buyer")

    assert (job.state, job.result["added"], job.result["refused"]) == ("succeeded", 2, 0)
    assert sorted(problem["where"].removeprefix("releases[0].contracts") for problem in job.problems) == [
        "[0]", "[1]", "[1].value.currency",
    ]  # fmt: skip
    contract = Contract.objects.get(external_reference="c-1")
    assert (contract.title, str(contract.value_amount), contract.currency) == ("Cycle lanes", "100.5000", "EUR")
    assert {(part.party.name, part.role) for part in contract.parties.all()} == {("Town of Aville", "ours")}
    again = taken(alice, content(ONE, unclear), "buyer")
    assert [again.result[name] for name in ("added", "changed", "unchanged")] == [0, 0, 2]
    changed = taken(alice, content(ONE | {"title": "Cycle paths"}, unclear), "buyer")
    contract.refresh_from_db()
    assert (changed.result["changed"], changed.result["unchanged"], contract.title) == (1, 1, "Cycle paths")
    assert Contract.objects.count() == 2
    assert Party.objects.get().identifiers.get().value == "1"


def test_the_given_process_comes_in_with_its_contract_and_goes_out(alice: Actor, publisher: None) -> None:
    (facts,) = read_ocds(shared(f"{FOLDER}/record/ocds-213czf-000-00001.json").read_bytes()).contracts

    found = take_open_contract(actor=alice, facts=facts)

    parties = {part.party.name: part for part in found.contract.parties.all()}
    assert set(parties) == {"London Borough of Barnet", "AnyCorp Ltd"}
    barnet = parties["London Borough of Barnet"].party
    assert (barnet.identifiers.get().issuer, barnet.addresses.get().country) == ("GB-LAC", "GB")
    assert len(found.contract.opened.facts["documents"]) == 3
    assert LedgerEntry.objects.filter(event="contract.read_from_ocds", contract_id=found.contract.pk).count() == 1
    OpenContract.objects.update(published_at=clock.now())
    sent = export_open_contracts(actor=alice, form="record").content
    offices = [party["address"]["countryName"] for party in json.loads(sent)["records"][0]["releases"][0]["parties"]]
    assert (faults_of("record", sent), set(offices)) == ([], {"United Kingdom"})


def test_parties_are_known_by_their_number_and_never_by_a_name_alone_that_a_number_contradicts(alice: Actor) -> None:
    known = Party.objects.create(organization_id=alice.organization_id, name="Cirrus Ltd")
    add_identifier(actor=alice, party_id=known.pk, kind="register", value="2", issuer="DE-X")
    namesake = Party.objects.create(organization_id=alice.organization_id, name="Town of Aville")
    add_identifier(actor=alice, party_id=namesake.pk, kind="register", value="99", issuer="DE-X")
    (facts,) = read_ocds(content(ONE)).contracts

    contract = take_open_contract(actor=alice, facts=facts).contract

    assert {part.party.name for part in ContractParty.objects.filter(contract=contract)} == {
        "Cirrus Ltd", "Town of Aville (DE-X 1)",
    }  # fmt: skip


def test_what_goes_out_comes_in_again_as_it_was(alice: Actor, charlie: Actor, globex: Cast, publisher: None) -> None:
    contract = active_contract(alice, title="Hosting", value_amount="1200.25", currency="EUR", description="Words")
    party = Party.objects.get(name__startswith="Cirrus")
    add_identifier(actor=alice, party_id=party.pk, kind="register", value="HRB 7", issuer="DE-HRB")
    publish_contract(actor=alice, contract_id=contract.pk)
    assert b"Words" not in export_open_contracts(actor=alice, form="release").content
    publish_contract(actor=alice, contract_id=contract.pk, with_description=True)
    (read,) = read_ocds(content(ONE)).contracts
    imported = take_open_contract(actor=alice, facts=read, ours="buyer").contract
    publish_contract(actor=alice, contract_id=imported.pk)

    for form in ("release", "record"):
        made = export_open_contracts(actor=alice, form=form)
        reading = read_ocds(made.content)
        found = {each.key: each for each in reading.contracts}
        assert (made.contracts, reading.problems, faults_of(form, made.content)) == (2, [], [])
        hosting = found[contract.reference]
        assert (hosting.ocid, hosting.status) == (f"ocds-a1b2c3-{contract.reference}", "active")
        assert (str(hosting.amount), hosting.currency, hosting.description) == ("1200.25", "EUR", "Words")
        assert (hosting.starts_on, hosting.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))
        assert hosting.signed_at.startswith("2025-12-20")
        assert [(body.scheme, body.identifier) for body in hosting.suppliers] == [("DE-HRB", "HRB 7")]
        assert hosting.documents[0]["id"] == contract.versions.get().blob.sha256
        assert (found["c-1"].ocid, found["c-1"].amount) == (read.ocid, read.amount)
        assert [body.identifier for body in found["c-1"].buyers] == ["1"]
    with organization_scope(globex.organization.pk):
        for facts in reading.contracts:
            assert take_open_contract(actor=charlie, facts=facts).outcome == "added"
            assert take_open_contract(actor=charlie, facts=facts).outcome == "unchanged"


def test_of_what_was_sealed_here_the_sealed_file_is_said(alice: Actor, publisher: None) -> None:
    """`/verify/` knows that one; of another it would say that nothing is known."""
    envelope = completed(alice)
    sealed = put_content(alice.organization_id, b"%PDF-1.7 sealed", "application/pdf")
    desk = system_actor(DESK, alice.organization_id)
    attach_seal(actor=desk, envelope_id=envelope.pk, made=SealedPapers(sealed, "B-B", "Us"))
    filed = active_contract(alice, title="Filed")
    for contract in (envelope.contract, filed):
        publish_contract(actor=alice, contract_id=contract.pk)
    said = json.loads(export_open_contracts(actor=alice, form="release").content)
    found = {each["id"]: each["documents"] for release in said["releases"] for each in release["contracts"]}
    (ours,), (theirs,) = (found[each.reference] for each in (envelope.contract, filed))
    assert (ours["description"], ours["url"].endswith("/verify/")) == (f"sha256 {sealed.sha256}", True)
    assert (theirs["description"], "url" in theirs) == (f"sha256 {filed.versions.get().blob.sha256}", False)


def test_whatever_was_read_goes_out_as_the_standard_has_it(alice: Actor, publisher: None) -> None:
    """Codes that are in none of its lists, days and local times, ids that are missing or there twice, one award for two
    contracts, an amended contract of our own."""
    notes = [
        {"id": "1", "title": "Plan", "url": "https://a.example/a plan ü", "datePublished": "2026-01-05"},
        {"id": "1", "title": "Plan", "datePublished": "some day"},
        {"title": "Nameless", "url": "ftp://a.example/x", "datePublished": "2026-01-05T10:00:00"},
    ]
    changes = [{"date": "2026-02-01"}, {"id": "1", "date": "soon", "rationale": "Why"}]
    odd = {"status": "signed", "awardID": "a-1", "dateSigned": "2026-01-02T10:00:00", "documents": notes}
    lanes = [ONE | odd | {"id": f"c-{n}", "amendments": changes, "x_extension": {"y": [n]}} for n in (1, 2)]
    tender = {"id": "t", "procurementMethod": "Open", "mainProcurementCategory": "services", "tenderPeriod": "?"}
    awards = [{"id": "a-1", "suppliers": [{"id": "S-1"}]}]
    for facts in read_ocds(content(*lanes, tender=tender, awards=awards)).contracts:
        made = take_open_contract(actor=alice, facts=facts, ours="buyer").contract
        # As if it was published while it was a draft: no state of ours hides what was read.
        OpenContract.objects.filter(contract=made).update(published_at=clock.now())
    own = active_contract(alice, title="Own")
    finalize_version(actor=alice, version_id=accepted(alice, proposed(alice, own)).version_id)
    publish_contract(actor=alice, contract_id=own.pk)

    for form in ("release", "record"):
        sent = export_open_contracts(actor=alice, form=form)
        assert (sent.contracts, faults_of(form, sent.content)) == (3, [])
    lane = next(each for each in json.loads(sent.content)["records"] if each["ocid"] == "ocds-aaaaaa-1")
    told = lane["compiledRelease"]
    assert (len(told["awards"]), "status" in told["contracts"][0], "procurementMethod" in told["tender"]) == (1, 1, 0)
    assert [each["id"] for each in told["contracts"][0]["documents"]] == ["1", "1-2", "3"]


def test_never_what_is_confidential_unsigned_or_withdrawn(alice: Actor, publisher: None) -> None:
    draft, secret, open_one = (
        draft_contract(alice),
        active_contract(alice, title="S"),
        active_contract(alice, title="O"),
    )
    restrict_contract(actor=alice, contract_id=secret.pk)
    for contract, code in ((draft, "not_signed"), (secret, "confidential")):
        with pytest.raises(DomainError) as refusal:
            publish_contract(actor=alice, contract_id=contract.pk)
        assert refusal.value.code == code
    publish_contract(actor=alice, contract_id=open_one.pk, our_role="supplier")
    assert export_open_contracts(actor=alice, form="release").contracts == 1

    restrict_contract(actor=alice, contract_id=open_one.pk)
    with pytest.raises(DomainError, match="None of these contracts is published"):
        export_open_contracts(actor=alice, form="release")
    restrict_contract(actor=alice, contract_id=open_one.pk, is_confidential=False)
    withdraw_publication(actor=alice, contract_id=open_one.pk)
    with pytest.raises(DomainError, match="None of these contracts is published"):
        export_open_contracts(actor=alice, form="release")


def test_a_contract_that_one_does_not_see_is_not_changed(alice: Actor, acme: Cast) -> None:
    (facts,) = read_ocds(content(ONE)).contracts
    contract = take_open_contract(actor=alice, facts=facts).contract
    restrict_contract(actor=alice, contract_id=contract.pk)
    (other,) = read_ocds(content(ONE | {"title": "Else"})).contracts

    with pytest.raises(NotVisible):
        take_open_contract(actor=acme["procurement"], facts=other)
    contract.refresh_from_db()
    assert contract.title == "Cycle lanes"


def test_the_pages(alice: Actor, page: Client) -> None:
    assert page.post(reverse("open-contract-export"), {"form": "release"}).status_code == 409
    sent = {"prefix": "x", "name": "Acme"}
    assert b"six small letters" in page.post(reverse("open-publisher"), sent).content
    assert page.post(reverse("open-publisher"), sent | {"prefix": "ocds-a1b2c3"}).status_code == 302
    bad = page.post(reverse("open-contract-import"), {"file": SimpleUploadedFile("a.json", b"{}")})
    assert (bad.status_code, b"No contracting process" in bad.content) == (400, True)
    file = SimpleUploadedFile("a.json", content(ONE))
    assert page.post(reverse("open-contract-import"), {"file": file, "ours": "buyer"}).status_code == 302
    contract = active_contract(alice, title="Hosting")
    shown = page.get(reverse("contract-tab", args=[contract.pk, "facts"])).content.decode()
    assert "Not published." in shown
    page.post(reverse("contract-publish", args=[contract.pk]), {"our_role": "buyer"})
    assert OpenContract.objects.get(contract=contract).published_at is not None
    assert "Hosting" in page.get(reverse("open-contracts")).content.decode()
    answer = page.post(reverse("open-contract-export"), {"form": "record"})
    assert json.loads(answer.content)["records"][0]["compiledRelease"]["tag"] == ["compiled"]


@pytest.mark.django_db(transaction=True)
def test_a_file_is_taken_once_for_a_key(acme: Cast, alice: Actor, api: APIClient) -> None:
    sent = [
        api.post(
            "/api/v1/open-contracts/import/", {"file": SimpleUploadedFile("a.json", content(ONE))}, format="multipart",
            headers={"Idempotency-Key": "k"},
        )
        for _time in range(2)
    ]  # fmt: skip
    assert [answer.status_code for answer in sent] == [202, 202]
    assert sent[0].json()["id"] == sent[1].json()["id"]
    assert Contract.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_no_database_keeps_stops_no_file(acme: Cast, alice: Actor) -> None:
    odd = {"id": "c-2", "title": "Lane\ud800", "value": {"amount": "\ud800\x00", "currency": "EUR"}}
    job = taken(alice, content(ONE, odd))
    assert job.state == "succeeded", job.error
    assert set(Contract.objects.values_list("title", flat=True)) == {"Cycle lanes", "Lane"}


def test_the_api(alice: Actor, api: APIClient, publisher: None, django_assert_max_num_queries: Any) -> None:
    file = SimpleUploadedFile("a.json", content(ONE))
    assert api.post("/api/v1/open-contracts/import/", {"file": file}, format="multipart").status_code == 202
    contracts = [active_contract(alice, title=f"Hosting {number}") for number in range(3)]
    for contract in contracts:
        assert api.post(f"/api/v1/contracts/{contract.pk}/publication/", {}).status_code == 200
    change_contract(actor=alice, contract_id=contracts[0].pk, value_amount=5, currency="EUR")
    with django_assert_max_num_queries(22):
        answer = api.post("/api/v1/open-contracts/package/", {"contracts": [str(row.pk) for row in contracts]})
    assert len(answer.json()["releases"]) == 3
    assert len(api.get("/api/v1/open-contracts/").json()["results"]) >= 3
    assert api.get("/api/v1/open-contracts/publisher/").json()["prefix"] == "ocds-a1b2c3"
    assert api.post("/api/v1/open-contracts/package/", {"form": "x"}).status_code == 400
    assert api.delete(f"/api/v1/contracts/{contracts[0].pk}/publication/").status_code == 204
