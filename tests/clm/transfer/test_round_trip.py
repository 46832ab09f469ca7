"""What leaves arrives: every row, every document, the ledger; and nothing of it a second time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.files.storage import default_storage
from django.core.management import CommandError

from clm.access.permissions import can, visible
from clm.access.scope import organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import ApiToken, Membership, Organization, User
from clm.audit.chain import chain_entries
from clm.audit.models import LedgerEntry
from clm.audit.verification import verified
from clm.documents.blobs import read_blob
from clm.documents.models import Blob
from clm.events.dispatcher import drain
from clm.events.models import Delivery, OutboxEvent
from clm.jobs.models import Job
from clm.jobs.tasks import resume_jobs
from clm.notify.models import Letter, Notification
from clm.notify.tasks import send_letters, send_mail
from clm.transfer.archive import SEALS
from clm.transfer.registry import tables
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from tests.clm.transfer.house import (
    contract_called,
    elsewhere,
    exported,
    furnished,
    imported,
    made_up,
    members_of,
    rows,
    with_manifest,
    with_member,
)
from tests.clm.transfer.whole import check_round_trip

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    organization, _ada = furnished()
    file = tmp_path / "acme.zip"
    exported(organization.slug, file)
    return file


def test_all_of_it_arrives_and_leaves_again_as_it_came(tmp_path: Path, settings: Any) -> None:
    """Of a small house that goes on here; tests.billing.test_portfolio has one with rows of every table."""
    organization, _ada = furnished()

    said = check_round_trip("acme", tmp_path, settings)

    assert "holds" in said
    assert "ada@acme.example sets a password here" in said
    check_life_goes_on(organization)


def check_life_goes_on(organization: Organization) -> None:
    with organization_scope(organization.pk):
        people = {row.user.name: actor_of_membership(row) for row in Membership.objects.select_related("user")}
        secret = contract_called("Secret")
        assert can(people["Bert"], "contracts.view_contract", secret)
        assert not visible(people["Ada"], Contract.objects.filter(pk=secret.pk)).exclude(owner__name="Ada").exists()
        for blob in Blob.objects.exclude(storage_name=""):
            assert len(read_blob(blob)) == blob.size
        made = create_contract(actor=people["Ada"], title="Next")
        references = sorted(Contract.objects.values_list("reference", flat=True))
        assert (made.reference, len(set(references))) == (references[-1], len(references))
        chain_entries(organization.pk)
        outcome = verified(organization.pk)
        assert (outcome.chain, outcome.seals, outcome.unchained) == ((), (), 0)


def test_nothing_happens_twice(archive: Path, tmp_path: Path, settings: Any) -> None:
    elsewhere(settings, tmp_path / "storage")
    imported(archive)
    organization = Organization.objects.get()
    with organization_scope(organization.pk):
        waiting = set(OutboxEvent.objects.filter(fanned_out_at=None).values_list("type", flat=True))
        handled = set(Delivery.objects.filter(status="done").values_list("pk", "done_at"))
        assert handled
        assert Delivery.objects.exclude(status="done").count() == 0
    mail.outbox.clear()

    drain()
    send_mail()
    send_letters()

    assert mail.outbox == []
    assert resume_jobs() == 0
    with organization_scope(organization.pk):
        assert waiting == {"ledger.head_sealed", "organization.imported"}
        assert not OutboxEvent.objects.filter(fanned_out_at=None).exists()
        assert handled <= set(Delivery.objects.values_list("pk", "done_at"))
        job = Job.objects.get(kind="x")
        assert (job.state, job.parameters) == ("cancelled", {"a": None, "b": [1, 2.5]})
        held = [Notification.objects.get(dedupe_key="waits").mail_error, Letter.objects.get().error]
        assert held == ["Not sent: it waited when the organization was brought here."] * 2


def test_no_secret_leaves(archive: Path, tmp_path: Path, settings: Any) -> None:
    organization = Organization.objects.get()
    with organization_scope(organization.pk):
        User.objects.update(password="pbkdf2$secret", is_superuser=True)
        secrets = [ApiToken.objects.get().key_hash, "pbkdf2$secret"]
    members = exported("acme", tmp_path / "second.zip")

    assert [secret for secret in secrets for content in members.values() if secret.encode() in content] == []
    elsewhere(settings, tmp_path / "storage")
    imported(tmp_path / "second.zip", "--pause-mail")
    with organization_scope(organization.pk):
        assert ApiToken.objects.get().revoked_at is not None
        assert not any(user.has_usable_password() or user.is_superuser for user in User.objects.all())
        assert Organization.objects.get().mail_paused


def test_what_does_not_fit_leaves_nothing(archive: Path, tmp_path: Path, settings: Any) -> None:
    """Present already, another version, damaged, an address that is somebody else's."""
    with pytest.raises(CommandError, match="There is an organization of this identity"):
        imported(archive)
    elsewhere(settings, tmp_path / "storage")
    User.objects.create_user("bert@acme.example")
    with pytest.raises(CommandError, match="another version: the tables of account"):
        imported(with_manifest(archive, schema={"contracts": ["0001_other"]}))
    with pytest.raises(CommandError, match="no export"):
        imported(with_manifest(archive, format="x"))
    for name, content in (("tables/contracts.version.ndjson", None), ("tables/contracts.contract.ndjson", b"{}\n")):
        with pytest.raises(CommandError, match="damaged: tables"):
            imported(with_member(archive, name, content))
    archive.with_name("cut.zip").write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(CommandError, match="damaged"):
        imported(archive.with_name("cut.zip"))
    with pytest.raises(CommandError, match=r"belong to other people here: bert@acme\.example"):
        imported(archive)

    assert Organization.objects.count() == LedgerEntry._base_manager.count() == 0
    assert User.objects.count() == 1
    assert stored() == []


