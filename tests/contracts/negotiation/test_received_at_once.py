"""Answers that come in at once, or while the turn is taken back or somebody begins to write: one result, one turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from contracts.models import Change, Contract, Draft, Receipt, Turn, Version
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.operations.negotiation.receive_version import receive_version
from contracts.queries.changes import Answer
from tests.cast import Cast
from tests.contracts.drafting.written import handed_over, let_in
from tests.contracts.negotiation.answers import CREDIT, MORE
from tests.contracts.papers import text_paper
from tests.contracts.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LESS = "5 % of the monthly fee"


def sent_by(actor: Actor) -> Version:
    """What the other side has now."""
    version = handed_over(actor).version
    assert version is not None
    return version


def receiving(actor: Actor, sent: Version, words: str) -> Callable[[], Version]:
    """A call that takes their answer in."""
    answer = Answer(text_paper(sent.text.replace(CREDIT, words), f"{words[:4]}.txt"), None)
    return lambda: receive_version(actor=actor, contract_id=sent.contract_id, answer=answer)


def turns(contract_id: Any) -> list[tuple[str, bool]]:
    """Whose, oldest first, and whether it is over."""
    rows = Turn.objects.filter(contract_id=contract_id).order_by("number")
    return [(row.side, row.ended_at is not None) for row in rows]


def assert_received_once(sent: Version) -> None:
    contract = Contract.objects.get(pk=sent.contract_id)
    version = Version.objects.get(contract=contract, source="received")
    assert (contract.turn, version.number, version.side) == ("ours", sent.number + 1, "theirs")
    assert turns(contract.pk) == [("ours", True), ("theirs", True), ("ours", False)]
    assert Receipt.objects.get().version_id == version.pk
    assert Change.objects.get().version_id == version.pk
    assert LedgerEntry.objects.filter(event="version.received").count() == 1


@pytest.mark.parametrize("second", [MORE, LESS], ids=["the same file", "another file"])
def test_two_answers_at_once_are_one(acme: Cast, alice: Actor, second: str) -> None:
    sent = sent_by(alice)
    calls = [receiving(alice, sent, MORE), receiving(acme["procurement"], sent, second)]

    answers = at_once(alice, calls)

    assert answers == ["", "not_their_turn"]
    assert_received_once(sent)


def test_an_answer_while_the_turn_is_taken_back(acme: Cast, alice: Actor) -> None:
    sent = sent_by(alice)
    back = lambda: take_back_turn(actor=acme["procurement"], contract_id=sent.contract_id)  # noqa: E731

    answers = at_once(alice, [receiving(alice, sent, MORE), back])

    sent.refresh_from_db()
    if sent.shared_at is None:
        assert answers == ["", "not_their_turn"]
        assert Contract.objects.get(pk=sent.contract_id).turn == "ours"
        assert turns(sent.contract_id) == [("ours", True), ("theirs", True), ("ours", False)]
        assert (Draft.objects.get().state, Version.objects.filter(source="received").count()) == ("open", 0)
    else:
        assert answers == ["", "nothing_to_take_back"]
        assert Draft.objects.get().state == "handed_over"
        assert_received_once(sent)


def test_an_answer_while_both_sides_begin_to_write(acme: Cast, alice: Actor) -> None:
    sent = sent_by(alice)
    guest = let_in(acme, sent.contract)
    calls: list[Callable[[], Any]] = [
        receiving(alice, sent, MORE),
        lambda: begin_draft(actor=guest, contract_id=sent.contract_id),
        lambda: begin_draft(actor=acme["procurement"], contract_id=sent.contract_id),
    ]

    answers = at_once(alice, calls)

    assert "" in answers
    assert set(answers) <= {"", "not_your_turn"}
    assert_received_once(sent)
    assert not Draft.objects.filter(side="theirs", state="open").exists()
    ours = Draft.objects.filter(side="ours", state="open")
    assert [draft.base_id for draft in ours] in ([], [sent.pk])


def test_a_document_while_they_hand_over_what_they_wrote(acme: Cast, alice: Actor) -> None:
    """Both end the same turn: one does."""
    sent = sent_by(alice)
    guest = let_in(acme, sent.contract)
    theirs = begin_draft(actor=guest, contract_id=sent.contract_id)
    calls: list[Callable[[], Any]] = [
        receiving(alice, sent, MORE),
        lambda: hand_over(actor=guest, draft_id=theirs.pk),
    ]

    answers = at_once(alice, calls)

    assert answers in (["", "not_their_turn"], ["", "turn_over"])
    assert turns(sent.contract_id) == [("ours", True), ("theirs", True), ("ours", False)]
    assert Receipt.objects.count() == 1
    assert not Draft.objects.filter(contract=sent.contract_id, state="open").exists()
    assert Version.objects.filter(contract=sent.contract_id).count() == sent.number + 1
