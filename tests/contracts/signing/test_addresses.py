"""Nobody of ours gets the link of who signs for another party: by sending, correcting, passing on, or by a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.mailboxes import mailbox_of
from clm.notify.models import Letter
from contracts.models import BulkRow, ContractParty, Envelope, EnvelopeEvent, Recipient
from contracts.operations.create_party import create_party
from contracts.operations.parties.name_contact import add_contact
from contracts.operations.set_parties import add_party
from contracts.operations.signing.change_envelope import RecipientDraft, change_envelope
from contracts.operations.signing.decline_envelope import forward_envelope
from contracts.operations.signing.remind_recipient import correct_recipient
from contracts.operations.signing.send_envelope import send_envelope
from contracts.queries.bulk_sends import dry_run
from tests.cast import Cast, add_person
from tests.contracts.signing.lists import ROWS, brought
from tests.contracts.signing.sent import BEATE, CARL, ORIGIN, came_in, person, prepared, ready_contract, sent, signer
from tests.contracts.signing.test_pages import Visitor
from tests.proof import left_behind

SAID = "nobody there signs for another party"


def refused(act: Callable[[], Any]) -> dict[str, list[str]]:
    """The fields; nothing is done, noted or written to anybody."""
    before = (left_behind(), EnvelopeEvent.objects.count(), Letter.objects.count())
    people = list(Recipient.objects.order_by("id").values())
    with pytest.raises(DomainError) as refusal:
        act()
    assert (left_behind(), EnvelopeEvent.objects.count(), Letter.objects.count()) == before
    assert list(Recipient.objects.order_by("id").values()) == people
    assert refusal.value.code == "recipient_ours"
    return dict(refusal.value.fields)


@pytest.mark.parametrize(
    "email",
    [
        "alice@acme.example", " Alice@ACME.example", "alice+carl@acme.example", '"alice"@acme.example',
        "legal@acme.example", "both@acme.example", "office@acme.example", "desk@acme.example",
    ],
)  # fmt: skip
def test_an_address_of_ours_is_refused_for_another_party(acme: Cast, alice: Actor, email: str) -> None:
    """The sender's own, however it is written, a colleague's, that of somebody who is on both sides, of our entity and
    of a contact on our side."""
    add_person(acme, "both", ["procurement", "counterparty"])
    create_party(actor=alice, name="Acme Group", is_ours=True, email="office@acme.example")
    other = create_party(actor=alice, name="Cirrus")
    add_contact(actor=alice, party_id=other.pk, name="Desk", side="ours", email="desk@acme.example")
    envelope = sent(alice, is_ordered=False)
    carl = person(envelope, "Carl")
    given = came_in(alice, CARL.email)
    to: dict[str, Any] = {"name": "Carl", "email": email}

    correct = refused(lambda: correct_recipient(actor=alice, recipient_id=carl.pk, **to))
    passed = refused(lambda: forward_envelope(actor=signer(alice), given=given, reason="", origin=ORIGIN, **to))
    other_one = prepared(alice)
    people = [BEATE, replace(CARL, email=email)]
    changed = refused(lambda: change_envelope(actor=alice, envelope_id=other_one.pk, recipients=people))

    assert [list(fields) for fields in (correct, passed, changed)] == [["email"], ["email"], ["recipients.1.email"]]


def test_our_own_signers_and_people_of_the_other_side_are_free(acme: Cast, alice: Actor) -> None:
    """A portal user of the counterparty has a membership here, and is theirs; ours may be passed on among ourselves."""
    envelope = sent(alice, replace(BEATE, email="legal@acme.example"), replace(CARL, email="counterparty@acme.example"))
    correct_recipient(
        actor=alice, recipient_id=person(envelope, "Beate").pk, name="Beate Baum", email="alice@acme.example"
    )
    carl = person(envelope, "Carl")
    correct_recipient(actor=alice, recipient_id=carl.pk, name="Carl", email="carl@cirrus.example")

    assert sorted(envelope.recipients.values_list("email", flat=True)) == ["alice@acme.example", "carl@cirrus.example"]


@pytest.mark.parametrize("role", ["affiliate", "counterparty"])
def test_an_entity_of_ours_signs_with_our_people_and_theirs_does_not(alice: Actor, role: str) -> None:
    contract = ready_contract(alice)
    carl = replace(CARL, party=ContractParty.objects.get(contract=contract, role="counterparty").party_id)
    affiliates = {}
    for name, is_ours in (("Acme Services", True), ("Cirrus Services", False)):
        affiliates[is_ours] = create_party(actor=alice, name=name, is_ours=is_ours)
    add_party(actor=alice, contract_id=contract.pk, party_id=affiliates[True].pk, role=role)
    dora = RecipientDraft("Dora", "legal@acme.example", party=affiliates[True].pk)
    envelope = sent(alice, BEATE, carl, dora, contract=contract)
    assert person(envelope, "Dora").side == "theirs"

    other = prepared(alice)
    add_party(actor=alice, contract_id=other.contract_id, party_id=affiliates[False].pk, role=role)
    dora = replace(dora, party=affiliates[False].pk)
    assert refused(lambda: change_envelope(actor=alice, envelope_id=other.pk, recipients=[BEATE, CARL, dora]))


def test_who_became_one_of_us_while_it_was_prepared_is_not_sent_to(
    acme: Cast, alice: Actor, page: Client, api: APIClient
) -> None:
    envelope = prepared(alice, BEATE, replace(CARL, email="carl@acme.example"))
    add_person(acme, "carl", ["finance"])

    fields = refused(lambda: send_envelope(actor=alice, envelope_id=envelope.pk))
    assert list(fields) == ["recipients"]
    answer = api.post(reverse("api-envelope-sending", args=[envelope.pk]), {}, format="json")
    assert (answer.status_code, answer["Content-Type"], answer.data["code"], list(answer.data["errors"])) == (
        409, "application/problem+json", "recipient_ours", ["recipients"],
    )  # fmt: skip
    shown = page.post(reverse("envelope-send", args=[envelope.pk]), {"seen": envelope.version_hash}, follow=True)
    assert SAID in shown.content.decode()
    assert Envelope.objects.get().state == "draft"


def test_it_stands_beside_the_field(alice: Actor, page: Client, api: APIClient) -> None:
    envelope = sent(alice, is_ordered=False)
    to = {"name": "Carl", "email": "alice@acme.example"}
    carl = person(envelope, "Carl").pk

    corrected = page.post(reverse("recipient-correct", args=[carl]), to)
    assert (corrected.status_code, SAID in corrected.content.decode()) == (400, True)
    answer = api.post(reverse("api-recipient-correction", args=[carl]), to, format="json")
    assert (answer.status_code, answer["Content-Type"], answer.data["code"], list(answer.data["errors"])) == (
        400, "application/problem+json", "recipient_ours", ["email"],
    )  # fmt: skip
    theirs = Visitor()
    passed = theirs.post("signing-forward", theirs.come_in(CARL.email), data=to)
    assert (passed.status_code, SAID in passed.content.decode()) == (400, True)
    assert not EnvelopeEvent.objects.filter(kind__in=("corrected", "forwarded")).exists()


def test_a_row_of_a_list_is_refused_before_it_leaves(alice: Actor) -> None:
    bulk = brought(alice, rows=[ROWS[0], {**ROWS[1], "E-mail": "Alice+1@acme.example"}])
    fine, wrong = dry_run(bulk, BulkRow.objects.filter(bulk=bulk).order_by("number"))

    assert (fine.problems, len(wrong.problems)) == ((), 1)
    assert "nobody there signs for them" in wrong.problems[0]


def test_a_mailbox_is_the_same_however_it_is_written() -> None:
    assert (
        len({mailbox_of(each) for each in ("A@Bücher.example", "a+x@xn--bcher-kva.example", ' "a"@bücher.example')})
        == 1
    )
    assert mailbox_of("+a@b.example") == "+a@b.example"
