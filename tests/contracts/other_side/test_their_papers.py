"""The other side takes the redline and the PDF of two texts that it has; of nothing else."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from clm.accounts.models import User
from clm.jobs.models import Job
from clm.jobs.runner import run
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, NotVisible
from contracts.adapters.revisions import accept_all, reject_all
from contracts.engine.body import body_of
from contracts.models import Contract, DraftClause, Version
from contracts.operations.add_version import add_version
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.edit_clause import edit_clause
from contracts.papers import put_paper, read_paper
from contracts.papers.comparisons import request_comparison, request_file_comparison
from tests.cast import Cast
from tests.contracts.comments.talk import open_to_other_side, thread
from tests.contracts.other_side.crawl import in_package, in_pdf
from tests.contracts.other_side.planted import SECRETS, word_file
from tests.contracts.papers import TEXT, draft_contract
from tests.contracts.redlines.made import text_of
from tests.contracts.word.edits import silently

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MORE, PRIVATE = "99.99 %", "12.3456 %"


@pytest.fixture
def contract(acme: Cast, alice: Actor) -> Contract:
    """Version 2 and 3 are theirs too, version 4 is ours alone."""
    contract = open_to_other_side(acme, draft_contract(alice))
    base = word_file()
    for content in (base, silently(base, "99.9 %", MORE), silently(base, "99.9 %", PRIVATE)):
        paper = put_paper(alice, read_paper(content, f"{SECRETS['name of a file']}.docx"))
        add_version(actor=alice, contract_id=contract.pk, paper=paper, note=SECRETS["note to a version"])
    Version.objects.filter(contract=contract, number__in=(2, 3)).update(shared_at=clock.now())
    return contract


def version(contract: Contract, number: int) -> Version:
    return Version.objects.get(contract=contract, number=number)


def client_of(cast: Cast, kind: Any = Client) -> Any:
    client = kind()
    client.force_login(cast.users["counterparty"], backend=BACKEND)
    return client


def done() -> Job:
    job = Job.objects.get()
    run(job.pk, job.organization_id)
    job.refresh_from_db()
    return job


def read(docx: bytes) -> str:
    """All parts, and their words without the marks that may stand between two letters."""
    said = in_package(docx)
    return f"{said}\n{re.sub('<[^>]*>', '', said)}"


def secrets_in(said: str) -> set[str]:
    return {word for word in (*SECRETS.values(), PRIVATE, "Alice") if word.lower() in said.lower()}


def say_things(cast: Cast, alice: Actor, contract: Contract) -> None:
    """What is said inside and to them on a text that they have, and a draft of ours that nobody else sees."""
    clause = version(contract, 3).clauses.get(number="2.1")
    thread(alice, contract, SECRETS["internal comment"], clause_id=clause.pk)
    thread(cast["procurement"], contract, "kowarishared", clause_id=clause.pk, audience="shared")
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    row = DraftClause.objects.get(draft=draft, number="2.1")
    body = body_of([f"{row.text} {SECRETS['words of a draft of ours']}"])
    edit_clause(actor=alice, clause_id=row.pk, revision=row.revision, heading=row.heading, body=body)


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_redline_of_two_texts_that_they_have(acme: Cast, alice: Actor, contract: Contract, by: str) -> None:
    old, new = version(contract, 2), version(contract, 3)
    say_things(acme, alice, contract)
    client: Any = client_of(acme, APIClient if by == "api" else Client)
    if by == "page":
        compared = client.get(reverse("version-compare", args=[contract.pk]), {"old": old.pk, "new": new.pk})
        assert "Download as Word redline" in compared.content.decode()
        sent = {"old": old.pk, "new": new.pk, "form": "docx"}
        answer = client.post(reverse("version-compare-paper", args=[contract.pk]), sent)
        job = done()
        assert client.get(answer["Location"]).status_code == 200
        url = job.result["url"]
    else:
        base = f"/api/v1/versions/{new.pk}/comparison/papers/"
        answer = client.post(base, {"with": str(old.pk), "form": "docx"}, format="json")
        job = done()
        assert client.get(answer.data["url"]).json()["state"] == "succeeded"
        url = f"{base}{job.result['paper_id']}/"

    made = b"".join(client.get(url).streaming_content)

    assert text_of(reject_all(made)) == old.text
    assert text_of(accept_all(made)) == new.text
    assert secrets_in(read(made)) == set()
    assert "kowarishared" in read(made)
    assert set(re.findall(r'w:author="([^"]*)"', read(made))) == {
        acme.organization.name,
        f"Procurement ({acme.organization.name})",
    }


@pytest.mark.parametrize("form", ["pdf", "whole"])
def test_a_pdf_too(acme: Cast, alice: Actor, contract: Contract, form: str) -> None:
    say_things(acme, alice, contract)
    client = client_of(acme)
    sent = {"old": version(contract, 2).pk, "new": version(contract, 3).pk, "form": form}
    client.post(reverse("version-compare-paper", args=[contract.pk]), sent)

    made = b"".join(client.get(done().result["url"]).streaming_content)

    said = " ".join(in_pdf(made).split())
    assert f"at least 99.9 {MORE.removesuffix(' %')} % of each calendar month" in said
    assert ("The Provider hosts the Service for the Customer." in said) is (form == "whole")
    assert secrets_in(said) == set()
    itself = PdfReader(io.BytesIO(made))
    told = {"/Title": f"Comparison {contract.reference}", "/Creator": "Covenant"}
    assert itself.metadata == told | {"/Producer": itself.metadata.producer}
    assert (itself.xmp_metadata, itself.attachments) == (None, {})
    assert not [page for page in itself.pages if page.get("/Annots")]


def test_never_with_a_text_of_ours(acme: Cast, contract: Contract) -> None:
    given, private = version(contract, 3), version(contract, 4)
    page, api = client_of(acme), client_of(acme, APIClient)

    for old, new in ((given, private), (private, given)):
        with pytest.raises(NotVisible):
            request_comparison(acme["counterparty"], old_id=old.pk, new_id=new.pk, form="pdf")
        page.post(reverse("version-compare-paper", args=[contract.pk]), {"old": old.pk, "new": new.pk, "form": "pdf"})
        sent = {"with": str(old.pk), "form": "docx"}
        assert api.post(f"/api/v1/versions/{new.pk}/comparison/papers/", sent, format="json").status_code == 404
    assert not Job.objects.exists()


def test_nor_with_one_that_was_taken_back(acme: Cast, contract: Contract) -> None:
    client = client_of(acme)
    request_comparison(acme["counterparty"], old_id=version(contract, 2).pk, new_id=version(contract, 3).pk, form="pdf")
    url = done().result["url"]
    assert b"".join(client.get(url).streaming_content).startswith(b"%PDF-")

    Version.objects.filter(pk=version(contract, 3).pk).update(shared_at=None)

    assert client.get(url).status_code == 404


def test_a_file_is_compared_by_us_alone(acme: Cast, contract: Contract) -> None:
    with pytest.raises(Forbidden):
        request_file_comparison(
            acme["counterparty"], version_id=version(contract, 2).pk, content=TEXT.encode(), file_name="a", form="pdf"
        )


def test_a_job_of_ours_is_not_theirs(acme: Cast, alice: Actor, contract: Contract) -> None:
    request_comparison(alice, old_id=version(contract, 2).pk, new_id=version(contract, 3).pk, form="pdf")
    job = done()
    client = client_of(acme)

    assert User.objects.filter(pk=job.user_id, name="Alice").exists()
    assert client.get(reverse("job", args=[job.pk])).status_code == 404
    assert client.get(job.result["url"]).status_code == 404
    assert client.get(reverse("jobs")).status_code == 403
