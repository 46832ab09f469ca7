"""Contracts of one party that are followed at once, on a real database: one after the other, and none is a deadlock."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import transaction

from clm.access.permissions import system_actor
from clm.lib.actor import Actor
from contracts.access.risk import ASSESSOR
from contracts.models import Conflict, Contract
from contracts.operations.risk import assess_risk as assessing
from contracts.operations.risk import follow_contract as following
from contracts.operations.risk.follow_contract import follow_contract
from tests.contracts.risk.scored import CAPPED, contract_with, party_named
from tests.contracts.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def slowly(verb: Any) -> Any:
    """Long enough for the other to come to the same place."""

    def done(**given: Any) -> Any:
        answer = verb(**given)
        time.sleep(0.3)
        return answer

    return done


def two(alice: Actor) -> tuple[Actor, list[Contract]]:
    party = party_named(alice, "Cirrus")
    pair = [contract_with(alice, party), contract_with(alice, party, CAPPED.replace("Germany", "France"))]
    return system_actor(ASSESSOR, alice.organization_id), pair


def test_two_that_disagree_are_compared_one_after_the_other(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    assessor, pair = two(alice)
    Conflict.objects.all().delete()
    monkeypatch.setattr(following, "assess_risk", slowly(following.assess_risk))
    done: list[Any] = []

    def follow(contract: Contract) -> None:
        with transaction.atomic():  # as every handler is called
            follow_contract(actor=assessor, contract_id=contract.pk)
        done.append(contract)

    at_once(alice, [lambda each=each: follow(each) for each in pair])
    assert (len(done), Conflict.objects.count()) == (2, 1)


def test_what_happened_in_two_is_marked_in_both(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    assessor, pair = two(alice)
    due = assessing.mark_due

    def late(rows: Any) -> None:
        time.sleep(0.3)
        due(rows)

    monkeypatch.setattr(assessing, "mark_due", late)
    done: list[Any] = []
    calls = [
        lambda pk=each.pk: done.append(follow_contract(actor=assessor, contract_id=pk, later=True)) for each in pair
    ]
    at_once(alice, calls)
    assert (len(done), Contract.objects.exclude(risk_due_at=None).count()) == (2, 2)
