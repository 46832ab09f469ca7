"""The sender's pages, and those of signers who have nothing but a letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.access.permissions import system_actor
from clm.audit.models import LedgerEntry, Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.models import Letter
from clm.notify.tasks import send_letters
from contracts.access.signing import DESK
from contracts.models import Contract, Envelope, EnvelopeEvent, Recipient, SignatureField, SigningCode
from contracts.operations.signing.remind_recipient import correct_recipient, look_after_envelope, void_envelope
from tests.access.test_routes import organization_scope_left
from tests.cast import Cast
from tests.contracts.signing.sent import (
    BEATE,
    CARL,
    code_of,
    completed,
    field_on,
    person,
    prepared,
    ready_contract,
    sent,
    token_of,
)


class Visitor:
    """Somebody without an account, in a browser of their own."""

    def __init__(self, **headers: str) -> None:
        self.client = Client(headers={"user-agent": "A phone"} | headers)

    def get(self, name: str, *args: Any) -> Any:
        with organization_scope_left():
            return self.client.get(reverse(name, args=args))

    def post(self, name: str, *args: Any, data: dict[str, Any] | None = None) -> Any:
        with organization_scope_left():
            return self.client.post(reverse(name, args=args), data or {})

    def seen(self, token: str) -> str:
        """What others had filled in on the page that is shown."""
        return re.findall(r'name="seen" value="([0-9a-f]{64})"', self.get("signing", token).content.decode())[0]

    def come_in(self, email: str) -> str:
        token = token_of(email)
        assert "we send a code" in self.get("signing", token).content.decode()
        assert self.post("signing-code", token).status_code == 302
        assert self.post("signing-code", token, data={"code": code_of(email)}).status_code == 302
        return token


def test_prepare_place_and_send(acme: Cast, alice: Actor, page: Client) -> None:
    contract = ready_contract(alice)
    tab = page.get(reverse("contract-tab", args=[contract.pk, "signatures"])).content.decode()
    assert reverse("envelope-new", args=[contract.pk]) in tab
    facts = {"title": "Hosting 2026", "message": "Please sign.", "is_ordered": "on", "days": 14, "remind_days": 3}
    answer = page.post(reverse("envelope-new", args=[contract.pk]), facts)
    envelope = Envelope.objects.get()
    assert answer["Location"] == reverse("envelope-people", args=[envelope.pk])
    assert (envelope.title, envelope.days, envelope.state) == ("Hosting 2026", 14, "draft")

    theirs = contract.parties.get(role="counterparty").party
    asked = page.get(reverse("envelope-people", args=[envelope.pk])).context["formset"]
    assert [row["side"].value() for row in asked][1:] == [str(theirs.pk)]
    carl = _person("Carl", "carl@cirrus.example", "2") | {"side": str(theirs.pk)}
    people = _rows("people", [_person("Beate Baum", "beate@acme.example"), carl])
    answer = page.post(reverse("envelope-people", args=[envelope.pk]), people)
    assert answer["Location"] == reverse("envelope-fields", args=[envelope.pk])
    shown = page.get(answer["Location"]).content.decode()
    assert 'viewBox="0 0 595.3 841.9"' in shown or "data-placing" in shown
    place = {"recipient": "beate@acme.example", "kind": "signature", "page": 1, "x": "60.5", "y": 600, "width": 180}
    answer = page.post(
        reverse("envelope-fields", args=[envelope.pk]), _rows("places", [place | {"height": 40, "is_required": "on"}])
    )
    assert answer["Location"] == reverse("envelope", args=[envelope.pk])
    assert SignatureField.objects.get().recipient.name == "Beate Baum"
    assert person(envelope, "Carl").party == theirs

    status = page.get(answer["Location"]).content.decode()
    assert "Letters leave to those who are first." in status
    page.post(reverse("envelope-send", args=[envelope.pk]), {"seen": envelope.version.content_hash})
    envelope.refresh_from_db()
    assert envelope.state == "sent"
    assert EnvelopeEvent.objects.get(kind="sent").address == "127.0.0.1"
    status = page.get(reverse("envelope", args=[envelope.pk])).content.decode()
    assert "0 of 2 done" in status
    assert "Waits for" in page.get(reverse("envelopes")).content.decode()


def _person(name: str, email: str, position: str = "1") -> dict[str, Any]:
    return {"name": name, "email": email, "role": "signer", "side": "ours", "position": position, "code_by": "mail"}


def _rows(prefix: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    sent = {f"{prefix}-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return sent | {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(alice: Actor, page: Client) -> None:
    envelope = prepared(alice)
    rows = [_person("Beate Baum", "same@acme.example"), _person("Carl", "SAME@acme.example")]
    answer = page.post(reverse("envelope-people", args=[envelope.pk]), _rows("people", rows))
    assert answer.status_code == 400
    assert "Two recipients have this address" in answer.content.decode()
    assert envelope.recipients.count() == 2
    more = page.post(reverse("envelope-people", args=[envelope.pk]), _rows("people", rows) | {"act": "add"})
    assert 'name="people-2-name"' in more.content.decode()
    assert (more.status_code, "same@acme.example" in more.content.decode()) == (200, True)
    assert "required" not in more.content.decode().partition('name="people-2-name"')[2]


def test_a_signer_signs_by_link_and_code_on_a_page_of_their_own(alice: Actor) -> None:
    envelope = sent(alice, replace(BEATE, fields=[field_on(), field_on("checkbox", y=700, is_required=False)]), CARL)
    beate = Visitor()
    token = beate.come_in("beate@acme.example")
    answer = beate.get("signing", token)
    shown = answer.content.decode()
    assert "Sign" in shown
    assert "shell" not in re.findall(r'class="([^"]+)"', shown)
    assert "carl@cirrus.example" not in shown
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "style=" not in shown
    picture = beate.get("signing-page", token, 1)
    assert (picture["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert beate.get("signing-page", token, 2).status_code == 404
    assert beate.get("signing-paper", token).content[:5] == b"%PDF-"

    signature = SignatureField.objects.get(kind="signature")
    without = beate.post("signing-sign", token, data={"name": "Beate Baum", str(signature.pk): "B. Baum"})
    assert without.status_code == 400
    assert "Agree to this first." in without.content.decode()
    assert person(envelope, "Beate").consented_at is None
    given = {"name": "Beate Baum", str(signature.pk): "B. Baum", "agreed": "on", "seen": beate.seen(token)}
    assert "You have signed" in beate.post("signing-sign", token, data=given).content.decode()
    signature.refresh_from_db()
    assert signature.value == "B. Baum"
    event = EnvelopeEvent.objects.get(kind="signed")
    assert (event.address, event.agent) == ("127.0.0.1", "A phone")
    again = beate.post("signing-sign", token, data=given)
    assert again.status_code == 403
    assert "This link was used." in again.content.decode()
    assert EnvelopeEvent.objects.filter(kind="signed").count() == 1
    assert EnvelopeEvent.objects.filter(kind="refused", detail__code="link_used").count() == 1


def test_nothing_is_shown_before_the_code(alice: Actor) -> None:
    sent(alice)
    token = token_of("beate@acme.example")
    nobody = Visitor()
    for name, *more in (("signing-paper",), ("signing-page", 1)):
        assert nobody.get(name, token, *more)["Location"] == reverse("signing", args=[token])
    assert nobody.post("signing-sign", token, data={"name": "x", "agreed": "on"}).status_code == 302
    assert "b…@acme.example" in nobody.get("signing", token).content.decode()
    nobody.post("signing-code", token)
    wrong = nobody.post("signing-code", token, data={"code": "000000"})
    assert wrong.status_code == 400
    assert "not the newest code" in wrong.content.decode()


# Every way in that a link opens: shown, read, and acted by.
DOORS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("get", "signing", {}),
    ("get", "signing-forward", {}),
    ("get", "signing-paper", {}),
    ("post", "signing-code", {}),
    ("post", "signing-code", {"code": "000000"}),
    ("post", "signing-sign", {"name": "Beate Baum", "agreed": "on", "seen": "0" * 64}),
    ("post", "signing-decline", {"reason": "Too dear."}),
    ("post", "signing-forward", {"name": "Emil", "email": "emil@acme.example"}),
)


def _signs(beate: Visitor, token: str, _alice: Actor) -> None:
    given = {"name": "Beate Baum", "agreed": "on", "seen": beate.seen(token)}
    assert "You have signed" in beate.post("signing-sign", token, data=given).content.decode()


def _voids(_beate: Visitor, _token: str, alice: Actor) -> None:
    void_envelope(actor=alice, envelope_id=Envelope.objects.get().pk, reason="Wrong annex.")


def _runs_out(_beate: Visitor, _token: str, alice: Actor) -> None:
    with clock.set_to(Envelope.objects.get().expires_at):
        desk = system_actor(DESK, alice.organization_id)
        assert look_after_envelope(actor=desk, envelope_id=Envelope.objects.get().pk).state == "expired"


def _is_corrected(_beate: Visitor, _token: str, alice: Actor) -> None:
    to = {"name": "Beate Baum", "email": "bb@acme.example"}
    correct_recipient(actor=alice, recipient_id=person(Envelope.objects.get(), "Beate").pk, **to)


@pytest.mark.parametrize(
    ("happens", "code", "said"),
    [
        (None, "link_expired", "This link has run out."),
        (_signs, "link_used", "This link was used."),
        (_voids, "link_ended", "This link counts no more"),
        (_runs_out, "link_ended", "This link counts no more"),
        (_is_corrected, "link_ended", "This link counts no more"),
    ],
)
def test_a_link_that_is_over_opens_no_door_and_each_try_is_kept(
    alice: Actor, happens: Callable[[Visitor, str, Actor], None] | None, code: str, said: str
) -> None:
    """Also for its own recipient, in the very browser in which the code was given."""
    envelope = sent(alice, is_ordered=False)
    beate = Visitor()
    token = beate.come_in("beate@acme.example")
    if happens is not None:
        happens(beate, token, alice)
        shut(beate, token, code, said, by="?")
        return
    with clock.set_to(envelope.expires_at):
        shut(beate, token, code, said, by="?")


@pytest.mark.parametrize("who", ["alice@acme.example", "legal@globex.example", "carl@cirrus.example"])
def test_a_link_opens_no_door_for_another_and_each_try_is_kept(
    alice: Actor, acme: Cast, globex: Cast, who: str
) -> None:
    """The sender, somebody of another organization, and another signer, each in their own browser."""
    sent(alice, is_ordered=False)
    users = {user.email: user for cast in (acme, globex) for user in cast.users.values()}
    other = Visitor()
    if who in users:
        other.client.force_login(users[who], backend="django.contrib.auth.backends.ModelBackend")
    else:
        other.come_in(who)

    shut(other, token_of("beate@acme.example"), "not_yours", "sent to somebody else", by=who if who in users else "?")
    assert not EnvelopeEvent.objects.filter(kind="opened", recipient__email="beate@acme.example").exists()


def shut(visitor: Visitor, token: str, code: str, said: str, *, by: str) -> None:
    """Each door is refused, in the history and in the ledger, and nothing else happens."""

    def left() -> list[Any]:
        people = Recipient.objects.order_by("pk").values_list("pk", "state", "email", "consented_at", "opened_at")
        states = [Envelope.objects.get().state, Contract.objects.get().state]
        return [list(people), states, Letter.objects.count(), SigningCode.objects.count(), Transition.objects.count()]

    before, entries = left(), LedgerEntry.objects.count()
    for number, (method, name, given) in enumerate(DOORS, start=1):
        answer = visitor.get(name, token) if method == "get" else visitor.post(name, token, data=given)
        assert (answer.status_code, said in answer.content.decode()) == (403, True), name
        event = EnvelopeEvent.objects.latest("number")
        assert (event.kind, event.by, event.detail["code"], event.address) == ("refused", by, code, "127.0.0.1"), name
        entry = LedgerEntry.objects.latest("id")
        assert (entry.event, entry.after["code"]) == ("envelope.link_refused", code), name
        assert LedgerEntry.objects.count() == entries + number, name
    assert left() == before


def test_a_secret_that_nobody_gave_leads_nowhere(alice: Actor) -> None:
    answer = Visitor().get("signing", "x" * 43)
    assert answer.status_code == 404
    assert "leads nowhere" in answer.content.decode()


def test_declining_and_passing_on(alice: Actor) -> None:
    envelope = sent(alice, is_ordered=False)
    beate, carl = Visitor(), Visitor()
    token = beate.come_in("beate@acme.example")
    assert beate.post("signing-forward", token, data={"name": "E", "email": "carl@cirrus.example"}).status_code == 400
    passed = beate.post("signing-forward", token, data={"name": "Emil", "email": "emil@acme.example"})
    assert "Passed on" in passed.content.decode()
    assert person(envelope, "Emil").state == "invited"
    told = "Beate Baum was asked first, and passed it on to you."
    assert told in Visitor().get("signing", token_of("emil@acme.example")).content.decode()
    assert told in str(mail.outbox[-1].body)
    token = carl.come_in("carl@cirrus.example")
    assert carl.post("signing-decline", token, data={"reason": ""}).status_code == 400
    assert "You have declined" in carl.post("signing-decline", token, data={"reason": "Too dear."}).content.decode()
    assert Contract.objects.get(pk=envelope.contract_id).state == "draft"


def test_a_reader_reads_and_does_not_sign(alice: Actor) -> None:
    sent(alice, BEATE, replace(CARL, name="Dr. Law", email="law@firm.example", role="viewer"))
    law = Visitor()
    token = law.come_in("law@firm.example")
    shown = law.get("signing", token).content.decode()
    assert "to read, not to sign" in shown
    given = {"name": "x", "agreed": "on", "seen": "0" * 64}
    assert law.post("signing-sign", token, data=given).status_code == 403
    assert EnvelopeEvent.objects.filter(kind="viewed", by="Dr. Law").count() == 1


def test_behind_a_proxy_the_address_is_the_one_it_saw(alice: Actor, settings: Any) -> None:
    sent(alice)
    settings.TRUSTED_PROXIES = 1
    Visitor(**{"x-forwarded-for": "10.0.0.1, 198.51.100.9"}).get("signing", token_of("beate@acme.example"))
    assert EnvelopeEvent.objects.get(kind="opened").address == "198.51.100.9"


def test_looking_after_it(alice: Actor, page: Client) -> None:
    envelope = sent(alice)
    send_letters()
    beate = person(envelope, "Beate")
    page.post(reverse("recipient-correct", args=[beate.pk]), {"name": "Beate Baum", "email": "bb@acme.example"})
    send_letters()
    assert mail.outbox[-1].to == ["bb@acme.example"]
    refused = page.post(reverse("recipient-remind", args=[beate.pk]), headers={"referer": "http://testserver/x"})
    assert refused.status_code == 302
    assert page.post(reverse("envelope-void", args=[envelope.pk]), {"reason": ""}).status_code == 400
    page.post(reverse("envelope-void", args=[envelope.pk]), {"reason": "Wrong annex."})
    envelope.refresh_from_db()
    assert (envelope.state, envelope.reason) == ("voided", "Wrong annex.")


def test_the_list_asks_as_often_for_many_as_for_one(alice: Actor, page: Client) -> None:
    counted = []
    for _each in range(3):
        prepared(alice)
        with CaptureQueriesContext(connection) as asked:
            page.get(reverse("envelopes"))
        counted.append(len(asked))
    assert counted[1] == counted[2]


def test_the_executed_text_is_not_there_before_it_is_sealed(alice: Actor, page: Client) -> None:
    envelope = completed(alice)
    assert page.get(reverse("envelope-executed", args=[envelope.pk])).status_code == 404
    tab = page.get(reverse("contract-tab", args=[envelope.contract_id, "signatures"])).content.decode()
    assert reverse("envelope-new", args=[envelope.contract_id]) not in tab  # what is final is not signed again
    assert "is being sealed" in page.get(reverse("envelope", args=[envelope.pk])).content.decode()


def test_the_contract_says_what_comes_next(alice: Actor, page: Client) -> None:
    contract = ready_contract(alice)
    envelope = sent(alice, contract=contract)
    shown = page.get(contract.get_absolute_url()).content.decode()
    assert re.search(rf'<a class="btn btn-primary" href="{envelope.get_absolute_url()}">Open the signatures</a>', shown)


def test_the_code_comes_by_text_message_where_the_sender_chose_so(alice: Actor, settings: Any) -> None:
    settings.SMS_URL = "http://127.0.0.1:9/nobody"
    sent(alice, replace(BEATE, code_by="sms", phone="+49 170 1234567"), CARL)
    beate = Visitor()
    token = token_of("beate@acme.example")
    assert "…67" in beate.get("signing", token).content.decode()
    beate.post("signing-code", token)
    letter = Letter.objects.get(kind="signing.code")
    assert (letter.channel, letter.to_address) == ("sms", "+49 170 1234567")
