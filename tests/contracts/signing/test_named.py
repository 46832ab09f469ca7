"""Who did what to an envelope: the certificate names who it was, not who sent it."""

from __future__ import annotations

from datetime import timedelta

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import EnvelopeEvent, Recipient
from contracts.operations.signing.remind_recipient import correct_recipient, remind_recipient, void_envelope
from tests.cast import Cast
from tests.contracts.signing.sent import sent


def by_whom(kind: str) -> str:
    return str(EnvelopeEvent.objects.filter(kind=kind).latest("number").by)


def test_a_colleague_reminds_corrects_and_voids_in_their_own_name(acme: Cast, alice: Actor) -> None:
    envelope, colleague = sent(alice), acme["procurement"]
    recipient = Recipient.objects.filter(envelope=envelope, state="invited").earliest("position")
    Recipient.objects.filter(pk=recipient.pk).update(phone="+4940123456", code_by="sms")
    was = recipient.email
    with clock.set_to(clock.now() + timedelta(minutes=6)):
        remind_recipient(actor=colleague, recipient_id=recipient.pk)
    corrected = correct_recipient(actor=colleague, recipient_id=recipient.pk, name="Dora", email="dora@acme.example")
    event = EnvelopeEvent.objects.filter(kind="corrected").latest("number")
    void_envelope(actor=colleague, envelope_id=envelope.pk, reason="Wrong annex.")

    assert [by_whom(kind) for kind in ("sent", "reminded", "corrected", "voided")] == ["Alice", *["Procurement"] * 3]
    assert (event.detail["was"], event.detail["to"]) == (was, "dora@acme.example")
    assert (corrected.phone, corrected.code_by) == ("", "mail")
