"""Whatever the other side edits: all of it accepted, in any order, is their text, and all of it rejected is ours."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clm.lib.actor import Actor
from contracts.models import Change, Version
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.negotiation.reopen_change import reopen_change
from tests.contracts.negotiation.edited import (
    answered,
    draft_reads,
    edited,
    new_paper,
    paper_of,
    read_items,
    version_reads,
)

pytestmark = pytest.mark.django_db
EXAMPLES = 8
SEEDS = st.integers(0, 2**32)


def ids(version: Version, chance: Random) -> list[object]:
    found: list[object] = list(Change.objects.filter(version=version).values_list("pk", flat=True))
    chance.shuffle(found)
    return found


@settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
@given(seed=SEEDS, count=st.integers(3, 14), edits=st.integers(1, 7))
def test_whatever_they_edit(alice: Actor, seed: int, count: int, edits: int) -> None:
    chance = Random(seed)
    ours = new_paper(chance, count)
    theirs = edited(ours, chance, edits)
    version = answered(alice, paper_of(ours, "ours.txt"), paper_of(theirs, "theirs.txt"))
    assert version_reads(version) == read_items(theirs)

    for pk in ids(version, chance):
        accept_change(actor=alice, change_id=pk)
    assert draft_reads(alice, version.contract) == read_items(theirs)

    for pk in ids(version, chance):
        reopen_change(actor=alice, change_id=pk)
    assert draft_reads(alice, version.contract) == read_items(ours)

    for pk in ids(version, chance)[::2]:
        accept_change(actor=alice, change_id=pk)
    decide_rest(actor=alice, version_id=version.pk, accept=True)
    assert draft_reads(alice, version.contract) == read_items(theirs)


@settings(max_examples=EXAMPLES // 2, database=None, suppress_health_check=list(HealthCheck))
@given(seed=SEEDS, count=st.integers(3, 14), edits=st.integers(1, 7))
def test_whatever_they_edit_is_rejected(alice: Actor, seed: int, count: int, edits: int) -> None:
    chance = Random(seed)
    ours = new_paper(chance, count)
    version = answered(alice, paper_of(ours, "ours.txt"), paper_of(edited(ours, chance, edits), "theirs.txt"))

    for pk in ids(version, chance)[::2]:
        reject_change(actor=alice, change_id=pk)
    decide_rest(actor=alice, version_id=version.pk, accept=False)

    assert draft_reads(alice, version.contract) == read_items(ours)
