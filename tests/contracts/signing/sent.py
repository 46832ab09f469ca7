"""Envelopes of the tests, made by calling verbs, and signers who read their mail."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail
from django.core.files.storage import default_storage

from clm.access.permissions import system_actor
from clm.documents.blobs import StoredContent, put_content
from clm.documents.extraction import PDF
from clm.lib.actor import Actor
from clm.notify.tasks import send_letters
from contracts.access.signing import OTHER_SYSTEM, SIGNER
from contracts.models import Contract, Envelope, Recipient, SignatureField, SignedCopy
from contracts.operations.create_party import create_party
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.ask_signing_code import ask_signing_code, give_signing_code
from contracts.operations.signing.change_envelope import FieldDraft, RecipientDraft, change_envelope
from contracts.operations.signing.consent_to_sign import consent_to_sign
from contracts.operations.signing.create_envelope import create_envelope
from contracts.operations.signing.guards import Origin, Pass
from contracts.operations.signing.remind_recipient import void_envelope
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_elsewhere import receive_execution, send_elsewhere
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.papers.envelopes import PNG, EnvelopePage, EnvelopePaper, Scan, make_envelope_paper
from tests.contracts.papers import TERMS, draft_contract, newest

ORIGIN = Origin("203.0.113.7", "Browser of the tests")
WORDS = "I agree to sign electronically."
BEATE = RecipientDraft("Beate Baum", "beate@acme.example", position=1)
CARL = RecipientDraft("Carl Client", "carl@cirrus.example", side="theirs", position=2)


def ready_contract(actor: Actor, **facts: Any) -> Contract:
    """A draft with text, terms and both sides."""
    contract = draft_contract(actor, **facts)
    set_terms(actor=actor, version_id=newest(contract).pk, terms=TERMS)
    for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
        party = create_party(actor=actor, name=f"{name} {contract.reference}", is_ours=role == "ours")
        add_party(actor=actor, contract_id=contract.pk, party_id=party.pk, role=role)
    return contract


_made: dict[str, tuple[bytes, list[tuple[float, float, bytes]]]] = {}


def paper_of(actor: Actor, contract: Contract) -> EnvelopePaper:
    """Printed and drawn once for each text: most tests have the same."""
    version = newest(contract)
    if version.text not in _made:
        paper = make_envelope_paper(actor, version.pk)
        pages = [(each.width, each.height, read_stored(each.picture)) for each in paper.pages]
        _made[version.text] = read_stored(paper.stored), pages
    content, drawn = _made[version.text]
    house = actor.organization_id
    pages = [EnvelopePage(width, height, put_content(house, picture, PNG)) for width, height, picture in drawn]
    return EnvelopePaper(version.pk, version.content_hash, put_content(house, content, PDF), tuple(pages))


def read_stored(stored: StoredContent) -> bytes:
    with default_storage.open(stored.storage_name) as file:
        return file.read()


def field_on(kind: str = "signature", *, page: int = 1, **changes: Any) -> FieldDraft:
    facts: dict[str, Any] = {"x": 60, "y": 600, "width": 180, "height": 40} | changes
    return FieldDraft(kind, page, **facts)


def prepared(actor: Actor, *people: RecipientDraft, contract: Contract | None = None, **facts: Any) -> Envelope:
    contract = contract or ready_contract(actor)
    envelope = create_envelope(actor=actor, paper=paper_of(actor, contract))
    people = people or (BEATE, CARL)
    if {each.side for each in people if each.role == "signer"} != {"ours", "theirs"}:
        facts = {"unilateral_reason": "The other side signs nothing.", **facts}
    return change_envelope(actor=actor, envelope_id=envelope.pk, recipients=people, **facts)


def sent(actor: Actor, *people: RecipientDraft, contract: Contract | None = None, **facts: Any) -> Envelope:
    envelope = prepared(actor, *people, contract=contract, **facts)
    return send_envelope(actor=actor, envelope_id=envelope.pk, origin=ORIGIN)


def signer(actor: Actor) -> Actor:
    return system_actor(SIGNER, actor.organization_id)


def person(envelope: Envelope, name: str) -> Recipient:
    return Recipient.objects.filter(envelope=envelope, name__startswith=name).latest("id")


def token_of(email: str) -> str:
    """The secret in the newest letter to this address."""
    send_letters()
    letters = [str(each.body) for each in mail.outbox if each.to == [email]]
    return re.findall(r"/sign/([\w-]{43})/", "\n".join(letters))[-1]


def code_of(email: str) -> str:
    send_letters()
    letters = [str(each.body) for each in mail.outbox if each.to == [email]]
    return re.findall(r"Your code is (\d{6})", "\n".join(letters))[-1]


def came_in(actor: Actor, email: str) -> Pass:
    """Whoever reads this mail, with link and code."""
    token = token_of(email)
    ask_signing_code(actor=signer(actor), given=Pass(token), origin=ORIGIN)
    session = give_signing_code(actor=signer(actor), given=Pass(token), code=code_of(email), origin=ORIGIN)
    return Pass(token, session)


def ready_to_sign(actor: Actor, email: str) -> Pass:
    given = came_in(actor, email)
    consent_to_sign(actor=signer(actor), given=given, words=WORDS, origin=ORIGIN)
    return given


def values_for(envelope: Envelope, name: str) -> dict[Any, str]:
    rows = SignatureField.objects.filter(recipient=person(envelope, name))
    return {row.pk: row.recipient.name for row in rows}


def signed(actor: Actor, envelope: Envelope, name: str) -> Recipient:
    recipient = person(envelope, name)
    given = ready_to_sign(actor, recipient.email)
    return sign_envelope(actor=signer(actor), given=given, values=values_for(envelope, name), origin=ORIGIN)


def completed(actor: Actor, *people: RecipientDraft, **facts: Any) -> Envelope:
    envelope = sent(actor, *people, **facts)
    for recipient in envelope.recipients.filter(role__in=("signer", "approver")).order_by("position"):
        signed(actor, envelope, recipient.name)
    return Envelope.objects.get(pk=envelope.pk)


def kept_copy(actor: Actor) -> SignedCopy:
    """Signed in another system, after it was taken back."""
    envelope = send_elsewhere(actor=actor, envelope_id=prepared(actor).pk, system="Signatory")
    void_envelope(actor=actor, envelope_id=envelope.pk, reason="Wrong annex.")
    scan = Scan(put_content(actor.organization_id, b"%PDF-1.7 signed", PDF), ())
    system = system_actor(OTHER_SYSTEM, actor.organization_id)
    receive_execution(actor=system, envelope_id=envelope.pk, message_id="m-1", scan=scan)
    return SignedCopy.objects.get(envelope=envelope)
