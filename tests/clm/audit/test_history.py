from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clm.access.permissions import system_actor, visible
from clm.accounts.models import Membership
from clm.accounts.operations.change_roles import change_roles
from clm.audit.access import WATCHMAN
from clm.audit.models import LedgerEntry
from clm.audit.queries import Change, changes_between, contract_entries, entries_of, names_of
from clm.audit.wording import event_in_words, field_of
from clm.lib import clock
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from tests.cast import Cast
from tests.clm.accounts.test_tokens import issue


def test_a_history_names_who_and_what_changed(acme: Cast) -> None:
    membership = Membership.objects.get(user=acme.users["finance"])
    change_roles(actor=acme["administrator"], membership_id=membership.pk, roles=["auditor"])

    (entry,) = entries_of(membership)

    assert (entry.who, entry.what) == ("Administrator", "Person roles changed")
    assert entry.changes == (Change("Roles", ["Finance"], ["Auditor"]),)


def test_names_of_tokens_and_system_actors(acme: Cast) -> None:
    token, _secret = issue(acme["integration"])
    watchman = system_actor(WATCHMAN, acme.organization.pk)
    gone = ("user", "00000000-0000-0000-0000-000000000001")

    names = names_of([("token", str(token.pk)), ("system", watchman.identity), gone])

    assert names[("token", str(token.pk))] == f"Robot ({token.prefix}…)"
    assert names[("system", "ledger_watchman")] == "Covenant: ledger watchman"
    assert names[gone] == "someone since erased"


def test_changes_keep_order_and_name_what_is_gone() -> None:
    assert changes_between({"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 5}) == (Change("A", 1, 5), Change("C", 3, None))


def test_empty_fields_are_no_change() -> None:
    assert changes_between({}, {"a": "", "b": None, "c": [], "d": False, "e": 0}) == (
        Change("D", None, False),
        Change("E", None, 0),
    )
    assert changes_between({"a": "x"}, {"a": ""}) == (Change("A", "x", ""),)


def test_an_event_in_words() -> None:
    assert event_in_words("contract.version_added") == "Contract version added"
    assert event_in_words("envelope.consented") == "Envelope: Agreed to sign electronically"
    assert (field_of("contracts.matrix", "role"), field_of("contracts.envelope", "purpose")) != (None, None)


def test_the_history_of_a_contract_needs_the_contract(acme: Cast) -> None:
    contract = create_contract(actor=acme["legal"], title="Merger")
    assert [entry.event for entry in contract_entries(acme["finance"], contract.pk)] == ["contract.created"]

    Contract.objects.filter(pk=contract.pk).update(is_confidential=True)

    assert contract_entries(acme["finance"], contract.pk) == []


def test_entries_about_a_hidden_contract_are_not_in_the_ledger_of_who_may_not_see_it(acme: Cast) -> None:
    contract = create_contract(actor=acme["legal"], title="Merger")
    issue(acme["integration"])
    Contract.objects.filter(pk=contract.pk).update(is_confidential=True)

    seen = visible(acme["auditor"], LedgerEntry.objects.all())

    assert [entry.event for entry in seen] == ["token.issued"]


def test_the_ledger_page_filters(page: Client, acme: Cast) -> None:
    create_contract(actor=acme["legal"], title="Hosting")
    issue(acme["integration"])

    found = page.get("/ledger/", {"verb": "issue_token"})

    assert [line.row.event for line in found.context["lines"]] == ["token.issued"]


def test_the_ledger_page_finds_by_name(page: Client, acme: Cast) -> None:
    create_contract(actor=acme["legal"], title="Hosting")
    issue(acme["integration"])

    found = page.get("/ledger/", {"who": "integr"})

    assert [line.row.event for line in found.context["lines"]] == ["token.issued"]


def test_the_ledger_page_finds_by_date(page: Client, acme: Cast) -> None:
    issue(acme["integration"])
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()

    assert page.get("/ledger/", {"until": tomorrow}).context["count"] == 1
    assert page.get("/ledger/", {"since": tomorrow}).context["count"] == 0


def test_the_ledger_page_makes_as_many_queries_for_many(page: Client, acme: Cast) -> None:
    issue(acme["integration"])
    with CaptureQueriesContext(connection) as few:
        page.get("/ledger/")
    for _number in range(30):
        issue(acme["integration"])

    with CaptureQueriesContext(connection) as many:
        page.get("/ledger/")

    assert len(many) == len(few)


def test_the_entry_page_shows_before_and_after(page: Client, acme: Cast) -> None:
    membership = Membership.objects.get(user=acme.users["finance"])
    change_roles(actor=acme["administrator"], membership_id=membership.pk, roles=["auditor"])

    shown = page.get(f"/ledger/{LedgerEntry.objects.get().pk}/").content.decode()

    assert "<del>finance</del>" in shown
    assert "<ins>auditor</ins>" in shown
