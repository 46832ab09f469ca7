"""What an approval was asked by may move after it was asked: the library, the rules, the people, and who sees what."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.test import Client

from clm.access.objects import people_granted
from clm.accounts.models import Membership
from clm.accounts.operations.change_roles import change_roles
from clm.accounts.operations.change_team import change_team
from clm.accounts.operations.create_team import create_team
from clm.accounts.operations.remove_person import remove_person
from clm.audit.models import LedgerEntry
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.models import Notification
from contracts.models import Approval, ApprovalSeat, ApprovalStep, Contract, Rule
from contracts.operations.approval.reassign_seat import reassign_seat
from contracts.operations.approval.request_approval import request_approval
from contracts.operations.create_party import create_party
from contracts.operations.matrices.add_rule import add_rule
from contracts.operations.matrices.create_matrix import create_matrix
from contracts.operations.parties.archive_party import archive_party
from contracts.operations.restrict_contract import restrict_contract
from contracts.queries.approvals import check_may_be_signed
from contracts.queries.routing import tried_on
from contracts.tasks import chase_approvals, follow_contracts
from tests.cast import Cast, add_person
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
from tests.contracts.library.shelf import approved
from tests.contracts.papers import active_contract, newest


def roles(cast: Cast, name: str, *given: str) -> None:
    membership = Membership.objects.get(user=cast.users[name])
    change_roles(actor=cast["administrator"], membership_id=membership.pk, roles=list(given))


def waiting(approval: Approval) -> set[str]:
    rows = ApprovalSeat.objects.filter(step__approval=approval, state="waiting")
    return {seat.person.email.partition("@")[0] for seat in rows.select_related("person")}


def test_a_mandatory_clause_that_the_library_gets_after_approval_asks_again(acme: Cast, alice: Actor) -> None:
    matrix_of(acme, LEGAL, {**FINANCE, "lacks_mandatory": True})
    approval = requested(acme["procurement"], category="hosting")
    yes(acme["legal"], approval)
    assert states(approval) == ("approved", "approved")
    approved(alice, title="Escrow", positions=[{"kind": "preferred", "text": "The source code lies in escrow."}])
    contract = Contract.objects.get(pk=approval.contract_id)
    assert refusal(lambda: check_may_be_signed(contract, newest(contract))) == "approval_outdated"
    drain()
    follow_contracts()
    assert states(approval) == ("superseded", "draft")
    assert LedgerEntry.objects.get(event="approval.rerouted").after["lacking"] == ["Finance"]
    again = requested(acme["procurement"], contract)
    assert [step["name"] for step in again.trace] == ["Legal", "Finance"]


def test_what_the_library_moves_to_no_further_step_leaves_an_approval_alone(acme: Cast, alice: Actor) -> None:
    matrix_of(acme, LEGAL)
    approval = requested(acme["procurement"], category="hosting")
    yes(acme["legal"], approval)
    approved(alice)
    drain()
    follow_contracts()
    assert states(approval) == ("approved", "approved")


def test_what_nobody_was_asked_about_is_asked_about_once_rules_are_switched_on(acme: Cast) -> None:
    approval = requested(acme["procurement"])
    assert states(approval) == ("approved", "approved")
    matrix_of(acme, LEGAL)
    contract = Contract.objects.get(pk=approval.contract_id)
    assert refusal(lambda: check_may_be_signed(contract, newest(contract))) == "approval_outdated"
    again = request_approval(actor=acme["procurement"], contract_id=contract.pk)
    assert (states(approval)[0], again.state, waiting(again)) == ("superseded", "open", {"legal"})
    yes(acme["legal"], again)
    matrix_of(acme, FINANCE)
    drain()
    follow_contracts()
    assert states(again) == ("approved", "approved")


def test_seats_follow_the_role(acme: Cast) -> None:
    matrix_of(acme, {**FINANCE, "needs": "all"})
    add_person(acme, "second", ["finance"])
    approval = requested(acme["procurement"])
    yes(acme["finance"], approval)
    add_person(acme, "third", ["procurement"])
    roles(acme, "third", "finance")
    roles(acme, "second", "executive")
    seat = seat_of(approval, acme["second"])
    assert refusal(lambda: yes(acme["second"], approval)) == "asked_no_more"
    drain()
    assert waiting(approval) == {"third"}
    seat.refresh_from_db()
    assert seat.state == "released"
    assert Notification.objects.filter(kind="contract.approval_asked", user=acme.users["third"]).exists()
    remove_person(actor=acme["administrator"], membership_id=Membership.objects.get(user=acme.users["third"]).pk)
    drain()
    assert states(approval) == ("approved", "approved")  # all that are left said yes


def test_who_is_asked_above_is_not_one_more_of_all(acme: Cast) -> None:
    matrix_of(acme, {**FINANCE, "needs": "all", "hours": 8, "escalate_role": "executive"})
    approval = requested(acme["procurement"])
    with clock.set_to(clock.now() + timedelta(hours=9)):
        chase_approvals()
    assert waiting(approval) == {"finance", "executive"}
    add_person(acme, "third", ["procurement"])
    roles(acme, "third", "finance")
    drain()
    step = ApprovalStep.objects.get(approval=approval)
    assert (waiting(approval), step.needs) == ({"finance", "third", "executive"}, 2)


def test_where_nobody_is_left_the_ones_above_are_asked_else_overseers_are_told(acme: Cast) -> None:
    matrix_of(
        acme, {**FINANCE, "hours": 8, "escalate_role": "executive"}, {"name": "Account", "role": "account_manager"}
    )
    approval = requested(acme["procurement"])
    roles(acme, "finance", "procurement")
    roles(acme, "account_manager", "procurement")
    drain()
    assert waiting(approval) == {"executive", "account_manager"}
    told = Notification.objects.get(kind="contract.approval_late", user=acme.users["legal"])
    assert "Nobody is left" in told.title
    held = seat_of(approval, acme["account_manager"])
    assert refusal(lambda: yes(acme["account_manager"], approval)) == "asked_no_more"
    made = reassign_seat(actor=acme["legal"], seat_id=held.pk, person_id=acme["executive"].person_id or held.pk)
    drain()
    assert made.state == "waiting"


def test_who_joins_a_team_is_asked(acme: Cast) -> None:
    admin = acme["administrator"]
    team = create_team(actor=admin, name="Board", members=[acme["executive"].person_id or admin.organization_id])
    matrix_of(acme, {"name": "Board", "team_id": team.pk})
    approval = requested(acme["procurement"])
    change_team(actor=admin, team_id=team.pk, members=[acme["finance"].person_id or team.pk])
    drain()
    assert waiting(approval) == {"finance"}


def seeing(contract: Contract) -> set[str]:
    people = people_granted("see_confidential_contract", contract)
    return {person.email.partition("@")[0] for person in people}


def test_sight_of_a_confidential_contract_ends_with_the_seat(acme: Cast) -> None:
    matrix_of(acme, LEGAL, FINANCE)
    contract = ready_contract(acme["procurement"])
    restrict_contract(actor=acme["legal"], contract_id=contract.pk, people=[contract.owner_id])
    approval = requested(acme["procurement"], contract)
    assert seeing(contract) == {"legal", "procurement", "finance"}
    seat = seat_of(approval, acme["finance"])
    reassign_seat(actor=acme["legal"], seat_id=seat.pk, person_id=acme["executive"].person_id or seat.pk)
    assert seeing(contract) == {"legal", "procurement", "executive"}
    yes(acme["legal"], approval)
    client = Client()
    client.force_login(acme.users["executive"], backend="django.contrib.auth.backends.ModelBackend")
    last = seat_of(approval, acme["executive"])
    answer = client.post(f"/approvals/seats/{last.pk}/approve/", {"seen": approval.content_hash})
    assert (answer.status_code, answer["Location"]) == (302, "/approvals/")
    assert states(approval) == ("approved", "approved")
    assert seeing(contract) == {"legal", "procurement"}
    ended = LedgerEntry.objects.filter(event="approval.sight_ended").order_by("id")
    assert [entry.after["hidden_from"] for entry in ended] == [
        [str(acme["finance"].person_id)], [str(acme["executive"].person_id)],
    ]  # fmt: skip


def test_it_is_recorded_who_sees_a_confidential_contract_since_they_joined(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    contract = ready_contract(acme["procurement"])
    restrict_contract(actor=acme["legal"], contract_id=contract.pk, people=[contract.owner_id])
    requested(acme["procurement"], contract)
    add_person(acme, "third", ["procurement"])
    roles(acme, "third", "finance")
    drain()
    assert "third" in seeing(contract)
    entry = LedgerEntry.objects.get(event="approval.step_reseated")
    assert entry.after["shown_to"] == entry.after["added"] == [str(acme.users["third"].pk)]


def test_whom_somebody_names_keeps_sight(acme: Cast) -> None:
    matrix_of(acme, LEGAL, {**FINANCE, "stage": 2})
    contract = ready_contract(acme["procurement"])
    restrict_contract(actor=acme["administrator"], contract_id=contract.pk, people=[contract.owner_id])
    approval = requested(acme["procurement"], contract)
    yes(acme["legal"], approval)
    named = [acme.users["legal"].pk]
    restrict_contract(actor=acme["administrator"], contract_id=contract.pk, people=named)
    yes(acme["finance"], approval)
    assert seeing(contract) == {"legal", "procurement", "administrator"}


def test_the_trial_covers_signed_contracts_by_what_was_known_when_they_were_asked_about(
    acme: Cast, alice: Actor
) -> None:
    matrix_of(acme, {**LEGAL, "value_from": Decimal(100), "currency": "EUR"})
    approval = requested(acme["procurement"], value_amount=Decimal(500), currency="EUR", category="hosting")
    yes(acme["legal"], approval)
    Contract.objects.filter(pk=approval.contract_id).update(value_amount=Decimal(1))
    filed = active_contract(alice, category="hosting")
    approved(alice, title="Escrow", positions=[{"kind": "preferred", "text": "The source code lies in escrow."}])
    draft = create_matrix(actor=alice)
    add_rule(actor=alice, matrix_id=draft.pk, **FINANCE, lacks_mandatory=True)
    found = {each.contract.pk: each for each in tried_on(alice, draft)}
    asked = found[approval.contract_id]
    assert (asked.asked_at, asked.active) == (approval.created_at, ("1 Legal (Legal)",))
    assert asked.steps == ("1 Finance (Finance)",)
    assert (found[filed.pk].asked_at, found[filed.pk].steps) == (None, ("1 Finance (Finance)",))


def test_a_rule_keeps_what_is_not_offered_any_more(acme: Cast, alice: Actor, page: Client) -> None:
    party = create_party(actor=alice, name="Gone Ltd")
    matrix = create_matrix(actor=alice)
    rule = add_rule(
        actor=alice, matrix_id=matrix.pk, name="Own", parties=[party.pk], person_id=acme["executive"].person_id
    )
    archive_party(actor=alice, party_id=party.pk, reason="Wound up")
    party.is_ours = True
    party.save()
    remove_person(actor=acme["administrator"], membership_id=Membership.objects.get(user=acme.users["executive"]).pk)
    shown = page.get(f"/approvals/rules/{rule.pk}/")
    form = shown.context["form"]
    sent: dict[str, Any] = {name: value for name, value in form.initial.items() if value not in (None, "")}
    answer = page.post(f"/approvals/rules/{rule.pk}/", {**sent, "name": "Other"})
    kept = Rule.objects.get(pk=rule.pk)
    assert (answer.status_code, kept.name) == (400, "Own"), "who left cannot be asked"
    assert "Only people who work here" in answer.content.decode() or "who" in answer.context["form"].errors
    sent["who"] = f"person:{acme['finance'].person_id}"
    assert page.post(f"/approvals/rules/{rule.pk}/", {**sent, "name": "Other"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.parties) == ("Other", [party.pk])


def test_what_was_decided_never_changes(acme: Cast) -> None:
    matrix_of(acme, LEGAL)
    approval = requested(acme["procurement"])
    yes(acme["legal"], approval)
    rows: list[tuple[type[Model], dict[str, Any], dict[str, Any]]] = [
        (Approval, {"pk": approval.pk}, {"note": "x"}),
        (Approval, {"pk": approval.pk}, {"content_hash": "0" * 64}),
        (Approval, {"pk": approval.pk}, {"trace": []}),
        (ApprovalStep, {"approval": approval}, {"needs": 9}),
        (ApprovalSeat, {"step__approval": approval}, {"note": "x"}),
    ]
    for model, found, change in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            model._default_manager.filter(**found).update(**change)
    for model in (ApprovalSeat, ApprovalStep, Approval):
        with pytest.raises(IntegrityError), transaction.atomic():
            model._default_manager.all()._raw_delete("default")  # type: ignore[attr-defined]


def test_a_delegate_of_who_left_decides_no_more(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    away(acme["finance"], acme["executive"])
    roles(acme, "finance", "procurement")
    assert refusal(lambda: yes(acme["executive"], approval, of=acme["finance"])) == "asked_no_more"
