"""A form names who changed the thing meanwhile, keeps what was typed, and saves it when it is sent again."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from clm.lib.actor import Actor
from contracts.models import Contract, Terms
from contracts.operations.change_contract import change_contract
from contracts.operations.set_terms import set_terms
from tests.cast import Cast
from tests.contracts.papers import TERMS, draft_contract, newest


def _seen(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', html)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("form", ["contract-edit", "contract-terms"])
def test_who_changed_it_is_named_and_what_was_typed_stays(acme: Cast, page: Client, alice: Actor, form: str) -> None:
    contract, legal = draft_contract(alice), acme["legal"]
    set_terms(actor=alice, version_id=newest(contract).pk, terms=TERMS)
    url = reverse(form, args=[contract.pk])
    typed = {**TERMS, "title": "Hosting in Kiel", "category": "hosting", "owner_id": alice.user_id, "time_zone": "UTC"}
    typed |= {"initial_months": 36, "seen": _seen(page.get(url).content.decode())}
    if form == "contract-edit":
        change_contract(actor=legal, contract_id=contract.pk, title="Hosting in Lyon")
    else:
        set_terms(actor=legal, version_id=newest(contract).pk, terms=TERMS | {"initial_months": 24})

    late = page.post(url, typed)

    shown = late.content.decode()
    assert (late.status_code, "Legal changed this while you were editing" in shown) == (400, True)
    assert ("Hosting in Kiel" if form == "contract-edit" else "36") in shown
    assert Contract.objects.get(pk=contract.pk).title != "Hosting in Kiel"
    assert Terms.objects.get().initial_months != 36

    assert page.post(url, typed | {"seen": _seen(shown)}).status_code == 302
    saved = (Contract.objects.get(pk=contract.pk).title, Terms.objects.get().initial_months)
    assert ("Hosting in Kiel" if form == "contract-edit" else 36) in saved
