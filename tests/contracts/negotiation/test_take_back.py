"""A turn that is taken back after it was answered, or before."""

from __future__ import annotations

from typing import Any

import pytest

from clm.access.permissions import visible
from clm.audit.models import Transition
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Change, Contract, Draft, Version
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.negotiation.reopen_change import reopen_change
from contracts.queries import version_rows
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of, let_in, write
from tests.contracts.negotiation.answers import MORE, change_of, our_draft, quick_answer, sent_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(acme: Cast, alice: Actor) -> Version:
    """What the other side wrote here and handed over, with one change."""
    sent = sent_version(alice)
    them = let_in(acme, sent.contract)
    draft = begin_draft(actor=them, contract_id=sent.contract_id)
    write(them, clause_of(draft, "Credits"), f"If availability is lower, the Customer receives a credit of {MORE}.")
    return hand_over(actor=them, draft_id=draft.pk)


def take_back(cast: Cast, version: Version) -> Draft:
    return take_back_turn(actor=cast["counterparty"], contract_id=version.contract_id)


def refused(call: Any) -> str:
    before = (*Change.objects.values_list("state"), *Draft.objects.values_list("state"), Transition.objects.count())
    with pytest.raises(DomainError) as refusal:
        call()
    after = (*Change.objects.values_list("state"), *Draft.objects.values_list("state"), Transition.objects.count())
    assert before == after
    return refusal.value.code


def test_their_changes_are_withdrawn(acme: Cast, alice: Actor, theirs: Version) -> None:
    draft = take_back(acme, theirs)

    assert (draft.state, draft.side) == ("open", "theirs")
    change = change_of(theirs)
    assert change.state == "withdrawn"
    moved = Transition.objects.get(subject_id=change.pk)
    assert (moved.from_state, moved.to_state) == ("open", "withdrawn")
    assert Contract.objects.get(pk=theirs.contract_id).turn == "theirs"
    assert not visible(alice, version_rows().filter(pk=theirs.pk)).exists()
    assert refused(lambda: reject_change(actor=alice, change_id=change.pk)) == "not_found"


def test_handed_over_again_there_is_something_to_decide(acme: Cast, alice: Actor, theirs: Version) -> None:
    draft = take_back(acme, theirs)
    again = hand_over(actor=acme["counterparty"], draft_id=draft.pk)

    assert [change.state for change in Change.objects.filter(version=again)] == ["open"]
    reject_change(actor=alice, change_id=change_of(again).pk)


@pytest.mark.parametrize("decide", [accept_change, reject_change])
def test_not_once_we_decided(acme: Cast, alice: Actor, theirs: Version, decide: Any) -> None:
    decide(actor=alice, change_id=change_of(theirs).pk)

    assert refused(lambda: take_back(acme, theirs)) == "other_side_began"


def test_again_once_we_took_the_decision_back(acme: Cast, alice: Actor, theirs: Version) -> None:
    change = change_of(theirs)
    reject_change(actor=alice, change_id=change.pk)
    reopen_change(actor=alice, change_id=change.pk)

    take_back(acme, theirs)

    assert change_of(theirs).state == "withdrawn"


def test_not_while_we_write(acme: Cast, alice: Actor, theirs: Version) -> None:
    begin_draft(actor=alice, contract_id=theirs.contract_id)

    assert refused(lambda: take_back(acme, theirs)) == "other_side_began"


def test_our_decisions_are_open_to_change_when_we_take_back(alice: Actor) -> None:
    version = quick_answer(alice)
    change = change_of(version)
    accept_change(actor=alice, change_id=change.pk)
    hand_over(actor=alice, draft_id=our_draft(version.contract).pk)

    draft = take_back_turn(actor=alice, contract_id=version.contract_id)

    change.refresh_from_db()
    assert (draft.side, draft.state, change.state) == ("ours", "open", "accepted")
    reopen_change(actor=alice, change_id=change.pk)
    assert MORE not in clause_of(draft, "Credits").text
    reject_change(actor=alice, change_id=change.pk)
    assert MORE not in hand_over(actor=alice, draft_id=draft.pk).text
