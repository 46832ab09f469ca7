"""An invoice of somebody who is no party of its contract is read with a hint."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from billing.hints import hints_of
from billing.models import Invoice
from billing.operations.match_invoice import match_invoice
from clm.lib.actor import Actor
from contracts.operations.name_party import name_party
from tests.billing.built import breach_of, invoice_of

HINT = "The seller Cirrus Factoring GmbH is no party of this contract"


def from_seller(actor: Actor, seller: str, party: str = "Cirrus Hosting GmbH") -> Invoice:
    contract = breach_of(actor).contract
    if party:
        name_party(actor=actor, contract_id=contract.pk, name=party, role="counterparty")
    invoice = invoice_of(actor, contract.reference, seller_name=seller)
    match_invoice(actor=actor, invoice_id=invoice.pk)
    return Invoice.objects.get(pk=invoice.pk)


def test_a_stranger_is_named(alice: Actor) -> None:
    assert hints_of(from_seller(alice, "Cirrus Factoring GmbH")) == [HINT]


def test_a_party_is_known_whatever_the_case_and_the_commas(alice: Actor) -> None:
    assert hints_of(from_seller(alice, "CIRRUS HOSTING, GmbH.")) == []


def test_nothing_is_said_without_a_contract(alice: Actor) -> None:
    assert hints_of(invoice_of(alice, "unknown", seller_name="Cirrus Factoring GmbH")) == []


def test_the_page_and_the_api_say_it(alice: Actor, page: Client) -> None:
    invoice = from_seller(alice, "Cirrus Factoring GmbH")

    assert HINT in page.get(reverse("invoice", args=[invoice.pk])).content.decode()
    shown = page.get(reverse("api-invoice", args=[invoice.pk]), headers={"Accept": "application/json"}).json()
    assert shown["hints"] == [HINT]
