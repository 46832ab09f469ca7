"""Two versions as a Word redline and a PDF, and a version against a file, by page and API."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.documents.blobs import read_blob
from clm.documents.models import Blob
from clm.jobs.models import Job
from clm.jobs.runner import run
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from contracts.adapters.parts import put_together, take_apart
from contracts.adapters.revisions import accept_all, reject_all
from contracts.models import Contract, Version
from contracts.operations.add_version import add_version
from contracts.operations.restrict_contract import restrict_contract
from contracts.papers import put_paper, read_paper
from contracts.papers.comparisons import comparison_blob, request_comparison
from contracts.papers.reader import folded
from tests.cast import Cast, add_person
from tests.clm.documents.papers import docx_bytes
from tests.contracts.papers import TEXT, draft_contract, newest
from tests.contracts.redlines.made import main_part, text_of, word_file
from tests.contracts.word.edits import commented, tracked

CHANGED = TEXT.replace("one year and", "two years and")


@pytest.fixture
def contract(alice: Actor) -> Contract:
    """Version 1 is plain text, 2 and 3 are Word files."""
    made = draft_contract(alice)
    for text in (TEXT, CHANGED):
        paper = read_paper(word_file(*text.strip().split("\n\n")), "agreement.docx")
        add_version(actor=alice, contract_id=made.pk, paper=paper)
    return made


def version(contract: Contract, number: int) -> Version:
    return Version.objects.get(contract=contract, number=number)


def done(job: Job) -> Job:
    run(job.pk, job.organization_id)
    job.refresh_from_db()
    return job


def made(actor: Actor, contract: Contract, old: int, new: int, form: str = "docx") -> tuple[bytes, str]:
    """The paper and its name."""
    sides = {"old_id": version(contract, old).pk, "new_id": version(contract, new).pk}
    job = done(request_comparison(actor, **sides, form=form))
    assert (job.state, job.error) == ("succeeded", "")
    blob, name = comparison_blob(actor, contract, UUID(job.result["paper_id"]))
    return read_blob(blob), name


def test_two_word_files_give_their_redline(alice: Actor, contract: Contract, acme: Cast) -> None:
    content, name = made(alice, contract, 2, 3)

    assert name == f"{contract.reference}-v2-v3.docx"
    assert text_of(accept_all(content)) == version(contract, 3).text
    assert text_of(reject_all(content)) == version(contract, 2).text
    assert set(re.findall(r'w:author="([^"]*)"', main_part(content))) == {acme.organization.name}
    assert set(re.findall(r'w:date="([^"]*)"', main_part(content))) == {
        f"{version(contract, 3).created_at:%Y-%m-%dT%H:%M:%SZ}"
    }


def test_where_one_is_no_word_file_the_texts_are_redlined(alice: Actor, contract: Contract) -> None:
    content, _name = made(alice, contract, 1, 3)

    assert text_of(accept_all(content)) == version(contract, 3).text
    assert text_of(reject_all(content)) == version(contract, 1).text


def test_what_was_said_on_our_older_version_is_not_in_the_redline(alice: Actor) -> None:
    contract = draft_contract(alice)
    clean = word_file(*TEXT.strip().split("\n\n"))
    hidden = "<w:body><w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Walk away</w:t></w:r></w:p>"
    older = commented(clean, "one year and", "Our floor", author="Jane Secret")
    parts = take_apart(tracked(older, "one year and", "one year, and", author="Jane Secret"))
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:body>", hidden.encode(), 1)
    newer = word_file(*CHANGED.strip().split("\n\n"))
    for content in (put_together(parts), newer):
        add_version(actor=alice, contract_id=contract.pk, paper=put_paper(alice, read_paper(content, "a.docx")))

    content, _name = made(alice, contract, 2, 3)

    said = b"".join(take_apart(content).values()).decode("latin1")
    assert not [each for each in ("Our floor", "Jane Secret", "Walk away") if each in said]
    assert text_of(reject_all(content)) == version(contract, 2).text


def test_the_same_versions_are_stored_once(alice: Actor, contract: Contract) -> None:
    assert made(alice, contract, 2, 3) == made(alice, contract, 2, 3)
    assert Blob.objects.filter(media_type__contains="word").count() == 3


def test_the_pdf_says_what_was_added_and_removed(alice: Actor, contract: Contract) -> None:
    content, name = made(alice, contract, 2, 3, "pdf")

    text = printed(content)
    assert name == f"{contract.reference}-v2-v3.pdf"
    assert "1 changed, 0 added, 0 removed, 0 moved" in text
    assert "This Agreement runs for one year two years and renews" in text
    assert "3 unchanged clauses: Hosting Agreement – 2 Changed" in text
    assert "If availability is lower" not in text


def test_the_pdf_of_the_whole_text_has_the_other_clauses_too(alice: Actor, contract: Contract) -> None:
    content, name = made(alice, contract, 2, 3, "whole")

    text = printed(content)
    assert name == f"{contract.reference}-v2-v3-whole.pdf"
    assert "This Agreement runs for one year two years and renews" in text
    assert "If availability is lower" in text
    assert "unchanged clauses:" not in text


def test_stretches_of_unchanged_clauses_are_named_by_their_first_and_last() -> None:
    bare = {"kind": "same", "number": "", "heading": "", "spans": [("same", "These words open it, "), ("same", "all.")]}
    same = {"kind": "same", "number": "2", "heading": "Fees", "spans": [("same", "2 Fees")]}
    gone = {"kind": "removed", "number": "3", "heading": "", "spans": [("removed", "3 Gone.")]}

    found = folded([bare, same, gone, gone, same])

    assert found == [
        {"kind": "unchanged", "count": 2, "first": "These words open it, all.", "last": "2 Fees"},
        gone,
        gone,
        {"kind": "unchanged", "count": 1, "first": "2 Fees", "last": "2 Fees"},
    ]


def printed(content: bytes) -> str:
    return " ".join("".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(content)).pages).split())


def test_a_version_of_another_contract_is_not_compared(alice: Actor, contract: Contract) -> None:
    other = newest(draft_contract(alice))

    with pytest.raises(NotVisible):
        request_comparison(alice, old_id=other.pk, new_id=version(contract, 2).pk, form="docx")


def test_who_sees_the_contract_no_more_gets_no_paper(alice: Actor, bob: Actor, contract: Contract, acme: Cast) -> None:
    job = request_comparison(bob, old_id=version(contract, 2).pk, new_id=version(contract, 3).pk, form="pdf")
    paper_id = done(job).result["paper_id"]
    queued = request_comparison(bob, old_id=version(contract, 2).pk, new_id=version(contract, 3).pk, form="pdf")
    person = Client()
    person.force_login(acme.users["executive"], backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("comparison-paper", args=[contract.pk, paper_id])
    assert b"".join(person.get(url).streaming_content).startswith(b"%PDF-")

    restrict_contract(actor=alice, contract_id=contract.pk, is_confidential=True, people=[])

    assert person.get(url).status_code == 404
    assert done(queued).state == "failed"


def test_a_paper_is_given_out_for_the_contract_its_job_is_about(alice: Actor, contract: Contract) -> None:
    job = done(request_comparison(alice, old_id=version(contract, 1).pk, new_id=version(contract, 2).pk, form="pdf"))
    paper_id = UUID(job.result["paper_id"])

    assert (job.subject_type, job.subject_id) == ("contracts.contract", contract.pk)
    assert comparison_blob(alice, contract, paper_id)[0].pk == paper_id
    with pytest.raises(NotVisible):
        comparison_blob(alice, draft_contract(alice), paper_id)


def test_another_organization_finds_nothing(api: APIClient, alice: Actor, contract: Contract, globex: Cast) -> None:
    second, third = version(contract, 2), version(contract, 3)
    paper_id = done(request_comparison(alice, old_id=second.pk, new_id=third.pk, form="pdf")).result["paper_id"]
    with organization_scope(globex.organization.pk):
        add_person(globex, "charlie", ["legal", "administrator"])
    stranger = APIClient()
    stranger.force_login(globex.users["charlie"], backend="django.contrib.auth.backends.ModelBackend")
    base = f"/api/v1/versions/{third.pk}/comparison/"

    file = SimpleUploadedFile("x.txt", b"words")
    assert stranger.post(base, {"file": file}, format="multipart").status_code == 404
    assert stranger.post(f"{base}papers/", {"with": str(second.pk), "form": "pdf"}, format="json").status_code == 404
    assert stranger.get(f"{base}papers/{paper_id}/").status_code == 404
    assert b"".join(api.get(f"{base}papers/{paper_id}/").streaming_content).startswith(b"%PDF-")


def test_a_blob_that_is_no_comparison_is_not_given_out(api: APIClient, contract: Contract) -> None:
    third = version(contract, 3)

    assert api.get(f"/api/v1/versions/{third.pk}/comparison/papers/{third.blob_id}/").status_code == 404


def test_the_page_asks_for_the_papers(page: Client, contract: Contract) -> None:
    second, third = version(contract, 2), version(contract, 3)
    compared = page.get(reverse("version-compare", args=[contract.pk]), {"old": second.pk, "new": third.pk})
    assert "Download as Word redline" in compared.content.decode()

    sent = {"old": second.pk, "new": third.pk, "form": "docx"}
    answer = page.post(reverse("version-compare-paper", args=[contract.pk]), sent)
    job = done(Job.objects.get(kind="contracts.comparison_paper"))

    assert answer["Location"] == reverse("job", args=[job.pk])
    assert job.title == f"Word redline of {contract.reference}: version 2 to 3"
    paper = page.get(job.result["url"])
    assert paper["Content-Disposition"] == f'attachment; filename="{contract.reference}-v2-v3.docx"'
    assert b"".join(paper.streaming_content).startswith(b"PK")


def test_the_page_of_the_job_leads_on_and_back(page: Client, contract: Contract) -> None:
    second, third = version(contract, 2), version(contract, 3)
    sent = {"old": second.pk, "new": third.pk, "form": "docx"}
    answer = page.post(reverse("version-compare-paper", args=[contract.pk]), sent)
    job = done(Job.objects.get(kind="contracts.comparison_paper"))

    shown = page.get(answer["Location"]).content.decode()

    compared = f"{reverse('version-compare', args=[contract.pk])}?old={second.pk}&amp;new={third.pk}"
    assert f'href="{job.result["url"]}">Download the comparison</a>' in shown
    assert f'<a href="/contracts/{contract.pk}/">{contract}</a>' in shown
    assert f'<a href="{compared}">Back to where it was asked for</a>' in shown
    assert "Paper id" not in shown
    assert "<dt>Url</dt>" not in shown


def test_papers_through_the_api(api: APIClient, contract: Contract) -> None:
    base = f"/api/v1/versions/{version(contract, 3).pk}/comparison/papers/"
    sent = {"with": str(version(contract, 2).pk), "form": "docx"}

    answer = api.post(base, sent, format="json")
    job = done(Job.objects.get(pk=answer.data["id"]))

    assert (answer.status_code, answer.data["url"]) == (202, f"/api/v1/jobs/{job.pk}/")
    assert b"".join(api.get(f"{base}{job.result['paper_id']}/").streaming_content).startswith(b"PK")
    assert api.post(base, {"with": "x", "form": "odt"}, format="json").status_code == 400


def compared_file(page: Client, contract: Contract, content: bytes) -> Any:
    sent = {"version": version(contract, 2).pk, "file": SimpleUploadedFile("counter.docx", content)}
    return page.post(reverse("version-compare-file", args=[contract.pk]), sent)


def test_a_file_is_compared_and_not_kept(page: Client, contract: Contract) -> None:
    before = (Blob.objects.count(), Version.objects.count())

    shown = compared_file(page, contract, word_file(*CHANGED.strip().split("\n\n"))).content.decode()

    assert "Version 2 compared with counter.docx" in shown
    assert "1 changed, 0 added, 0 removed, 0 moved" in shown
    assert "two years" in shown
    assert (Blob.objects.count(), Version.objects.count()) == before


def test_a_hostile_file_is_refused_beside_its_field(page: Client, contract: Contract) -> None:
    answer = compared_file(page, contract, docx_bytes("<!DOCTYPE d [<!ENTITY x 'y'>]><d/>"))

    assert answer.status_code == 400
    assert "XML entity declarations" in answer.content.decode()


def test_a_file_through_the_api(api: APIClient, contract: Contract) -> None:
    url = f"/api/v1/versions/{version(contract, 2).pk}/comparison/"
    file = SimpleUploadedFile("counter.docx", word_file(*CHANGED.strip().split("\n\n")))

    answer = api.post(url, {"file": file}, format="multipart")
    hostile = api.post(url, {"file": SimpleUploadedFile("x.docx", b"MZ program")}, format="multipart")

    assert answer.data["summary"]["changed"] == 1
    assert (hostile.status_code, hostile.data["code"]) == (400, "wrong_type")
