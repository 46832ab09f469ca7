"""One text to many: looked at row by row, each row once, past every gate, and on after whatever ended it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.audit.models import LedgerEntry
from clm.documents.extraction import Refused
from clm.jobs import runner
from clm.jobs.models import Job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.adapters.csv_rows import MOST_ROWS, parsed
from contracts.api import bulk_sends as bulk_api
from contracts.models import BulkRow, BulkSend, Contract, Envelope, Recipient
from contracts.operations.bulk.create_bulk_send import change_bulk_send
from contracts.operations.bulk.start_bulk_send import start_bulk_send
from contracts.operations.restrict_contract import restrict_contract
from contracts.papers import bulk_sends
from contracts.queries.bulk_sends import asked, dry_run, guessed_mapping
from tests.access.test_routes import organization_scope_left
from tests.cast import Cast
from tests.contracts.approval.routed import LEGAL, matrix_of
from tests.contracts.requests.asked import supply_version
from tests.contracts.signing.lists import COLUMNS, MAPPING, ROWS, brought, our_party
from tests.contracts.signing.sent import ready_contract


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "wrong_type"),
        (b"Name;Name\na;b", "wrong_type"),
        (b"Name,E-mail\n", "empty_file"),
        (b"Name,E-mail\na,b,c", "corrupt"),
        (b'Name\n"a', "corrupt"),
        (b"Name\n\xff", "wrong_type"),
        (b"Name\n" + b"a\n" * (MOST_ROWS + 1), "too_large"),
        (b"Name\n" + b"a" * 2001, "too_large"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parsed(content)
    assert refusal.value.code == code


def test_delimiters_marks_and_short_lines_are_read() -> None:
    found = parsed("\ufeffName;E-mail;Company\nCarl; c@x.example\n;;\n".encode())
    assert found == {"columns": ["Name", "E-mail", "Company"], "rows": [["Carl", "c@x.example", ""]]}


def run(actor: Actor, bulk: BulkSend) -> Job:
    job = start_bulk_send(actor=actor, bulk_id=bulk.pk)
    runner.run(job.pk, job.organization_id)
    job.refresh_from_db()
    return job


def states(bulk: BulkSend) -> list[str]:
    rows = BulkRow.objects.filter(bulk=bulk)
    return ["sent" if row.sent_at else row.code or "waiting" for row in rows]


def test_a_template_is_filled_in_for_each_row(acme: Cast, alice: Actor) -> None:
    columns = [*COLUMNS, "Law", "Party name"]
    laws = ["New York", "Mars"]
    rows = [
        {**row, "E-mail": f"p{n}@x.example", "Law": laws[n], "Party name": row["Company"]}
        for n, row in enumerate(ROWS[:2])
    ]
    version = supply_version(acme["legal"])
    bulk = brought(alice, columns=columns, rows=rows, template_version_id=version.pk, mapping=None)
    assert bulk.mapping["answer:party_name"] == "Party name"  # columns are known by their names
    assert bulk.mapping["answer:law"] == "Law"
    change_bulk_send(actor=alice, bulk_id=bulk.pk, mapping={**bulk.mapping, **MAPPING})
    assert "Law" in run(alice, bulk).problems[0]["message"]

    assert states(bulk) == ["sent", "row_unfit"]
    first = BulkRow.objects.get(bulk=bulk, number=1).contract
    assert first is not None
    text = first.versions.get().text
    assert "This is between us and Cirrus GmbH." in text
    assert "The law of New York governs." in text
    assert (first.title, first.state) == ("Hosting 2027: Cirrus GmbH", "out_for_signature")
    assert sorted(first.parties.values_list("role", "party__name")) == [
        ("counterparty", "Cirrus GmbH"), ("ours", "Acme Group"),
    ]  # fmt: skip
    people = Recipient.objects.filter(envelope__contract=first).values_list("email", "side", "party__name", "state")
    assert list(people) == [
        ("p0@x.example", "theirs", "Cirrus GmbH", "invited"), ("beate@acme.example", "ours", "Acme Group", "waiting"),
    ]  # fmt: skip


def test_no_row_goes_round_a_gate_and_none_goes_twice(
    acme: Cast, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = ready_contract(alice)
    matrix_of(acme, LEGAL)
    bulk = brought(alice, contract)
    before = Contract.objects.count()
    job = run(alice, bulk)
    assert (job.state, job.result["sent"], job.result["refused"]) == ("succeeded", 0, 3)
    assert states(bulk) == ["approval_missing", "approval_missing", "row_unfit"]
    assert set(Envelope.objects.values_list("state", flat=True)) == {"draft"}

    monkeypatch.setattr("contracts.operations.signing.send_envelope.check_may_be_signed", lambda *_given: None)
    real, calls = bulk_sends.send_bulk_row, []

    def dies(**given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(bulk_sends, "send_bulk_row", dies)
    job = start_bulk_send(actor=alice, bulk_id=bulk.pk)
    with pytest.raises(DomainError) as running:
        start_bulk_send(actor=alice, bulk_id=bulk.pk)
    assert running.value.code == "bulk_running"
    with pytest.raises(KeyboardInterrupt):
        runner.run(job.pk, job.organization_id)
    assert states(bulk) == ["sent", "approval_missing", "row_unfit"]
    monkeypatch.setattr(bulk_sends, "send_bulk_row", real)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - runner.STALE_AFTER * 2)
    runner.requeue_stale(job.pk)
    runner.run(job.pk, job.organization_id)

    assert states(bulk) == ["sent", "sent", "row_unfit"]
    assert Contract.objects.count() == before + 2  # those of the first run
    assert Envelope.objects.filter(state="sent").count() == Envelope.objects.count() == 2
    with pytest.raises(DomainError) as unfit:
        start_bulk_send(actor=alice, bulk_id=bulk.pk)
    assert unfit.value.code == "rows_unfit"
    with pytest.raises(DomainError):
        change_bulk_send(actor=alice, bulk_id=bulk.pk, title="Other")
    for change in ({"data": {}}, {"sent_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BulkRow.objects.filter(bulk=bulk, number=1).update(**change)
    kept = json.dumps(
        list(LedgerEntry.objects.filter(event__startswith="bulk_").values("after", "before")), default=str
    )
    assert "carl@cirrus.example" not in kept


def test_cancelled_it_stops_and_goes_on_when_started_again(alice: Actor) -> None:
    bulk = brought(alice)
    job = start_bulk_send(actor=alice, bulk_id=bulk.pk)
    Job.objects.filter(pk=job.pk).update(cancel_requested_at=clock.now())
    runner.run(job.pk, job.organization_id)
    job.refresh_from_db()
    assert (job.state, states(bulk)) == ("cancelled", ["waiting"] * 3)


def test_what_a_row_says_is_looked_at_first(alice: Actor) -> None:
    rows = [*ROWS, ROWS[0], {"Name": "", "E-mail": "BEATE@acme.example", "Company": ""}]
    bulk = brought(alice, rows=rows)
    found = dry_run(bulk, BulkRow.objects.filter(bulk=bulk))
    assert [len(each.problems) for each in found] == [0, 0, 1, 1, 3]
    assert "“no address” is no e-mail address." in found[2].problems
    with pytest.raises(Invalid) as wrong:
        change_bulk_send(actor=alice, bulk_id=bulk.pk, mapping={"name": "Nobody"})
    assert list(wrong.value.fields) == ["mapping.name"]


def test_no_confidential_text_is_copied(alice: Actor, page: Client, api: APIClient) -> None:
    """Neither when the list is brought nor by a row that is left when the contract becomes confidential."""
    contract = ready_contract(alice)
    version = contract.versions.get()
    bulk = brought(alice, contract)
    restrict_contract(actor=alice, contract_id=contract.pk)
    before = Contract.objects.count()
    run(alice, bulk)
    assert states(bulk) == ["text_confidential", "text_confidential", "row_unfit"]
    assert Contract.objects.count() == before
    facts = {"title": "Hosting", "our_party": str(our_party(alice).pk), "starts_on": "2027-01-01"}
    lines = "Name,E-mail,Company\nCarl,c@x.example,Cirrus\n"
    refused = api.post(reverse("api-bulk-sends"), facts | {"version": str(version.pk), "csv": lines}, format="json")
    assert (refused.status_code, refused.data["code"]) == (400, "text_confidential")
    assert list(refused.data["errors"]) == ["version"]
    form = facts | {"text": f"version:{version.pk}", "days": 20, "initial_months": 12, "remind_days": 5}
    file = SimpleUploadedFile("list.csv", lines.encode())
    shown = page.post(f"{reverse('bulk-send-new')}?contract={contract.pk}", form | {"file": file})
    assert (shown.status_code, list(shown.context["form"].errors)) == (400, ["text"])
    assert BulkSend.objects.count() == 1


def test_a_column_may_answer_a_question_and_say_who_signs(alice: Actor, acme: Cast) -> None:
    """Where a template asks for what every list says, both are named like the column."""
    version = supply_version(acme["legal"])
    columns = ["Party name", "Name", "Party"]
    rows = [dict.fromkeys(columns, "x")]
    bulk = brought(alice, columns=columns, rows=rows, template_version_id=version.pk, mapping=None)
    assert bulk.mapping == {"name": "Name", "counterparty": "Party", "answer:party_name": "Party name"}
    bulk.__dict__["_questions"] = tuple(replace(each, label="Name") for each in asked(bulk) if each.name == "law")
    assert guessed_mapping(bulk) == {"name": "Name", "counterparty": "Party", "answer:law": "Name"}


@pytest.mark.parametrize(
    ("columns", "mapping"),
    [
        (("Vendor", "Signatory name", "E-Mail-Address"),
         {"counterparty": "Vendor", "name": "Signatory name", "email": "E-Mail-Address"}),
        (("Contact", "Name", "Mail", "Contract"), {"name": "Name", "email": "Mail", "title": "Contract"}),
        (("Party", "Company", "Title"), {"counterparty": "Company", "title": "Title"}),
        (("A", "B"), {}),
    ],
)  # fmt: skip
def test_columns_are_known_by_what_lists_call_them(
    alice: Actor, columns: tuple[str, ...], mapping: dict[str, str]
) -> None:
    rows = [dict.fromkeys(columns, "x")]
    assert brought(alice, columns=list(columns), rows=rows, mapping=None).mapping == mapping


def test_brought_mapped_and_looked_at_in_the_browser(alice: Actor, page: Client, globex: Cast) -> None:
    contract = ready_contract(alice)
    ours = our_party(alice)
    address = f"{reverse('bulk-send-new')}?contract={contract.pk}"
    assert contract.reference in page.get(address).content.decode()
    lines = "\n".join(["Name,E-mail,For whom", *(",".join(row.values()) for row in ROWS)])
    facts = {
        "title": "Hosting 2027", "text": f"version:{contract.versions.get().pk}", "our_party": ours.pk, "days": 20,
        "starts_on": "2027-01-01", "initial_months": 12, "remind_days": 5, "unilateral_reason": "A letter of theirs.",
    }  # fmt: skip
    bad = page.post(address, facts | {"file": SimpleUploadedFile("list.csv", b"Name\n")})
    assert (bad.status_code, "has no rows" in bad.content.decode()) == (400, True)
    answer = page.post(address, facts | {"file": SimpleUploadedFile("list.csv", lines.encode())})
    bulk = BulkSend.objects.get()
    assert answer["Location"] == reverse("bulk-send-mapping", args=[bulk.pk])
    assert bulk.mapping == {"name": "Name", "email": "E-mail"}
    asked = page.get(answer["Location"]).content.decode()
    assert "(optional)" not in asked[asked.index("Legal name of the counterparty") :][:60]
    assert "No column holds" in page.get(bulk.get_absolute_url()).content.decode()
    columns = {"column-0": "Name", "column-1": "E-mail", "column-2": "For whom"}
    assert page.post(answer["Location"], columns).status_code == 302
    shown = page.get(bulk.get_absolute_url()).content.decode()
    assert "One row cannot be sent as it is." in shown
    assert "Send to all" in shown
    assert bulk.title in page.get(reverse("bulk-sends")).content.decode()
    sheet = b"".join(page.get(reverse("bulk-send-results", args=[bulk.pk])).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    cells = list(csv.reader(io.StringIO(sheet)))
    assert cells[0] == [
        "row",
        "state",
        "contract",
        "envelope",
        "sent_at",
        "code",
        "reason",
        "Name",
        "E-mail",
        "For whom",
    ]
    assert cells[3][-1] == "'=1+1"  # no spreadsheet takes it for a formula
    stranger = Client()
    stranger.force_login(globex.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    with organization_scope_left():
        for name in ("bulk-send", "bulk-send-results", "bulk-send-mapping"):
            assert stranger.get(reverse(name, args=[bulk.pk])).status_code == 404


def test_a_program_does_the_same(alice: Actor, api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    version = ready_contract(alice).versions.get()
    body = {
        "title": "Hosting 2027", "version": str(version.pk), "our_party": str(our_party(alice).pk), "mapping": MAPPING,
        "starts_on": "2027-01-01", "csv": "Name,E-mail,Company\nCarl,c@x.example,Cirrus GmbH\n,x,\n",
        "unilateral_reason": "A letter of theirs.",
    }  # fmt: skip
    read: list[bool] = []
    real = bulk_api.read_csv

    def watched(content: bytes) -> Any:
        read.append(len(connection.savepoint_ids) > depth)
        return real(content)

    depth = len(connection.savepoint_ids)
    monkeypatch.setattr(bulk_api, "read_csv", watched)
    made = api.post(reverse("api-bulk-sends"), body, format="json", headers={"Idempotency-Key": "k"})
    assert read == [False]  # no transaction waits for the process that reads the list
    assert (made.status_code, made.data["total"]) == (201, 2), made.data
    rows = api.get(reverse("api-bulk-send-rows", args=[made.data["id"]])).data["results"]
    assert [(row["state"], len(row["findings"])) for row in rows] == [("waiting", 0), ("waiting", 3)]
    changed = api.post(
        reverse("api-bulk-send-change", args=[made.data["id"]]), {"mapping": {"name": "Nope"}}, format="json"
    )
    assert (changed.status_code, list(changed.data["errors"])) == (400, ["mapping.name"])
    started = api.post(reverse("api-bulk-send-sending", args=[made.data["id"]]), {}, format="json")
    assert Job.objects.get(pk=started.data["job"]).kind == "contracts.send_in_bulk"
    wrong = api.post(reverse("api-bulk-sends"), body | {"csv": "Name\n"}, format="json")
    assert (wrong.status_code, list(wrong.data["errors"])) == (400, ["csv"])
