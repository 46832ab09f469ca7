"""Contracts come in together: tried without a trace, imported once, corrected and gone on with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clm.access.permissions import visible
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry
from clm.documents.models import Blob
from clm.jobs.models import Job
from clm.jobs.operations.retry_job import retry_job
from clm.jobs.runner import run
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from contracts.engine.import_fields import mapping_of
from contracts.models import Contract, ContractImport, ImportFile, ImportRow, Party, TextSketch, Version
from contracts.operations.archive_contract import archive_contract
from contracts.operations.create_party import create_party
from contracts.operations.imports.decide_import_rows import decide_import_rows
from contracts.operations.imports.map_import import map_import
from contracts.operations.imports.replace_import_sheet import replace_import_sheet
from contracts.operations.imports.run_import import run_import
from contracts.operations.retention.add_retention_rule import add_retention_rule
from contracts.operations.retention.approve_disposal import approve_disposal
from contracts.operations.retention.propose_disposal import propose_disposal
from contracts.papers import import_running
from contracts.queries.custom_fields import values_of
from tests.cast import Cast
from tests.contracts.imports.packed import (
    done,
    outcomes,
    packed,
    read,
    rows_of,
    started,
    text_of,
    tried,
    two_files,
    work,
)

Outcome = ImportRow.Outcome


@pytest.fixture
def ours(alice: Actor) -> Party:
    return create_party(actor=alice, name="Acme Ltd", is_ours=True)


def test_a_trial_says_what_would_happen_and_writes_nothing(alice: Actor, ours: Party) -> None:
    batch = read(alice, two_files())
    assert batch.mapping["columns"]["File name"] == "file"
    assert (batch.mapping["date_order"], batch.mapping["decimal_point"]) == ("dmy", ",")
    before = LedgerEntry.objects.filter(contract_id__isnull=False).count()

    rows = tried(alice, batch, our_party=str(ours.pk))

    assert outcomes(rows) == [Outcome.READY, Outcome.REFUSED], [row.problems for row in rows.values()]
    assert rows[2].problems == [{"field": "Signed", "code": "date", "message": "“31.13.2024”: Not a date."}]
    assert (Contract.objects.count(), Version.objects.count(), Party.objects.count()) == (0, 0, 1)
    assert LedgerEntry.objects.filter(contract_id__isnull=False).count() == before
    assert batch.state == "tried"


def test_rows_become_contracts_by_the_verbs_that_file_them(alice: Actor, ours: Party) -> None:
    batch = read(alice, two_files())
    tried(alice, batch, our_party=str(ours.pk), tags=["legacy"])

    rows = done(alice, batch)

    contract = rows[1].contract
    assert contract is not None
    assert (contract.title, contract.state, contract.value_amount, contract.currency, contract.tags) == (
        "Hosting of the shop", "active", Decimal("1200.5"), "EUR", ["legacy"],
    )  # fmt: skip
    parties = {part.role: part.party.name for part in contract.parties.select_related("party")}
    assert parties == {"ours": "Acme Ltd", "counterparty": "Cirrus GmbH"}
    assert contract.term_ends_on == date(2034, 3, 1)
    version = contract.versions.get()
    assert (version.state, version.file_name, version.blob.sha256) == (
        "final", "one.txt", ImportFile.objects.get(path="one.txt").blob.sha256,
    )  # fmt: skip
    told = set(LedgerEntry.objects.filter(contract_id=contract.pk).values_list("event", flat=True))
    assert {"contract.created", "version.added", "contract.executed", "contract.activated"} <= told
    about = list(LedgerEntry.objects.filter(subject_id=batch.pk).order_by("id").values_list("event", flat=True))
    assert about == [
        "import.started", "import.read", "import.mapped", "import.tried", "import.begun", "import.finished",
    ]  # fmt: skip
    assert (batch.state, batch.archive, outcomes(rows)) == ("finished", None, ["created", "refused"])


def test_what_was_refused_is_corrected_and_nothing_comes_twice(alice: Actor, ours: Party) -> None:
    batch = read(alice, two_files())
    tried(alice, batch, our_party=str(ours.pk))
    done(alice, batch)
    heads = ["File name", "Title", "Signed"]
    again = {"File name": "one.txt", "Title": "Hosting, said otherwise"}
    corrected = {"File name": "two.txt", "Title": "Cleaning", "Signed": "31.12.2024"}
    replace_import_sheet(actor=alice, import_id=batch.pk, heads=heads, rows=[(2, again), (3, corrected)])
    batch.refresh_from_db()

    rows = tried(alice, batch, duplicates="import")
    assert outcomes(rows) == [Outcome.CREATED, Outcome.SKIPPED, Outcome.READY]
    rows = done(alice, batch)

    assert outcomes(rows) == [Outcome.CREATED, Outcome.SKIPPED, Outcome.CREATED]
    assert sorted(Contract.objects.values_list("title", "state")) == [
        ("Cleaning", "draft"), ("Hosting of the shop", "active"),
    ]  # fmt: skip
    assert "It stays a draft" in rows[3].notes[0]["message"]


def test_strictly_signed_refuses_what_lacks(alice: Actor, ours: Party) -> None:
    batch = read(alice, packed({"a.txt": text_of(1)}))

    rows = tried(alice, batch, state="signed")

    assert (outcomes(rows), rows[1].problems[0]["code"]) == (["refused"], "signed_on_missing")


@pytest.mark.parametrize("policy", ["skip", "import", "ask"])
def test_duplicates_by_bytes_by_words_and_nearly(alice: Actor, policy: str) -> None:
    body = text_of(1, 300)
    near = body.replace(b"storage", b"warehouse", 2)
    files = {"a.txt": body, "b.txt": body, "c.txt": body.upper(), "d.txt": near, "e.txt": text_of(2, 300)}
    batch = read(alice, packed(files))

    rows = tried(alice, batch, duplicates=policy)

    assert [rows[n].like_kind for n in rows] == ["", "bytes", "text", "near", ""]
    assert [rows[n].like_row for n in (2, 3, 4)] == [1, 1, 1]
    assert 80 <= rows[4].likeness < 100
    if policy == "ask":
        with pytest.raises(DomainError, match="3 duplicates wait"):
            run_import(actor=alice, import_id=batch.pk)
        decide_import_rows(actor=alice, import_id=batch.pk, numbers=[2, 3], decision="skip")
        decide_import_rows(actor=alice, import_id=batch.pk, numbers=[4], decision="import")
    rows = done(alice, batch)
    made = {"skip": [1, 5], "import": [1, 2, 3, 4, 5], "ask": [1, 4, 5]}[policy]
    assert [n for n in rows if rows[n].contract] == made
    assert rows[4].like == (rows[1].contract if policy != "import" else rows[4].like)


def test_lines_without_documents_are_known_by_their_reference(alice: Actor) -> None:
    sheet = b"Reference,Title\nV-1,One\nV-1,One again\n,Two\n,Three\n"
    batch = read(alice, packed({"list.csv": sheet}))

    rows = tried(alice, batch, rows_alone=True)

    assert outcomes(rows) == ["ready", "duplicate", "ready", "ready"], [row.problems for row in rows.values()]
    assert (rows[2].like_row, rows[2].like_kind) == (1, "number")
    assert outcomes(done(alice, batch)) == ["created", "skipped", "created", "created"]
    again = tried(alice, read(alice, packed({"list.csv": sheet})), rows_alone=True)
    assert (again[1].outcome, again[1].like) == ("duplicate", Contract.objects.get(external_reference="V-1"))


def test_what_another_import_brings_in_between_is_found_under_the_lock(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (read(alice, packed({"a.txt": text_of(1, 300)})) for _n in range(2))
    for batch in (first, second):
        tried(alice, batch)
    real = import_running.import_row

    def late(**given: Any) -> Any:
        monkeypatch.setattr(import_running, "import_row", real)
        done(alice, second)
        return real(**given)

    monkeypatch.setattr(import_running, "import_row", late)

    row = done(alice, first)[1]

    assert (row.outcome, row.like_kind, row.like) == ("skipped", "bytes", Contract.objects.get())


def test_of_contracts_that_one_does_not_see_only_the_same_bytes_are_told(alice: Actor, acme: Cast) -> None:
    body = text_of(1, 300)
    hidden = read(alice, packed({"a.txt": body}), is_confidential=True)
    tried(alice, hidden)
    contract = done(alice, hidden)[1].contract
    assert contract is not None
    assert contract.is_confidential
    near = body.replace(b"storage", b"warehouse", 2)

    batch = read(acme["legal"], packed({"b.txt": body, "c.txt": body.upper(), "d.txt": near + b" more"}))
    rows = tried(acme["legal"], batch, state="draft")

    assert (rows[1].like, rows[1].like_kind, rows[1].likeness) == (None, "hidden", None)
    # They are like row 1, which this person has, and like nothing else that is told.
    assert [(rows[n].like, rows[n].like_row) for n in (2, 3)] == [(None, 1), (None, 1)]
    assert not visible(acme["legal"], ContractImport.objects.filter(pk=hidden.pk)).exists()


def test_killed_in_the_middle_it_goes_on_and_nothing_is_there_twice(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = read(alice, packed({f"{n:02}.txt": text_of(n) for n in range(8)}))
    tried(alice, batch)
    real, calls = import_running.import_row, []

    def dying(**given: Any) -> Any:
        calls.append(given)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(import_running, "import_row", dying)
    job = run_import(actor=alice, import_id=batch.pk)
    with pytest.raises(KeyboardInterrupt):
        run(job.pk, job.organization_id)
    assert Contract.objects.count() == 3
    Job.objects.filter(pk=job.pk).update(state="queued")

    work(batch)

    assert (Contract.objects.count(), outcomes(rows_of(batch)), batch.state) == (8, ["created"] * 8, "finished")
    assert len({row.contract_id for row in rows_of(batch).values()}) == 8


def test_cancelled_it_goes_on_where_it_ended(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = read(alice, packed({f"{n:02}.txt": text_of(n) for n in range(5)}))
    tried(alice, batch)
    real = import_running.import_row

    def asked_to_stop(**given: Any) -> Any:
        Job.objects.filter(pk=job.pk).update(cancel_requested_at="2026-01-01T00:00:00Z")
        return real(**given)

    monkeypatch.setattr(import_running, "import_row", asked_to_stop)
    job = run_import(actor=alice, import_id=batch.pk)
    run(job.pk, job.organization_id)
    job.refresh_from_db()
    assert (job.state, Contract.objects.count()) == ("cancelled", 1)
    monkeypatch.setattr(import_running, "import_row", real)

    assert outcomes(done(alice, batch)) == ["created"] * 5
    assert Contract.objects.count() == 5


def test_nothing_else_happens_while_a_job_works_on_it(alice: Actor) -> None:
    batch = started(alice, two_files())

    with pytest.raises(DomainError, match="A job works on this import"):
        run_import(actor=alice, import_id=batch.pk)


def test_a_job_of_an_earlier_step_does_nothing_when_it_is_asked_for_again(alice: Actor) -> None:
    batch = read(alice, packed({"a.txt": text_of(1)}))
    map_import(actor=alice, import_id=batch.pk, mapping=mapping_of(batch.mapping))
    trial = Job.objects.filter(subject_id=batch.pk).latest("id")
    Job.objects.filter(pk=trial.pk).update(state="failed", attempts=5)
    tried(alice, batch)
    before = set(rows_of(batch))
    begun = run_import(actor=alice, import_id=batch.pk)

    with pytest.raises(DomainError, match="Another job works on the same"):
        retry_job(actor=alice, job_id=trial.pk)
    Job.objects.filter(pk=trial.pk).update(state="queued")
    run(trial.pk, trial.organization_id)

    assert (Job.objects.get(pk=trial.pk).state, set(rows_of(batch))) == ("failed", before)
    run(begun.pk, begun.organization_id)
    assert outcomes(rows_of(batch)) == ["created"]
    replace_import_sheet(actor=alice, import_id=batch.pk, heads=[], rows=[])
    Job.objects.filter(pk=begun.pk).update(state="queued")
    run(begun.pk, begun.organization_id)
    assert "went on since" in Job.objects.get(pk=begun.pk).error


def test_bytes_are_locked_before_it_is_asked_who_needs_them(alice: Actor) -> None:
    batch = started(alice, two_files())
    with CaptureQueriesContext(connection) as asked:
        work(batch)
    said = [each["sql"] for each in asked]
    erased = next(at for at, sql in enumerate(said) if sql.startswith('UPDATE "documents_blob" SET "storage_name"'))
    locked = max(at for at, sql in enumerate(said[:erased]) if "documents_blob" in sql and "FOR UPDATE" in sql)
    assert any("contracts_requestfile" in sql for sql in said[locked:erased])


def test_who_may(alice: Actor, bob: Actor, charlie: Actor, acme: Cast, globex: Cast) -> None:
    batch = read(alice, two_files())
    with pytest.raises(Forbidden):
        started(bob, two_files())
    with organization_scope(globex.organization.pk), pytest.raises(NotVisible):
        run_import(actor=charlie, import_id=batch.pk)
    with pytest.raises(Invalid, match="You may not file signed contracts"):
        tried(acme["procurement"], batch)
    assert read(acme["procurement"], packed({"a.txt": text_of(7)})).mapping["state"] == "draft"


def test_lines_and_files_that_do_not_meet(alice: Actor) -> None:
    sheet = "Document,Title\na/x.txt,One\nx.txt,Two\nnowhere.txt,Three\n,Four\nY,Five\n".encode("utf-8-sig")
    files = {"a/x.txt": text_of(1), "b/x.txt": text_of(2), "y.txt": text_of(3), "z.txt": text_of(4), "e.txt": b""}
    batch = read(alice, packed(files), sheet)

    rows = tried(alice, batch)

    assert [(row.outcome, [each["code"] for each in row.problems]) for row in rows.values()] == [
        ("ready", []),
        ("refused", ["file_ambiguous"]),
        ("refused", ["file_missing"]),
        ("refused", ["file_missing"]),
        ("ready", []),
        ("ready", []),  # b/x.txt, that no line names for sure
        ("ready", []),  # z.txt
        ("refused", ["empty_file"]),
    ]
    rows = tried(alice, batch, rows_alone=True, files_alone=False)
    assert outcomes(rows) == ["ready", "refused", "ready", "ready", "ready"]


def test_what_cannot_be_read_is_left_with_a_note_where_it_is_said_so(alice: Actor, ours: Party) -> None:
    sheet = b"File,Title,Effective,End,Law,Notice\na.txt,A,5/8/14,perpetual,Atlantis,30 days; 60 days\n"
    batch = read(alice, packed({"a.txt": text_of(1)}), sheet)

    assert outcomes(tried(alice, batch)) == ["refused"]
    assert outcomes(tried(alice, batch, unread="leave", our_party=str(ours.pk))) == ["ready"]
    row = done(alice, batch)[1]

    assert {each["field"] for each in row.notes} >= {"End", "Law", "Notice"}
    assert (row.contract.state, row.contract.jurisdiction) == ("draft", "")


def test_one_cell_never_ends_the_whole_trial(alice: Actor, ours: Party) -> None:
    long = "9" * 4500
    cells = {
        "Start": ("01.01.2024", "31.12.9999", "01.01.2024", "01.01.2024", "01.01.2024", "31.12.9999", "01.01.2024"),
        "End": ("31.12.9999", "31.12.9999", "", "", "31.12.2024", "", "31.12.2024"),
        "Term": ("", "", long, "12", "", "12", ""),
        "Notice": ("", "", "", long, "", "", "30 days"),
        "Value": ("", "", "", "", long, "", "7"),
        "LEI": ("", "", "", "", long, "", ""),
    }
    lines = [";".join(("Title", "Currency", *cells))]
    lines += [";".join((f"T{number}", "EUR", *said)) for number, said in enumerate(zip(*cells.values(), strict=True))]
    batch = read(alice, packed({"list.csv": "\n".join(lines).encode()}))

    rows = tried(alice, batch, our_party=str(ours.pk), rows_alone=True, state="draft")

    assert outcomes(rows) == ["refused"] * 6 + ["ready"], [row.problems for row in rows.values()]


def test_own_fields_numbers_people_and_departments(alice: Actor, ours: Party) -> None:
    from clm.accounts.models import Team
    from contracts.models import CustomField, PartyIdentifier

    facts = {"organization_id": alice.organization_id}
    CustomField.objects.create(**facts, key="risk", label="Risk class", kind="choice", choices=["A", "B"])
    CustomField.objects.create(**facts, key="cap", label="Cap", kind="amount")
    CustomField.objects.create(**facts, key="renewed", label="Seen", kind="date")
    Team.objects.create(**facts, name="Purchasing", kind="department")
    sheet = (
        b"File;Counterparty;VAT number;Risk class;Cap;Seen;Department;Owner;Contract type\n"
        b"a.txt;Cirrus GmbH;DE 136695976;A;EUR 1.500,00;1.2.24;purchasing;alice@acme.example;NDA\n"
        b"b.txt;Other name;DE136695976;C;;;Nowhere;nobody@acme.example;Weird\n"
    )
    batch = read(alice, packed({"a.txt": text_of(1), "b.txt": text_of(2)}), sheet)
    assert batch.mapping["columns"]["Risk class"] == "custom:risk"
    owner = Contract._meta.get_field("owner").related_model.objects.get(pk=alice.user_id)

    rows = tried(alice, batch, decimal_point=",")
    told = {each["field"] for each in rows[2].problems}
    assert told == {"Risk class", "Department", "Owner", "Contract type"}
    assert rows[1].problems == [] or owner.email != "alice@acme.example"
    contract = done(alice, batch)[1].contract

    assert contract is not None
    assert values_of(contract) == {
        "risk": "A", "cap": {"amount": "1500", "currency": "EUR"}, "renewed": "2024-02-01",
    }  # fmt: skip
    assert (contract.category, contract.department.name) == ("nda", "Purchasing")
    assert PartyIdentifier.objects.get().value == "DE136695976"


def test_a_row_that_is_a_contract_never_changes(alice: Actor) -> None:
    from django.db import IntegrityError, transaction

    batch = read(alice, packed({"a.txt": text_of(1)}))
    tried(alice, batch)
    done(alice, batch)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ImportRow.objects.filter(batch=batch).update(title="Other")
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ImportRow.objects.filter(batch=batch).delete()


def test_the_archive_and_its_sheet_are_let_go_once_they_are_read(alice: Actor) -> None:
    batch = started(alice, two_files())
    archive = batch.archive
    assert archive is not None

    work(batch)

    assert Blob.objects.get(pk=archive.pk).is_erased
    assert {file.path: file.blob is None for file in batch.files.all()} == {
        "one.txt": False, "two.txt": False, "list.csv": True,
    }  # fmt: skip
    assert Blob.objects.exclude(storage_name="").count() == 2


def test_of_a_contract_that_is_disposed_of_its_import_says_no_more_what_it_was(alice: Actor, acme: Cast) -> None:
    files = {"a.txt": text_of(1), "b.txt": text_of(2), "a-once-more.txt": text_of(1), "A.TXT.txt": text_of(1).upper()}
    batch = read(alice, packed(files))
    tried(alice, batch, state="draft")
    contract = done(alice, batch)[1].contract
    assert contract is not None
    sheet = b"File,Title\na.txt,Secret\n"
    twice = read(alice, packed({"a.txt": text_of(1)}), sheet)
    assert outcomes(tried(alice, twice, state="draft")) == ["duplicate"]
    with clock.set_to(datetime(2024, 1, 1, tzinfo=UTC)):
        archive_contract(actor=alice, contract_id=contract.pk)
    add_retention_rule(
        actor=alice, name="Short", keep_months=1, basis="Policy", category="", jurisdiction="", counts_from="end"
    )
    disposal = propose_disposal(actor=alice, contract_id=contract.pk, reason="Old")
    approve_disposal(actor=acme["legal"], disposal_id=disposal.pk)

    row = ImportRow.objects.select_related("file").get(contract=contract)
    assert row.file is not None
    assert (row.cells, row.title, row.file.path, row.file.blob, row.file.text_key) == ({}, "", "", None, "")
    assert Version.objects.get(contract=contract).blob.is_erased
    assert Blob.objects.exclude(storage_name="").count() == 1
    assert sorted(batch.files.exclude(blob=None).values_list("path", flat=True)) == ["b.txt"]
    left_out = rows_of(twice)[1]
    assert left_out.file is not None
    assert (left_out.cells, left_out.title, left_out.file.path, left_out.outcome) == ({}, "", "", "skipped")
    assert outcomes(done(alice, twice)) == ["skipped"]
    assert outcomes(tried(alice, twice, state="draft")) == ["refused", "refused"]
    assert not TextSketch.objects.filter(version__contract=contract).exists()
    again = read(alice, packed({"c.txt": text_of(1)}))
    assert outcomes(tried(alice, again, state="draft")) == ["ready"]
