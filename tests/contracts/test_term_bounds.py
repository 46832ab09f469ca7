"""Terms that could not be counted or kept are refused, and a contract of long ago is written in one go."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.audit.models import LedgerEntry, Transition
from clm.jobs.models import Job
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.models import Contract, Term, Terms
from contracts.operations.activate_contract import activate_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.file_contract import file_contract
from contracts.operations.record_execution import record_execution
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.papers.reading_jobs import READ_AT_ONCE, request_filing
from tests.contracts.papers import TERMS, active_contract, draft_contract, newest, text_paper
from tests.proof import left_behind

JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
MONTHLY = {"initial_months": 1, "renewal_months": 1, "notice_length": 5}
# What is changed in usable terms -> the refusal's code and field.
UNUSABLE: list[tuple[dict[str, Any], str, str]] = [
    ({"starts_on": date(1, 1, 1)}, "date_out_of_range", "starts_on"),
    ({"starts_on": date(1989, 12, 31)}, "date_out_of_range", "starts_on"),
    ({"starts_on": date(2201, 1, 1)}, "date_out_of_range", "starts_on"),
    ({"starts_on": date(9999, 12, 31)}, "date_out_of_range", "starts_on"),
    ({"initial_months": 99999}, "date_out_of_range", "initial_months"),
    ({"initial_months": (9999 - 2026) * 12}, "date_out_of_range", "initial_months"),
    ({"renewal_months": 99999}, "date_out_of_range", "renewal_months"),
    # The second term ends in the year 6193, the third one never.
    ({"renewal_months": 50000, "starts_on": date(1990, 1, 1)}, "date_out_of_range", "renewal_months"),
    ({"notice_length": 5000}, "notice_before_start", "notice_length"),
    ({"notice_length": 376}, "notice_before_start", "notice_length"),
    ({"notice_length": 375, "clear_days": True}, "notice_before_start", "notice_length"),
    ({"notice_length": 13, "notice_unit": "months"}, "notice_before_start", "notice_length"),
    ({"notice_length": 300, "notice_unit": "business_days"}, "notice_before_start", "notice_length"),
    ({"notice_length": 2_000_000}, "date_out_of_range", "notice_length"),
]


def test_thirty_days_notice_may_be_agreed_month_to_month(alice: Actor) -> None:
    version = newest(draft_contract(alice))
    monthly = {"starts_on": date(2026, 2, 1), "initial_months": 1, "renewal_months": 1, "notice_length": 30}

    row = set_terms(actor=alice, version_id=version.pk, terms=TERMS | monthly)

    assert (row.starts_on, row.notice_length) == (date(2026, 2, 1), 30)


@pytest.mark.parametrize(("terms", "code", "field"), UNUSABLE)
def test_unusable_terms_are_refused_beside_their_field(
    alice: Actor, terms: dict[str, Any], code: str, field: str
) -> None:
    version = newest(draft_contract(alice))
    before = left_behind()
    with pytest.raises(Invalid) as refusal:
        set_terms(actor=alice, version_id=version.pk, terms=TERMS | terms)

    assert (refusal.value.code, list(refusal.value.fields)) == (code, [field])
    assert (Terms.objects.count(), left_behind()) == (0, before)


@pytest.mark.parametrize(
    "terms",
    [
        {"starts_on": date(1990, 1, 1)},
        {"starts_on": date(2200, 12, 31)},
        {"initial_months": 1200, "renewal_months": 1200},
        {"initial_months": 999 * 12, "renewal": "none", "renewal_months": None},
        {"notice_length": 365},
        {"notice_length": 12, "notice_unit": "months"},
        # A renewal may be shorter than the notice: that of the next one is then given before it begins.
        {"notice_length": 90, "renewal_months": 1},
        # A trial month before yearly terms: nothing ends the first renewal, and notice counts from then on.
        {"initial_months": 1, "renewal_months": 12, "notice_length": 90},
        # No notice is needed where nothing renews by itself.
        {"notice_length": 5000, "renewal": "none", "renewal_months": None},
    ],
)
def test_terms_up_to_the_bounds_are_set(alice: Actor, terms: dict[str, Any]) -> None:
    version = newest(draft_contract(alice))

    set_terms(actor=alice, version_id=version.pk, terms=TERMS | terms)

    assert Terms.objects.count() == 1


def test_a_late_notice_says_both_days(alice: Actor) -> None:
    version = newest(draft_contract(alice))
    with pytest.raises(Invalid) as refusal:
        set_terms(actor=alice, version_id=version.pk, terms=TERMS | {"notice_length": 376})

    said = "The last day for notice would be 2025-12-21, before the term starts on 2026-01-01."
    assert refusal.value.fields == {"notice_length": [said]}


def test_filing_with_unusable_terms_files_nothing(alice: Actor) -> None:
    with pytest.raises(Invalid) as refusal:
        file_contract(actor=alice, paper=text_paper(), terms=TERMS | {"notice_length": 5000}, title="Hosting")

    assert list(refusal.value.fields) == ["notice_length"]
    assert not Contract.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_large_document_with_unusable_terms_starts_no_job(alice: Actor) -> None:
    sent = {"content": b"x" * (READ_AT_ONCE + 1), "file_name": "large.txt", "title": "Hosting"}
    with pytest.raises(Invalid) as refusal:
        request_filing(alice, terms=TERMS | {"starts_on": date(1, 1, 1)}, **sent)

    assert refusal.value.fields == {"starts_on": ["A day between 1990 and 2200."]}
    assert (Contract.objects.count(), Job.objects.count()) == (0, 0)


def test_the_page_says_it_beside_the_field(page: Client, alice: Actor) -> None:
    contract = draft_contract(alice)
    answer = page.post(reverse("contract-terms", args=[contract.pk]), TERMS | {"starts_on": "0001-01-01"})

    assert (answer.status_code, answer.context["form"].errors) == (400, {"starts_on": ["A day between 1990 and 2200."]})


def test_the_new_contracts_page_says_it_beside_the_field(page: Client, alice: Actor) -> None:
    facts = {"title": "Hosting", "category": "hosting", "time_zone": "UTC", "owner_id": str(alice.user_id)}
    file = SimpleUploadedFile("agreement.txt", b"1. Term\nIt runs for a year.")
    answer = page.post(reverse("contract-new"), facts | TERMS | {"notice_length": "3650", "file": file})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["notice_length"])
    assert not Contract.objects.exists()


def test_the_api_says_it_beside_the_field(api: APIClient, alice: Actor) -> None:
    version = newest(draft_contract(alice))
    answer = api.post(f"/api/v1/versions/{version.pk}/terms/", TERMS | {"initial_months": 99999}, format="json")

    said = "This leaves the calendar: a term would end after the year 9998."
    assert (answer.status_code, answer.data["code"]) == (400, "date_out_of_range")
    assert answer.data["errors"] == {"initial_months": [said]}


def test_a_monthly_contract_of_1990_is_written_in_one_go(alice: Actor) -> None:
    with clock.set_to(JUNE), CaptureQueriesContext(connection) as old:
        contract = active_contract(alice, terms=MONTHLY | {"starts_on": date(1990, 1, 1)})
    with clock.set_to(JUNE), CaptureQueriesContext(connection) as young:
        active_contract(alice, terms=MONTHLY | {"starts_on": date(2026, 5, 1)})

    rows = list(Term.objects.filter(contract=contract))
    assert (len(rows), rows[0].starts_on, rows[-1].starts_on) == (438, date(1990, 1, 1), date(2026, 6, 1))
    assert [row.number for row in rows] == list(range(1, 439))
    assert rows[-1].notice_deadline == date(2026, 6, 26)
    assert len(old) <= len(young) + 5


def test_each_term_of_a_long_catch_up_leaves_entry_and_transitions(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice, terms=MONTHLY | {"starts_on": date(1990, 1, 1)})

    entries = LedgerEntry.objects.filter(event="contract.term_started", contract_id=contract.pk).order_by("id")
    assert [entry.after["number"] for entry in entries] == list(range(1, 439))
    moves = Transition.objects.filter(subject_id=contract.pk).order_by("id").values_list("from_state", "to_state")
    assert list(moves)[2:5] == [("active", "renewed"), ("renewed", "active"), ("active", "renewed")]
    assert (len(moves), contract.state, contract.term_ends_on) == (2 + 2 * 437, "active", date(2026, 7, 1))


def test_terms_beyond_counting_are_said_and_change_nothing(alice: Actor) -> None:
    """Terms from before there were bounds: a start in the year 1, and a renewal each year."""
    contract = executed_contract(alice, starts_on=date(1, 1, 1))
    before = left_behind()
    with clock.set_to(JUNE), pytest.raises(DomainError) as refusal:
        activate_contract(actor=alice, contract_id=contract.pk)

    contract.refresh_from_db()
    assert (refusal.value.code, refusal.value.detail) == ("terms_too_many", {"count": 2026, "most": 1000})
    assert (contract.state, Term.objects.count(), left_behind()) == ("executed", 0, before)


def executed_contract(actor: Actor, *, starts_on: date) -> Contract:
    """Ready to be activated, with a start that no form takes any more."""
    contract = draft_contract(actor)
    set_terms(actor=actor, version_id=newest(contract).pk, terms=TERMS)
    Terms.objects.update(starts_on=starts_on)
    for name, role in (("Acme Ltd", "ours"), ("Cirrus Hosting GmbH", "counterparty")):
        party = create_party(actor=actor, name=name, is_ours=role == "ours")
        add_party(actor=actor, contract_id=contract.pk, party_id=party.pk, role=role)
    return record_execution(actor=actor, contract_id=contract.pk, executed_on=date(2025, 12, 20))


def facts(alice: Actor, **more: str) -> dict[str, str]:
    return {"title": "Hosting", "category": "hosting", "time_zone": "UTC", "owner_id": str(alice.user_id)} | more


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"time_zone": "Factory"}, "time_zone"),
        ({"time_zone": "localtime"}, "time_zone"),
        ({"value_amount": "100", "currency": "ZZZ"}, "currency"),
    ],
)
def test_no_contract_has_a_zone_or_currency_that_is_none(
    page: Client, api: APIClient, alice: Actor, wrong: dict[str, str], field: str
) -> None:
    by_page = page.post(reverse("contract-new"), facts(alice, **wrong))
    by_api = api.post("/api/v1/contracts/", {"title": "Hosting", **wrong}, format="json")

    assert (by_page.status_code, list(by_page.context["form"].errors)) == (400, [field])
    assert (by_api.status_code, list(by_api.data["errors"])) == (400, [field])
    assert not Contract.objects.exists()


def test_a_contract_keeps_the_zone_it_has(page: Client, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting", time_zone="CET")
    edit = reverse("contract-edit", args=[contract.pk])

    assert page.post(edit, facts(alice, title="Hosting, mended", time_zone="CET")).status_code == 302
    assert page.post(edit, facts(alice, time_zone="localtime")).status_code == 400
    contract.refresh_from_db()
    assert (contract.title, contract.time_zone) == ("Hosting, mended", "CET")
