"""Two people at once, on a real database: one after the other, and only what may stand stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.audit.models import Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Contract, Party, Passage, RenewalDecision, Term, Version
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.decide_renewal import decide_renewal
from tests.contracts.papers import TEXT, active_contract, passage_in, text_paper

pytestmark = pytest.mark.django_db(transaction=True)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def at_once(actor: Actor, calls: list[Callable[[], Any]], *, when: datetime = JUNE) -> list[str]:
    """Each call in a thread and a connection of its own, begun together; answers "" or the refusal's code of each."""
    gate, answers = threading.Barrier(len(calls)), [""] * len(calls)

    def run(index: int) -> None:
        try:
            with organization_scope(actor.organization_id), clock.set_to(when):
                gate.wait()
                calls[index]()
        except DomainError as refusal:
            answers[index] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(answers)


def in_force(actor: Actor) -> Contract:
    with clock.set_to(JUNE):
        return active_contract(actor)


def test_two_uploads_are_versions_one_and_two(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    papers = [text_paper(), text_paper(TEXT.replace("99.9", "99.5"))]
    calls = [lambda paper=paper: add_version(actor=alice, contract_id=contract.pk, paper=paper) for paper in papers]

    assert at_once(alice, calls) == ["", ""]
    versions = Version.objects.filter(contract=contract).order_by("number")
    assert [version.number for version in versions] == [1, 2]
    assert all(version.clauses.exists() for version in versions)


def test_the_same_document_twice_is_one_version(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    paper = text_paper()
    call = lambda: add_version(actor=alice, contract_id=contract.pk, paper=paper)  # noqa: E731

    assert at_once(alice, [call, call]) == ["", "same_content"]
    assert Version.objects.count() == 1


def test_two_decisions_are_one(alice: Actor) -> None:
    contract = in_force(alice)
    call = lambda: decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given")  # noqa: E731

    assert at_once(alice, [call, call, call]) == ["", "already_decided", "already_decided"]
    assert RenewalDecision.objects.count() == 1


def test_two_workers_write_each_term_once(alice: Actor) -> None:
    contract = in_force(alice)
    keeper = system_actor("term_keeper", alice.organization_id)
    call = lambda: advance_terms(actor=keeper, contract_id=contract.pk)  # noqa: E731

    assert at_once(alice, [call, call], when=datetime(2029, 6, 1, tzinfo=UTC)) == ["", ""]
    assert list(Term.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
    assert Transition.objects.filter(subject_id=contract.pk, to_state="renewed").count() == 3


def test_one_sentence_is_one_passage(alice: Actor) -> None:
    contract = in_force(alice)
    call = lambda: passage_in(alice, contract)  # noqa: E731

    assert at_once(alice, [call, call, call]) == ["", "", ""]
    assert Passage.objects.count() == 1


def test_one_name_is_one_party(alice: Actor) -> None:
    call = lambda: create_party(actor=alice, name="Cirrus Hosting GmbH")  # noqa: E731

    assert at_once(alice, [call, call]) == ["", "party_known"]
    assert Party.objects.count() == 1


def test_contracts_created_at_once_have_different_references(alice: Actor) -> None:
    call = lambda: create_contract(actor=alice, title="Hosting")  # noqa: E731

    assert at_once(alice, [call] * 4) == ["", "", "", ""]
    assert sorted(Contract.objects.values_list("reference", flat=True)) == [f"C-2026-000{n}" for n in (1, 2, 3, 4)]
