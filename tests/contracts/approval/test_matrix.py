"""The matrix: edited as a draft, one active at a time, fixed from then on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from clm.accounts.models import Team
from clm.accounts.operations.create_team import create_team
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, Invalid
from contracts.models import Matrix, Rule
from contracts.operations.change_contract import change_contract
from contracts.operations.matrices.activate_matrix import activate_matrix
from contracts.operations.matrices.add_rule import add_rule
from contracts.operations.matrices.change_rule import change_rule
from contracts.operations.matrices.create_matrix import create_matrix
from contracts.operations.matrices.remove_rule import remove_rule
from contracts.operations.matrices.retire_matrix import retire_matrix
from contracts.queries.routing import active_matrix
from tests.cast import Cast, add_person
from tests.contracts.approval.routed import (
    FINANCE,
    LEGAL,
    matrix_of,
    ready_contract,
    refusal,
    requested,
    states,
    yes,
)
from tests.contracts.library.shelf import FALLBACK, approved
from tests.proof import last_entry, last_event


@pytest.fixture
def admin(acme: Cast) -> Actor:
    return acme["administrator"]


def test_switching_on_retires_the_one_before(acme: Cast, admin: Actor) -> None:
    first = matrix_of(acme, FINANCE)
    second = create_matrix(actor=admin, copy_of=first.pk)
    assert [rule.name for rule in second.rules.all()] == ["Finance"]
    assert refusal(lambda: activate_matrix(actor=admin, matrix_id=second.pk, replaces=None)) == "changed_meanwhile"

    activate_matrix(actor=admin, matrix_id=second.pk, replaces=first.pk)

    first.refresh_from_db()
    assert (first.state, active_matrix()) == ("retired", second)
    assert last_event() == ("matrix.activated", {"matrix_id": str(second.pk)})
    assert last_entry().after == {"state": "active", "replaces": 1}
    retire_matrix(actor=admin, matrix_id=second.pk)
    assert active_matrix() is None


def test_an_empty_one_is_not_switched_on(admin: Actor) -> None:
    matrix = create_matrix(actor=admin)

    assert refusal(lambda: activate_matrix(actor=admin, matrix_id=matrix.pk, replaces=None)) == "matrix_empty"


def test_what_was_switched_on_stays_as_it_is(acme: Cast, admin: Actor) -> None:
    matrix = matrix_of(acme, FINANCE)
    rule = matrix.rules.get()

    assert refusal(lambda: add_rule(actor=admin, matrix_id=matrix.pk, **LEGAL)) == "matrix_fixed"
    assert refusal(lambda: change_rule(actor=admin, rule_id=rule.pk, name="Money")) == "matrix_fixed"
    assert refusal(lambda: remove_rule(actor=admin, rule_id=rule.pk)) == "matrix_fixed"
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Rule.objects.filter(pk=rule.pk).update(name="Money")


def test_rows_are_changed_and_removed(admin: Actor) -> None:
    matrix = create_matrix(actor=admin)
    rules = [add_rule(actor=admin, matrix_id=matrix.pk, **(FINANCE | {"name": name})) for name in "abc"]

    change_rule(actor=admin, rule_id=rules[2].pk, value_from=Decimal(10), currency="EUR", tags=[" b", "a", "b"])
    remove_rule(actor=admin, rule_id=rules[0].pk)

    assert list(matrix.rules.values_list("place", "name", "value_from")) == [(1, "b", None), (2, "c", Decimal(10))]
    rules[2].refresh_from_db()
    assert (rules[2].tags, last_entry().before["name"]) == (["a", "b"], "a")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"stage": 0}, "stage"),
        ({"value_from": Decimal(1)}, "currency"),
        ({"value_from": Decimal(1), "currency": "XXQ"}, "currency"),
        ({"currency": "XXQ"}, "currency"),
        ({"value_from": Decimal(5), "value_below": Decimal(5), "currency": "EUR"}, "value_below"),
        ({"categories": ["novel"]}, "categories"),
        ({"origins": ["novel"]}, "origins"),
        ({"departure": "novel"}, "departure"),
        ({"countries": ["Germany"]}, "countries"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"parties": [uuid4()]}, "parties"),
        ({"departments": [uuid4()]}, "departments"),
        ({"role": ""}, "role"),
        ({"role": "counterparty"}, "role"),
        ({"role": "integration"}, "role"),
        ({"role": "", "team_id": uuid4()}, "team"),
        ({"role": "", "person_id": uuid4()}, "person"),
        ({"needs": "some"}, "needs_count"),
        ({"needs": "most"}, "needs"),
        ({"hours": 0}, "hours"),
        ({"hours": 5, "remind_hours": 5}, "remind_hours"),
        ({"escalate_role": "executive"}, "hours"),
        ({"escalate_role": "counterparty", "hours": 5}, "escalate_role"),
        ({"escalate_person_id": uuid4(), "hours": 5}, "escalate_person"),
    ],
)
def test_a_row_that_says_nothing_sensible(admin: Actor, values: dict[str, Any], field: str) -> None:
    matrix = create_matrix(actor=admin)

    with pytest.raises(Invalid) as refused:
        add_rule(actor=admin, matrix_id=matrix.pk, **(FINANCE | values))

    assert list(refused.value.fields) == [field]
    assert Rule.objects.count() == 0


def test_a_team_and_a_person_are_asked(acme: Cast, admin: Actor) -> None:
    team = create_team(
        actor=admin, name="Board", kind="board", members=[acme["executive"].person_id, acme["auditor"].person_id]
    )
    matrix_of(
        acme,
        {"name": "Board", "team_id": team.pk, "needs": "all"},
        {"name": "Ada", "person_id": add_person(acme, "ada", ["finance"]).person_id, "stage": 2},
    )
    approval = requested(acme["procurement"])

    assert [(step.asked, step.needs, step.seats.count()) for step in approval.steps.all()] == [
        ("Board: all", 2, 2), ("Ada", 1, 1),
    ]  # fmt: skip
    assert Team.objects.get() == team


@pytest.mark.parametrize(
    ("value", "because"),
    [
        ({"value_amount": Decimal(1), "currency": "USD"}, [["currency", "USD"]]),
        ({"value_amount": Decimal(1), "currency": "EUR"}, None),
        ({}, [["currency_unknown", ""]]),
        ({"currency": "EUR"}, [["currency_unknown", ""]]),
    ],
)
def test_a_currency_is_a_condition_of_its_own(acme: Cast, value: dict[str, Any], because: Any) -> None:
    """Nobody is passed over because nobody said the currency."""
    treasury = {"name": "Treasury", "role": "finance", "currency": "usd"}
    matrix = matrix_of(acme, LEGAL, treasury)
    assert list(matrix.rules.values_list("currency", flat=True)) == ["", "USD"]

    approval = requested(acme["procurement"], **value)

    steps = {step.name: step.reasons[0]["because"] for step in approval.steps.all()}
    assert steps == {"Legal": []} | ({"Treasury": because} if because else {})


def test_another_currency_asks_for_a_further_step(acme: Cast) -> None:
    matrix_of(acme, LEGAL, {"name": "Treasury", "role": "finance", "currency": "USD"})
    approval = requested(acme["procurement"], value_amount=Decimal(1), currency="EUR")
    yes(acme["legal"], approval)
    change_contract(actor=acme["procurement"], contract_id=approval.contract_id, currency="USD")

    assert states(approval) == ("superseded", "draft")


def test_the_facts_of_a_contract(acme: Cast, alice: Actor) -> None:
    """Its text is held against the library where a rule looks into it."""
    approved(alice, positions=[{"kind": "preferred", "text": FALLBACK, "why": ""}])
    matrix_of(acme, {**FINANCE, "departure": "any"}, {**LEGAL, "countries": ["DE"]})
    approval = requested(acme["procurement"], category="hosting", value_amount=Decimal(500), currency="EUR")

    assert (approval.facts["departure"], approval.facts["lacks_mandatory"]) == ("grave", True)
    assert (approval.facts["amount"], approval.facts["countries"], approval.facts["origin"]) == (
        "500.0000",
        ["DE"],
        "none",
    )
    assert [step.name for step in approval.steps.all()] == ["Finance", "Legal"]


def test_it_is_for_administrators(acme: Cast) -> None:
    with pytest.raises(Forbidden):
        create_matrix(actor=acme["legal"])
    assert Matrix.objects.count() == 0
    assert ready_contract(acme["legal"]).state == "draft"
