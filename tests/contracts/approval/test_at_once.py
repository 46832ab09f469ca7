"""Two people at the same instant, on a real database: one outcome."""

from __future__ import annotations

import pytest

from clm.audit.models import Transition
from contracts.models import ApprovalSeat, Matrix
from contracts.operations.add_version import add_version
from contracts.operations.approval.approve_step import approve_step
from contracts.operations.approval.reject_step import reject_step
from contracts.operations.approval.withdraw_approval import withdraw_approval
from contracts.operations.matrices.activate_matrix import activate_matrix
from contracts.operations.matrices.add_rule import add_rule
from contracts.operations.matrices.create_matrix import create_matrix
from tests.cast import Cast, add_person
from tests.contracts.approval.routed import FINANCE, LEGAL, matrix_of, ready_contract, requested, seat_of, states
from tests.contracts.papers import TEXT, text_paper
from tests.contracts.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_run", [1, 2])
def test_two_who_are_asked_answer_at_once(acme: Cast, _run: int) -> None:
    """One of them is enough: the other comes too late, and a no does not undo the yes."""
    other = add_person(acme, "other", ["legal"])
    matrix_of(acme, LEGAL)
    approval = requested(acme["procurement"])
    seats = [seat_of(approval, acme["legal"]), seat_of(approval, other)]
    calls = [
        lambda: approve_step(actor=acme["legal"], seat_id=seats[0].pk, seen=approval.content_hash),
        lambda: reject_step(actor=other, seat_id=seats[1].pk, seen=approval.content_hash, reason="No"),
    ]

    assert at_once(acme["legal"], calls) == ["", "approval_closed"]
    assert states(approval) in (("approved", "approved"), ("rejected", "draft"))
    assert ApprovalSeat.objects.filter(decided_by__isnull=False).count() == 1
    assert Transition.objects.filter(subject_id=approval.pk).count() == 1


def test_one_answers_while_another_withdraws(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat = seat_of(approval, acme["finance"])
    calls = [
        lambda: approve_step(actor=acme["finance"], seat_id=seat.pk, seen=approval.content_hash),
        lambda: withdraw_approval(actor=acme["procurement"], approval_id=approval.pk),
    ]

    assert at_once(acme["legal"], calls) == ["", "approval_closed"]
    assert states(approval) in (("approved", "approved"), ("withdrawn", "draft"))


def test_the_text_changes_while_it_is_approved(acme: Cast) -> None:
    """Whichever comes first, what is approved is not what stands there now."""
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat, paper = seat_of(approval, acme["finance"]), text_paper(TEXT.replace("99.9", "99.5"))
    calls = [
        lambda: approve_step(actor=acme["finance"], seat_id=seat.pk, seen=approval.content_hash),
        lambda: add_version(actor=acme["procurement"], contract_id=approval.contract_id, paper=paper),
    ]

    assert at_once(acme["legal"], calls) in (["", ""], ["", "approval_closed"])
    assert states(approval) == ("superseded", "draft")


def test_approval_is_asked_once(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    contract = ready_contract(acme["procurement"])
    call = lambda: requested(acme["procurement"], contract)  # noqa: E731

    assert at_once(acme["legal"], [call, call]) == ["", "approval_open"]


def test_two_matrices_are_switched_on_at_once(acme: Cast) -> None:
    admin, active = acme["administrator"], matrix_of(acme, FINANCE)
    drafts = [create_matrix(actor=admin) for _each in range(2)]
    for draft in drafts:
        add_rule(actor=admin, matrix_id=draft.pk, **LEGAL)
    calls = [
        lambda draft=draft: activate_matrix(actor=admin, matrix_id=draft.pk, replaces=active.pk) for draft in drafts
    ]

    assert at_once(admin, calls) == ["", "changed_meanwhile"]
    assert sorted(Matrix.objects.values_list("state", flat=True)) == ["active", "draft", "retired"]