def test_what_was_made_up_leaves_nothing(archive: Path, tmp_path: Path, settings: Any) -> None:
    """Hashes to match do not help: the ledger has to hold, in both forms, and every row to be the organization's."""
    members = members_of(archive)
    elsewhere(settings, tmp_path / "storage")
    entries = "tables/audit.ledgerentry.ndjson"
    contracts = "tables/contracts.contract.ndjson"
    foreign = members[contracts].replace(b'"organization_id":"0', b'"organization_id":"f')
    forged = {
        "ledger in the file does not hold: line 2": ("ledger/ledger.jsonl", b"accounts", b"accountz"),
        "ledger in the file does not hold: 1 was changed": (entries, b'"verb":"accounts', b'"verb":"accountz'),
    }
    for why, (name, old, new) in forged.items():
        with pytest.raises(CommandError, match=why):
            imported(made_up(archive, name, members[name].replace(old, new, 1)))
    assert foreign != members[contracts]
    with pytest.raises(CommandError, match=r"contracts\.contract is not of this organization"):
        imported(made_up(archive, contracts, foreign))

    assert Organization.objects.count() == LedgerEntry._base_manager.count() == 0
    assert stored() == []


def test_a_person_who_is_here_already_is_taken_over_by_no_archive(archive: Path, tmp_path: Path, settings: Any) -> None:
    """Neither by another address, nor by flags or a password that a newcomer would bring; nor is anybody made a member
    here unless whoever brings the file says so."""
    members = members_of(archive)
    elsewhere(settings, tmp_path / "storage")
    people = {row["email"]: row for row in rows(members, "accounts.user")}
    bert = people["bert@acme.example"]
    User.objects.create_user("bert@acme.example", password="kept", id=bert["id"], name="Bert")
    for row in people.values():
        row |= {"password": make_password("chosen"), "is_superuser": True}
    addresses = [
        {"user_id": row["id"], "email": f"evil+{row['name']}@x.example", "verified": True, "primary": True}
        for row in people.values()
    ]
    file = made_up(archive, "tables/accounts.user.ndjson", lines(people.values()))
    file = made_up(file.rename(tmp_path / "people.zip"), "tables/account.emailaddress.ndjson", lines(addresses))
    file = file.rename(tmp_path / "addresses.zip")
    with pytest.raises(CommandError, match=r"are here already: bert@acme\.example\. .* --bind"):
        imported(file)
    with pytest.raises(CommandError, match=r"not both here and in the file: ada@acme\.example"):
        imported(file, "--bind", "bert@acme.example", "ada@acme.example")
    without = made_up(archive, "tables/accounts.user.ndjson", lines([people["ada@acme.example"]]))
    with pytest.raises(CommandError, match=r"accounts\.membership names a person who is not in the file"):
        imported(without)
    other = EmailAddress.objects.create(user=User.objects.create_user("eve@x.example"), email="Evil+Ada@x.example")
    with pytest.raises(CommandError, match=r"belong to other people here: evil\+ada@x\.example"):
        imported(file, "--bind", "bert@acme.example")
    other.delete()
    assert Organization.objects.count() == 0

    said = imported(file, "--bind", "Bert@acme.example")
    assert "bert@acme.example" not in said
    with organization_scope(Organization.objects.get().pk):
        entry = LedgerEntry.objects.get(event="organization.imported")
        assert entry.after["bound"] == [bert["id"]]

    here = {user.email: user for user in User.objects.all()}
    assert here["bert@acme.example"].check_password("kept")
    assert not here["ada@acme.example"].has_usable_password()
    assert not any(user.is_superuser for user in here.values())
    assert not EmailAddress.objects.filter(user_id=bert["id"]).exists()


