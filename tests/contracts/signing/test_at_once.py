"""Two at the same instant, on a real database: one outcome."""

from __future__ import annotations

from contextlib import suppress

import pytest

from clm.accounts.actors import hash_key
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Envelope, EnvelopeEvent, Recipient, SigningLink
from contracts.operations.bulk.send_bulk_row import draft_bulk_row
from contracts.operations.signing.consent_to_sign import read_envelope
from contracts.operations.signing.guards import LinkRefused, Pass
from contracts.operations.signing.open_signing_link import open_signing_link
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


@pytest.mark.parametrize("_run", [1, 2])
def test_in_order_the_second_never_signs_before_the_first(alice: Actor, _run: int) -> None:
    """Though they had a link and had given code and consent: it is planted, since nobody is written to before their
    turn. Alone it opens nothing; at once with the first it is refused, or comes behind."""
    with clock.set_to(JUNE):
        envelope = sent(alice, BEATE, CARL)
        first, early = ready_to_sign(alice, BEATE.email), planted(envelope, CARL.name)
        facts = {"actor": signer(alice), "values": {}, "origin": ORIGIN}
        for act in (open_signing_link, read_envelope, sign_envelope):
            given = facts if act is sign_envelope else {"actor": facts["actor"], "origin": ORIGIN}
            with pytest.raises(LinkRefused) as refused:
                act(**given, given=early)
            assert refused.value.code == "not_your_turn"
        assert "signed" not in kinds(envelope)
    calls = [lambda given=given: sign_envelope(**facts, given=given) for given in (first, early)]

    answers = at_once(alice, calls)
    signed = EnvelopeEvent.objects.filter(envelope=envelope, kind="signed").order_by("number")
    by = list(signed.values_list("recipient__name", flat=True))
    envelope.refresh_from_db()
    outcome = (answers, by, envelope.state, Contract.objects.get().state)
    assert outcome in (
        (["", "not_your_turn"], [BEATE.name], "sent", "out_for_signature"),
        (["", ""], [BEATE.name, CARL.name], "completed", "executed"),
    )
    assert Recipient.objects.get(name=CARL.name).state == ("invited" if len(by) == 1 else "done")


def planted(envelope: Envelope, name: str) -> Pass:
    """A link whose code was given, of somebody who is not asked yet."""
    now, recipient = clock.now(), Recipient.objects.get(envelope=envelope, name=name)
    assert recipient.state == "waiting"
    recipient.consented_at, recipient.consent_hash = now, "0" * 64
    recipient.save()
    SigningLink.objects.create(
        organization_id=envelope.organization_id, recipient=recipient, purpose="sign", token_hash=hash_key("t" * 43),
        session_hash=hash_key("s" * 43), verified_at=now, expires_at=envelope.expires_at,
    )  # fmt: skip
    return Pass("t" * 43, "s" * 43)


@pytest.mark.parametrize("_run", [1, 2])
def test_the_same_signature_twice_is_one(alice: Actor, _run: int) -> None:
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
