"""From preparing to the last signature, verb by verb, and what each one refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from clm.access.permissions import require, system_actor
from clm.accounts.actors import hash_key
from clm.audit.models import LedgerEntry, Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from clm.notify.models import Letter, Notification
from clm.notify.tasks import send_letters
from contracts.access.signing import DESK
from contracts.models import Contract, Envelope, EnvelopeEvent, Recipient, SignatureField, SigningCode, SigningLink
from contracts.operations.add_version import add_version
from contracts.operations.change_contract import change_contract
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.set_parties import remove_party
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.ask_signing_code import ask_signing_code, give_signing_code
from contracts.operations.signing.change_envelope import RecipientDraft, change_envelope
from contracts.operations.signing.consent_to_sign import consent_to_sign, read_envelope
from contracts.operations.signing.create_envelope import create_envelope
from contracts.operations.signing.decline_envelope import decline_envelope, forward_envelope
from contracts.operations.signing.guards import LinkRefused, Pass
from contracts.operations.signing.open_signing_link import open_signing_link, refuse_signing_link
from contracts.operations.signing.remind_recipient import (
    correct_recipient,
    look_after_envelope,
    remind_recipient,
    void_envelope,
)
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.papers.envelopes import make_envelope_paper
from contracts.queries.signing import broken_event
from tests.cast import Cast
from tests.contracts.papers import TEXT, draft_contract, newest, text_paper
from tests.contracts.signing.sent import (
    BEATE,
    CARL,
    ORIGIN,
    WORDS,
    came_in,
    completed,
    field_on,
    person,
    prepared,
    ready_contract,
    ready_to_sign,
    sent,
    signed,
    signer,
    token_of,
    values_for,
)


def kinds(envelope: Envelope) -> list[str]:
    return list(EnvelopeEvent.objects.filter(envelope=envelope).order_by("number").values_list("kind", flat=True))


def test_an_envelope_is_prepared_from_a_version(alice: Actor) -> None:
    contract = ready_contract(alice)
    paper = make_envelope_paper(alice, newest(contract).pk)
    envelope = create_envelope(actor=alice, paper=paper)

    assert (envelope.state, envelope.title, envelope.days, envelope.remind_days) == ("draft", "Hosting", 30, 5)
    assert envelope.paper.sha256 == paper.stored.sha256
    assert [(page["width"], page["height"]) for page in envelope.pages] == [(595.3, 841.9)]
    entry = LedgerEntry.objects.get(event="envelope.created")
    assert (entry.verb, entry.contract_id, entry.after["paper"]) == (
        "contracts.create_envelope", contract.pk, paper.stored.sha256,
    )  # fmt: skip
    assert kinds(envelope) == ["created"]


def test_recipients_and_fields_are_replaced_as_a_whole(alice: Actor) -> None:
    envelope = prepared(alice, replace(BEATE, fields=[field_on(), field_on("date", y=700)]), CARL)
    assert SignatureField.objects.count() == 2
    change_envelope(actor=alice, envelope_id=envelope.pk, recipients=[CARL], title="Agreement", is_ordered=False)

    envelope.refresh_from_db()
    assert (envelope.title, envelope.is_ordered) == ("Agreement", False)
    assert list(envelope.recipients.values_list("name", "side")) == [("Carl Client", "theirs")]
    assert SignatureField.objects.count() == 0


@pytest.mark.parametrize(
    ("people", "code", "field"),
    [
        ([replace(BEATE, email="nobody")], "recipient_invalid", "recipients.0.email"),
        ([replace(BEATE, name=" ")], "recipient_invalid", "recipients.0.name"),
        ([BEATE, replace(CARL, email="BEATE@acme.example")], "recipient_invalid", "recipients.1.email"),
        ([replace(BEATE, code_by="sms")], "recipient_invalid", "recipients.0.phone"),
        ([replace(BEATE, code_by="sms", phone="+49 170 1")], "recipient_invalid", "recipients.0.code_by"),
        ([replace(BEATE, role="king")], "recipient_invalid", "recipients.0.role"),
        ([replace(BEATE, fields=[field_on(page=2)])], "field_outside", "fields.beate@acme.example"),
        ([replace(BEATE, fields=[field_on(x=500)])], "field_outside", "fields.beate@acme.example"),
        ([replace(BEATE, role="viewer", fields=[field_on()])], "field_outside", "fields.beate@acme.example"),
    ],
)
def test_what_is_wrong_with_recipients_is_said_at_its_place(
    alice: Actor, people: list[RecipientDraft], code: str, field: str
) -> None:
    envelope = prepared(alice)
    with pytest.raises(Invalid) as refusal, transaction.atomic():
        change_envelope(actor=alice, envelope_id=envelope.pk, recipients=people)
    assert (refusal.value.code, list(refusal.value.fields)) == (code, [field])
    assert envelope.recipients.count() == 2


def test_sending_asks_the_first_in_order_and_moves_the_contract(alice: Actor) -> None:
    envelope = sent(alice)
    contract = Contract.objects.get(pk=envelope.contract_id)

    assert (envelope.state, contract.state) == ("sent", "out_for_signature")
    moves = Transition.objects.filter(subject_id=contract.pk).order_by("id").values_list("to_state", flat=True)
    assert list(moves) == ["in_approval", "approved", "out_for_signature"]
    assert envelope.version_hash == newest(contract).content_hash
    assert envelope.expires_at is not None
    assert envelope.expires_at - envelope.sent_at == timedelta(days=30)
    assert envelope.next_due_at - envelope.sent_at == timedelta(days=5)
    assert [person(envelope, name).state for name in ("Beate", "Carl")] == ["invited", "waiting"]
    assert list(Letter.objects.values_list("kind", "to_address")) == [("signing.invitation", "beate@acme.example")]
    event = EnvelopeEvent.objects.get(kind="sent")
    assert (event.by, event.address, event.agent) == ("Alice", "203.0.113.7", "Browser of the tests")
    assert kinds(envelope) == ["created", "sent", "invited"]


def test_who_signs_at_the_same_time_is_asked_at_once_and_readers_too(alice: Actor) -> None:
    reader = RecipientDraft("Dr. Law", "law@firm.example", role="viewer", position=9)
    copy = RecipientDraft("Dora", "dora@acme.example", role="in_copy")
    envelope = sent(alice, BEATE, replace(CARL, position=1), reader, copy)
    assert [person(envelope, name).state for name in ("Beate", "Carl", "Dr. Law", "Dora")] == [
        "invited", "invited", "invited", "waiting",
    ]  # fmt: skip


def test_not_in_order_everybody_is_asked_at_once(alice: Actor) -> None:
    envelope = sent(alice, is_ordered=False)
    assert set(envelope.recipients.values_list("state", flat=True)) == {"invited"}


def test_only_one_envelope_of_a_contract_is_out(alice: Actor) -> None:
    contract = ready_contract(alice)
    sent(alice, contract=contract)
    with pytest.raises(DomainError) as refusal:
        sent(alice, contract=contract)
    assert refusal.value.code == "out_for_signature"


def test_what_is_lacking_is_not_sent(alice: Actor) -> None:
    bare = draft_contract(alice)
    with pytest.raises(DomainError) as refusal:
        sent(alice, contract=bare)
    assert refusal.value.code == "parties_missing"

    only_readers = prepared(alice, replace(BEATE, role="viewer"))
    with pytest.raises(DomainError) as refusal:
        send_envelope(actor=alice, envelope_id=only_readers.pk)
    assert refusal.value.code == "signer_missing"

    old = prepared(alice)
    add_version(actor=alice, contract_id=old.contract_id, paper=text_paper(TEXT + "\nMore."))
    with pytest.raises(DomainError) as refusal:
        send_envelope(actor=alice, envelope_id=old.pk)
    assert refusal.value.code == "version_old"
    old.refresh_from_db()
    assert old.state == "draft"


def test_what_changed_since_it_was_seen_is_not_sent(alice: Actor) -> None:
    envelope = prepared(alice)
    with pytest.raises(DomainError) as refusal:
        send_envelope(actor=alice, envelope_id=envelope.pk, seen="0" * 64)
    assert refusal.value.code == "changed_meanwhile"


def test_while_it_is_out_nothing_changes(alice: Actor) -> None:
    envelope = sent(alice)
    contract, version = envelope.contract, newest(envelope.contract)
    part = contract.parties.first()
    assert part is not None
    attempts = [
        lambda: add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT + "\nMore.")),
        lambda: set_terms(actor=alice, version_id=version.pk, terms={"initial_months": 24}),
        lambda: change_contract(actor=alice, contract_id=contract.pk, title="Other"),
        lambda: remove_party(actor=alice, contract_id=contract.pk, part_id=part.pk),
        lambda: begin_draft(actor=alice, contract_id=contract.pk),
    ]
    for attempt in attempts:
        with pytest.raises(DomainError) as refusal:
            attempt()
        assert refusal.value.code == "out_for_signature"
    assert newest(contract).content_hash == envelope.version_hash


def test_only_hashes_of_links_and_codes_are_kept(alice: Actor) -> None:
    sent(alice)
    assert SigningLink.objects.count() == 0  # it is made when the letter leaves
    given = came_in(alice, "beate@acme.example")

    link = SigningLink.objects.get()
    assert link.token_hash == hash_key(given.token)
    assert link.session_hash == hash_key(given.session)
    code = str(mail.outbox[-1].body).split("Your code is ")[1][:6]
    kept = repr(
        [list(model.objects.values()) for model in (SigningLink, SigningCode, Letter, EnvelopeEvent, LedgerEntry)]
    )
    for secret in (given.token, given.session, f"'{code}'", f'"{code}"'):
        assert secret not in kept


def test_signed_in_order_the_contract_is_executed(alice: Actor) -> None:
    with clock.set_to(datetime(2026, 3, 1, 10, tzinfo=UTC)):
        envelope = sent(alice, replace(BEATE, fields=[field_on(), field_on("date", y=700, width=80)]), CARL)
        first = signed(alice, envelope, "Beate")
        assert (first.state, person(envelope, "Carl").state) == ("done", "invited")
        assert Contract.objects.get(pk=envelope.contract_id).state == "out_for_signature"
        signed(alice, envelope, "Carl")

    envelope.refresh_from_db()
    contract, version = Contract.objects.get(pk=envelope.contract_id), newest(envelope.contract)
    assert (envelope.state, contract.state, version.state) == ("completed", "executed", "final")
    assert version.effective_on == date(2026, 1, 1)  # as its terms say
    assert (envelope.seal_state, envelope.next_due_at) == ("waiting", None)
    assert list(SignatureField.objects.order_by("y").values_list("kind", "value")) == [
        ("signature", "Beate Baum"), ("date", "2026-03-01"),
    ]  # fmt: skip
    assert kinds(envelope) == [
        "created", "sent",
        "invited", "letter", "code_asked", "verified", "consented", "signed",
        "invited", "letter", "code_asked", "verified", "consented", "signed",
        "completed",
    ]  # fmt: skip
    events = list(EnvelopeEvent.objects.filter(envelope=envelope).order_by("number"))
    assert broken_event(events) is None
    executed = LedgerEntry.objects.get(event="contract.executed")
    assert (executed.actor_kind, executed.actor_id, executed.after["executed_on"]) == ("system", "signer", "2026-03-01")
    assert Notification.objects.filter(kind="envelope.completed").count() == 1


def test_an_approver_approves_before_it_goes_on(alice: Actor) -> None:
    envelope = sent(alice, replace(BEATE, role="approver"), CARL)
    signed(alice, envelope, "Beate")
    assert EnvelopeEvent.objects.filter(kind="approved").count() == 1
    assert person(envelope, "Carl").state == "invited"


def test_an_amendment_of_a_contract_in_force_is_signed_too(alice: Actor) -> None:
    from tests.contracts.papers import active_contract

    with clock.set_to(datetime(2026, 6, 1, tzinfo=UTC)):
        contract = active_contract(alice)
        amendment = add_version(actor=alice, contract_id=contract.pk, paper=text_paper(TEXT + "\nMore."))
        set_terms(actor=alice, version_id=amendment.pk, terms={**_terms_of(contract)})
        envelope = completed(alice, contract=contract, effective_on=date(2026, 7, 1))
    contract.refresh_from_db()
    amendment.refresh_from_db()
    assert (contract.state, amendment.state, amendment.effective_on) == ("active", "final", date(2026, 7, 1))
    assert envelope.state == "completed"


def _terms_of(contract: Contract) -> dict[str, object]:
    from tests.contracts.papers import TERMS

    assert contract.state == "active"
    return TERMS


def test_without_consent_and_without_fields_nothing_is_signed(alice: Actor) -> None:
    envelope = sent(alice, replace(BEATE, fields=[field_on()]), CARL)
    given = came_in(alice, "beate@acme.example")
    with pytest.raises(DomainError) as refusal:
        sign_envelope(actor=signer(alice), given=given, values=values_for(envelope, "Beate"), origin=ORIGIN)
    assert refusal.value.code == "consent_missing"

    consent_to_sign(actor=signer(alice), given=given, words=WORDS, origin=ORIGIN)
    consent_to_sign(actor=signer(alice), given=given, words="Other words.", origin=ORIGIN)
    with pytest.raises(Invalid) as invalid:
        sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN)
    assert list(invalid.value.fields) == [str(SignatureField.objects.get().pk)]
    agreed = EnvelopeEvent.objects.get(kind="consented")
    assert agreed.detail["words"] == WORDS
    assert person(envelope, "Beate").consent_hash == hash_key(WORDS)


def test_the_same_signature_sent_twice_is_one(alice: Actor) -> None:
    envelope = sent(alice)
    given = ready_to_sign(alice, "beate@acme.example")
    sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN)
    with pytest.raises(LinkRefused) as refusal:
        sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN)
    assert refusal.value.code == "link_used"
    assert kinds(envelope).count("signed") == 1


def test_the_link_opens_for_its_recipient_alone(alice: Actor) -> None:
    """The sender, another signer, somebody of another organization, after the end, after use."""
    envelope = sent(alice, is_ordered=False)
    beate, carl = came_in(alice, "beate@acme.example"), came_in(alice, "carl@cirrus.example")
    carls_link = SigningLink.objects.get(token_hash=hash_key(carl.token))
    assert _refused(alice, replace(beate, signed_in="alice@acme.example")) == "not_yours"
    assert _refused(alice, replace(beate, signed_in="stranger@globex.example")) == "not_yours"
    assert _refused(alice, replace(beate, others=(carls_link.pk,))) == "not_yours"
    assert _refused(alice, replace(beate, session=carl.session), act=True) == "code_missing"
    assert _refused(alice, replace(beate, session=""), act=True) == "code_missing"
    assert _refused(alice, replace(beate, signed_in="Beate@ACME.example")) == ""
    with clock.set_to(envelope.expires_at):
        assert _refused(alice, beate) == "link_expired"
    consent_to_sign(actor=signer(alice), given=beate, words=WORDS, origin=ORIGIN)
    sign_envelope(actor=signer(alice), given=beate, values={}, origin=ORIGIN)
    assert _refused(alice, beate) == "link_used"
    with pytest.raises(NotVisible):
        open_signing_link(actor=signer(alice), given=Pass("x" * 43), origin=ORIGIN)


def _refused(alice: Actor, given: Pass, *, act: bool = False) -> str:
    """The code of the refusal, which is noted as a view notes it."""
    verb = read_envelope if act else open_signing_link
    refused: LinkRefused | None = None
    try:
        verb(actor=signer(alice), given=given, origin=ORIGIN)
    except LinkRefused as refusal:
        refused = refusal
    if refused is None:
        return ""
    refuse_signing_link(actor=signer(alice), link_id=refused.link_id, code=refused.code, given=given, origin=ORIGIN)
    noted = EnvelopeEvent.objects.latest("number")
    assert (noted.kind, noted.detail["code"], noted.by) == ("refused", refused.code, given.signed_in or "?")
    return refused.code


def test_nobody_who_is_signed_in_signs(acme: Cast, alice: Actor) -> None:
    envelope = sent(alice)
    for role in acme.by_role:
        with pytest.raises(Forbidden):
            require(acme[role] if role != "counterparty" else alice, "contracts.sign_envelope", envelope)


def test_codes_wear_out(alice: Actor) -> None:
    sent(alice)
    token = token_of("beate@acme.example")
    given = Pass(token)
    first = clock.now()
    with clock.set_to(first):
        ask_signing_code(actor=signer(alice), given=given, origin=ORIGIN)
        with pytest.raises(DomainError) as refusal:
            ask_signing_code(actor=signer(alice), given=given, origin=ORIGIN)
        assert refusal.value.code == "code_underway"
        send_letters()
        code = str(mail.outbox[-1].body).split("Your code is ")[1][:6]
    with clock.set_to(first + timedelta(minutes=16)):
        assert give_signing_code(actor=signer(alice), given=given, code=code, origin=ORIGIN) == ""
        ask_signing_code(actor=signer(alice), given=given, origin=ORIGIN)
        send_letters()
        code = str(mail.outbox[-1].body).split("Your code is ")[1][:6]
        wrong = "000000" if code != "000000" else "111111"
        for _try in range(5):
            assert give_signing_code(actor=signer(alice), given=given, code=wrong, origin=ORIGIN) == ""
        assert give_signing_code(actor=signer(alice), given=given, code=code, origin=ORIGIN) == ""
    assert EnvelopeEvent.objects.filter(kind="code_wrong").count() == 7
    with clock.set_to(first + timedelta(minutes=20)):
        for turn in range(4):
            with clock.set_to(first + timedelta(minutes=20 + turn)):
                ask_signing_code(actor=signer(alice), given=given, origin=ORIGIN)
        with clock.set_to(first + timedelta(minutes=30)), pytest.raises(DomainError) as refusal:
            ask_signing_code(actor=signer(alice), given=given, origin=ORIGIN)
    assert refusal.value.code == "codes_exhausted"


def test_declining_ends_it_and_says_why(alice: Actor) -> None:
    envelope = sent(alice)
    given = came_in(alice, "beate@acme.example")
    with pytest.raises(Invalid):
        decline_envelope(actor=signer(alice), given=given, reason=" ", origin=ORIGIN)
    decline_envelope(actor=signer(alice), given=given, reason="The price is wrong.", origin=ORIGIN)

    envelope.refresh_from_db()
    assert (envelope.state, envelope.reason) == ("declined", "The price is wrong.")
    assert Contract.objects.get(pk=envelope.contract_id).state == "draft"
    assert [person(envelope, name).state for name in ("Beate", "Carl")] == ["declined", "released"]
    notice = Notification.objects.get(kind="envelope.declined")
    assert notice.body == "Beate Baum: The price is wrong."
    add_version(actor=alice, contract_id=envelope.contract_id, paper=text_paper(TEXT + "\nMore."))


def test_passed_on_the_next_one_signs_in_the_same_places(alice: Actor) -> None:
    envelope = sent(alice, replace(BEATE, fields=[field_on()]), CARL)
    given = came_in(alice, "beate@acme.example")
    with pytest.raises(Invalid):
        forward_envelope(
            actor=signer(alice), given=given, name="C", email="carl@cirrus.example", reason="", origin=ORIGIN
        )
    successor = forward_envelope(
        actor=signer(alice), given=given, name="Emil", email="emil@acme.example", reason="My boss signs.", origin=ORIGIN
    )

    successor.refresh_from_db()
    assert (successor.state, successor.forwarded_from) == ("invited", person(envelope, "Beate"))
    assert successor.party == person(envelope, "Beate").party != None  # noqa: E711
    assert SignatureField.objects.get().recipient == successor
    assert _refused(alice, given) == "link_used"
    signed(alice, envelope, "Emil")
    assert person(envelope, "Carl").state == "invited"


def test_reminding_replaces_the_link(alice: Actor) -> None:
    envelope = sent(alice)
    old = token_of("beate@acme.example")
    beate = person(envelope, "Beate")
    with pytest.raises(DomainError) as refusal:
        remind_recipient(actor=alice, recipient_id=beate.pk)
    assert refusal.value.code == "reminded_just_now"
    with clock.set_to(clock.now() + timedelta(minutes=6)):
        remind_recipient(actor=alice, recipient_id=beate.pk)
        new = token_of("beate@acme.example")
    assert old != new
    assert _refused(alice, Pass(old)) == "link_ended"
    assert _refused(alice, Pass(new)) == ""
    with pytest.raises(DomainError) as refusal:
        remind_recipient(actor=alice, recipient_id=person(envelope, "Carl").pk)
    assert refusal.value.code == "not_asked"


def test_a_corrected_address_gets_the_link_and_the_wrong_one_opens_no_more(alice: Actor) -> None:
    envelope = sent(alice)
    old = token_of("beate@acme.example")
    beate = person(envelope, "Beate")
    correct_recipient(actor=alice, recipient_id=beate.pk, name="Beate Baum", email="b.baum@acme.example")
    assert _refused(alice, Pass(old)) == "link_ended"
    assert signed(alice, envelope, "Beate").email == "b.baum@acme.example"


def test_a_letter_that_waits_for_the_wrong_address_stays(alice: Actor) -> None:
    envelope = sent(alice)
    correct_recipient(actor=alice, recipient_id=person(envelope, "Beate").pk, name="B", email="b@acme.example")
    Letter.objects.filter(to_address="beate@acme.example").update(due_at=clock.now() + timedelta(minutes=1))
    send_letters()
    with clock.set_to(clock.now() + timedelta(minutes=2)):
        send_letters()
    assert [each.to for each in mail.outbox] == [["b@acme.example"]]
    assert SigningLink.objects.get().ended_at is None
    kept = Letter.objects.get(to_address="beate@acme.example")
    assert (kept.sent_at, kept.error) == (None, "Not sent: nothing is asked at this address any more.")


def test_voiding_ends_every_link_and_gives_the_contract_back(alice: Actor) -> None:
    envelope = sent(alice)
    given = ready_to_sign(alice, "beate@acme.example")
    with pytest.raises(Invalid):
        void_envelope(actor=alice, envelope_id=envelope.pk, reason="")
    void_envelope(actor=alice, envelope_id=envelope.pk, reason="Wrong annex.", origin=ORIGIN)
    with pytest.raises(LinkRefused) as refusal:
        sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN)
    assert refusal.value.code == "link_ended"
    assert Contract.objects.get(pk=envelope.contract_id).state == "draft"
    send_letters()
    assert "Wrong annex." in str(mail.outbox[-1].body)
    with pytest.raises(DomainError) as over:
        void_envelope(actor=alice, envelope_id=envelope.pk, reason="Again.")
    assert over.value.code == "illegal_move"


def test_a_completed_envelope_cannot_be_voided(alice: Actor) -> None:
    envelope = completed(alice)
    with pytest.raises(DomainError) as refusal:
        void_envelope(actor=alice, envelope_id=envelope.pk, reason="Too late.")
    assert refusal.value.code == "illegal_move"


def test_reminders_and_the_end_come_by_themselves(alice: Actor) -> None:
    envelope = sent(alice)
    desk = system_actor(DESK, alice.organization_id)
    look_after_envelope(actor=desk, envelope_id=envelope.pk)
    assert Letter.objects.filter(kind="signing.reminder").count() == 0
    with clock.set_to(envelope.next_due_at):
        look_after_envelope(actor=desk, envelope_id=envelope.pk)
    assert list(Letter.objects.filter(kind="signing.reminder").values_list("to_address", flat=True)) == [
        "beate@acme.example"
    ]
    envelope.refresh_from_db()
    assert envelope.next_due_at - envelope.sent_at == timedelta(days=10)
    Envelope.objects.filter(pk=envelope.pk).update(next_due_at=envelope.expires_at)
    with clock.set_to(envelope.expires_at):
        look_after_envelope(actor=desk, envelope_id=envelope.pk)
    envelope.refresh_from_db()
    assert (envelope.state, Contract.objects.get(pk=envelope.contract_id).state) == ("expired", "draft")
    assert Notification.objects.filter(kind="envelope.expired").count() == 1


def test_the_database_keeps_what_was_done(alice: Actor) -> None:
    envelope = completed(alice, replace(BEATE, fields=[field_on()]), CARL)
    changes = [
        lambda: EnvelopeEvent.objects.filter(number=1).update(by="somebody else"),
        lambda: EnvelopeEvent.objects.filter(number=1).delete(),
        lambda: Recipient.objects.filter(name="Beate Baum").update(email="other@acme.example"),
        lambda: SignatureField.objects.update(value="Somebody Else"),
        lambda: Envelope.objects.filter(pk=envelope.pk).update(version_hash="0" * 64),
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_another_organization_sees_nothing(alice: Actor, charlie: Actor) -> None:
    envelope = sent(alice)
    for verb in ("contracts.void_envelope", "contracts.view_envelope"):
        with pytest.raises(NotVisible):
            require(charlie, verb, envelope)


def test_a_field_is_kept_to_a_tenth_of_a_point(alice: Actor) -> None:
    prepared(alice, replace(BEATE, fields=[field_on(x=Decimal("60.5"))]))
    assert SignatureField.objects.get().x == Decimal("60.5")
