"""Jobs about one contract name it, so that their words go with the access to it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from clm.jobs.models import Job
from clm.jobs.runner import run
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Passage
from contracts.operations.restrict_contract import restrict_contract
from slas.models import Breach, EvaluationWindow
from slas.operations.ingest_samples import ingest_samples
from slas.requests import request_evidence, request_import, request_report
from tests.cast import Cast
from tests.slas.conftest import Bind, judge
from tests.slas.test_api import IN_GRACE, SAMPLES

CSV = b"indicator,at,status\nweb,2026-01-01T00:00Z,up\n"


def subject(job: Job) -> tuple[str, object]:
    job.refresh_from_db()
    return job.subject_type, job.subject_id


@pytest.fixture
def breach(alice: Actor, active: Bind) -> Breach:
    active(IN_GRACE)
    ingest_samples(actor=alice, samples=SAMPLES)
    for window in EvaluationWindow.objects.all():
        judge(alice, window, IN_GRACE)
    return Breach.objects.get()


def test_papers_are_about_their_contract(alice: Actor, breach: Breach) -> None:
    report = request_report(alice, breach.contract_id, date(2026, 1, 1))
    bundle = request_evidence(alice, breach.pk)

    assert subject(report) == ("contracts.contract", breach.contract_id)
    assert subject(bundle) == ("slas.breach", breach.pk)


def test_a_file_for_one_contract_or_one_indicator_is_about_that_contract(alice: Actor, breach: Breach) -> None:
    for_contract = request_import(alice, content=CSV, file_name="x.csv", contract_id=breach.contract_id)
    for_indicator = request_import(alice, content=CSV, file_name="x.csv", indicator="web")
    for_all = request_import(alice, content=CSV, file_name="x.csv")

    about = ("contracts.contract", breach.contract_id)
    assert [subject(job) for job in (for_contract, for_indicator, for_all)] == [about, about, ("", None)]


def test_the_key_of_a_hidden_indicator_is_unknown(alice: Actor, acme: Cast, breach: Breach) -> None:
    restrict_contract(actor=alice, contract_id=breach.contract_id, people=[acme.users["alice"].pk])
    for key in ("web", "nothere"):
        with pytest.raises(Invalid) as refusal:
            request_import(acme["account_manager"], content=CSV, file_name="mine.csv", indicator=key)
        assert refusal.value.code == "indicator_unknown"


def test_a_report_of_a_contract_that_became_confidential_is_not_named(
    alice: Actor, bob: Actor, acme: Cast, passage: Passage
) -> None:
    contract = passage.version.contract
    job = request_report(bob, contract.pk, date(2026, 1, 1))
    run(job.pk, job.organization_id)
    paper_url = Job.objects.get(pk=job.pk).result["url"]
    person = Client()
    person.force_login(acme.users["executive"], backend="django.contrib.auth.backends.ModelBackend")
    assert contract.reference in person.get(reverse("job", args=[job.pk])).content.decode()
    assert b"".join(person.get(paper_url)).startswith(b"%PDF-")

    restrict_contract(actor=alice, contract_id=contract.pk)

    shown = person.get(reverse("job", args=[job.pk])).content.decode()
    assert "Service report" in shown
    assert [word for word in (contract.reference, paper_url) if word in shown] == []
    assert person.get(paper_url).status_code == 404
