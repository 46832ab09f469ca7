"""Signed in another system, which tells what came of it by a signed call: once, however often it calls."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import system_actor
from clm.documents.blobs import read_blob
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.notify.models import Letter, Notification
from clm.notify.text_messages import signature_of
from contracts.access.signing import DESK
from contracts.models import Contract, Envelope, EnvelopeEvent, SignedCopy
from contracts.operations.signing.remind_recipient import look_after_envelope, void_envelope
from contracts.operations.signing.sign_elsewhere import hook_secret, send_elsewhere
from tests.access.test_routes import organization_scope_left
from tests.contracts.signing.sent import BEATE, CARL, prepared
from tests.contracts.signing.test_sealing import paper as blank_pdf


def out(actor: Actor) -> Envelope:
    return send_elsewhere(actor=actor, envelope_id=prepared(actor).pk, system="Signatory")


def call(envelope: Envelope, *, late: int = 0, secret: str = "", **body: Any) -> Any:
    sent = json.dumps(body).encode()
    instant = int(clock.now().timestamp()) - late
    signature = signature_of(secret or hook_secret(envelope.pk), instant, sent)
    headers = {"covenant-signature": f"t={instant},v1={signature}"}
    with organization_scope_left():
        address = reverse("signing-hook", args=[envelope.pk])
        return Client().post(address, sent, content_type="application/json", headers=headers)


def signed(message: str = "m-1", **changes: Any) -> dict[str, Any]:
    return {"id": message, "outcome": "signed", "pdf": base64.b64encode(blank_pdf()).decode()} | changes


def test_it_is_out_and_nobody_is_written_to(alice: Actor, page: Client) -> None:
    envelope = out(alice)
    assert (envelope.state, envelope.method, envelope.contract.state) == ("sent", "elsewhere", "out_for_signature")
    assert Letter.objects.count() == 0
    assert envelope.next_due_at == envelope.expires_at
    assert hook_secret(envelope.pk) in page.get(envelope.get_absolute_url()).content.decode()
    with pytest.raises(Invalid):
        send_elsewhere(actor=alice, envelope_id=prepared(alice).pk, system=" ")


def test_what_was_signed_there_completes_it_once(alice: Actor) -> None:
    envelope = out(alice)
    day = clock.today().isoformat()
    assert call(envelope, **signed(signed_on=day)).json() == {"envelope": str(envelope.pk), "state": "completed"}
    assert call(envelope, **signed(signed_on=day)).status_code == 200
    other = call(envelope, **signed("m-2"))
    assert (other.status_code, other.json()["code"]) == (409, "envelope_over")

    envelope.refresh_from_db()
    assert (envelope.state, Contract.objects.get().state, envelope.seal_state) == ("completed", "executed", "waiting")
    assert read_blob(envelope.paper) == blank_pdf()
    (event,) = EnvelopeEvent.objects.filter(kind="elsewhere")
    assert (event.by, event.detail["message"], event.address) == ("Signatory", "m-1", "127.0.0.1")
    assert {each.state for each in envelope.recipients.all()} == {"done"}


def test_who_would_have_approved_here_is_not_said_to_have(alice: Actor) -> None:
    envelope = prepared(alice, BEATE, CARL, replace(BEATE, name="Ada", email="ada@acme.example", role="approver"))
    send_elsewhere(actor=alice, envelope_id=envelope.pk, system="Signatory")
    assert call(envelope, **signed()).status_code == 200
    states = envelope.recipients.values_list("role", "state").distinct()
    assert sorted(states.order_by()) == [("approver", "released"), ("signer", "done")]


def test_declined_there_it_is_over_and_the_contract_is_where_it_was(alice: Actor) -> None:
    envelope = out(alice)
    assert call(envelope, id="m-1", outcome="declined", reason="Too dear.").json()["state"] == "declined"
    envelope.refresh_from_db()
    assert (envelope.reason, Contract.objects.get().state) == ("Too dear.", "draft")


def test_unsigned_old_foreign_and_unreadable_calls_change_nothing(alice: Actor) -> None:
    envelope, other = out(alice), out(alice)
    assert call(envelope, secret="guessed", **signed()).status_code == 401
    assert call(envelope, secret=hook_secret(other.pk), **signed()).status_code == 401
    assert call(envelope, late=301, **signed()).status_code == 401
    with clock.set_to(clock.now() + timedelta(minutes=1)):
        assert call(envelope, **signed(pdf="no base64")).json()["code"] == "unreadable"
    assert call(envelope, **signed(pdf=base64.b64encode(b"no pdf").decode())).status_code == 400
    assert call(envelope, id="m", outcome="signed").status_code == 400
    assert call(envelope, **signed(outcome="voided")).json()["code"] == "unreadable"
    tomorrow = (clock.today() + timedelta(days=2)).isoformat()
    assert call(envelope, **signed(signed_on=tomorrow)).json()["code"] == "date_ahead"
    envelope.refresh_from_db()
    assert (envelope.state, envelope.external_id) == ("sent", "")
    void_envelope(actor=alice, envelope_id=envelope.pk, reason="Wrong annex.")
    assert call(envelope, id="m-1", outcome="declined").status_code == 409


def test_what_comes_when_it_is_over_is_kept_and_told_once(alice: Actor, page: Client, api: APIClient) -> None:
    envelope = out(alice)
    desk = system_actor(DESK, alice.organization_id)
    with clock.set_to(envelope.expires_at + timedelta(hours=1)):
        look_after_envelope(actor=desk, envelope_id=envelope.pk)
        for _ in range(2):
            kept = call(envelope, **signed("m" * 130, signed_on=clock.today().isoformat()))
            assert (kept.status_code, kept.json()["state"], kept.json()["kept"]) == (202, "expired", True)
    copy = SignedCopy.objects.get()
    assert (read_blob(copy.blob), copy.why) == (blank_pdf(), "envelope_over")
    event = EnvelopeEvent.objects.get(kind="kept")
    assert (event.detail["message"], event.detail["scan"]) == ("m" * 130, copy.blob.sha256)
    assert Notification.objects.filter(kind__startswith="envelope.copy_kept", user=alice.user_id).count() == 1
    shown = page.get(envelope.get_absolute_url()).content.decode()
    assert "A signed copy came from the other system" in shown
    assert page.get(reverse("signed-copy", args=[copy.pk])).content == blank_pdf()
    (told,) = api.get(reverse("api-envelope", args=[envelope.pk])).json()["signed_copies"]
    assert (told["id"], told["sha256"]) == (str(copy.pk), copy.blob.sha256)
    with pytest.raises(IntegrityError), transaction.atomic():
        SignedCopy.objects.update(why="other")


def test_what_cannot_become_final_any_more_is_kept(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any, **named: Any) -> None:
        raise DomainError("terms_rewrite_history", "No.")

    envelope = out(alice)
    monkeypatch.setattr("contracts.operations.signing.sign_elsewhere.complete", refuse)
    assert call(envelope, **signed()).json() == {"envelope": str(envelope.pk), "state": "sent", "kept": True}
    assert (SignedCopy.objects.get().why, envelope.recipients.filter(state="done").count()) == (
        "terms_rewrite_history", 0,
    )  # fmt: skip


def test_a_long_message_is_known_again(alice: Actor) -> None:
    envelope = out(alice)
    for _ in range(2):
        assert call(envelope, **signed("m" * 130)).status_code == 200
    assert call(envelope, **signed("m" * 131)).status_code == 409


def test_one_that_is_signed_here_takes_no_calls(alice: Actor) -> None:
    from tests.contracts.signing.sent import sent

    assert call(sent(alice), **signed()).json()["code"] == "envelope_over"
