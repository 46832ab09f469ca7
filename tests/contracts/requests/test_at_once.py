"""Two people at the same request at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from clm.access.scope import organization_scope
from clm.lib.errors import DomainError
from contracts.models import Contract, ContractRequest, RequestQuestion
from contracts.operations.requests.answer_request import answer_request
from contracts.operations.requests.ask_requester import ask_requester
from contracts.operations.requests.assign_request import assign_request
from contracts.operations.requests.draft_request import draft_request
from contracts.operations.requests.withdraw_request import withdraw_request
from tests.cast import Cast, make_cast
from tests.contracts.requests.asked import asked_for, assigned

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(cast: Cast, *verbs: Callable[[], Any]) -> list[str]:
    """What the verbs answer when they are called at the same time: done, or the code of the refusal."""

    def attempt(verb: Callable[[], Any]) -> str:
        try:
            with organization_scope(cast.organization.pk):
                verb()
            return "done"
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return sorted(pool.map(attempt, verbs))


@pytest.fixture
def cast() -> Cast:
    return make_cast("acme")


def prepared(cast: Cast, make: Callable[..., ContractRequest], *roles: str) -> ContractRequest:
    with organization_scope(cast.organization.pk):
        return make(*(cast[role] for role in roles))


def test_two_triagers_take_one_request(cast: Cast) -> None:
    request = prepared(cast, asked_for, "legal", "finance")

    def take(role: str) -> Callable[[], Any]:
        person = cast[role]
        return lambda: assign_request(actor=person, request_id=request.pk, assignee_id=person.person_id, seen=1)

    assert at_once(cast, take("legal"), take("procurement")) == ["changed_meanwhile", "done"]


def test_a_request_that_is_drafted_twice_has_one_contract(cast: Cast) -> None:
    request = prepared(cast, assigned, "legal", "finance", "legal")

    def draft() -> Any:
        return draft_request(actor=cast["legal"], request_id=request.pk)

    assert at_once(cast, draft, draft) == ["done", "request_closed"]
    with organization_scope(cast.organization.pk):
        assert Contract.objects.get().pk == ContractRequest.objects.get().contract_id


def test_it_is_withdrawn_or_drafted(cast: Cast) -> None:
    request = prepared(cast, assigned, "legal", "finance", "legal")

    answers = at_once(
        cast,
        lambda: draft_request(actor=cast["legal"], request_id=request.pk),
        lambda: withdraw_request(actor=cast["finance"], request_id=request.pk),
    )

    assert answers == ["done", "request_closed"]
    with organization_scope(cast.organization.pk):
        found = ContractRequest.objects.get()
        assert Contract.objects.count() == int(found.state == "drafted")


def test_a_question_is_answered_once(cast: Cast) -> None:
    request = prepared(cast, asked_for, "legal", "finance")
    with organization_scope(cast.organization.pk):
        ask_requester(actor=cast["legal"], request_id=request.pk, question="Why?")

    def answer(text: str) -> Callable[[], Any]:
        return lambda: answer_request(actor=cast["finance"], request_id=request.pk, answer=text)

    assert at_once(cast, answer("one"), answer("two")) == ["done", "nothing_asked"]
    with organization_scope(cast.organization.pk):
        assert RequestQuestion.objects.get().answer in ("one", "two")
