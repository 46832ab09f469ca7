"""A version against a file that is not kept, as a Word redline and a PDF, by page and API."""

from __future__ import annotations

import io
from typing import Any

from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from clm.documents.blobs import read_blob
from clm.documents.models import Blob
from clm.jobs.models import Job
from clm.jobs.runner import run
from clm.lib.actor import Actor
from contracts.adapters.parts import take_apart
from contracts.adapters.revisions import accept_all, reject_all
from contracts.models import Version
from contracts.operations.add_version import add_version
from contracts.operations.create_contract import create_contract
from contracts.papers import read_paper
from contracts.papers.comparisons import comparison_blob
from tests.contracts.redlines.made import as_file, text_of, word_file
from tests.contracts.word.edits import commented

OLD = ("1. Service", "The Provider hosts it.", "2. Term", "This runs for one year.")
NEW = (*OLD[:3], "This runs for two years.")


def word_version(actor: Actor) -> Version:
    contract = create_contract(actor=actor, title="Hosting")
    return add_version(actor=actor, contract_id=contract.pk, paper=read_paper(word_file(*OLD), "ours.docx"))


def done() -> Job:
    job = Job.objects.get()
    run(job.pk, job.organization_id)
    job.refresh_from_db()
    assert job.state == "succeeded", job.error
    return job


def paper_of(job: Job) -> bytes:
    return read_blob(Blob.objects.get(pk=job.result["paper_id"]))


def sent(page: Client, version: Version, file: Any, form: str) -> Any:
    data = {"version": version.pk, "file": file, "form": form}
    return page.post(reverse("version-compare-file", args=[version.contract_id]), data)


def test_a_word_file_becomes_a_redline_and_is_not_kept(page: Client, alice: Actor) -> None:
    version = word_version(alice)

    answer = sent(page, version, as_file(word_file(*NEW)), "docx")

    job = done()
    assert answer.url == reverse("job", args=[job.pk])
    assert "note" not in job.result
    made = paper_of(job)
    assert (text_of(reject_all(made)), text_of(accept_all(made))) == ("\n\n".join(OLD), "\n\n".join(NEW))
    assert Version.objects.count() == 1
    assert Blob.objects.filter(storage_name=job.parameters["stored"]).count() == 0
    _blob, name = comparison_blob(alice, version.contract, job.result["paper_id"])
    assert name == f"{version.contract.reference}-v1-file.docx"


def test_comments_of_the_file_are_not_in_the_redline(page: Client, alice: Actor) -> None:
    version = word_version(alice)
    annotated = commented(word_file(*NEW), NEW[1], "We walk away at 900.", author="Alice Internal")
    assert said_anywhere(annotated, "Alice Internal")

    sent(page, version, as_file(annotated), "docx")

    made = paper_of(done())
    assert text_of(accept_all(made)) == "\n\n".join(NEW)
    assert not said_anywhere(made, "Alice Internal")
    assert not said_anywhere(made, "walk away")


def said_anywhere(docx: bytes, words: str) -> bool:
    return any(words.encode() in part for part in take_apart(docx).values())


def test_a_text_becomes_a_redline_of_the_texts_and_says_so(page: Client, alice: Actor) -> None:
    version = word_version(alice)

    sent(page, version, as_file("\n\n".join(NEW).encode(), "theirs.txt"), "docx")

    job = done()
    assert job.result["note"].startswith("One of the two is no Word file")
    assert "One of the two is no Word file" in page.get(reverse("job", args=[job.pk])).content.decode()
    assert text_of(accept_all(paper_of(job))) == "\n\n".join(NEW)


def test_a_file_becomes_a_pdf_through_the_api(api: APIClient, alice: Actor) -> None:
    version = word_version(alice)
    path = f"/api/v1/versions/{version.pk}/comparison/papers/"

    answer = api.post(path, {"file": as_file(word_file(*NEW)), "form": "pdf"}, format="multipart")

    assert answer.status_code == 202, answer.json()
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(paper_of(done()))).pages)
    assert "Version 1 compared with counter.docx" in text


def test_a_paper_is_of_a_version_or_a_file(api: APIClient, alice: Actor) -> None:
    version = word_version(alice)

    answer = api.post(f"/api/v1/versions/{version.pk}/comparison/papers/", {"form": "pdf"}, format="json")

    assert answer.status_code == 400
    assert "Name the other version, or send a file." in answer.content.decode()
