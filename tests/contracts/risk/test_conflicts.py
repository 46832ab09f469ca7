"""Contracts with one party that disagree are listed, to who sees both, until somebody says why or they agree."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clm.access.permissions import visible
from clm.audit.access import unhidden
from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from contracts.models import Conflict, Contract
from contracts.operations.add_version import add_version
from contracts.operations.conflicts.acknowledge_conflict import acknowledge_conflict
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.operations.relations.relate_contracts import relate_contracts
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_terms import set_terms
from tests.cast import Cast
from tests.contracts.approval.routed import refusal
from tests.contracts.papers import TERMS, newest, text_paper
from tests.contracts.risk.scored import CAPPED, conflict_of, contract_with, followed, party_named

OTHER = CAPPED.replace("30 days", "60 days").replace("EUR 100,000", "EUR 5,000").replace("Germany", "New York")


def entries(actor: Actor, contract: Contract) -> set[str]:
    """What the history of the contract says to the actor."""
    return set(unhidden(actor, LedgerEntry.objects.filter(contract_id=contract.pk)).values_list("event", flat=True))


def topics(*contracts: Contract) -> dict[str, str]:
    rows = Conflict.objects.filter(contract__in=contracts, other__in=contracts)
    return {row.topic: row.state for row in rows}


def test_each_names_both_clauses(alice: Actor) -> None:
    party = party_named(alice, "Cirrus")
    one, other = contract_with(alice, party), contract_with(alice, party, OTHER)
    rows = {row.topic: row for row in Conflict.objects.all()}
    assert set(rows) == {"law", "payment", "cap"}
    assert (rows["law"].says["value"], rows["law"].other_says["value"]) == ("DE", "US-NY")
    assert (rows["payment"].contract, rows["payment"].other) == (one, other)
    assert "within 60 days" in rows["payment"].other_says["quote"]
    assert rows["cap"].says["label"] == "2"


def test_a_company_of_the_same_group_counts_and_another_does_not(alice: Actor) -> None:
    head, child, stranger = (party_named(alice, name) for name in ("Head", "Child", "Stranger"))
    set_parent_company(actor=alice, party_id=child.pk, parent_id=head.pk)
    one = contract_with(alice, head)
    contract_with(alice, stranger, OTHER)
    assert not Conflict.objects.exists()
    other = contract_with(alice, child, OTHER)
    assert topics(one, other) == {"law": "open", "payment": "open", "cap": "open"}


def test_acknowledged_it_opens_again_when_either_says_something_else_and_is_settled_when_they_agree(
    acme: Cast, alice: Actor
) -> None:
    row = conflict_of(alice)
    assert refusal(lambda: acknowledge_conflict(actor=acme["legal"], conflict_id=row.pk, reason=" ")) == "words_missing"
    acknowledge_conflict(actor=acme["legal"], conflict_id=row.pk, reason="Their template", seen=row.fingerprint)
    followed(row.other)
    assert topics(row.contract, row.other) == {"law": "acknowledged"}
    add_version(actor=alice, contract_id=row.other_id, paper=text_paper(CAPPED.replace("Germany", "France")))
    followed(row.other)
    row.refresh_from_db()
    assert (row.state, row.reason, row.acknowledged_by_id) == ("open", "", None)
    stale = "x" * 64
    assert refusal(lambda: acknowledge_conflict(actor=alice, conflict_id=row.pk, reason="Known", seen=stale)) == (
        "changed_meanwhile"
    )
    add_version(actor=alice, contract_id=row.other_id, paper=text_paper(CAPPED))
    followed(row.other)
    assert topics(row.contract, row.other) == {"law": "settled"}


def test_work_that_outlives_its_master(alice: Actor) -> None:
    party = party_named(alice, "Cirrus")
    master, work = contract_with(alice, party), contract_with(alice, party)
    for contract, start in ((master, date(2026, 1, 1)), (work, date(2026, 2, 1))):
        terms: dict[str, Any] = TERMS | {"starts_on": start, "renewal": "none", "renewal_months": None}
        set_terms(actor=alice, version_id=newest(contract).pk, terms=terms | {"notice_length": None})
    relate_contracts(actor=alice, contract_id=work.pk, other_id=master.pk, kind="statement_of_work")
    followed(work)
    found = Conflict.objects.get()
    assert (found.topic, found.says["value"], found.other_says["value"]) == ("term", "2027-01-01", "2027-02-01")


def test_only_who_sees_both_sees_it(acme: Cast, alice: Actor, page: Client, api: APIClient) -> None:
    row = conflict_of(alice)
    assert row.get_absolute_url() in page.get("/contracts/conflicts/?topic=law").content.decode()
    party = row.contract.parties.get(role="counterparty").party_id
    for address in (f"/contracts/{row.contract_id}/risk/", f"/contracts/parties/{party}/"):
        assert row.get_absolute_url() in page.get(address).content.decode(), address
    shown = page.get(row.get_absolute_url()).content.decode()
    assert "laws of Germany" in shown
    assert "laws of Austria" in shown
    executive = acme["executive"]
    assert "conflict.found" in entries(executive, row.contract)
    restrict_contract(actor=acme["legal"], contract_id=row.other_id)
    assert "conflict.found" not in entries(executive, row.contract)
    assert "conflict.found" in entries(acme["legal"], row.contract)
    assert not visible(executive, Conflict.objects.all()).exists()
    assert visible(acme["legal"], Conflict.objects.all()).exists()
    answer = api.post(f"/api/v1/conflicts/{row.pk}/acknowledgement/", {"reason": "Known"}, format="json")
    assert answer.json()["state"] == "acknowledged"
    listed = api.get("/api/v1/conflicts/", {"state": "acknowledged", "contract": str(row.contract_id)}).json()
    assert [each["id"] for each in listed["results"]] == [str(row.pk)]


def test_one_that_newer_contracts_cut_off_stays_as_it_was_said_to_be(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contracts.queries.conflicts.MOST_COMPARED", 1)
    row = conflict_of(alice)
    acknowledge_conflict(actor=alice, conflict_id=row.pk, reason="Their template")
    first = Contract.objects.get(pk=row.contract_id)
    party = party_named(alice, "Cirrus Hosting GmbH")
    newest_one = contract_with(alice, party)
    followed(first)
    followed(row.other)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("acknowledged", "Their template")
    assert topics(row.other, newest_one) == {"law": "open"}