def test_no_archive_writes_over_what_another_organization_stored(
    archive: Path, tmp_path: Path, settings: Any, monkeypatch: Any
) -> None:
    members = members_of(archive)
    documents, seals = rows(members, "documents.blob"), [json.loads(each) for each in members[SEALS].splitlines()]
    elsewhere(settings, tmp_path / "storage")
    other, _ada = furnished("other")
    with organization_scope(other.pk):
        blob = Blob.objects.all()[0]
    documents[0]["storage_name"] = blob.storage_name
    seals[0]["organization_id"] = str(other.pk)
    before = stored()
    for name, given in (("tables/documents.blob.ndjson", documents), (SEALS, seals)):
        with pytest.raises(CommandError, match="of this organization"):
            imported(made_up(archive, name, lines(given)))
    monkeypatch.setattr("clm.transfer.bringing.held_if_free", lambda _name: nullcontext(False))
    with pytest.raises(CommandError, match="being imported already"):
        imported(archive)

    assert stored() == before
    with organization_scope(other.pk):
        assert len(read_blob(blob)) == blob.size


def test_a_right_to_another_organizations_contract_does_not_arrive(
    archive: Path, tmp_path: Path, settings: Any
) -> None:
    label = "contracts.contractuserpermission"
    given = rows(members_of(archive), label)
    elsewhere(settings, tmp_path / "storage")
    other, ada = furnished("other")
    with organization_scope(other.pk):
        foreign = str(Contract.objects.filter(owner_id=ada.user_id)[0].pk)
    given[0]["content_object_id"] = foreign
    with pytest.raises(CommandError, match=rf"{label} is not of this organization"):
        imported(made_up(archive, f"tables/{label}.ndjson", lines(given)))


def lines(given: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in given)


def test_what_breaks_in_the_middle_leaves_nothing(
    archive: Path, tmp_path: Path, settings: Any, monkeypatch: Any
) -> None:
    elsewhere(settings, tmp_path / "storage")
    monkeypatch.setattr("clm.transfer.operations.import_organization._check_chain", lambda _id: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        imported(archive)

    assert {table.label for table in tables() if table.model._base_manager.exists()} == set()
    assert stored() == []
    monkeypatch.undo()
    assert "holds" in imported(archive)


def test_a_document_that_is_lost_is_named_and_the_rest_travels(archive: Path, tmp_path: Path, settings: Any) -> None:
    with organization_scope(Organization.objects.get().pk):
        lost = Blob.objects.first()
        assert lost is not None
    default_storage.delete(lost.storage_name)
    members = exported("acme", tmp_path / "second.zip")

    assert json.loads(members["manifest.json"])["missing_documents"] == [lost.sha256]
    elsewhere(settings, tmp_path / "storage")
    assert "holds" in imported(tmp_path / "second.zip")


def stored(folder: str = "") -> list[str]:
    """The files in the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [*files, *(name for each in folders for name in stored(f"{folder}/{each}".lstrip("/")))]
