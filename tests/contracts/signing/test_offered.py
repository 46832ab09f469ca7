"""What a sender is offered, and reads before anything leaves."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from clm.lib.actor import Actor
from contracts.models import Version
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.papers import put_paper
from tests.cast import Cast
from tests.contracts.amended import amended_text
from tests.contracts.approval.routed import FINANCE, matrix_of, requested, yes
from tests.contracts.papers import active_contract, text_paper
from tests.contracts.signing.sent import prepared, ready_contract


def test_nothing_is_offered_while_an_approval_is_open(acme: Cast, alice: Actor, page: Client) -> None:
    matrix_of(acme, FINANCE)
    first, second = ready_contract(alice), active_contract(alice)
    amendment = propose_amendment(actor=alice, version_id=amended_text(alice, second).pk)
    envelope = prepared(alice, contract=first)
    offers = {
        reverse("contract-tab", args=[first.pk, "signatures"]): reverse("envelope-new", args=[first.pk]),
        envelope.get_absolute_url(): reverse("envelope-send", args=[envelope.pk]),
        amendment.get_absolute_url(): reverse("envelope-new", args=[second.pk]),
    }
    assert all(f'"{act}"' in page.get(url).content.decode() for url, act in offers.items())
    assert "Nothing is signed while" not in page.get(envelope.get_absolute_url()).content.decode()

    approvals = [requested(alice, contract) for contract in (first, second)]
    for (url, act), approval in zip(offers.items(), (approvals[0], *approvals), strict=True):
        shown = page.get(url).content.decode()
        assert (f'"{act}"' in shown, "Nothing is signed while an approval is open." in shown) == (False, True), url
        assert f'href="{approval.get_absolute_url()}"' in shown

    yes(acme["finance"], approvals[0])
    assert all(f'"{act}"' in page.get(url).content.decode() for url, act in list(offers.items())[:2])


def test_the_sender_reads_both_texts_of_an_amendment(alice: Actor, page: Client) -> None:
    contract = active_contract(alice)
    signed = Version.objects.get(contract=contract)
    version = amended_text(alice, contract)
    envelope = prepared(alice, contract=contract)
    shown = page.get(envelope.get_absolute_url()).content.decode()
    assert reverse("version", args=[signed.pk]) in shown
    assert ("It is proposed as an amendment when it is sent" in shown, ">99.5" in shown) == (True, True)

    paper = put_paper(alice, text_paper("Section 2.1 is replaced by: 99.5 %.", "amending.txt"))
    amendment = propose_amendment(actor=alice, version_id=version.pk, instrument=paper)
    shown = page.get(envelope.get_absolute_url()).content.decode()

    for url_name, key in (("amendment-instrument", amendment.pk), ("envelope-paper", envelope.pk)):
        assert f'href="{reverse(url_name, args=[key])}"' in shown
        answer = page.get(reverse(url_name, args=[key]))
        assert (answer.status_code, answer.getvalue()[:4] in (b"%PDF", b"Sect")) == (200, True)
    assert "Section 2.1 is replaced by: 99.5" in shown
    assert amendment.instrument is not None
    assert amendment.instrument.sha256 in shown
    first = prepared(alice)
    assert "The consolidated text" not in page.get(first.get_absolute_url()).content.decode()
