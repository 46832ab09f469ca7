"""What a draft holds in all: more is refused where it would come in, and nothing of it is written."""

from __future__ import annotations

from typing import Any

import pytest

from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Change, ClauseEdit, Contract, Draft, DraftClause, Version
from contracts.operations.drafting import guards
from contracts.operations.drafting.add_clause import add_clause
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.receive_version import receive_version
from contracts.queries.changes import Answer
from tests.contracts.drafting.written import TEXT, clause_of, draft_contract, open_draft, write
from tests.contracts.negotiation.answers import quick_answer
from tests.contracts.papers import text_paper

pytestmark = pytest.mark.django_db


def refused(call: Any) -> DomainError:
    before = state()
    with pytest.raises(DomainError) as refusal:
        call()
    assert state() == before
    assert refusal.value.code == "draft_full"
    return refusal.value


def state() -> tuple[int, ...]:
    models = (Version, Draft, DraftClause, ClauseEdit, Change, LedgerEntry)
    return (*(model.objects.count() for model in models), *DraftClause.objects.values_list("revision", flat=True))


def held(draft: Draft) -> int:
    rows = DraftClause.objects.filter(draft=draft)
    return sum(len(row.heading) + len(row.text) for row in rows)


def test_words_that_are_too_many(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = open_draft(alice)
    clause = clause_of(draft)
    monkeypatch.setattr(guards, "MAX_SIGNS", held(draft) + 3)

    refusal = refused(lambda: write(alice, clause, clause.text + " too"))
    assert refusal.detail == {"clauses": guards.MAX_CLAUSES, "signs": held(draft) + 3}
    assert write(alice, clause, clause.text + "abc").clause.revision == 2
    clause.refresh_from_db()
    assert write(alice, clause, "Fewer words are always taken.").clause.revision == 3


def test_clauses_that_are_too_many(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = open_draft(alice)
    monkeypatch.setattr(guards, "MAX_CLAUSES", 7)

    add_clause(actor=alice, draft_id=draft.pk)
    refused(lambda: add_clause(actor=alice, draft_id=draft.pk))


def test_a_new_clause_whose_words_are_too_many(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = open_draft(alice)
    monkeypatch.setattr(guards, "MAX_SIGNS", held(draft) + 3)

    refused(lambda: add_clause(actor=alice, draft_id=draft.pk, heading="Four"))


def test_an_answer_that_is_too_long(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = draft_contract(alice)
    Version.objects.filter(contract=contract).update(shared_at=clock.now())
    Contract.objects.filter(pk=contract.pk).update(turn="theirs")
    answer = Answer(text_paper(TEXT + "More.", "answer.txt"), None)

    monkeypatch.setattr(guards, "MAX_SIGNS", len(answer.paper.text) - 1)
    refused(lambda: receive_version(actor=alice, contract_id=contract.pk, answer=answer))
    monkeypatch.setattr(guards, "MAX_SIGNS", len(answer.paper.text))
    monkeypatch.setattr(guards, "MAX_CLAUSES", len(answer.paper.clauses) - 1)
    refused(lambda: receive_version(actor=alice, contract_id=contract.pk, answer=answer))


def test_a_text_that_is_too_long_to_draft(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = draft_contract(alice)
    monkeypatch.setattr(guards, "MAX_CLAUSES", 5)

    refused(lambda: begin_draft(actor=alice, contract_id=contract.pk))


def test_a_change_that_is_too_long(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    version = quick_answer(alice, TEXT + "\n4. Law\n\nThe laws of France govern this Agreement and no others.\n")
    draft = open_draft(alice, version.contract)
    monkeypatch.setattr(guards, "MAX_SIGNS", held(draft) + 10)

    refused(lambda: accept_change(actor=alice, change_id=Change.objects.get(version=version).pk))
