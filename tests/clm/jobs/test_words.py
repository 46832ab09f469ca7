"""The words of a job, on every page and by the API, are for those who see what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.access.registry import VERBS
from clm.accounts.models import Membership
from clm.jobs import runner
from clm.jobs.models import Job
from clm.jobs.runner import Progress, start_job
from clm.lib.actor import Actor
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from contracts.operations.restrict_contract import restrict_contract
from tests.cast import Cast

WORDS = ("Merger", "step of", "Falcon", "refused line")


@pytest.fixture(autouse=True)
def work() -> Iterator[None]:
    """Work whose every field speaks of the contract."""

    def tells(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        progress.report(1, 1, "step of Merger")
        progress.problem("row 2", "refused line of Falcon")
        return {"url": "/falcon/", "codename": "Falcon"}

    runner.KINDS["test.telling"] = tells
    yield
    runner.KINDS.pop("test.telling")


@pytest.fixture
def contract(alice: Actor) -> Contract:
    return create_contract(actor=alice, title="Merger talks")


def started(actor: Actor, contract: Contract | None, *, is_run: bool = True) -> Job:
    job = start_job(actor, kind="test.telling", title="Merger talks", parameters={}, subject=contract)
    if is_run:
        runner.run(job.pk, job.organization_id)
    job.refresh_from_db()
    return job


@pytest.fixture
def job(bob: Actor, contract: Contract) -> Job:
    """Bob's own, about a contract of Alice's that is open to everyone inside."""
    return started(bob, contract)


def restrict(alice: Actor, contract: Contract, *people: Actor) -> None:
    restrict_contract(actor=alice, contract_id=contract.pk, people=[person.person_id for person in people])


def signed_in(client: Client, cast: Cast, role: str) -> Any:
    client.force_login(cast.users[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def person(acme: Cast) -> Client:
    """Bob's browser."""
    return signed_in(Client(), acme, "executive")


@pytest.fixture
def program(acme: Cast) -> APIClient:
    """Bob's API client."""
    return signed_in(APIClient(), acme, "executive")


def said(client: Client, job: Job) -> dict[str, list[str]]:
    """The telling words by address."""
    addresses = ["/", "/jobs/", "/jobs/?format=csv", f"/jobs/{job.pk}/", f"/jobs/{job.pk}/progress/"]
    addresses += ["/api/v1/jobs/", f"/api/v1/jobs/{job.pk}/"]
    pages = {address: b"".join(client.get(address)).decode() for address in addresses}  # type: ignore[arg-type]
    return {address: [word for word in WORDS if word in page] for address, page in pages.items()}


def test_who_sees_the_contract_reads_everything(person: Client, job: Job) -> None:
    assert said(person, job) == {
        "/": ["Merger"],
        "/jobs/": ["Merger"],
        "/jobs/?format=csv": ["Merger"],
        f"/jobs/{job.pk}/": list(WORDS),
        f"/jobs/{job.pk}/progress/": ["Merger", "step of", "Falcon", "refused line"],
        "/api/v1/jobs/": list(WORDS),
        f"/api/v1/jobs/{job.pk}/": list(WORDS),
    }


def test_ones_own_job_about_a_contract_that_became_confidential_has_no_words(
    person: Client, alice: Actor, contract: Contract, job: Job
) -> None:
    restrict(alice, contract)

    assert [words for words in said(person, job).values() if words] == []
    assert f"/jobs/{job.pk}/" in person.get("/jobs/").content.decode()


def test_what_is_left_says_how_it_went(program: APIClient, alice: Actor, contract: Contract, job: Job) -> None:
    restrict(alice, contract)

    detail = program.get(f"/api/v1/jobs/{job.pk}/").json()
    listed = program.get("/api/v1/jobs/").json()["results"]

    assert listed == [detail]
    assert (detail["title"], detail["kind"], detail["state"], detail["percent"]) == (
        "Telling",
        "test.telling",
        "succeeded",
        100,
    )
    assert (detail["message"], detail["error"], detail["result"]) == ("", "", {})
    assert detail["problems"] == [{"where": "", "message": ""}]


def test_a_job_that_still_runs_has_no_words_either(
    person: Client, alice: Actor, bob: Actor, contract: Contract
) -> None:
    queued = started(bob, contract, is_run=False)
    restrict(alice, contract)

    answer = person.post(f"/api/v1/jobs/{queued.pk}/cancel/")

    assert [words for words in said(person, queued).values() if words] == []
    assert (answer.json()["title"], answer.json()["state"]) == ("Telling", "cancelled")


def test_neither_search_nor_order_gives_the_title_away(
    person: Client, alice: Actor, bob: Actor, contract: Contract, job: Job
) -> None:
    other = started(bob, None)
    Job.objects.filter(pk=other.pk).update(title="Aardvark")
    restrict(alice, contract)

    found = person.get("/jobs/?q=merger").content.decode()
    ordered = person.get("/jobs/?sort=title").content.decode()

    assert f"/jobs/{job.pk}/" not in found
    assert ordered.index(f"/jobs/{job.pk}/") < ordered.index(f"/jobs/{other.pk}/")


def test_words_come_back_with_the_access(
    person: Client, alice: Actor, bob: Actor, contract: Contract, job: Job
) -> None:
    restrict(alice, contract)
    restrict(alice, contract, bob)

    assert said(person, job)[f"/jobs/{job.pk}/"] == list(WORDS)


def test_a_role_that_sees_the_contract_no_more_reads_no_words(
    program: APIClient, acme: Cast, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every role inside reads contracts today: the table is narrowed for this."""
    monkeypatch.setitem(VERBS, "contracts.view_contract", frozenset({"legal", "executive"}))
    before = program.get(f"/api/v1/jobs/{job.pk}/").json()
    Membership.objects.filter(user_id=acme.users["executive"].pk).update(roles=["auditor"])

    detail = program.get(f"/api/v1/jobs/{job.pk}/").json()

    assert before["title"] == "Merger talks"
    assert (detail["title"], detail["result"], detail["problems"]) == ("Telling", {}, [{"where": "", "message": ""}])


def test_somebody_elses_job_is_without_words_also_where_its_contract_is_seen(acme: Cast, job: Job) -> None:
    administrator = signed_in(Client(), acme, "administrator")

    assert [words for words in said(administrator, job).values() if words] == []


def test_a_job_about_nothing_in_particular_keeps_its_words(person: Client, bob: Actor) -> None:
    job = started(bob, None)

    assert said(person, job)[f"/api/v1/jobs/{job.pk}/"] == list(WORDS)


def test_a_subject_that_nobody_could_be_found_to_see_is_refused(bob: Actor, job: Job) -> None:
    with pytest.raises(LookupError, match=r"jobs\.job"):
        start_job(bob, kind="test.telling", title="x", parameters={}, subject=job)


def test_as_many_queries_for_many(person: Client, alice: Actor, bob: Actor, contract: Contract) -> None:
    addresses = ("/", "/jobs/", "/api/v1/jobs/")

    def asked(address: str) -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert person.get(address).status_code == 200
        return len(queries)

    hidden = create_contract(actor=alice, title="Hidden")
    restrict(alice, hidden)
    # More than the home page shows of each, so that only the lists grow.
    for subject in (contract, hidden, None) * 2:
        started(bob, subject)
        started(bob, subject, is_run=False)
    for address in addresses:
        person.get(address)
    few = {address: asked(address) for address in addresses}
    for subject in (contract, hidden, None) * 5:
        started(bob, subject)
        started(bob, subject, is_run=False)

    assert {address: asked(address) for address in addresses} == few
