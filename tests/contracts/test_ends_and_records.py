"""No way round what was approved, how long records are kept, or the notice that a contract asks for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Approval, Contract
from contracts.operations.amending.propose_amendment import propose_amendment
from contracts.operations.amending.withdraw_amendment import withdraw_amendment
from contracts.operations.change_contract import change_contract
from contracts.operations.finalize_version import finalize_version
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.terminate_contract import terminate_contract
from contracts.operations.termination.announce_termination import announce_termination
from tests.cast import Cast
from tests.contracts.amended import accepted, amended_text
from tests.contracts.approval.routed import FINANCE, matrix_of, requested, yes
from tests.contracts.papers import active_contract, passage_in
from tests.contracts.retention.records import archived_contract, kept_three_years
from tests.contracts.signing.sent import BEATE, CARL, prepared, sent
from tests.contracts.terminations import JUNE, NOTICE
from tests.contracts.test_acceptance import refused


def at(*parts: int) -> AbstractContextManager[None]:
    return clock.set_to(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type, misc]


def test_a_contract_does_not_end_before_a_term_that_ran(alice: Actor) -> None:
    with at(2030, 6, 1):
        kept_three_years(alice)
        contract = active_contract(alice)
        given: dict[str, Any] = {"actor": alice, "contract_id": contract.pk, "reason": "Agreed"}
        assert refused(lambda: terminate_contract(**given, terminated_on=date(2026, 2, 1))) == "before_its_term"
        days = {"kind": "agreement", "notice_on": date(2026, 2, 1), "ends_on": date(2026, 2, 1)}
        assert refused(lambda: announce_termination(**given, **days)) == "before_its_term"  # type: ignore[arg-type]
        terminate_contract(**given, terminated_on=date(2030, 1, 1))
    contract.refresh_from_db()
    assert (contract.ended_on, contract.kept_until) == (date(2030, 1, 1), date(2033, 6, 1))


def test_an_amendment_backwards_is_kept_from_when_it_was_agreed(alice: Actor) -> None:
    with at(2026, 6, 1):
        kept_three_years(alice)
        contract = active_contract(alice)
        version = amended_text(
            alice, contract, initial_months=3, renewal="none", renewal_months=None, notice_length=None
        )
        why = {"is_retroactive": True, "retroactive_reason": "Section 2 says so"}
        accepted(alice, propose_amendment(actor=alice, version_id=version.pk, effective_on=date(2026, 3, 1), **why))  # type: ignore[arg-type]
        finalize_version(actor=alice, version_id=version.pk)
    contract.refresh_from_db()
    assert (contract.state, contract.ended_on, contract.kept_until) == ("expired", date(2026, 4, 1), date(2029, 6, 1))


def test_only_who_keeps_records_shortens_how_long_and_nobody_under_hold(alice: Actor, acme: Cast) -> None:
    kept_three_years(alice, category="services")
    kept_three_years(alice, name="Month", keep_months=1, category="nda")
    contract = archived_contract(alice, category="services")
    with at(2026, 7, 1):
        change: dict[str, Any] = {"contract_id": contract.pk, "category": "nda"}
        assert refused(lambda: change_contract(actor=acme["procurement"], **change)) == "retention_shortened"
        assert Contract.objects.get().kept_until == date(2029, 6, 30)
        change_contract(actor=acme["procurement"], contract_id=contract.pk, category="other")
        assert Contract.objects.get().kept_until is None
        hold = place_hold(actor=alice, name="Dispute", reason="Letter of 2 June", contract_id=contract.pk)
        assert refused(lambda: change_contract(actor=acme["legal"], **change)) == "on_hold"
        type(hold).objects.all().delete()
        assert change_contract(actor=acme["legal"], **change).kept_until == date(2026, 7, 30)


def test_convenience_needs_a_notice_or_the_sentence_that_asks_for_none(alice: Actor) -> None:
    with clock.set_to(JUNE):
        passage = passage_in(alice)
        today: dict[str, Any] = {**NOTICE, "notice_length": 0, "ends_on": date(2026, 6, 1)}
        given = {"actor": alice, "contract_id": passage.version.contract_id, **today}
        assert refused(lambda: announce_termination(**given)) == "notice_missing"
        early = given | {"notice_on": date(1990, 1, 1), "notice_length": 30}
        assert refused(lambda: announce_termination(**early)) == "before_it_began"
        assert announce_termination(**given, passage_id=passage.pk).state == "effective"


@pytest.mark.parametrize("by_envelope", [False, True])
def test_another_day_is_not_what_was_approved(acme: Cast, by_envelope: bool) -> None:
    with at(2026, 6, 1):
        legal = acme["legal"]
        contract = active_contract(legal)
        version = amended_text(legal, contract)
        matrix_of(acme, FINANCE)
        amendment = propose_amendment(actor=legal, version_id=version.pk, effective_on=date(2026, 7, 1))
        yes(acme["finance"], requested(acme["procurement"], contract))
        withdraw_amendment(actor=legal, amendment_id=amendment.pk, reason="Another day")
        if by_envelope:
            envelope = prepared(legal, BEATE, CARL, contract=contract, effective_on=date(2027, 1, 1))
            assert refused(lambda: send_envelope(actor=legal, envelope_id=envelope.pk)) == "approval_missing"
            return
        again = propose_amendment(actor=legal, version_id=version.pk, effective_on=date(2026, 7, 1))
        assert Approval.objects.get().state == "approved"
        withdraw_amendment(actor=legal, amendment_id=again.pk, reason="Another day")
        propose_amendment(actor=legal, version_id=version.pk, effective_on=date(2027, 1, 1))
    assert Approval.objects.get().state == "superseded"


def test_who_looks_after_a_contract_that_is_out_may_change(alice: Actor, acme: Cast) -> None:
    contract = sent(alice, BEATE, CARL).contract
    change_contract(actor=alice, contract_id=contract.pk, owner_id=acme["legal"].person_id, title=contract.title)
    restrict_contract(actor=alice, contract_id=contract.pk)
    contract.refresh_from_db()
    assert (contract.owner_id, contract.is_confidential) == (acme["legal"].person_id, True)
    assert refused(lambda: change_contract(actor=alice, contract_id=contract.pk, title="Other")) == "out_for_signature"
