"""Decisions, hand-overs and final texts at once, on a real database: one outcome, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.audit.models import Transition
from clm.lib.actor import Actor
from contracts.models import Change, ClauseEdit, Contract, Draft, Version
from contracts.operations.drafting.take_back_turn import take_back_turn
from contracts.operations.finalize_version import finalize_version
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.decide_rest import decide_rest
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.set_terms import set_terms
from tests.cast import Cast
from tests.contracts.drafting.written import handed_over, open_draft
from tests.contracts.negotiation.answers import MORE, change_of, credits_in, our_draft, quick_answer
from tests.contracts.papers import TERMS
from tests.contracts.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_text_becomes_final_while_its_turn_is_taken_back(alice: Actor) -> None:
    """Both lock the contract first: neither waits for what the other holds."""
    version = handed_over(alice).version
    assert version is not None
    set_terms(actor=alice, version_id=version.pk, terms=TERMS)
    Contract.objects.filter(pk=version.contract_id).update(state="draft")
    calls: list[Callable[[], Any]] = [
        lambda: finalize_version(actor=alice, version_id=version.pk, effective_on=date(2026, 1, 1)),
        lambda: take_back_turn(actor=alice, contract_id=version.contract_id),
        lambda: set_terms(actor=alice, version_id=version.pk, terms=TERMS),
    ]

    answers = at_once(alice, calls)

    assert set(answers) <= {"", "nothing_to_take_back", "draft_open", "version_final"}
    final = Version.objects.get(pk=version.pk).state == "final"
    assert Draft.objects.filter(state="open").exists() is not final


def test_one_change_is_decided_once(acme: Cast, alice: Actor) -> None:
    change = change_of(quick_answer(alice))
    calls: list[Callable[[], Any]] = [
        lambda: accept_change(actor=alice, change_id=change.pk),
        lambda: reject_change(actor=acme["procurement"], change_id=change.pk),
        lambda: decide_rest(actor=alice, version_id=change.version_id, accept=True),
    ]

    answers = at_once(alice, calls)

    assert answers.count("change_decided") in (1, 2)
    assert Transition.objects.filter(subject_id=change.pk).count() == 1


def sent_at_once(cast: Cast, path: str, sent: dict[str, Any], times: int = 4) -> list[Any]:
    """The same request with the same key from several threads."""
    gate, answers = threading.Barrier(times), []  # type: ignore[var-annotated]

    def send() -> None:
        client = APIClient()
        client.force_login(cast.users["alice"], backend="django.contrib.auth.backends.ModelBackend")
        gate.wait()
        answers.append(client.post(path, sent, format="json", headers={"Idempotency-Key": "again"}))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize(
    ("what", "sent", "state", "text"),
    [
        ("acceptance", {}, "accepted", MORE),
        ("rejection", {}, "rejected", ""),
        ("counter", {"text": "A credit of 12 %."}, "countered", "12 %"),
    ],
)
def test_a_decision_that_is_sent_again_is_one(
    acme: Cast, alice: Actor, what: str, sent: dict[str, Any], state: str, text: str
) -> None:
    change = change_of(quick_answer(alice))

    answers = sent_at_once(acme, f"/api/v1/changes/{change.pk}/{what}/", sent)

    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.json()["state"] for answer in answers} == {state}
    assert sum("Idempotent-Replay" in answer for answer in answers) == 3
    with organization_scope(alice.organization_id):
        assert Transition.objects.filter(subject_id=change.pk).count() == 1
        assert Change.objects.get(pk=change.pk).state == state
        if text:
            assert text in credits_in(change.contract).text
            assert ClauseEdit.objects.filter(draft_clause__draft=our_draft(change.contract)).count() == 2


def test_a_hand_over_that_is_sent_again_is_one(acme: Cast, alice: Actor) -> None:
    draft = open_draft(alice)

    answers = sent_at_once(acme, f"/api/v1/drafts/{draft.pk}/handing-over/", {"note": "Ours."}, times=3)

    assert [answer.status_code for answer in answers] == [200] * 3, [answer.json() for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    with organization_scope(alice.organization_id):
        assert Version.objects.filter(contract=draft.contract_id).count() == 2
        assert Contract.objects.get(pk=draft.contract_id).turn == "theirs"


def test_a_retry_that_prepares_too_late_gets_the_first_answer(
    acme: Cast, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first call ends after the second has looked for its answer, and before it makes the paper."""
    from contracts.api import drafts as module

    draft, path = open_draft(alice), "/api/v1/drafts/{}/handing-over/"
    client, make = APIClient(), module.make_draft_paper
    client.force_login(acme.users["alice"], backend="django.contrib.auth.backends.ModelBackend")
    sent = {"format": "json", "headers": {"Idempotency-Key": "again"}}

    def late(actor: Actor, draft_id: Any) -> Any:
        monkeypatch.setattr(module, "make_draft_paper", make)
        first = APIClient()
        first.force_login(acme.users["alice"], backend="django.contrib.auth.backends.ModelBackend")
        assert first.post(path.format(draft.pk), {}, **sent).status_code == 200
        return make(actor, draft_id)

    monkeypatch.setattr(module, "make_draft_paper", late)

    answer = client.post(path.format(draft.pk), {}, **sent)

    assert (answer.status_code, answer["Idempotent-Replay"]) == (200, "true")
