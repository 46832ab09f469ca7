"""Successive papers of the public data, as documents without tracked changes: accepted they are the later one."""

from __future__ import annotations

import re
from random import Random
from uuid import UUID

import pytest

from clm.lib.actor import Actor
from contracts.models import Change, Version
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.reopen_change import reopen_change
from contracts.papers import read_paper
from tests.contracts.negotiation.edited import Read, answered, draft_ties, version_ties
from tests.contracts.redlines.made import paper
from tests.contracts.redlines.test_papers import SUCCESSIVE

# Each decision by itself takes long: of many changes these are decided so, and taken back before all are accepted.
ONE_BY_ONE, MANY = 20, 60
pytestmark = [pytest.mark.django_db, pytest.mark.large]


def masked(read: Read, version: Version) -> Read:
    """Without the places that references go to in clauses that were not changed: their words are the same, and ours
    follow our clauses whatever number these have in the other paper."""
    changed = set(Change.objects.filter(version=version).values_list("received_clause__position", flat=True))
    return [
        (level, heading, lines if at in changed else tuple(re.sub(r"<\d+>", "<>", line) for line in lines))
        for at, (level, heading, lines) in enumerate(read)
    ]


@pytest.mark.parametrize(("old", "new"), SUCCESSIVE[:5], ids=lambda place: place.split("/")[-1])
def test_a_later_paper_is_taken_in(alice: Actor, old: str, new: str) -> None:
    version = answered(alice, read_paper(paper(old), "ours.docx"), read_paper(paper(new), "theirs.docx"))
    sent = Version.objects.get(contract=version.contract, number=1)
    changes = list(Change.objects.filter(version=version).values_list("pk", flat=True))
    Random(7).shuffle(changes)

    few = changes if len(changes) <= MANY else changes[:ONE_BY_ONE]
    for pk in changes[:ONE_BY_ONE]:
        accept_change(actor=alice, change_id=pk)
    if few != changes:
        take_back(alice, version, sent, few)
    left = changes[ONE_BY_ONE:] if few == changes else changes
    assert decide_rest(actor=alice, version_id=version.pk, accept=True) == (len(left), 0)
    assert masked(draft_ties(alice, version.contract), version) == masked(version_ties(version), version)
    if few == changes:
        take_back(alice, version, sent, few)


def take_back(actor: Actor, version: Version, sent: Version, changes: list[UUID]) -> None:
    """All that was accepted is taken back, and our draft is what was sent."""
    for pk in changes:
        reopen_change(actor=actor, change_id=pk)
    assert draft_ties(actor, version.contract) == version_ties(sent)
