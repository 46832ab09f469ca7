"""Histories are read by people: no id, no digest, no bare code of a field that has labels."""

from __future__ import annotations

import re

from clm.audit.models import LedgerEntry
from clm.audit.queries import Change, as_history
from clm.audit.wording import field_of
from contracts.models import ContractRequest, LibraryClause
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.omissions.ask_omission import ask_omission
from contracts.operations.requests.assign_request import assign_request
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.requests.prioritize_request import prioritize_request
from tests.cast import Cast
from tests.contracts.library.shelf import approved, availability, renewed
from tests.contracts.other_side.planted import plant
from tests.contracts.papers import draft_contract
from tests.contracts.requests.asked import asked_for

RAW = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{64}")


def _last(subject: ContractRequest | LibraryClause, event: str) -> dict[str, Change]:
    (entry,) = as_history(LedgerEntry.objects.filter(subject_id=subject.pk, event=event).order_by("-id")[:1])
    return {change.label: change for change in entry.changes}


def test_nothing_that_happens_leaves_an_id_or_a_digest_in_a_history(acme: Cast) -> None:
    legal, finance = acme["legal"], acme["finance"]
    house = plant(acme)
    request = asked_for(legal, finance)
    assign_request(actor=legal, request_id=request.pk, assignee_id=legal.person_id)
    draft_request(actor=legal, request_id=request.pk)
    version = approved(legal, title="Uptime", mandatory_for=["hosting"])
    contract = draft_contract(legal, category="hosting")
    clause = availability(contract)
    adopt_library_clause(actor=legal, clause_id=clause.pk, library_version_id=version.pk, position="preferred")
    renewed(legal, version)
    ask_omission(actor=legal, contract_id=contract.pk, library_clause_id=version.clause_id, reason="A pilot")

    entries = as_history(LedgerEntry.objects.all())

    assert {entry.subject_type for entry in entries} >= {
        "contracts.contractrequest", "contracts.draftclause", "contracts.libraryclause", "contracts.omission",
        "contracts.thread", "contracts.version",
    }  # fmt: skip
    assert house.negotiated.pk in {entry.contract_id for entry in entries}
    raw = [(entry.event, change) for entry in entries for change in entry.changes if RAW.search(str(change))]
    assert raw == []


def test_a_request_names_who_it_is_assigned_to_and_how_urgent_it_is(acme: Cast) -> None:
    legal = acme["legal"]
    request = asked_for(legal, acme["finance"])
    assign_request(actor=legal, request_id=request.pk, assignee_id=legal.person_id)
    prioritize_request(actor=legal, request_id=request.pk, priority=4)
    contract = draft_request(actor=legal, request_id=request.pk).contract

    assert contract is not None
    assert _last(request, "request.assigned") == {
        "State": Change("State", "Submitted", "In progress"),
        "Assignee": Change("Assignee", None, "Legal"),
    }
    assert _last(request, "request.prioritized") == {"Priority": Change("Priority", "Normal", "Urgent")}
    assert _last(request, "request.drafted")["Contract"] == Change("Contract", None, contract.reference)


def test_a_library_clause_is_told_in_words(acme: Cast) -> None:
    clause = approved(acme["legal"]).clause

    assert _last(clause, "library_clause.added") == {
        "Title": Change("Title", None, "Availability"),
        "Category": Change("Category", None, "Service level"),
        "Risk": Change("Risk", None, "Medium"),
        "Owner": Change("Owner", None, "Legal"),
        "Mandatory for": Change("Mandatory for", None, ["Hosting or outsourcing"]),
        "Version": Change("Version", None, 1),
        "Positions": Change("Positions", None, "3 in all"),
    }


def test_a_thing_that_is_no_longer_there_has_no_fields() -> None:
    assert field_of("contracts.gone", "state") is None
    assert field_of("nothing", "state") is None
    assert field_of("contracts.contract", "nothing") is None
