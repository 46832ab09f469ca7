from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clm.access.scope import organization_scope
from clm.accounts.models import ApiToken, Organization
from clm.accounts.operations.issue_token import issue_token
from clm.audit import seals
from clm.audit.chain import chain_entries
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


def test_a_ledger_that_holds(acme: Cast, founded: Cast, entries: Entries) -> None:
    entries(2)

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


def test_a_row_put_in_behind_the_ledger_is_found(acme: Cast, sealed_token: ApiToken) -> None:
    forged = ApiToken.objects.create(
        organization=acme.organization, user=acme.users["legal"], name="x", prefix="x", key_hash="x", scopes=[],
        expires_at=clock.now(),
    )  # fmt: skip

    found = verify_ledger(actor=acme["auditor"]).seals

    assert [(s.row_id, s.sequence, s.problem) for s in found] == [(forged.pk, None, "is there and was never recorded")]


def test_a_sealed_row_forged_with_its_entry_is_found(acme: Cast, founded: Cast, sealed_token: ApiToken) -> None:
    chain_entries(acme.organization.pk)
    ApiToken.objects.update(name="Somebody else")
    sealed_token.refresh_from_db()
    forged = token_digest(sealed_token)
    sql("UPDATE audit_ledgerentry SET after = jsonb_build_object('digest', %s) WHERE event = 'token.sealed'", forged)

    outcome = verify_ledger(actor=acme["auditor"])

    assert (outcome.seals, [found.problem for found in outcome.chain]) == ((), ["was changed after it was written"])


def test_verifying_reads_a_chunk_at_a_time(
    acme: Cast, founded: Cast, entries: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries(5)
    monkeypatch.setattr("clm.audit.chain.CHUNK", 2)
    heard: list[int] = []

    with CaptureQueriesContext(connection) as queries:
        verify_ledger(actor=acme["auditor"], heard=heard.append)

    assert heard == [0, 2, 4]
    assert [query["sql"] for query in queries if "ledgerentry" in query["sql"] and "<= 6" in query["sql"]]


def test_only_readers_verify(acme: Cast) -> None:
    with pytest.raises(Forbidden):
        verify_ledger(actor=acme["finance"])


def test_the_command_says_that_it_holds(acme: Cast, founded: Cast, entries: Entries) -> None:
    entries(2)
    head = LedgerEntry.objects.get(sequence=3).hash
    out = StringIO()

    call_command("verify_ledger", "--organization", "acme", stdout=out)

    assert out.getvalue().splitlines() == [
        "acme: the ledger holds (3 entries, 0 seals, 0 sealed rows)",
        f"acme: the head is 3:{head}",
    ]


def test_the_command_compares_a_head_that_was_noted(acme: Cast, founded: Cast, entries: Entries) -> None:
    entries(2)
    out = StringIO()
    noted = LedgerEntry.objects.get(sequence=2).hash

    call_command("verify_ledger", "--organization", "acme", "--head", f"2:{noted}", stdout=out)
    with pytest.raises(CommandError):
        call_command("verify_ledger", "--organization", "acme", "--head", f"3:{noted}", stdout=out)
    with pytest.raises(CommandError):
        call_command("verify_ledger", "--organization", "acme", "--head", f"99:{noted}", stdout=out)

    assert f"acme: entry 3 was noted with the hash {noted} and has another" in out.getvalue()
    assert "acme: entry 99 was noted as the head and is missing: the chain is shorter" in out.getvalue()


@pytest.mark.parametrize("arguments", [["--head", "2:" + "0" * 64], ["--organization", "acme", "--head", "2:zz"]])
def test_the_command_refuses_a_head_it_cannot_use(acme: Cast, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("verify_ledger", *arguments)


def test_a_wiped_ledger_does_not_verify(acme: Cast, founded: Cast, entries: Entries) -> None:
    entries(2)
    sql("DELETE FROM events_outboxevent")
    sql("DELETE FROM audit_ledgerentry")
    sql("DELETE FROM audit_chainhead")

    first, second = (verify_ledger(actor=acme["auditor"]) for _turn in range(2))
    chain_entries(acme.organization.pk)
    third = verify_ledger(actor=acme["auditor"])

    assert [found.problem for found in first.chain] == [
        "the ledger is empty, and the founding of its organization was its first entry"
    ]
    assert [(found.sequence, found.problem) for found in second.chain + third.chain] == [
        (1, "is not the founding of the organization: the beginning was removed or replaced")
    ] * 2


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
def test_the_page_starts_a_job_that_names_every_break(acme: Cast, founded: Cast, entries: Entries) -> None:
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
