"""Two at the same instant, on a real database: one outcome."""

from __future__ import annotations

from contextlib import suppress

import pytest

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Envelope, EnvelopeEvent, Recipient
from contracts.operations.bulk.send_bulk_row import draft_bulk_row
from contracts.operations.signing.remind_recipient import void_envelope
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.papers import put_paper
from contracts.papers.executed import seal_envelope
from tests.contracts.papers import text_paper
from tests.contracts.signing.lists import brought
from tests.contracts.signing.sent import (
    BEATE,
    CARL,
    ORIGIN,
    completed,
    prepared,
    ready_contract,
    ready_to_sign,
    sent,
    signer,
)
from tests.contracts.test_at_once import JUNE, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(envelope: Envelope) -> list[str]:
    return list(EnvelopeEvent.objects.filter(envelope=envelope).order_by("number").values_list("kind", flat=True))


@pytest.mark.parametrize("_run", [1, 2])
def test_the_last_two_signers_complete_it_once(alice: Actor, _run: int) -> None:
    with clock.set_to(JUNE):
        envelope = sent(alice, BEATE, CARL, is_ordered=False)
        passes = [ready_to_sign(alice, each.email) for each in (BEATE, CARL)]
    facts = {"actor": signer(alice), "values": {}, "origin": ORIGIN}
    calls = [lambda given=given: sign_envelope(**facts, given=given) for given in passes]

    assert at_once(alice, calls) == ["", ""]
    envelope.refresh_from_db()
    assert (envelope.state, Contract.objects.get().state) == ("completed", "executed")
    assert (kinds(envelope).count("signed"), kinds(envelope).count("completed")) == (2, 1)


def test_the_same_signature_twice_is_one(alice: Actor) -> None:
    with clock.set_to(JUNE):
        envelope = sent(alice, BEATE, CARL)
        given = ready_to_sign(alice, BEATE.email)
    call = lambda: sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN)  # noqa: E731

    assert at_once(alice, [call, call]) == ["", "link_used"]
    assert kinds(envelope).count("signed") == 1
    assert Recipient.objects.get(name=CARL.name).state == "invited"


@pytest.mark.parametrize("_run", [1, 2])
def test_signing_and_voiding_leave_one_outcome(alice: Actor, _run: int) -> None:
    with clock.set_to(JUNE):
        envelope = sent(alice, BEATE)
        given = ready_to_sign(alice, BEATE.email)
    answers = at_once(
        alice,
        [
            lambda: sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN),
            lambda: void_envelope(actor=alice, envelope_id=envelope.pk, reason="Wrong annex."),
        ],
    )
    envelope.refresh_from_db()
    contract = Contract.objects.get()
    outcome = (envelope.state, contract.state, answers)
    assert outcome in (
        ("completed", "executed", ["", "illegal_move"]),
        ("voided", "draft", ["", "link_ended"]),
    )
    assert kinds(envelope).count("signed") == (envelope.state == "completed")


def test_two_envelopes_of_one_contract_are_sent_at_once_and_one_is_out(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = ready_contract(alice)
        waiting = [prepared(alice, BEATE, contract=contract), prepared(alice, CARL, contract=contract)]
    calls = [lambda each=each: send_envelope(actor=alice, envelope_id=each.pk) for each in waiting]

    assert at_once(alice, calls) == ["", "out_for_signature"]
    assert sorted(Envelope.objects.values_list("state", flat=True)) == ["draft", "sent"]


def test_two_workers_draft_one_contract_of_a_row(alice: Actor) -> None:
    with clock.set_to(JUNE):
        row = brought(alice).rows.earliest("number")
        paper = put_paper(alice, text_paper())
    before = Contract.objects.count()
    call = lambda: draft_bulk_row(actor=alice, row_id=row.pk, paper=paper)  # noqa: E731

    assert at_once(alice, [call, call]) == ["", ""]
    assert Contract.objects.count() == before + 1


def test_two_workers_attach_one_paper(alice: Actor) -> None:
    with clock.set_to(JUNE):
        envelope = completed(alice, BEATE)
    with suppress(RuntimeError):
        at_once(alice, [lambda: seal_envelope(envelope.pk), lambda: seal_envelope(envelope.pk)])
    envelope.refresh_from_db()
    assert envelope.seal_state == "sealed"
    assert kinds(envelope).count("sealed") == 1
