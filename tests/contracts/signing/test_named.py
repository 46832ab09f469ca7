"""Who did what to an envelope: the certificate names who it was, not who sent it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import EnvelopeEvent, Recipient
from contracts.operations.change_party import change_party
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.signing.change_envelope import RecipientDraft
from contracts.operations.signing.remind_recipient import correct_recipient, remind_recipient, void_envelope
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, matrix_of, requested, states, yes
from tests.contracts.approval.routed import ready_contract as routed_contract
from tests.contracts.signing.sent import BEATE, CARL, sent
from tests.contracts.signing.test_pages import Visitor


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


def test_the_list_finds_each_envelope_once(page: Client, alice: Actor) -> None:
    envelope = sent(alice)
    Recipient.objects.filter(envelope=envelope).update(name="Beate Meier")
    assert 'id="list-search"' in page.get(reverse("envelopes")).content.decode()
    assert page.get(reverse("envelopes"), {"q": "meier"}).context["count"] == 1
    assert page.get(reverse("envelopes"), {"q": "nobody"}).context["count"] == 0


def test_whoever_gave_the_code_is_let_in_for_an_hour(alice: Actor) -> None:
    sent(alice)
    beate = Visitor()
    token = beate.come_in("beate@acme.example")
    assert "The six digits" not in beate.get("signing", token).content.decode()
    with clock.set_to(clock.now() + timedelta(minutes=61)):
        assert "The six digits" in beate.get("signing", token).content.decode()
        assert beate.post("signing-sign", token, data={"name": "Beate"}).status_code != 200
    assert not EnvelopeEvent.objects.filter(kind="signed").exists()


def test_a_link_to_read_signs_declines_and_passes_on_nothing(alice: Actor) -> None:
    reader = RecipientDraft("Dr. Law", "law@firm.example", role="viewer", position=9)
    sent(alice, BEATE, CARL, reader)
    law = Visitor()
    token = law.come_in("law@firm.example")
    before = left_behind_by_signers()
    for name in ("signing-sign", "signing-decline", "signing-forward"):
        facts = {"name": "Law", "email": "x@firm.example", "reason": "No", "consent": "on"}
        assert law.post(name, token, data=facts).status_code in (400, 403, 409, 410), name
    assert left_behind_by_signers() == before


def left_behind_by_signers() -> list[tuple[str, str]]:
    return list(Recipient.objects.order_by("position").values_list("email", "state"))


def test_approvers_come_first_whatever_the_order(alice: Actor) -> None:
    envelope = sent(alice, BEATE, replace(CARL, role="approver"), is_ordered=False)
    states = dict(Recipient.objects.filter(envelope=envelope).values_list("email", "state"))
    assert states == {"beate@acme.example": "waiting", "carl@cirrus.example": "invited"}


def test_a_party_is_renamed_beside_what_is_out_and_its_approval_ends_with_it(acme: Cast, alice: Actor) -> None:
    """Whoever signs agreed to the former name; where nobody does, what was approved for it is asked for anew."""
    matrix_of(acme, FINANCE)
    contract = routed_contract(alice)
    restrict_contract(actor=alice, contract_id=contract.pk)
    approval = requested(alice, contract)
    yes(acme["finance"], approval)
    envelope = sent(alice, contract=contract)
    party = contract.parties.get(role="counterparty").party_id

    with pytest.raises(DomainError) as refused:
        change_party(actor=acme["legal"], party_id=party, country="FR")
    assert (refused.value.code, refused.value.detail) == ("out_for_signature", {})  # legal does not see the contract
    change_party(actor=acme["legal"], party_id=party, name="Renamed GmbH")
    assert states(approval)[0] == "approved"
    void_envelope(actor=alice, envelope_id=envelope.pk, reason="Wrong annex.")
    assert states(approval)[0] == "superseded"
