"""Exports by page and API: a job, a file that expires, and everything in the ledger."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.accounts.models import Membership
from clm.accounts.operations.invite_person import invite_person
from clm.audit.models import LedgerEntry
from clm.jobs import runner
from clm.jobs.models import Job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.models import Notification
from clm.transfer import work
from clm.transfer.archive import PIECE
from clm.transfer.files import digest_of, drop, keep
from clm.transfer.models import OrganizationExport
from clm.transfer.operations.start_export import start_export
from clm.transfer.tasks import remove_expired_exports
from tests.cast import Cast
from tests.contracts.papers import draft_contract

pytestmark = pytest.mark.django_db(transaction=True)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_made_fetched_and_removed_by_page(acme: Cast, alice: Actor, page: Client) -> None:
    draft_contract(alice, title="Hosting")
    assert b"personal data" in page.get(reverse("exports")).content

    page.post(reverse("export-start"))

    export = OrganizationExport.objects.get()
    shown = page.get(reverse("export", args=[export.pk])).content.decode()
    assert export.sha256 in shown
    fetched = body(page.post(reverse("export-download", args=[export.pk])))
    assert hashlib.sha256(fetched).hexdigest() == export.sha256
    with zipfile.ZipFile(io.BytesIO(fetched)) as container:
        index = container.read("documents.csv").decode()
        assert "Hosting" in index
        assert "documents/" in index
    assert Notification.objects.get(kind="transfer.exported").url == f"/exports/{export.pk}/"
    name = export.storage_name
    page.post(reverse("export-remove", args=[export.pk]))
    assert not default_storage.exists(name)
    assert page.post(reverse("export-download", args=[export.pk])).status_code == 409
    events = LedgerEntry.objects.filter(verb__startswith="transfer.").order_by("id").values_list("event", flat=True)
    assert list(events) == [
        "organization.export_started", "organization.exported", "export.downloaded", "export.removed",
    ]  # fmt: skip


def test_by_api_once_and_until_it_expires(acme: Cast, alice: Actor, api: APIClient, monkeypatch: Any) -> None:
    started = api.post("/api/v1/exports/", headers={"Idempotency-Key": "k"})
    again = api.post("/api/v1/exports/", headers={"Idempotency-Key": "k"})
    assert (started.status_code, started.json()["id"]) == (202, again.json()["id"])
    listed = api.get("/api/v1/exports/").json()["results"]
    assert len(listed) == 1
    url = f"/api/v1/exports/{listed[0]['id']}/"
    assert api.post(f"{url}download/", {"x": 1}).status_code == 400
    assert len(body(api.post(f"{url}download/"))) == listed[0]["size"]

    later = clock.now() + timedelta(hours=49)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert api.post(f"{url}download/").status_code == 409
    assert remove_expired_exports() == 1
    assert remove_expired_exports() == 0
    assert default_storage.listdir(f"exports/{acme.organization.pk}")[1] == []


def test_a_cancelled_or_broken_run_leaves_no_file(acme: Cast, alice: Actor, monkeypatch: Any) -> None:
    monkeypatch.setattr(runner, "enqueue", lambda *_args: None)
    job = start_export(actor=alice)
    Job.objects.filter(pk=job.pk).update(cancel_requested_at=clock.now())
    runner.run(job.pk, acme.organization.pk)
    with organization_scope(acme.organization.pk):
        assert Job.objects.get(pk=job.pk).state == "cancelled"
    second = start_export(actor=alice)
    monkeypatch.setattr("clm.transfer.work.file_export", lambda **_facts: 1 / 0)
    runner.run(second.pk, acme.organization.pk)

    with organization_scope(acme.organization.pk):
        assert Job.objects.get(pk=second.pk).state == "failed"
        assert not OrganizationExport.objects.exists()
    folder = f"exports/{acme.organization.pk}"
    assert not default_storage.exists(folder) or default_storage.listdir(folder)[1] == []


def test_storing_a_large_file_is_heard_of_and_leaves_nothing_when_it_is_broken_off(acme: Cast, alice: Actor) -> None:
    beats: list[int] = []
    large = io.BytesIO(b"x" * 3 * PIECE)
    digest_of(large, lambda: beats.append(1))
    assert len(beats) >= 3
    drop(keep(acme.organization.pk, large, lambda: beats.append(2)))
    assert beats.count(2) >= 3
    left = [None]
    with pytest.raises(IndexError):
        keep(acme.organization.pk, large, left.pop)
    assert default_storage.listdir(f"exports/{acme.organization.pk}")[1] == []


def test_a_run_that_another_one_overtook_files_nothing(acme: Cast, alice: Actor, monkeypatch: Any) -> None:
    start_export(actor=alice)
    quicker = OrganizationExport.objects.get()
    answers = iter([None, quicker])
    monkeypatch.setattr(work, "_done", lambda _job: next(answers))
    second = start_export(actor=alice)

    second.refresh_from_db()
    assert (second.state, second.result["export_id"]) == ("succeeded", str(quicker.pk)), second.error
    assert OrganizationExport.objects.count() == 1
    assert len(default_storage.listdir(f"exports/{acme.organization.pk}")[1]) == 1


def test_the_other_administrators_hear_of_it(acme: Cast, alice: Actor, tmp_path: Path) -> None:
    second = invite_person(actor=alice, email="second@acme.example", name="Second", roles=["administrator"])
    others = set(Membership.objects.filter(roles__contains=["administrator"]).values_list("user_id", flat=True))
    start_export(actor=alice)
    told = Notification.objects.filter(kind="transfer.exported_by_other")
    assert set(told.values_list("user_id", flat=True)) == others - {alice.user_id}
    assert second.user_id in others
    url = told.filter(user_id=second.user_id).get().url
    assert url == OrganizationExport.objects.get().get_absolute_url()
    call_command("export_organization", acme.organization.slug, tmp_path / "a.zip", stdout=io.StringIO())
    assert set(told.exclude(url=url).values_list("user_id", flat=True)) == others
