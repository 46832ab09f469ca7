from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from clm.access.scope import organization_scope
from clm.accounts.models import ApiToken, Organization
from clm.accounts.operations.issue_token import issue_token
from clm.audit import seals
from clm.audit.models import LedgerEntry
from clm.audit.operations.verify_ledger import verify_ledger
from clm.events.record import Event, record
from clm.jobs.models import Job
from clm.lib import clock
from clm.lib.canonical import digest
from clm.lib.errors import Forbidden
from tests.cast import Cast
from tests.clm.audit.test_chain import sql
from tests.proof import last_event

Entries = Callable[[int], None]


def token_digest(token: ApiToken) -> str:
    return digest({"name": token.name, "scopes": token.scopes})


@pytest.fixture
def sealed_token(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiToken]:
    """A row that the ledger vouches for."""
    seal = seals.Seal(ApiToken, frozenset({"token.sealed"}), token_digest)
    monkeypatch.setitem(seals.SEALS, "accounts.apitoken", seal)
    token, _secret = issue_token(
        actor=acme["integration"], name="Robot", scopes=["jobs.*"], expires_at=clock.now() + timedelta(days=1)
    )
    record(acme["integration"], Event("token.sealed", "x", token, after={"digest": token_digest(token)}))
    return token


def test_a_ledger_that_holds(acme: Cast, entries: Entries) -> None:
    entries(3)

    outcome = verify_ledger(actor=acme["auditor"])

    assert (outcome.holds, outcome.entries, outcome.unchained) == (True, 3, 0)
    assert last_event()[0] == "ledger.verified"
    assert last_event()[1]["holds"] is True


def test_a_sealed_row_as_recorded(acme: Cast, sealed_token: ApiToken) -> None:
    assert verify_ledger(actor=acme["auditor"]).sealed_rows == 1
    assert verify_ledger(actor=acme["auditor"]).seals == ()


def test_an_altered_sealed_value_is_found(acme: Cast, sealed_token: ApiToken) -> None:
    ApiToken.objects.update(name="Somebody else")

    found = verify_ledger(actor=acme["auditor"]).seals

    assert [(s.model, s.row_id, s.problem) for s in found] == [
        ("accounts.apitoken", sealed_token.pk, "was changed after it was recorded")
    ]


def test_a_sealed_row_that_is_gone_is_found(acme: Cast, sealed_token: ApiToken) -> None:
    ApiToken.objects.all().delete()

    assert [s.problem for s in verify_ledger(actor=acme["auditor"]).seals] == ["was recorded and is gone"]


def test_only_readers_verify(acme: Cast) -> None:
    with pytest.raises(Forbidden):
        verify_ledger(actor=acme["finance"])


def test_the_command_says_that_it_holds(acme: Cast, entries: Entries) -> None:
    entries(2)
    out = StringIO()

    call_command("verify_ledger", "--organization", "acme", stdout=out)

    assert "acme: the ledger holds (2 entries, 0 sealed rows" in out.getvalue()


def test_the_command_names_the_place_and_fails(acme: Cast, entries: Entries) -> None:
    entries(3)
    sql("UPDATE audit_ledgerentry SET reason = 'x' WHERE sequence = 2")
    out = StringIO()

    with pytest.raises(CommandError) as failure:
        call_command("verify_ledger", stdout=out)

    assert failure.value.returncode == 1
    assert "acme: entry 2 was changed after it was written" in out.getvalue()


def test_the_command_knows_no_such_organization(db: None) -> None:
    with pytest.raises(CommandError) as failure:
        call_command("verify_ledger", "--organization", "nobody")

    assert failure.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_the_page_starts_a_job_that_names_every_break(acme: Cast, entries: Entries) -> None:
    entries(2)
    sql("UPDATE audit_ledgerentry SET reason = 'x' WHERE sequence = 1")
    client = Client()
    client.force_login(acme.users["auditor"], backend="django.contrib.auth.backends.ModelBackend")

    page = client.post("/ledger/verify/", follow=True)

    job = Job.objects.get()
    assert (job.state, job.result["holds"]) == ("succeeded", False)
    assert job.problems == [{"where": "entry 1", "message": "was changed after it was written"}]
    assert "The ledger does not hold." in page.content.decode()


def test_another_organizations_ledger_is_not_touched(acme: Cast, globex: Cast, entries: Entries) -> None:
    entries(2)

    with organization_scope(globex.organization.pk):
        assert LedgerEntry.objects.count() == 0
    assert Organization.objects.count() == 2
