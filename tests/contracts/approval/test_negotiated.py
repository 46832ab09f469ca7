"""Texts that are written and negotiated here: approved before they are signed, and worked on again when they change."""

from __future__ import annotations

from datetime import date

import pytest

from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Contract
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.operations.name_party import name_party
from contracts.operations.record_execution import record_execution
from contracts.operations.set_terms import set_terms
from contracts.operations.templates.draft_from_template import draft_from_template
from contracts.pages.next_step import next_step
from contracts.queries.approvals import check_may_be_signed
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, matrix_of, ready_contract, refusal, requested, states, yes
from tests.contracts.drafting.written import clause_of, handed_over, let_in, open_draft, write
from tests.contracts.papers import TERMS, newest
from tests.contracts.requests.asked import ANSWERS, supply_version


def agreed(actor: Actor, contract: Contract) -> Contract:
    """With terms and parties, so that it may be sent for approval."""
    set_terms(actor=actor, version_id=newest(contract).pk, terms=TERMS)
    for role in ("ours", "counterparty"):
        name_party(actor=actor, contract_id=contract.pk, name=f"{role} Ltd", role=role)
    return Contract.objects.get(pk=contract.pk)


def test_a_text_of_a_template_is_not_filed_as_signed_without_approval(acme: Cast, alice: Actor) -> None:
    version = supply_version(acme["legal"])
    contract = draft_from_template(actor=alice, template_version_id=version.pk, answers=ANSWERS, title="Bolts")
    agreed(alice, contract)
    file = lambda: record_execution(  # noqa: E731
        actor=alice, contract_id=contract.pk, executed_on=date(2025, 12, 20)
    )
    matrix_of(acme, FINANCE)
    assert refusal(file) == "approval_missing"
    assert str(next_step(alice, Contract.objects.get(pk=contract.pk)).label) == "Send for approval"  # type: ignore[union-attr]

    approval = requested(acme["procurement"], contract)
    assert refusal(file) == "approval_open"
    with pytest.raises(DomainError) as open_one:
        check_may_be_signed(approval.contract, approval.version)
    assert (open_one.value.code, open_one.value.detail) == ("approval_open", {"approval": str(approval.pk)})


def test_a_document_is_filed_but_not_sent_for_signature_without_approval(acme: Cast, alice: Actor) -> None:
    """Whoever wrote it: what is signed here is approved, what came here signed is only filed."""
    matrix_of(acme, FINANCE)
    contract = ready_contract(alice)
    assert refusal(lambda: check_may_be_signed(contract, newest(contract))) == "approval_missing"

    record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2025, 12, 20))

    assert Contract.objects.get().state == "executed"


def test_while_no_rules_are_active_it_is_filed_as_before(alice: Actor, acme: Cast) -> None:
    version = supply_version(acme["legal"])
    contract = draft_from_template(actor=alice, template_version_id=version.pk, answers=ANSWERS, title="Bolts")
    agreed(alice, contract)

    record_execution(actor=alice, contract_id=contract.pk, executed_on=date(2025, 12, 20))

    assert Contract.objects.get().state == "executed"


def test_a_negotiated_text_goes_back_to_negotiation(acme: Cast, alice: Actor) -> None:
    matrix_of(acme, FINANCE)
    contract = handed_over(alice).contract
    agreed(alice, contract)
    approval = requested(acme["procurement"], contract)
    assert (states(approval), approval.came_from) == (("open", "in_approval"), "in_negotiation")
    other = let_in(acme, contract)
    assert refusal(lambda: begin_draft(actor=other, contract_id=contract.pk)) == "not_negotiable"
    yes(acme["finance"], approval)

    take_back_turn(actor=alice, contract_id=contract.pk)

    assert states(approval) == ("superseded", "in_negotiation")
    assert approval.reason == "The text was taken back to be worked on."


def test_what_is_being_written_is_not_approved(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)
    write(alice, clause_of(draft), "The Provider hosts it.")
    agreed(alice, draft.contract)

    assert refusal(lambda: request_approval(actor=alice, contract_id=draft.contract_id)) == "draft_open"
