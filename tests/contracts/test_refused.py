"""Who may not, cannot: readers, system actors and other organizations leave everything as it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, NotVisible
from contracts import queries
from contracts.operations.activate_contract import activate_contract
from contracts.operations.add_version import add_version
from contracts.operations.archive_contract import archive_contract
from contracts.operations.change_contract import change_contract
from contracts.operations.change_party import change_party
from contracts.operations.create_contract import create_contract
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.finalize_version import finalize_version
from contracts.operations.mark_passage import mark_passage
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_terms import set_terms
from contracts.operations.terminate_contract import terminate_contract
from tests.cast import Cast
from tests.contracts.papers import TERMS, active_contract, newest, text_paper
from tests.proof import left_behind


@pytest.mark.parametrize("role", ["executive", "auditor", "finance", "approver", "counterparty"])
def test_who_only_reads_changes_nothing(acme: Cast, alice: Actor, role: str) -> None:
    contract = active_contract(alice)
    version = newest(contract)
    clause = version.clauses.get(number="2.1")
    paper = text_paper("1. Other\nwords that differ")
    before = left_behind()
    actor = acme[role]
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (change_contract, {"contract_id": contract.pk, "title": "x"}),
        (add_version, {"contract_id": contract.pk, "paper": paper}),
        (set_terms, {"version_id": version.pk, "terms": TERMS}),
        (finalize_version, {"version_id": version.pk, "effective_on": date(2026, 1, 1)}),
        (mark_passage, {"version_id": version.pk, "clause_id": clause.pk, "start": clause.start, "end": clause.end}),
        (name_party, {"contract_id": contract.pk, "name": "x", "role": "ours"}),
        (decide_renewal, {"contract_id": contract.pk, "kind": "notice_given"}),
        (terminate_contract, {"contract_id": contract.pk, "terminated_on": date(2026, 1, 2), "reason": "x"}),
        (restrict_contract, {"contract_id": contract.pk}),
        (archive_contract, {"contract_id": contract.pk}),
        (record_execution, {"contract_id": contract.pk, "executed_on": date(2026, 1, 2)}),
        (activate_contract, {"contract_id": contract.pk}),
    ]
    for verb, sent in attempts:
        with pytest.raises((Forbidden, NotVisible)):
            verb(actor=actor, **sent)

    assert left_behind() == before


def test_another_organization_finds_nothing(alice: Actor, charlie: Actor) -> None:
    contract = active_contract(alice)
    version = newest(contract)
    before = left_behind()
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (change_contract, {"contract_id": contract.pk, "title": "x"}),
        (set_terms, {"version_id": version.pk, "terms": TERMS}),
        (finalize_version, {"version_id": version.pk, "effective_on": date(2026, 1, 1)}),
        (decide_renewal, {"contract_id": contract.pk, "kind": "notice_given"}),
        (terminate_contract, {"contract_id": contract.pk, "terminated_on": date(2026, 1, 2), "reason": "x"}),
        (restrict_contract, {"contract_id": contract.pk}),
        (archive_contract, {"contract_id": contract.pk}),
        (change_party, {"party_id": contract.parties.first().party_id, "name": "x"}),
    ]
    with organization_scope(charlie.organization_id):
        for verb, sent in attempts:
            with pytest.raises(NotVisible):
                verb(actor=charlie, **sent)

    assert left_behind() == before


def test_a_system_actor_adds_no_version(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    keeper = system_actor("term_keeper", alice.organization_id)
    with pytest.raises(Forbidden):
        add_version(actor=keeper, contract_id=contract.pk, paper=text_paper())


def test_listing_takes_as_many_queries_for_many_contracts(alice: Actor) -> None:
    counts = []
    for more in (3, 12):
        for _index in range(more):
            draft = create_contract(actor=alice, title="Hosting")
            name_party(actor=alice, contract_id=draft.pk, name=f"Party {draft.reference}", role="counterparty")
        with CaptureQueriesContext(connection) as made:
            names = [queries.names_of(row, "counterparty") for row in queries.listed(alice)]
        counts.append((len(names), len(made)))

    assert counts[0][1] == counts[1][1]
    assert [number for number, _queries in counts] == [3, 15]
