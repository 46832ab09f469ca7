"""Clauses that the other side moved, or put on another level: each alone, and in any order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from clm.lib.actor import Actor
from contracts.models import Change, Contract, DraftClause, Version
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.counter_change import counter_change
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.negotiation.reopen_change import reopen_change
from tests.contracts.drafting.written import open_draft
from tests.contracts.negotiation.answers import our_draft
from tests.contracts.negotiation.edited import Item, answered, paper_of

pytestmark = pytest.mark.django_db


def item(key: int, level: int = 1) -> Item:
    words = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot")
    return Item(key, level, f"{words[key].title()} part", (f"What {words[key]} says of {words[key - 1]} stands here.",))


def answer(actor: Actor, *theirs: Item, ours: tuple[Item, ...]) -> Version:
    return answered(actor, paper_of(ours, "ours.txt"), paper_of(theirs, "theirs.txt"))


def order(contract: Contract) -> list[tuple[str, int]]:
    rows = DraftClause.objects.filter(draft=our_draft(contract), is_removed=False).order_by("place")
    return [(row.heading.split()[0], row.level) for row in rows]


def kinds(version: Version) -> list[tuple[str, str]]:
    return [(row.heading.split()[0], row.kind) for row in Change.objects.filter(version=version).order_by("position")]


BLOCK = (item(0), item(1, 2), item(2, 2), item(3), item(4))


def test_a_clause_that_they_moved_alone_leaves_those_below_it(alice: Actor) -> None:
    theirs = (item(3), item(1, 2), item(2, 2), item(0), item(4))
    version = answer(alice, *theirs, ours=BLOCK)
    moved = [change for change in Change.objects.filter(version=version) if change.kind == "moved"]
    assert kinds(version) == [("Delta", "moved"), ("Alpha", "moved")]

    accept_change(actor=alice, change_id=moved[0].pk)
    accept_change(actor=alice, change_id=moved[1].pk)

    assert order(version.contract) == [("Delta", 1), ("Bravo", 2), ("Charlie", 2), ("Alpha", 1), ("Echo", 1)]


FIVE = tuple(item(key) for key in range(5))


@pytest.mark.parametrize("first", [0, 1, 2])
def test_moves_end_in_their_order_whatever_comes_first(alice: Actor, first: int) -> None:
    theirs = [FIVE[key] for key in (4, 2, 3, 1, 0)]
    version = answer(alice, *theirs, ours=FIVE)
    ids = list(Change.objects.filter(version=version).values_list("pk", flat=True))
    assert len(ids) == 3

    for pk in list(permutations(ids))[first * 2]:
        accept_change(actor=alice, change_id=pk)

    assert [heading for heading, _level in order(version.contract)] == ["Echo", "Charlie", "Delta", "Bravo", "Alpha"]
    for pk in ids:
        reopen_change(actor=alice, change_id=pk)
    assert [heading for heading, _level in order(version.contract)] == ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]


def test_where_we_had_moved_it_it_goes_back_to(alice: Actor) -> None:
    version = answer(alice, *(FIVE[key] for key in (1, 2, 3, 4, 0)), ours=FIVE)
    draft = open_draft(alice, version.contract)
    rows = {row.heading: row for row in DraftClause.objects.filter(draft=draft)}
    move_clause(actor=alice, clause_id=rows["Alpha part"].pk, after=rows["Charlie part"].pk)
    change = Change.objects.get(version=version)

    accept_change(actor=alice, change_id=change.pk)
    assert order(version.contract)[-1] == ("Alpha", 1)
    reopen_change(actor=alice, change_id=change.pk)

    assert [heading for heading, _level in order(version.contract)] == ["Bravo", "Charlie", "Alpha", "Delta", "Echo"]


LEVELS: tuple[Any, ...] = (item(0), item(1), item(2, 2))


def levelled(actor: Actor) -> Change:
    return Change.objects.get(version=answer(actor, item(0), item(1, 2), item(2, 2), ours=LEVELS))


def test_another_level_is_a_change(alice: Actor) -> None:
    change = levelled(alice)

    assert (change.kind, change.old_level, change.new_level, change.heading) == ("level", 1, 2, "Bravo part")


def test_another_level_is_accepted_and_taken_back(alice: Actor) -> None:
    change = levelled(alice)

    accept_change(actor=alice, change_id=change.pk)
    assert order(change.contract) == [("Alpha", 1), ("Bravo", 2), ("Charlie", 2)]
    reopen_change(actor=alice, change_id=change.pk)

    assert order(change.contract) == [("Alpha", 1), ("Bravo", 1), ("Charlie", 2)]


def test_another_level_is_rejected_or_countered(alice: Actor) -> None:
    rejected, countered = levelled(alice), levelled(alice)

    reject_change(actor=alice, change_id=rejected.pk)
    counter_change(actor=alice, change_id=countered.pk, text="Neither.")

    open_draft(alice, rejected.contract)
    assert order(rejected.contract) == order(countered.contract) == [("Alpha", 1), ("Bravo", 1), ("Charlie", 2)]
    assert DraftClause.objects.get(draft=our_draft(countered.contract), heading="Bravo part").text == "Neither."


def test_words_and_level_change_together(alice: Actor) -> None:
    other = Item(1, 2, "Bravo part", ("What bravo says of alpha stands there.",))
    version = answer(alice, item(0), other, item(2, 2), ours=LEVELS)
    change = Change.objects.get(version=version)
    assert (change.kind, change.old_level, change.new_level) == ("changed", 1, 2)

    accept_change(actor=alice, change_id=change.pk)

    assert order(version.contract)[1] == ("Bravo", 2)
