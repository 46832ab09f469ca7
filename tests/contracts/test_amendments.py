"""An amendment of a contract in force: the current term follows it, the terms that are over stay as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from clm.access.permissions import system_actor
from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Contract, RenewalDecision, Term, Version
from contracts.operations.add_version import add_version
from contracts.operations.advance_terms import advance_terms
from contracts.operations.decide_renewal import decide_renewal
from contracts.operations.set_terms import set_terms
from tests.contracts.amended import amended
from tests.contracts.papers import TERMS, TEXT, active_contract, text_paper
from tests.proof import last_event

Dates = list[tuple[int, date, date, date | None]]


def at(year: int, month: int, day: int) -> Any:
    return clock.set_to(datetime(year, month, day, 12, tzinfo=UTC))


def amend(actor: Actor, contract: Contract, effective_on: date, **terms: Any) -> Version:
    """The next version, with other terms, final."""
    paper = text_paper(TEXT + f"\n4. Amendment\nAs of {effective_on}.")
    version = add_version(actor=actor, contract_id=contract.pk, paper=paper)
    set_terms(actor=actor, version_id=version.pk, terms=TERMS | terms)
    return amended(actor, version.pk, effective_on)


def advance(contract: Contract) -> Contract:
    keeper = system_actor("term_keeper", contract.organization_id)
    return advance_terms(actor=keeper, contract_id=contract.pk)


def dates(contract: Contract) -> Dates:
    rows = Term.objects.filter(contract=contract).order_by("number")
    return [(row.number, row.starts_on, row.ends_on, row.notice_deadline) for row in rows]


def test_an_amendment_in_effect_changes_the_current_term(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        version = amend(alice, contract, date(2026, 6, 1), initial_months=24, notice_length=90)

    assert dates(contract) == [(1, date(2026, 1, 1), date(2028, 1, 1), date(2027, 10, 3))]
    term = Term.objects.get(contract=contract)
    assert term.version == version
    kind, payload = last_event()
    assert kind == "contract.term_changed"
    assert payload == {
        "contract_id": str(contract.pk),
        "term_id": str(term.pk),
        "number": 1,
        "ends_on": "2028-01-01",
        "notice_deadline": "2027-10-03",
        "notice_closes_at": "2027-10-04T00:00:00.000000Z",
    }


def test_an_amendment_that_changes_no_date_still_governs_the_term(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        first = Term.objects.get(contract=contract)
        version = amend(alice, contract, date(2026, 6, 1))

    term = Term.objects.get(contract=contract)
    assert (term.version, term.ends_on, term.notice_deadline) == (version, first.ends_on, first.notice_deadline)
    assert term.trace["computed_at"] == "2026-06-01T12:00:00.000000Z"
    assert last_event()[0] == "contract.term_changed"
    entry = LedgerEntry.objects.get(verb="contracts.advance_terms", subject_id=term.pk, after__has_key="version_id")
    assert (entry.before["version_id"], entry.after["version_id"]) == (str(first.version_id), str(version.pk))
    with at(2026, 6, 2):
        advance(contract)
    assert LedgerEntry.objects.filter(subject_id=term.pk, after__has_key="version_id").count() == 1


def test_a_term_that_was_over_keeps_the_version_it_ran_under(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        old = Term.objects.get(contract=contract).version_id
        version = amend(alice, contract, date(2027, 3, 1))
    with at(2028, 6, 1):
        advance(contract)

    governed = Term.objects.filter(contract=contract).order_by("number").values_list("version_id", flat=True)
    assert list(governed) == [old, version.pk, version.pk]


def test_an_amendment_ahead_counts_from_its_own_day(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        amend(alice, contract, date(2026, 9, 1), initial_months=24)
        assert dates(contract) == [(1, date(2026, 1, 1), date(2027, 1, 1), date(2026, 12, 2))]
        contract.refresh_from_db()
        assert contract.terms_due_at == datetime(2026, 9, 1, tzinfo=UTC)
    with at(2026, 9, 1):
        assert advance(contract).terms_due_at == datetime(2028, 1, 1, tzinfo=UTC)

    assert dates(contract) == [(1, date(2026, 1, 1), date(2028, 1, 1), date(2027, 12, 2))]


def test_amended_terms_that_start_within_the_current_term_cut_it_short(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        amend(alice, contract, date(2026, 6, 1), starts_on=date(2026, 10, 1), initial_months=6)
        assert dates(contract) == [(1, date(2026, 1, 1), date(2026, 10, 1), None)]
    with at(2027, 5, 1):
        advance(contract)

    assert dates(contract) == [
        (1, date(2026, 1, 1), date(2026, 10, 1), None),
        (2, date(2026, 10, 1), date(2027, 4, 1), date(2027, 3, 2)),
        (3, date(2027, 4, 1), date(2028, 4, 1), date(2028, 3, 2)),
    ]
    bases = Term.objects.filter(contract=contract).order_by("number").values_list("basis", flat=True)
    assert list(bases) == ["initial", "amended", "automatic"]


def test_a_missed_run_counts_each_period_by_the_version_of_its_time(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        amend(alice, contract, date(2028, 3, 1), starts_on=date(2028, 3, 1), initial_months=36, renewal="none")
    with at(2029, 1, 1):
        advance(contract)

    assert [row[:3] for row in dates(contract)] == [
        (1, date(2026, 1, 1), date(2027, 1, 1)),
        (2, date(2027, 1, 1), date(2028, 1, 1)),
        (3, date(2028, 1, 1), date(2028, 3, 1)),
        (4, date(2028, 3, 1), date(2031, 3, 1)),
    ]


def test_notice_in_an_amended_term_ends_the_contract_with_that_term(alice: Actor) -> None:
    with at(2026, 10, 1):
        contract = active_contract(alice)
        amend(alice, contract, date(2026, 10, 1), starts_on=date(2026, 10, 1), initial_months=6)
    with at(2027, 2, 1):
        decision = decide_renewal(actor=alice, contract_id=contract.pk, kind="notice_given")
        assert decision.term_number == 2
    with at(2027, 4, 1):
        assert advance(contract).state == "expired"


def test_terms_that_are_over_are_not_rewritten(alice: Actor) -> None:
    with at(2027, 6, 1):
        contract = active_contract(alice)
        before = dates(contract)
        with pytest.raises(DomainError) as refusal:
            amend(alice, contract, date(2027, 6, 1), initial_months=36)

    assert refusal.value.code == "terms_rewrite_history"
    assert dates(contract) == before
    assert Version.objects.get(contract=contract, number=2).state == "draft"


def test_amended_terms_leave_no_gap(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice)
        with pytest.raises(DomainError) as refusal:
            amend(alice, contract, date(2026, 6, 1), starts_on=date(2027, 2, 1))

    assert refusal.value.code == "terms_leave_gap"


def test_the_database_keeps_terms_that_are_over(alice: Actor) -> None:
    with at(2027, 6, 1):
        contract = active_contract(alice)
    first, second = Term.objects.filter(contract=contract).order_by("number")
    statements = (
        ("UPDATE contracts_term SET ends_on = '2030-01-01' WHERE id = %s", first.pk, "over never change"),
        ("UPDATE contracts_term SET starts_on = '2027-01-02' WHERE id = %s", second.pk, "keeps its number"),
        ("DELETE FROM contracts_term WHERE id = %s", second.pk, "keeps its number"),
    )
    for statement, pk, message in statements:
        with pytest.raises(IntegrityError, match=message), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [pk])


@pytest.mark.parametrize(
    ("terms", "kind", "code"),
    [
        ({"renewal": "none", "renewal_months": None}, "notice_given", "does_not_renew"),
        ({"max_renewals": 0}, "notice_given", "does_not_renew"),
        ({"renewal": "automatic"}, "renewal_agreed", "not_express"),
        ({"renewal": "express", "max_renewals": 0}, "renewal_agreed", "renewals_used_up"),
    ],
)
def test_a_decision_that_changes_nothing_is_refused(alice: Actor, terms: dict[str, Any], kind: str, code: str) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice, terms=terms)
        with pytest.raises(DomainError) as refusal:
            decide_renewal(actor=alice, contract_id=contract.pk, kind=kind)

    assert refusal.value.code == code
    assert RenewalDecision.objects.count() == 0


def test_an_agreed_renewal_is_a_further_term(alice: Actor) -> None:
    with at(2026, 6, 1):
        contract = active_contract(alice, terms={"renewal": "express", "renewal_months": 6})
        decide_renewal(actor=alice, contract_id=contract.pk, kind="renewal_agreed", note="Board, 28 May")
        kind, payload = last_event()
    with at(2027, 1, 1):
        advance(contract)
    with at(2027, 7, 1):
        assert advance(contract).state == "expired"

    assert kind == "contract.renewal_decided"
    assert payload["kind"] == "renewal_agreed"
    assert [row[:3] for row in dates(contract)] == [
        (1, date(2026, 1, 1), date(2027, 1, 1)),
        (2, date(2027, 1, 1), date(2027, 7, 1)),
    ]
