"""Documents come in through page, API and job; what is hostile is refused beside the file and leaves nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.documents.blobs import read_blob
from clm.documents.models import Blob
from clm.events.models import OutboxEvent
from clm.jobs.models import Job
from clm.jobs.runner import run
from clm.lib.actor import Actor
from contracts.models import Clause, Contract, Version
from contracts.operations.create_contract import create_contract
from tests.contracts.papers import SAMPLES, TEXT, draft_contract, newest
from tests.proof import last_entry, left_behind

DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><w:document>&b;</w:document>'

TERMS = {"starts_on": "2026-01-01", "initial_months": "12", "renewal": "none", "notice_length": "30"}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(document: bytes) -> bytes:
    main = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = (
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Override PartName="/word/document.xml" ContentType="' + main + b'"/></Types>'
    )
    return zipped({"[Content_Types].xml": types, "word/document.xml": document})


# The refusal's code -> a file that earns it.
HOSTILE: dict[str, tuple[str, bytes]] = {
    "wrong_type": ("contract.pdf", b"\x7fELF" + b"\0" * 200),
    "xml_entities": ("contract.docx", docx(DTD)),
    "zip_bomb": ("contract.docx", docx(b"\0" * (90 * 1024 * 1024))),
}


@pytest.fixture(params=sorted(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> SimpleUploadedFile:
    file = SimpleUploadedFile(*HOSTILE[request.param])
    file.code = request.param  # type: ignore[attr-defined]
    return file


def rows() -> tuple[int, ...]:
    counted = (Contract, Version, Clause, Blob, Job)
    return (*left_behind(), *(model.objects.count() for model in counted))


def uploaded(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (SAMPLES / name).read_bytes())


def test_the_page_refuses_a_hostile_file_beside_its_field(
    page: Client, alice: Actor, hostile: SimpleUploadedFile
) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    before = rows()
    answer = page.post(reverse("version-new", args=[contract.pk]), {"file": hostile, "note": "kept as typed"})

    assert answer.status_code == 400
    assert answer.context["form"].errors["file"]
    assert "kept as typed" in answer.content.decode()
    assert rows() == before


def test_a_new_contract_with_a_hostile_file_is_not_filed(page: Client, hostile: SimpleUploadedFile) -> None:
    before = rows()
    sent = {"title": "Hosting", "category": "hosting", "time_zone": "UTC", "owner_id": "", "file": hostile}
    sent["owner_id"] = str(page.session["_auth_user_id"])
    answer = page.post(reverse("contract-new"), sent)

    assert answer.status_code == 400
    assert answer.context["form"].errors["file"]
    assert rows() == before


def test_the_api_answers_a_hostile_file_with_its_reason(
    api: APIClient, alice: Actor, hostile: SimpleUploadedFile
) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    before = rows()
    answer = api.post(f"/api/v1/contracts/{contract.pk}/versions/", {"file": hostile}, format="multipart")

    assert answer.status_code == 400, answer.data
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.data["code"] == hostile.code  # type: ignore[attr-defined]
    assert answer.data["errors"]["file"]
    assert rows() == before


@pytest.mark.parametrize(
    "name",
    [
        "common-paper-csa-with-sla.docx",
        "bonterms-service-level-agreement.pdf",
        "cuad-0182-hosting-agreement.pdf",
        "cuad-0182-hosting-agreement.txt",
    ],
)
def test_real_documents_come_in_by_page_and_by_api(page: Client, api: APIClient, alice: Actor, name: str) -> None:
    by_page, by_api = (create_contract(actor=alice, title=title) for title in ("By page", "By API"))
    shown = page.post(reverse("version-new", args=[by_page.pk]), {"file": uploaded(name)}, follow=True)
    answer = api.post(f"/api/v1/contracts/{by_api.pk}/versions/", {"file": uploaded(name)}, format="multipart")

    assert shown.status_code == 200
    assert answer.status_code == 201, answer.data
    one, other = newest(by_page), newest(by_api)
    assert one.text == other.text
    assert one.content_hash == other.content_hash == answer.data["content_hash"]
    assert one.clauses.count() == other.clauses.count() > 5
    assert read_blob(one.blob) == (SAMPLES / name).read_bytes()


def test_a_file_comes_back_as_it_went_in(page: Client, api: APIClient, alice: Actor) -> None:
    version = newest(draft_contract(alice))
    for answer in (
        page.get(reverse("version-file", args=[version.pk])),
        api.get(f"/api/v1/versions/{version.pk}/file/"),
    ):
        assert b"".join(answer.streaming_content) == TEXT.encode()
        assert answer["Content-Disposition"] == 'attachment; filename="agreement.txt"'
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def large(alice: Actor) -> Callable[[], SimpleUploadedFile]:
    filler = "".join(f"\n{number}. Annex\nWords of annex number {number}.\n" for number in range(4, 30_000))
    return lambda: SimpleUploadedFile("large.txt", (TEXT + filler).encode())


def test_a_large_document_is_read_by_a_job(page: Client, alice: Actor, large: Callable[[], SimpleUploadedFile]) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    answer = page.post(reverse("version-new", args=[contract.pk]), {"file": large(), "note": "all annexes"})
    assert answer.status_code == 302
    assert not Version.objects.exists()
    job = Job.objects.get()
    assert (job.subject_type, job.subject_id) == ("contracts.contract", contract.pk)
    shown = page.get(reverse("contract", args=[contract.pk])).content.decode()
    assert reverse("job-progress", args=[job.pk]) in shown

    run(job.pk, alice.organization_id)
    job.refresh_from_db()
    version = newest(contract)
    assert (job.state, job.percent, job.result["version"]) == ("succeeded", 100, 1)
    assert job.result["url"] == reverse("version", args=[version.pk])
    assert (version.note, version.created_by_id, version.file_name) == ("all annexes", alice.user_id, "large.txt")
    assert OutboxEvent.objects.get(type="version.added").payload["version_id"] == str(version.pk)
    assert last_entry().actor_id == alice.identity


def test_a_job_that_died_after_adding_the_version_adds_no_second(
    page: Client, alice: Actor, large: Callable[[], SimpleUploadedFile]
) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    page.post(reverse("version-new", args=[contract.pk]), {"file": large()})
    job = Job.objects.get()
    run(job.pk, alice.organization_id)
    Job.objects.filter(pk=job.pk).update(state="queued", result={"was_read": True})
    run(job.pk, alice.organization_id)

    job.refresh_from_db()
    assert (job.state, job.result["version"]) == ("succeeded", 1)
    assert Version.objects.count() == 1


def test_a_large_document_of_a_new_contract_is_read_by_a_job(
    page: Client, alice: Actor, large: Callable[[], SimpleUploadedFile]
) -> None:
    sent = {"title": "Hosting", "category": "hosting", "time_zone": "UTC", "owner_id": str(alice.user_id)}
    sent["counterparty"] = "Cirrus Hosting GmbH"
    answer = page.post(reverse("contract-new"), sent | TERMS | {"file": large()})

    contract = Contract.objects.get()
    assert answer["Location"] == reverse("contract", args=[contract.pk])
    assert [part.party.name for part in contract.parties.all()] == ["Cirrus Hosting GmbH"]
    run(Job.objects.get().pk, alice.organization_id)
    terms = newest(contract).terms
    assert (terms.starts_on, terms.initial_months, terms.notice_length) == (date(2026, 1, 1), 12, 30)


def test_a_large_hostile_document_fails_its_job_and_leaves_no_version(page: Client, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    file = SimpleUploadedFile("large.pdf", b"\x7fELF" + b"\1" * (2 * 1024 * 1024))
    page.post(reverse("version-new", args=[contract.pk]), {"file": file})
    before = left_behind()
    run(Job.objects.get().pk, alice.organization_id)

    job = Job.objects.get()
    assert job.state == "failed"
    assert job.error
    assert not Version.objects.exists()
    assert left_behind()[:2] == before[:2]
    assert job.error in page.get(reverse("contract", args=[contract.pk])).content.decode()


def test_the_same_document_again_is_refused_beside_the_file(page: Client, api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)
    before = rows()
    again = SimpleUploadedFile("renamed.txt", TEXT.encode())
    answer = page.post(reverse("version-new", args=[contract.pk]), {"file": again})
    again.seek(0)
    problem = api.post(f"/api/v1/contracts/{contract.pk}/versions/", {"file": again}, format="multipart")

    assert "Version 1 is this very document." in answer.content.decode()
    assert (problem.status_code, problem.data["code"]) == (409, "same_content")
    assert rows() == before


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\papers\\\\hosting.txt", "hosting.txt"),
        ("host\r\nSet-Cookie: a=b.txt", None),
        ("\u202etxt.exe", "\u202etxt.exe"),
        ("Vertrag \U0001f4dc.txt", "Vertrag \U0001f4dc.txt"),
        ("n" * 400 + ".txt", None),
    ],
    ids=["path", "windows path", "new lines", "right to left", "picture", "long"],
)
def test_odd_file_names_are_kept_harmless(api: APIClient, alice: Actor, sent: str, kept: str | None) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    file = SimpleUploadedFile("placeholder.txt", TEXT.encode())
    file._name = sent  # past the client's own cleaning
    answer = api.post(f"/api/v1/contracts/{contract.pk}/versions/", {"file": file}, format="multipart")

    assert answer.status_code == 201, answer.data
    name = newest(contract).file_name
    assert len(name) <= 250
    assert not set(name) & set("/\\\r\n\0")
    assert kept is None or name.replace("\u202e", "") == kept.replace("\u202e", "")
    back = api.get(f"/api/v1/versions/{newest(contract).pk}/file/")
    assert b"".join(back.streaming_content) == TEXT.encode()
    assert set("\r\n").isdisjoint(back["Content-Disposition"])
