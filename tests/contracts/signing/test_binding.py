"""What somebody signs is what they read: with what others filled in, made of the text as it is, for every party."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from clm.documents.blobs import read_blob
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.models import Contract, EnvelopeEvent, Recipient, SignatureField
from contracts.operations.add_version import add_version
from contracts.operations.create_party import create_party
from contracts.operations.retention.approve_disposal import _blobs
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.change_envelope import change_envelope
from contracts.operations.signing.create_envelope import create_envelope, prepare_again
from contracts.operations.signing.record_paper_signature import record_paper_signature
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_elsewhere import send_elsewhere
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.papers.envelopes import Scan
from contracts.papers.executed import SealFailed, certificate_bytes, executed_bytes
from contracts.queries.signing import broken_event, envelope_rows, values_digest
from tests.contracts.papers import TERMS, TEXT, newest, text_paper
from tests.contracts.signing.sent import (
    BEATE,
    CARL,
    ORIGIN,
    field_on,
    paper_of,
    person,
    prepared,
    ready_contract,
    ready_to_sign,
    sent,
    signed,
    signer,
    values_for,
)
from tests.contracts.signing.test_pages import Visitor

STROKES = [[[20, 150], [200, 40], [380, 150]], [[90, 100], [300, 100]]]


def words_in(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_who_signs_first_is_told_what_others_fill_in_later(alice: Actor) -> None:
    price = field_on("text", y=500, label="Price")
    sent(alice, BEATE, replace(CARL, fields=[field_on(), price]))
    beate = Visitor()
    shown = beate.get("signing", beate.come_in(BEATE.email)).content.decode()
    assert "<li>Price · Carl Client</li>" in shown


def test_the_next_signer_reads_and_binds_what_was_filled_in_before(alice: Actor) -> None:
    annex = field_on("text", y=500, label="Annex")
    envelope = sent(alice, replace(BEATE, fields=[field_on(), annex]), CARL)
    beate = person(envelope, "Beate")
    values = {row.pk: "Annex seven" if row.kind == "text" else "Beate Baum" for row in beate.fields.all()}
    given = ready_to_sign(alice, BEATE.email)
    sign_envelope(actor=signer(alice), given=given, values=values, origin=ORIGIN, drawing=STROKES)

    carl = Visitor()
    token = carl.come_in(CARL.email)
    shown = carl.get("signing", token).content.decode()
    assert "Annex: <strong>Annex seven</strong> · Beate Baum" in shown  # as words, and in its place on the page
    assert '<text class="mark mark-text"' in shown
    assert 'd="M20 150L200 40L380 150M90 100L300 100"' in shown
    assert "Annex seven" in words_in(carl.get("signing-paper", token).content)
    seen = carl.seen(token)
    assert seen == values_digest(envelope)
    stale = carl.post("signing-sign", token, data={"name": "Carl", "agreed": "on", "seen": "0" * 64})
    assert stale.status_code == 400
    assert "Somebody else has filled something in meanwhile" in stale.content.decode()
    done = carl.post("signing-sign", token, data={"name": "Carl", "agreed": "on", "seen": seen})
    assert "You have signed" in done.content.decode()

    events = list(EnvelopeEvent.objects.filter(envelope=envelope).order_by("number"))
    first, second = (each.detail for each in events if each.kind == "signed")
    assert (first["read"] != first["values"], second["read"], second["values"]) == (True, seen, seen)
    assert broken_event(events) is None
    found = envelope_rows().get(pk=envelope.pk)
    executed = words_in(executed_bytes(found))
    assert "Annex (page 1) Annex seven" in executed
    assert seen in executed.replace(" ", "")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE contracts_signaturefield SET value = 'Annex eight' WHERE kind = 'text'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(SealFailed, match="altered after it was signed"):
        certificate_bytes(envelope_rows().get(pk=envelope.pk))


@pytest.mark.parametrize(
    "drawing", [[[[1, 2]]], [[["a", 2], [100, 3]]], [[[0, 0], [700, 9]]], [[[0, 0], [True, 9]]], "M0 0", [[]] * 99]
)
def test_what_is_no_drawing_is_refused(alice: Actor, drawing: Any) -> None:
    sent(alice)
    given = ready_to_sign(alice, BEATE.email)
    with pytest.raises(Invalid) as refusal:
        sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN, drawing=drawing)
    assert refusal.value.code == "drawing_invalid"


def test_drawn_by_finger_it_need_not_be_typed(alice: Actor) -> None:
    envelope = sent(alice, replace(BEATE, fields=[field_on()]), CARL)
    beate = Visitor()
    token = beate.come_in(BEATE.email)
    facts = {"name": "Beate Baum", "agreed": "on", "seen": beate.seen(token)}
    assert beate.post("signing-sign", token, data=facts).status_code == 400
    bad = beate.post("signing-sign", token, data=facts | {"drawing": "[[[1, 1]]]"})
    assert "This drawing cannot be used" in bad.content.decode()
    facts["drawing"] = str(STROKES)
    assert "You have signed" in beate.post("signing-sign", token, data=facts).content.decode()
    assert SignatureField.objects.get().value == "Beate Baum"
    assert person(envelope, "Beate").drawing == STROKES


def _changed(refused: Any) -> None:
    with pytest.raises(DomainError) as refusal:
        refused()
    assert refusal.value.code == "changed_meanwhile"


def test_a_paper_goes_out_with_the_text_it_was_made_of_and_no_other(alice: Actor) -> None:
    contract = ready_contract(alice)
    paper = paper_of(alice, contract)
    envelope = prepared(alice, replace(BEATE, fields=[field_on()]), CARL, contract=contract)
    assert envelope.version_hash == newest(contract).content_hash
    set_terms(actor=alice, version_id=newest(contract).pk, terms={"initial_months": 24})
    _changed(lambda: create_envelope(actor=alice, paper=paper))  # rendered before, filed after
    _changed(lambda: send_envelope(actor=alice, envelope_id=envelope.pk))
    _changed(lambda: send_envelope(actor=alice, envelope_id=envelope.pk, seen=newest(contract).content_hash))
    _changed(lambda: send_elsewhere(actor=alice, envelope_id=envelope.pk, system="Signatory"))
    scan = Scan(paper.stored, tuple(envelope.pages))
    facts = {"scan": scan, "signed_on": contract.created_at.date(), "certifies": True}
    _changed(lambda: record_paper_signature(actor=alice, envelope_id=envelope.pk, **facts))

    paper_blob = envelope.paper_id
    add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT + "\nMore."))
    set_terms(actor=alice, version_id=newest(contract).pk, terms=TERMS)
    again = prepare_again(actor=alice, envelope_id=envelope.pk, paper=paper_of(alice, contract))
    assert (again.version, again.version_hash) == (newest(contract), newest(contract).content_hash)
    assert "More." in words_in(read_blob(again.paper))
    assert [row.name for row in again.recipients.all()] == ["Beate Baum", "Carl Client"]
    assert SignatureField.objects.count() == 1
    # Whoever disposes of the contract finds every file, also those of the paper before, and the pictures of its pages.
    files = _blobs(contract)
    assert {again.paper_id, paper_blob, *(UUID(page["picture"]) for page in again.pages)} <= files
    send_envelope(actor=alice, envelope_id=envelope.pk)
    bound = EnvelopeEvent.objects.get(envelope=envelope, kind="sent").detail
    assert {each["role"] for each in bound.pop("parties")} == {"ours", "counterparty"}
    assert bound == {"content_hash": newest(contract).content_hash, "paper": again.paper.sha256}


def test_the_page_says_that_it_is_stale_and_prepares_it_again(alice: Actor, page: Client) -> None:
    envelope = prepared(alice)
    set_terms(actor=alice, version_id=envelope.version_id, terms={"initial_months": 24})
    shown = page.get(envelope.get_absolute_url()).content.decode()
    assert "it is not sent like this" in shown
    assert reverse("envelope-send", args=[envelope.pk]) not in shown
    page.post(reverse("envelope-again", args=[envelope.pk]))
    assert reverse("envelope-send", args=[envelope.pk]) in page.get(envelope.get_absolute_url()).content.decode()


def _refused_to_send(alice: Actor, envelope: Any) -> tuple[str, str]:
    with pytest.raises(DomainError) as refusal:
        send_envelope(actor=alice, envelope_id=envelope.pk)
    return refusal.value.code, refusal.value.message


def test_every_party_signs_unless_the_sender_says_why_not(alice: Actor) -> None:
    contract = ready_contract(alice)
    theirs = contract.parties.get(role="counterparty").party
    envelope = prepared(alice, BEATE, contract=contract, unilateral_reason="")
    code, said = _refused_to_send(alice, envelope)
    assert (code, theirs.name in said) == ("party_unsigned", True)
    assert person(envelope, "Beate").party == contract.parties.get(role="ours").party

    second = create_party(actor=alice, name="Nimbus GmbH")
    add_party(actor=alice, contract_id=contract.pk, party_id=second.pk, role="counterparty")
    change_envelope(actor=alice, envelope_id=envelope.pk, recipients=[BEATE, CARL])
    assert _refused_to_send(alice, envelope)[0] == "signatory_unnamed"  # for which of the two?
    stranger = create_party(actor=alice, name="Somebody Else AG")
    with pytest.raises(Invalid) as foreign:
        change_envelope(actor=alice, envelope_id=envelope.pk, recipients=[BEATE, replace(CARL, party=stranger.pk)])
    assert list(foreign.value.fields) == ["recipients.1.party"]
    carl = replace(CARL, side="ours", party=theirs.pk)  # the party decides on the side
    change_envelope(actor=alice, envelope_id=envelope.pk, recipients=[BEATE, carl])
    assert person(envelope, "Carl").side == "theirs"
    code, said = _refused_to_send(alice, envelope)
    assert (code, "Nimbus GmbH" in said) == ("party_unsigned", True)

    change_envelope(actor=alice, envelope_id=envelope.pk, unilateral_reason="Nimbus signs a letter of its own.")
    send_envelope(actor=alice, envelope_id=envelope.pk)
    told = EnvelopeEvent.objects.get(envelope=envelope, kind="sent").detail
    assert (told["without"], told["unilateral"]) == ("Nimbus GmbH", "Nimbus signs a letter of its own.")
    signed(alice, envelope, "Beate")
    signed(alice, envelope, "Carl")
    said = words_in(certificate_bytes(envelope_rows().get(pk=envelope.pk)))
    assert "Not signed by every party Nimbus GmbH: Nimbus signs a letter of its own." in said
    assert Contract.objects.get(pk=contract.pk).state == "executed"
    assert Recipient.objects.filter(party=None).count() == 0
    assert values_for(envelope, "Carl") == {}
