"""A text is signed once those whom the matrix asks agree to it, exactly as it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clm.access.objects import people_granted
from clm.access.permissions import sees
from clm.accounts.operations.revoke_delegation import revoke_delegation
from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Notification
from contracts.models import Approval, ApprovalSeat, Contract
from contracts.operations.add_version import add_version
from contracts.operations.approval.approve_step import approve_step
from contracts.operations.approval.reassign_seat import reassign_seat
from contracts.operations.approval.reject_step import reject_step
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.approval.set_aside_approval import set_aside_approval
from contracts.operations.approval.withdraw_approval import withdraw_approval
from contracts.operations.archive_contract import archive_contract
from contracts.operations.change_contract import change_contract
from contracts.operations.change_party import change_party
from contracts.operations.create_contract import create_contract
from contracts.operations.finalize_version import finalize_version
from contracts.operations.record_execution import record_execution
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from contracts.queries.approvals import check_may_be_signed, seats_waiting_for
from tests.cast import Cast, add_person
from tests.contracts.amended import agree
from tests.contracts.approval.routed import (
    FINANCE,
    LEGAL,
    away,
    matrix_of,
    ready_contract,
    refusal,
    requested,
    seat_of,
    states,
    yes,
)
from tests.contracts.papers import TERMS, TEXT, active_contract, draft_contract, newest, text_paper
from tests.proof import last_entry, last_event

MAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


def two_stages(cast: Cast) -> Approval:
    """Legal, then finance; asked by procurement."""
    matrix_of(cast, LEGAL, {**FINANCE, "stage": 2, "hours": 48})
    return requested(cast["procurement"])


def test_asking(acme: Cast) -> None:
    with clock.set_to(MAY):
        approval = two_stages(acme)
    contract, seat = approval.contract, seat_of(approval, acme["legal"])

    assert states(approval) == ("open", "in_approval")
    assert (approval.content_hash, approval.number, approval.came_from) == (newest(contract).content_hash, 1, "draft")
    assert [(step.name, step.state, step.asked, step.needs) for step in approval.steps.all()] == [
        ("Legal", "open", "Legal: one", 1),
        ("Finance", "waiting", "Finance: one", 1),
    ]
    told = Notification.objects.filter(kind="contract.approval_asked")
    assert [(row.user_id, row.url) for row in told] == [(acme["legal"].user_id, f"/approvals/seats/{seat.pk}/")]
    payload = {
        "approval_id": str(approval.pk), "contract_id": str(contract.pk), "version_id": str(approval.version_id),
        "state": "open",
    }  # fmt: skip
    entry = last_entry()
    assert (entry.event, entry.verb, entry.contract_id) == (
        "contract.submitted", "contracts.request_approval", contract.pk,
    )  # fmt: skip
    asked = Approval.objects.get()
    assert asked.trace[0]["people"] == [str(acme["legal"].user_id)]
    assert OutboxEvent.objects.get(type="approval.requested").payload == payload


def test_one_stage_after_the_other_until_it_is_approved(acme: Cast) -> None:
    approval = two_stages(acme)
    finance = seat_of(approval, acme["finance"])
    early = lambda: approve_step(actor=acme["finance"], seat_id=finance.pk, seen=approval.content_hash)  # noqa: E731
    assert refusal(early) == "step_not_open"
    assert refusal(lambda: check_may_be_signed(approval.contract, approval.version)) == "approval_open"

    yes(acme["legal"], approval)
    assert states(approval) == ("open", "in_approval")
    with clock.set_to(MAY):
        Notification.objects.get(user_id=acme["finance"].user_id)
    yes(acme["finance"], approval)

    assert states(approval) == ("approved", "approved")
    assert last_event()[0] == "approval.approved"
    check_may_be_signed(approval.contract, newest(approval.contract))
    assert Notification.objects.get(kind="contract.approval_ended").user_id == acme["procurement"].user_id
    assert not Notification.objects.filter(kind="contract.approval_asked", read_at=None).exists()


def test_no_matrix_asks_nobody(alice: Actor) -> None:
    approval = requested(alice)

    assert states(approval) == ("approved", "approved")
    assert (approval.matrix, approval.trace, approval.steps.count()) == (None, [], 0)


def test_where_no_rule_holds_it_is_approved_at_once(acme: Cast, alice: Actor) -> None:
    matrix = matrix_of(acme, {**FINANCE, "categories": ["nda"]})
    approval = requested(alice, category="hosting")

    assert states(approval) == ("approved", "approved")
    assert (approval.matrix, approval.steps.count()) == (matrix, 0)


def test_rejecting(acme: Cast) -> None:
    matrix_of(acme, LEGAL, FINANCE)
    approval = requested(acme["procurement"])
    yes(acme["legal"], approval)
    seat = seat_of(approval, acme["finance"])
    say = lambda why: reject_step(  # noqa: E731
        actor=acme["finance"], seat_id=seat.pk, seen=approval.content_hash, reason=why
    )
    assert refusal(lambda: say(" ")) == "reason_missing"

    say("Too dear")

    assert states(approval) == ("rejected", "draft")
    assert approval.reason == "Too dear"
    assert [step.state for step in approval.steps.all()] == ["approved", "rejected"]
    assert Notification.objects.get(kind="contract.approval_ended").body == "Too dear"
    contract = approval.contract
    file = lambda: record_execution(  # noqa: E731
        actor=acme["legal"], contract_id=contract.pk, executed_on=date(2025, 12, 20)
    )
    assert refusal(file) == "approval_missing"


def test_nobody_approves_their_own_request(acme: Cast) -> None:
    matrix_of(acme, LEGAL)
    contract = ready_contract(acme["legal"])
    assert refusal(lambda: request_approval(actor=acme["legal"], contract_id=contract.pk)) == "no_approver"

    other = add_person(acme, "other", ["legal"])
    approval = request_approval(actor=acme["legal"], contract_id=contract.pk)
    assert [seat.person_id for seat in approval.steps.get().seats.all()] == [other.user_id]
    away(other, acme["legal"])
    assert refusal(lambda: yes(acme["legal"], approval, of=other)) == "own_request"
    assert seats_waiting_for(acme["legal"]) == []


def test_the_database_refuses_a_seat_of_who_asked(acme: Cast) -> None:
    matrix_of(acme, LEGAL)
    seat = requested(acme["procurement"]).steps.get().seats.get()

    with pytest.raises(IntegrityError, match="seat_of_somebody_else"), transaction.atomic():
        ApprovalSeat.objects.filter(pk=seat.pk).update(person_id=acme["procurement"].user_id)


def test_a_delegate_decides_and_both_are_named(acme: Cast) -> None:
    matrix_of(acme, LEGAL)
    away(acme["legal"], acme["executive"])
    approval = requested(acme["procurement"])
    told = Notification.objects.filter(kind="contract.approval_asked")
    assert {row.user_id for row in told} == {acme["legal"].user_id, acme["executive"].user_id}
    assert len(seats_waiting_for(acme["executive"])) == 1

    seat = yes(acme["executive"], approval, of=acme["legal"])

    assert states(approval) == ("approved", "approved")
    assert (seat.person_id, seat.decided_by_id, seat.acting_for) == (
        acme["legal"].user_id, acme["executive"].user_id, acme.users["legal"],
    )  # fmt: skip
    entry = LedgerEntry.objects.get(event="approval.seat_approved")
    assert entry.after["decided_by"] == str(acme["executive"].user_id)
    assert entry.after["acting_for"] == str(acme["legal"].user_id)


@pytest.mark.parametrize(
    ("limits", "facts", "code"),
    [
        ({"limit_amount": Decimal(1000), "limit_currency": "EUR"}, {"value_amount": 999, "currency": "EUR"}, ""),
        (
            {"limit_amount": Decimal(1000), "limit_currency": "EUR"},
            {"value_amount": 1001, "currency": "EUR"},
            "delegation_limited",
        ),
        (
            {"limit_amount": Decimal(1000), "limit_currency": "EUR"},
            {"value_amount": 1, "currency": "USD"},
            "delegation_limited",
        ),
        ({"limit_amount": Decimal(1000), "limit_currency": "EUR"}, {}, "delegation_limited"),
        ({"categories": ["nda"]}, {"category": "nda"}, ""),
        ({"categories": ["nda"]}, {"category": "hosting"}, "delegation_limited"),
    ],
)
def test_a_delegation_has_its_limits(acme: Cast, limits: dict[str, Any], facts: dict[str, Any], code: str) -> None:
    matrix_of(acme, LEGAL)
    away(acme["legal"], acme["executive"], **limits)
    approval = requested(acme["procurement"], **facts)

    assert len(seats_waiting_for(acme["executive"])) == (0 if code else 1)
    if code:
        assert refusal(lambda: yes(acme["executive"], approval, of=acme["legal"])) == code
    else:
        yes(acme["executive"], approval, of=acme["legal"])


def test_a_delegation_counts_in_its_time_and_does_not_chain(acme: Cast) -> None:
    matrix_of(acme, LEGAL)
    row = away(acme["legal"], acme["executive"])
    away(acme["executive"], acme["auditor"])
    approval = requested(acme["procurement"])
    assert refusal(lambda: yes(acme["auditor"], approval, of=acme["legal"])) == "forbidden"
    with clock.set_to(row.ends_at):
        assert refusal(lambda: yes(acme["executive"], approval, of=acme["legal"])) == "forbidden"

    revoke_delegation(actor=acme["legal"], delegation_id=row.pk)
    assert refusal(lambda: yes(acme["executive"], approval, of=acme["legal"])) == "forbidden"
    yes(acme["legal"], approval)


def test_one_person_counts_once_in_a_step(acme: Cast) -> None:
    other = add_person(acme, "other", ["legal"])
    matrix_of(acme, {**LEGAL, "needs": "some", "needs_count": 2})
    away(other, acme["legal"])
    approval = requested(acme["procurement"])
    yes(acme["legal"], approval)

    assert states(approval) == ("open", "in_approval")
    assert refusal(lambda: yes(acme["legal"], approval, of=other)) == "decided_once"
    yes(other, approval)
    assert states(approval) == ("approved", "approved")


def test_too_few_people_for_a_step(acme: Cast) -> None:
    matrix_of(acme, {**LEGAL, "needs": "some", "needs_count": 2})
    contract = ready_contract(acme["procurement"])

    assert refusal(lambda: requested(acme["procurement"], contract)) == "no_approver"


def test_all_of_them(acme: Cast) -> None:
    other = add_person(acme, "other", ["legal"])
    matrix_of(acme, {**LEGAL, "needs": "all"})
    approval = requested(acme["procurement"])
    yes(acme["legal"], approval)
    assert states(approval)[0] == "open"

    yes(other, approval)

    assert states(approval)[0] == "approved"


CHANGES: dict[str, Callable[[Actor, Contract], Any]] = {
    "text": lambda actor, contract: add_version(
        actor=actor, contract_id=contract.pk, paper=text_paper(TEXT.replace("99.9", "99.5"))
    ),
    "terms": lambda actor, contract: set_terms(
        actor=actor, version_id=newest(contract).pk, terms=TERMS | {"initial_months": 24}
    ),
    "value": lambda actor, contract: change_contract(
        actor=actor, contract_id=contract.pk, value_amount=Decimal(5), currency="EUR"
    ),
    "type": lambda actor, contract: change_contract(actor=actor, contract_id=contract.pk, category="nda"),
    "tags": lambda actor, contract: change_contract(actor=actor, contract_id=contract.pk, tags=["pilot"]),
    "party": lambda actor, contract: add_party(
        actor=actor, contract_id=contract.pk, party_id=contract.parties.first().party_id, role="guarantor"
    ),
    "country": lambda actor, contract: change_party(
        actor=actor, party_id=contract.parties.get(role="counterparty").party_id, country="FR"
    ),
    "confidential": lambda actor, contract: restrict_contract(actor=actor, contract_id=contract.pk),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("decided", [False, True], ids=["open", "approved"])
def test_any_change_overtakes_it(acme: Cast, alice: Actor, what: str, decided: bool) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    if decided:
        yes(acme["finance"], approval)

    CHANGES[what](alice, approval.contract)

    assert states(approval) == ("superseded", "draft")
    assert refusal(lambda: check_may_be_signed(approval.contract, newest(approval.contract))) == "approval_missing"
    seat = seat_of(approval, acme["finance"])
    assert seat.state == ("approved" if decided else "released")
    assert seats_waiting_for(acme["finance"]) == []
    ended = Notification.objects.filter(kind="contract.approval_ended", dedupe_key__endswith="superseded")
    assert {row.user_id for row in ended} == {acme["procurement"].user_id}


def test_what_no_rule_looks_at_changes_nothing(acme: Cast, alice: Actor) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])

    change_contract(actor=alice, contract_id=approval.contract_id, title="Hosting in Hamburg", description="Ours")
    set_terms(actor=alice, version_id=approval.version_id, terms=TERMS)

    assert states(approval) == ("open", "in_approval")


def test_the_text_that_was_read_is_the_one_that_is_approved(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat = seat_of(approval, acme["finance"])

    say = lambda seen: approve_step(actor=acme["finance"], seat_id=seat.pk, seen=seen)  # noqa: E731
    assert refusal(lambda: say("0" * 64)) == "changed_meanwhile"
    assert refusal(lambda: say("")) == "changed_meanwhile"
    ask = lambda: request_approval(  # noqa: E731
        actor=acme["legal"], contract_id=ready_contract(acme["legal"]).pk, seen="0" * 64
    )
    with pytest.raises(DomainError, match="changed meanwhile"):
        ask()


def test_withdrawing_and_setting_aside(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    assert refusal(lambda: set_aside_approval(actor=acme["legal"], approval_id=approval.pk)) == "not_approved"
    withdraw_approval(actor=acme["procurement"], approval_id=approval.pk, reason="A misprint")

    assert states(approval) == ("withdrawn", "draft")
    assert refusal(lambda: withdraw_approval(actor=acme["legal"], approval_id=approval.pk)) == "approval_closed"
    assert refusal(lambda: yes(acme["finance"], approval)) == "approval_closed"

    again = requested(acme["procurement"], approval.contract)
    yes(acme["finance"], again)
    assert (again.number, states(again)) == (2, ("approved", "approved"))
    assert refusal(lambda: requested(acme["procurement"], again.contract)) == "already_approved"
    set_aside_approval(actor=acme["procurement"], approval_id=again.pk)
    assert states(again) == ("withdrawn", "draft")


def test_an_archived_contract_is_asked_about_no_more(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])

    archive_contract(actor=acme["legal"], contract_id=approval.contract_id)

    assert states(approval) == ("superseded", "archived")
    assert seats_waiting_for(acme["finance"]) == []


def test_what_is_asked_for_before(acme: Cast) -> None:
    legal = acme["legal"]
    empty = create_contract(actor=legal, title="Hosting")
    assert refusal(lambda: requested(legal, empty)) == "version_missing"
    bare = draft_contract(legal)
    assert refusal(lambda: requested(legal, bare)) == "terms_missing"
    set_terms(actor=legal, version_id=newest(bare).pk, terms=TERMS)
    assert refusal(lambda: requested(legal, bare)) == "parties_missing"
    signed = active_contract(legal)
    assert refusal(lambda: requested(legal, signed)) == "version_final"


def test_an_amendment_is_approved_while_the_contract_is_in_force(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    legal = acme["legal"]
    with clock.set_to(MAY):
        contract = active_contract(legal)
        add_version(actor=legal, contract_id=contract.pk, paper=text_paper(TEXT.replace("99.9", "99.5")))
        set_terms(actor=legal, version_id=newest(contract).pk, terms=TERMS)
        approval = requested(legal, contract)
        final = lambda: finalize_version(  # noqa: E731
            actor=legal, version_id=approval.version_id, effective_on=date(2026, 6, 1)
        )
        assert states(approval) == ("open", "active")
        assert refusal(final) == "approval_open"
        yes(acme["finance"], approval)
        assert states(approval) == ("approved", "active")
        assert refusal(final) == "amendment_missing"

        agree(legal, approval.version_id, date(2026, 6, 1))
        final()

    assert newest(contract).state == "final"
    assert refusal(lambda: set_aside_approval(actor=legal, approval_id=approval.pk)) == "version_final"


def test_a_rejected_amendment_is_not_made_final(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    legal = acme["legal"]
    with clock.set_to(MAY):
        contract = active_contract(legal)
        add_version(actor=legal, contract_id=contract.pk, paper=text_paper(TEXT.replace("99.9", "99.5")))
        set_terms(actor=legal, version_id=newest(contract).pk, terms=TERMS)
        approval = requested(legal, contract)
        seat = seat_of(approval, acme["finance"])
        reject_step(actor=acme["finance"], seat_id=seat.pk, seen=approval.content_hash, reason="No")

        final = lambda: finalize_version(  # noqa: E731
            actor=legal, version_id=approval.version_id, effective_on=date(2026, 6, 1)
        )
        assert refusal(final) == "approval_missing"


def test_who_is_asked_about_a_confidential_contract_sees_it(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    contract = ready_contract(acme["legal"])
    restrict_contract(actor=acme["legal"], contract_id=contract.pk)
    away(acme["finance"], acme["executive"])
    assert not sees(acme["finance"], contract)

    approval = requested(acme["legal"], contract)

    assert sees(acme["finance"], contract)
    assert not sees(acme["executive"], contract)
    entry = LedgerEntry.objects.get(event="approval.requested")
    assert entry.after["shown_to"] == [str(acme["finance"].user_id)]
    assert refusal(lambda: yes(acme["executive"], approval, of=acme["finance"])) == "not_found"
    assert seats_waiting_for(acme["executive"]) == []
    restrict_contract(actor=acme["legal"], contract_id=contract.pk)
    named = set(people_granted("see_confidential_contract", contract).values_list("pk", flat=True))
    assert named == {acme["legal"].user_id, acme["finance"].user_id}
    yes(acme["finance"], approval)


def test_reassigning(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat = seat_of(approval, acme["finance"])
    put = lambda actor, person: reassign_seat(  # noqa: E731
        actor=acme[actor], seat_id=seat.pk, person_id=acme[person].person_id, reason="On leave"
    )
    assert refusal(lambda: put("legal", "legal")) == "forbidden"
    assert refusal(lambda: put("legal", "procurement")) == "own_request"
    assert refusal(lambda: put("legal", "counterparty")) == "person_unknown"
    assert refusal(lambda: put("legal", "finance")) == "seated_already"
    assert refusal(lambda: put("finance", "executive")) == "forbidden"

    made = put("legal", "executive")

    seat.refresh_from_db()
    assert (seat.state, made.came_by, made.in_place_of_id) == ("released", "reassigned", acme["finance"].user_id)
    assert refusal(lambda: yes(acme["finance"], approval)) == "seat_decided"
    yes(acme["executive"], approval)
    assert states(approval) == ("approved", "approved")


def test_who_asked_does_not_choose_who_decides(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["legal"])
    seat = seat_of(approval, acme["finance"])
    put = lambda: reassign_seat(  # noqa: E731
        actor=acme["legal"], seat_id=seat.pk, person_id=acme["executive"].person_id
    )

    assert refusal(put) == "own_request"


def test_another_organization_finds_nothing(acme: Cast, charlie: Actor) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat = seat_of(approval, acme["finance"])

    assert refusal(lambda: request_approval(actor=charlie, contract_id=approval.contract_id)) == "not_found"
    assert refusal(lambda: approve_step(actor=charlie, seat_id=seat.pk, seen=approval.content_hash)) == "not_found"
    assert refusal(lambda: withdraw_approval(actor=charlie, approval_id=approval.pk)) == "not_found"
    assert states(approval) == ("open", "in_approval")


def test_tokens_decide_only_by_name(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat = seat_of(approval, acme["finance"])
    token = replace(acme["finance"], kind="token", scopes=frozenset({"contracts.*"}))
    say = lambda actor: approve_step(actor=actor, seat_id=seat.pk, seen=approval.content_hash)  # noqa: E731

    assert refusal(lambda: say(token)) == "forbidden"
    say(replace(token, scopes=frozenset({"contracts.*", "contracts.approve_step"})))
    assert states(approval) == ("approved", "approved")
