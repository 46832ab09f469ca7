"""The other side takes the redline and the PDF of two texts that it has; of nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.accounts.models import User
from clm.jobs.models import Job
from clm.jobs.runner import run
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, NotVisible
from contracts.adapters.parts import take_apart
from contracts.adapters.revisions import accept_all, reject_all
from contracts.models import Contract, Version
from contracts.operations.add_version import add_version
from contracts.papers import put_paper, read_paper
from contracts.papers.comparisons import request_comparison, request_file_comparison
from tests.cast import Cast
from tests.contracts.comments.talk import open_to_other_side, thread
from tests.contracts.other_side.planted import SECRETS, word_file
from tests.contracts.papers import TEXT, draft_contract
from tests.contracts.redlines.made import text_of
from tests.contracts.word.edits import silently

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MORE = "99.99 %"


@pytest.fixture
def contract(acme: Cast, alice: Actor) -> Contract:
    """Version 2 and 3 are theirs too, version 4 is ours alone."""
    contract = open_to_other_side(acme, draft_contract(alice))
    base = word_file()
    for content in (base, silently(base, "99.9 %", MORE), silently(base, "99.9 %", "12.3456 %")):
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
    return " ".join(part.decode("utf-8", "replace") for part in take_apart(docx).values())


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_redline_of_two_texts_that_they_have(acme: Cast, alice: Actor, contract: Contract, by: str) -> None:
    old, new = version(contract, 2), version(contract, 3)
    thread(alice, contract, SECRETS["internal comment"], clause_id=new.clauses.get(number="2.1").pk)
    thread(alice, contract, "kowarishared", clause_id=new.clauses.get(number="2.1").pk, audience="shared")
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
    assert {word for word in SECRETS.values() if word in read(made)} == set()
    assert "kowarishared" in read(made)


def test_a_pdf_too(acme: Cast, contract: Contract) -> None:
    client = client_of(acme)
    sent = {"old": version(contract, 2).pk, "new": version(contract, 3).pk, "form": "pdf"}
    client.post(reverse("version-compare-paper", args=[contract.pk]), sent)

    assert b"".join(client.get(done().result["url"]).streaming_content).startswith(b"%PDF-")


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
