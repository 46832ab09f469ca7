"""Duties and dates in words, and which of them are still owed."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from clm.lib.actor import Actor
from obligations.models import Deadline, Obligation, Occurrence
from obligations.operations.add_obligation import add_obligation
from tests.contracts import papers


@pytest.mark.parametrize(
    ("recurrence", "interval", "words"),
    [
        ("once", 1, "once"),
        ("days", 1, "every day"),
        ("days", 14, "every 14 days"),
        ("months", 1, "every month"),
        ("months", 3, "every 3 months"),
    ],
)
def test_how_often(recurrence: str, interval: int, words: str) -> None:
    assert Obligation(recurrence=recurrence, interval=interval).recurs == words


def test_what_is_still_owed() -> None:
    owed = [state for state in ("due", "overdue", "submitted", "fulfilled") if Occurrence(state=state).is_owed]
    assert owed == ["due", "overdue"]
    assert [Deadline(state=state).is_open for state in ("open", "passed")] == [True, False]


def test_a_late_duty_is_marked(page: Client, alice: Actor) -> None:
    contract = papers.active_contract(alice)
    duty = add_obligation(
        actor=alice, contract_id=contract.pk, owner_id=alice.user_id, title="Report", first_due_on=date(2020, 1, 15)
    )
    address = f"/obligations/{duty.pk}/"
    assert "when when-past" in page.get(address).content.decode()
    Occurrence.objects.update(state="fulfilled")
    assert "when when-past" not in page.get(address).content.decode()
