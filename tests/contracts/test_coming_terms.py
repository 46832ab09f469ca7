"""An amendment fits the terms that will have begun when it counts, not only those of the day on which it was looked at;
and a day that somebody says is one that can be."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from clm.access.permissions import system_actor
from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Letter, Notification
from contracts.models import Contract, Envelope, Term
from contracts.operations.activate_contract import activate_contract
from contracts.operations.advance_terms import advance_terms
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.record_acceptance import record_acceptance
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.finalize_version import finalize_version
from contracts.operations.record_execution import record_execution
from contracts.operations.set_terms import set_terms
from contracts.operations.signing.record_paper_signature import record_paper_signature
from contracts.operations.signing.remind_recipient import look_after_envelope
from contracts.papers.envelopes import Scan
from contracts.queries.amendments import fresh, standings
from tests.contracts.amended import accepted, amended_text, letter
from tests.contracts.papers import active_contract, newest
from tests.contracts.signing.sent import BEATE, CARL, ORIGIN, paper_of, prepared, ready_contract, sent, signed
from tests.contracts.test_acceptance import refused

FIXED: dict[str, Any] = {"renewal": "none", "renewal_months": None, "notice_length": None}


def at(*parts: int) -> AbstractContextManager[None]:
    return clock.set_to(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type, misc]


def advance(contract: Contract) -> Contract:
    return advance_terms(actor=system_actor("term_keeper", contract.organization_id), contract_id=contract.pk)


def ends(contract: Contract) -> list[date]:
    return list(Term.objects.filter(contract=contract).order_by("number").values_list("ends_on", flat=True))


@pytest.mark.parametrize(
    ("agreed", "terms", "code"),
    [
        ({}, {"initial_months": 18}, "terms_rewrite_history"),
        (FIXED, {"initial_months": 24, **FIXED}, "terms_leave_gap"),
        ({}, {"starts_on": date(2027, 2, 1)}, ""),
    ],
)
def test_an_amendment_fits_the_terms_that_begin_before_it_counts(
    alice: Actor, agreed: dict[str, Any], terms: dict[str, Any], code: str
) -> None:
    with at(2026, 12, 20):
        contract = active_contract(alice, agreed)
        version = amended_text(alice, contract, **terms)
        accepted(alice, propose_amendment(actor=alice, version_id=version.pk, effective_on=date(2027, 2, 1)))
        if code:
            assert refused(lambda: finalize_version(actor=alice, version_id=version.pk)) == code
            return
        finalize_version(actor=alice, version_id=version.pk)
    with at(2027, 3, 1):
        assert advance(contract).term_ends_on == date(2028, 2, 1)
    assert ends(contract) == [date(2027, 1, 1), date(2027, 2, 1), date(2028, 2, 1)]


def test_a_start_that_was_put_off_before_it_came_begins_once(alice: Actor) -> None:
    with at(2026, 1, 10):
        contract = ready_contract(alice)
        set_terms(actor=alice, version_id=newest(contract).pk, terms={"starts_on": date(2026, 2, 1)})
        days = {"executed_on": date(2026, 1, 10), "effective_on": date(2026, 1, 10)}
        record_execution(actor=alice, contract_id=contract.pk, **days)
        version = amended_text(alice, contract, starts_on=date(2026, 3, 1))
        accepted(alice, propose_amendment(actor=alice, version_id=version.pk, effective_on=date(2026, 1, 15)))
        finalize_version(actor=alice, version_id=version.pk)
    with at(2026, 1, 20):
        activate_contract(actor=alice, contract_id=contract.pk)
    assert ends(contract) == [date(2027, 3, 1)]


def test_a_term_is_not_shortened_to_a_day_before_the_amendment(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        version = amended_text(alice, contract, initial_months=3)
        amendment = propose_amendment(actor=alice, version_id=version.pk)
        for terms in ({}, {"starts_on": date(2026, 4, 1), "initial_months": 12}):
            set_terms(actor=alice, version_id=version.pk, terms=terms)
            accepted(alice, amendment)
            assert refused(lambda: finalize_version(actor=alice, version_id=version.pk)) == "terms_backwards"
    assert ends(contract) == [date(2027, 1, 1)]


def test_a_renewal_between_sending_and_signing_ends_what_does_not_fit(alice: Actor) -> None:
    with at(2026, 12, 20):
        contract = active_contract(alice)
        version = amended_text(alice, contract, initial_months=18)
        envelope = sent(alice, BEATE, CARL, contract=contract, days=60)
    with at(2027, 1, 1, 0, 5):
        signed(alice, envelope, "Beate")
        with pytest.raises(DomainError) as refusal:
            signed(alice, envelope, "Carl")
        assert refusal.value.code == "terms_rewrite_history"
        assert Envelope.objects.get().state == "sent"
        advance(contract)
    version.refresh_from_db()
    assert (Envelope.objects.get().state, version.state) == ("voided", "draft")
    assert ends(contract) == [date(2027, 1, 1), date(2028, 1, 1)]
    assert "amended terms" in Notification.objects.filter(kind="envelope.voided").latest("id").body


def test_terms_begin_as_agreed_though_the_last_answer_came_after(alice: Actor) -> None:
    with at(2026, 6, 20):
        contract = active_contract(alice)
        version = amended_text(alice, contract, starts_on=date(2026, 7, 1))
        amendment = propose_amendment(actor=alice, version_id=version.pk, effective_on=date(2026, 7, 1))
    with at(2026, 7, 3):
        accepted(alice, amendment)
        finalize_version(actor=alice, version_id=version.pk)
    version.refresh_from_db()
    assert (version.effective_on, ends(contract)) == (date(2026, 7, 3), [date(2026, 7, 1), date(2027, 7, 1)])


def test_nobody_is_reminded_of_what_does_not_fit_any_more(alice: Actor) -> None:
    with at(2026, 6, 20):
        contract = active_contract(alice)
        amended_text(alice, contract, initial_months=6, **FIXED)
        envelope = sent(alice, BEATE, CARL, contract=contract, days=60, remind_days=20)
    with at(2026, 7, 10):
        letters = Letter.objects.filter(kind="signing.reminder").count()
        desk = system_actor("signing_desk", contract.organization_id)
        assert look_after_envelope(actor=desk, envelope_id=envelope.pk).state == "voided"
    assert Letter.objects.filter(kind="signing.reminder").count() == letters


def test_a_notice_ends_an_amendment_that_would_come_too_late(alice: Actor) -> None:
    with at(2026, 11, 20):
        contract = active_contract(alice)
        amended_text(alice, contract, starts_on=date(2027, 2, 1))
        sent(alice, BEATE, CARL, contract=contract, effective_on=date(2027, 2, 1))
        decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given")
    assert Envelope.objects.get().state == "voided"


def test_the_day_signed_on_paper_is_the_day_of_execution(alice: Actor) -> None:
    with at(2026, 6, 10):
        envelope = prepared(alice, BEATE, CARL)
    with at(2026, 6, 20):
        stored = paper_of(alice, envelope.contract).stored
        given: dict[str, Any] = {"scan": Scan(stored, tuple(envelope.pages), is_signed=False), "certifies": True}
        given |= {"actor": alice, "envelope_id": envelope.pk, "origin": ORIGIN}
        early, late = date(2026, 6, 8), date(2026, 6, 21)
        assert refused(lambda: record_paper_signature(**given, signed_on=early)) == "date_before_text"
        assert refused(lambda: record_paper_signature(**given, signed_on=late)) == "date_ahead"
        record_paper_signature(**given, signed_on=date(2026, 6, 15))
    entry = LedgerEntry.objects.get(event="contract.executed")
    assert entry.after["executed_on"] == "2026-06-15"


def test_nobody_accepted_before_there_was_a_text_to_amend(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        amendment = fresh(propose_amendment(actor=alice, version_id=amended_text(alice, contract).pk))
        part = next(each.part for each in standings(amendment) if each.part.role == "counterparty")
        given: dict[str, Any] = {"actor": alice, "amendment_id": amendment.pk, "part_id": part.pk, "how": "letter"}
        given |= {"by_name": "Carl", "evidence": letter(alice)}
        assert refused(lambda: record_acceptance(**given, answered_on=date(1900, 1, 1))) == "date_before_text"
        record_acceptance(**given, answered_on=date(2026, 1, 5))


def test_after_its_last_term_no_text_is_in_force(alice: Actor, api: APIClient) -> None:
    with at(2026, 6, 1):
        over = {}
        for name, terms in (("fixed", FIXED), ("renewing", {}), ("once", {"max_renewals": 1})):
            contract = active_contract(alice, terms)
            found = api.get(f"/api/v1/contracts/{contract.pk}/version-in-force/", {"at": "2030-01-01"}).json()
            over[name] = (found["is_over"], found["ended_on"])
        early = api.get(f"/api/v1/contracts/{contract.pk}/version-in-force/", {"at": "2027-12-31"}).json()
    assert over == {"fixed": (True, "2027-01-01"), "renewing": (False, None), "once": (True, "2028-01-01")}
    assert (early["is_over"], early["ended_on"]) == (False, None)
