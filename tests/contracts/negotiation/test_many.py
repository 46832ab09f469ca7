"""Many changes at once: few queries, and little time."""

from __future__ import annotations

from time import process_time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from contracts.models import Change, Version
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.decide_rest import decide_rest
from tests.contracts.negotiation.edited import Item, Read, answered, draft_reads, paper_of, read_items

pytestmark = pytest.mark.django_db


def items(count: int, *, told: str = "") -> list[Item]:
    """Each refers to the one after it."""
    return [
        Item(key, 1, f"Part {key}", (f"What number {key} and{told} {key * 7} say of it holds.",), ((key + 1) % count,))
        for key in range(count)
    ]


def many(actor: Actor, changes: int) -> tuple[Version, Read]:
    """An answer with as many changed clauses, every fifth of them moved to the end."""
    theirs = items(changes, told=" then")
    theirs = [*(each for each in theirs if each.key % 5), *(each for each in theirs if not each.key % 5)]
    version = answered(actor, paper_of(items(changes), "ours.txt"), paper_of(theirs, "theirs.txt"))
    assert Change.objects.filter(version=version).count() == changes
    return version, read_items(theirs)


def counted(actor: Actor, version: Version, *, accept: bool) -> int:
    with CaptureQueriesContext(connection) as captured:
        done = decide_rest(actor=actor, version_id=version.pk, accept=accept)
    assert done == (Change.objects.filter(version=version).count(), 0)
    return len(captured)


@pytest.mark.parametrize("accept", [True, False])
def test_as_many_queries_for_many_changes(alice: Actor, accept: bool) -> None:
    few, _ = many(alice, 5)
    more, _ = many(alice, 50)

    assert counted(alice, few, accept=accept) == counted(alice, more, accept=accept)


def test_one_change_of_many_takes_as_many_queries(alice: Actor) -> None:
    counts = []
    for version in (many(alice, 5)[0], many(alice, 50)[0]):
        first, second = Change.objects.filter(version=version, kind="changed").order_by("position")[:2]
        accept_change(actor=alice, change_id=first.pk)
        with CaptureQueriesContext(connection) as captured:
            accept_change(actor=alice, change_id=second.pk)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_two_hundred_are_accepted_in_a_moment(page: Client, alice: Actor) -> None:
    version, read = many(alice, 200)
    began = process_time()

    page.post(reverse("changes-decide-rest", args=[version.pk]), {"decision": "accept"})

    # Of this process alone, for the machine may be shared.
    assert process_time() - began < 2
    assert draft_reads(alice, version.contract) == read
    assert LedgerEntry.objects.filter(event="change.accepted").count() == 200
