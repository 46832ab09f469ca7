"""Nothing goes out for signature, and nothing is filed as signed, while an approval is open: by no door that there is.

A new verb that sends, files or accepts is found by `test_signing_passes_the_gate` of tests/architecture.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import system_actor
from clm.documents.blobs import put_content
from clm.documents.extraction import PDF
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Letter
from contracts.access.signing import OTHER_SYSTEM
from contracts.models import (
    Amendment,
    AmendmentAnswer,
    Approval,
    BulkRow,
    Contract,
    Envelope,
    EnvelopeEvent,
    Recipient,
    SignedCopy,
    Version,
)
from contracts.operations.amending.answer_amendment import accept_amendment
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.record_acceptance import record_acceptance
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.bulk.send_bulk_row import draft_bulk_row, prepare_bulk_row, send_bulk_row
from contracts.operations.finalize_version import finalize_version
from contracts.operations.record_execution import record_execution
from contracts.operations.signing.record_paper_signature import record_paper_signature
from contracts.operations.signing.remind_recipient import correct_recipient, remind_recipient, void_envelope
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_elsewhere import receive_execution, send_elsewhere
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.papers import put_paper
from contracts.papers.envelopes import Scan
from tests.cast import Cast
from tests.contracts.amended import amended_text, letter
from tests.contracts.approval.routed import FINANCE, matrix_of, states
from tests.contracts.papers import active_contract, newest, text_paper
from tests.contracts.signing.lists import brought
from tests.contracts.signing.sent import (
    BEATE,
    ORIGIN,
    paper_of,
    person,
    prepared,
    ready_contract,
    ready_to_sign,
    sent,
    signer,
)
from tests.contracts.signing.test_elsewhere import call, signed
from tests.contracts.signing.test_sealing import paper as blank_pdf
from tests.proof import left_behind

SAID = "An approval of this contract is open: nothing is signed before it is decided."
TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Waiting:
    """A contract whose newest text waits for approval, with an envelope that was prepared before."""

    contract: Contract
    version: Version
    envelope: Envelope
    approval: Approval
    amendment: Amendment | None = None


def first_text(alice: Actor) -> Waiting:
    contract = ready_contract(alice)
    envelope = prepared(alice, contract=contract)
    approval = request_approval(actor=alice, contract_id=contract.pk)
    return Waiting(contract, newest(contract), envelope, approval)


def amendment_in_force(alice: Actor) -> Waiting:
    contract = active_contract(alice)
    version = amended_text(alice, contract)
    amendment = propose_amendment(actor=alice, version_id=version.pk)
    envelope = prepared(alice, contract=contract)
    approval = request_approval(actor=alice, contract_id=contract.pk)
    return Waiting(contract, newest(contract), envelope, approval, amendment)


def kept() -> list[Any]:
    """Every row that sending, filing, signing or accepting would touch, and what a verb leaves behind."""
    rows = (Contract, Version, Envelope, Recipient, Approval, Amendment, AmendmentAnswer, SignedCopy, BulkRow)
    facts = ("id", "state")
    found: list[Any] = [left_behind(), Letter.objects.count(), EnvelopeEvent.objects.count()]
    for model in rows:
        has_state = any(field.name == "state" for field in model._meta.fields)
        found.append(list(model._default_manager.order_by("pk").values_list(*facts if has_state else ("id",))))
    return found


Door = tuple[str, Callable[[], Any]]


def verbs(alice: Actor, at: Waiting) -> Iterator[Door]:
    envelope, version = at.envelope.pk, at.version.pk
    scan = Scan(put_content(alice.organization_id, blank_pdf(), PDF), ())
    yield "send", lambda: send_envelope(actor=alice, envelope_id=envelope)
    yield "elsewhere", lambda: send_elsewhere(actor=alice, envelope_id=envelope, system="Signatory")
    yield (
        "paper",
        lambda: record_paper_signature(actor=alice, envelope_id=envelope, scan=scan, signed_on=TODAY, certifies=True),
    )
    yield "final", lambda: finalize_version(actor=alice, version_id=version, effective_on=TODAY)
    if at.amendment is None:
        yield "file", lambda: record_execution(actor=alice, contract_id=at.contract.pk, executed_on=TODAY)
        return
    ours, theirs = at.contract.parties.get(role="ours"), at.contract.parties.get(role="counterparty")
    facts: dict[str, Any] = {"actor": alice, "amendment_id": at.amendment.pk, "seen": at.amendment.content_hash}
    told: dict[str, Any] = {"how": "letter", "by_name": "Carl", "evidence": letter(alice)}
    yield "accept", lambda: accept_amendment(**facts, part_id=ours.pk)
    yield "ours", lambda: record_acceptance(**facts, part_id=ours.pk, **told)
    yield "theirs", lambda: record_acceptance(**facts, part_id=theirs.pk, **told)


def file_of(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def pages(at: Waiting) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    yield "envelope-send", at.envelope.pk, {"seen": at.version.content_hash}
    yield "envelope-elsewhere", at.envelope.pk, {"system": "Signatory"}
    scan = {"file": file_of(blank_pdf(), "scan.pdf"), "signed_on": TODAY.isoformat(), "certifies": "on"}
    yield "envelope-on-paper", at.envelope.pk, scan
    yield "version-finalize", at.version.pk, {"effective_on": TODAY.isoformat(), "sure": "1"}
    if at.amendment is None:
        yield "contract-execute", at.contract.pk, {"executed_on": TODAY.isoformat()}
        return
    seen = {"seen": at.amendment.content_hash}
    ours = {"part": str(at.contract.parties.get(role="ours").pk)}
    told = {"how": "letter", "by_name": "Carl", "evidence": file_of(b"We accept.", "letter.txt")}
    yield "amendment-accept", at.amendment.pk, seen | ours
    yield "amendment-record", at.amendment.pk, seen | ours | told


def routes(at: Waiting) -> Iterator[tuple[str, Any, dict[str, Any], str]]:
    scan = base64.b64encode(blank_pdf()).decode()
    yield "api-envelope-sending", at.envelope.pk, {"seen": at.version.content_hash}, "json"
    yield "api-envelope-elsewhere", at.envelope.pk, {"system": "Signatory"}, "json"
    filed = {"pdf": scan, "signed_on": TODAY.isoformat(), "certifies": True}
    yield "api-envelope-on-paper", at.envelope.pk, filed, "json"
    yield "api-version-final", at.version.pk, {"effective_on": TODAY.isoformat()}, "json"
    if at.amendment is None:
        yield "api-contract-execution", at.contract.pk, {"executed_on": TODAY.isoformat()}, "json"
        return
    seen = {"seen": at.amendment.content_hash}
    theirs = {"part": str(at.contract.parties.get(role="counterparty").pk)}
    told = {"how": "letter", "by_name": "Carl", "evidence": file_of(b"We accept.", "letter.txt")}
    yield "api-amendment-acceptance", at.amendment.pk, seen, "json"
    yield "api-amendment-recording", at.amendment.pk, seen | theirs | told, "multipart"


@pytest.mark.parametrize("waiting", [first_text, amendment_in_force])
def test_every_door_is_shut_while_an_approval_is_open(
    acme: Cast, alice: Actor, page: Client, api: APIClient, waiting: Callable[[Actor], Waiting]
) -> None:
    matrix_of(acme, FINANCE)
    with clock.set_to(clock.now().replace(year=2026, month=3, day=2)):
        at = waiting(alice)
        came_from = {"referer": f"http://testserver{at.envelope.get_absolute_url()}"}
        before = kept()
        assert states(at.approval)[0] == "open"
        for name, act in verbs(alice, at):
            with pytest.raises(DomainError) as refused:
                act()
            assert (refused.value.code, kept()) == ("approval_open", before), name
        for name, pk, given in pages(at):
            shown = page.post(reverse(name, args=[pk]), given, headers=came_from, follow=True)
            assert (SAID in shown.content.decode(), kept()) == (True, before), name
        for name, pk, given, form in routes(at):
            answer = api.post(reverse(name, args=[pk]), given, format=form)
            told = (answer.status_code, answer.data["code"], kept())
            assert told == (409, "approval_open", before), (name, answer.data)
    assert states(at.approval)[0] == "open"


def test_a_row_of_a_list_waits_for_its_own_contract(acme: Cast, alice: Actor) -> None:
    matrix_of(acme, FINANCE)
    row = draft_bulk_row(actor=alice, row_id=brought(alice).rows.earliest("number").pk, paper=_text(alice))
    assert row.contract is not None
    prepare_bulk_row(actor=alice, row_id=row.pk, paper=paper_of(alice, row.contract))
    request_approval(actor=alice, contract_id=row.contract.pk)
    before = kept()

    with pytest.raises(DomainError) as refused:
        send_bulk_row(actor=alice, row_id=row.pk)
    assert (refused.value.code, kept()) == ("approval_open", before)


def _text(alice: Actor) -> Any:
    return put_paper(alice, text_paper())


def test_what_was_taken_back_opens_no_door(acme: Cast, alice: Actor) -> None:
    """An envelope that was out and was taken back before approval was asked: nobody is written to or signs by it, and
    what another system tells of it is kept beside the contract."""
    contract = ready_contract(alice)
    here = sent(alice, contract=contract)
    given = ready_to_sign(alice, BEATE.email)
    void_envelope(actor=alice, envelope_id=here.pk, reason="Not yet")
    there = send_elsewhere(actor=alice, envelope_id=prepared(alice, contract=contract).pk, system="Signatory")
    void_envelope(actor=alice, envelope_id=there.pk, reason="Not yet")
    draft = prepared(alice, contract=contract)
    matrix_of(acme, FINANCE)
    approval = request_approval(actor=alice, contract_id=contract.pk)
    before, beate = kept(), person(here, "Beate").pk
    system, scan = system_actor(OTHER_SYSTEM, alice.organization_id), _scan(alice)

    for code, act in (
        ("link_ended", lambda: sign_envelope(actor=signer(alice), given=given, values={}, origin=ORIGIN)),
        ("not_asked", lambda: remind_recipient(actor=alice, recipient_id=beate)),
        ("not_asked", lambda: correct_recipient(actor=alice, recipient_id=beate, name="B", email="b@acme.example")),
        ("illegal_move", lambda: send_envelope(actor=alice, envelope_id=here.pk)),
        ("envelope_over", lambda: receive_execution(actor=system, envelope_id=draft.pk, message_id="m", scan=scan)),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert (refused.value.code, kept()) == (code, before)

    answer = call(there, **signed())
    assert (answer.status_code, answer.json()) == (202, {"envelope": str(there.pk), "state": "voided", "kept": True})
    assert SignedCopy.objects.get().why == "envelope_over"
    assert (states(approval), newest(contract).state) == (("open", "in_approval"), "draft")


def _scan(alice: Actor) -> Scan:
    return Scan(put_content(alice.organization_id, blank_pdf(), PDF), ())
