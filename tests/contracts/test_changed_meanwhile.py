"""A form names who changed the thing meanwhile, keeps what was typed, and saves it when it is sent again."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Terms
from contracts.operations.change_contract import change_contract
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.operations.set_terms import set_terms
from contracts.operations.templates.change_template import change_template
from tests.cast import Cast
from tests.contracts.library.shelf import approved
from tests.contracts.library_of import approved_template
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


@pytest.mark.parametrize("form", ["template-edit", "library-clause-edit"])
def test_so_do_the_forms_of_what_contracts_are_made_of(acme: Cast, page: Client, alice: Actor, form: str) -> None:
    is_clause = form == "library-clause-edit"
    row = approved(alice).clause if is_clause else approved_template(alice)
    url = reverse(form, args=[row.pk])
    typed = {name: value for name, value in page.get(url).context["form"].initial.items() if value is not None}
    with clock.set_to(datetime(2030, 5, 4, 10, tzinfo=UTC)):
        if is_clause:
            change_library_clause(actor=acme["legal"], clause_id=row.pk, title="By legal")
        else:
            change_template(actor=acme["legal"], template_id=row.pk, name="By legal")
    typed |= {"title" if is_clause else "name": "By alice"}

    late = page.post(url, typed)

    shown = " ".join(late.content.decode().split())
    assert (late.status_code, "Legal changed this while you were editing" in shown) == (400, True)
    assert ("4 May 2030, 10:00" in shown, 'value="By alice"' in shown) == (True, True)
    assert page.post(url, typed | {"seen": _seen(shown)}).status_code == 302
    row.refresh_from_db()
    assert str(row) == "By alice"


def test_what_is_saved_as_it_stood_is_no_change(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    address = reverse("contract-edit", args=[contract.pk])
    form = page.get(address).context["form"]
    facts = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    told = LedgerEntry.objects.filter(event="contract.changed")
    assert page.post(address, facts).status_code == 302
    assert told.count() == 0
    assert page.post(address, facts | {"description": "New"}).status_code == 302  # what was read still is the newest
    assert told.count() == 1
