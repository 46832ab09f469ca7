"""A text becomes final only when nothing of the negotiation is left hanging."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clm.audit.models import LedgerEntry, Transition
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Change, Contract, Draft, Version
from contracts.operations.create_party import create_party
from contracts.operations.drafting.abandon_draft import abandon_draft
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.keep_words import keep_words
from contracts.operations.finalize_version import finalize_version
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.reject_change import reject_change
from contracts.operations.negotiation.reopen_change import reopen_change
from contracts.operations.record_execution import record_execution
from contracts.operations.set_parties import add_party
from contracts.operations.set_terms import set_terms
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of, draft_contract, let_in, open_draft, write
from tests.contracts.negotiation.answers import change_of, our_draft, quick_answer
from tests.contracts.papers import TERMS, newest

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)


def ready(actor: Actor, contract: Contract) -> Version:
    """The newest version with terms, and both parties named."""
    version = newest(contract)
    set_terms(actor=actor, version_id=version.pk, terms=TERMS)
    for name, role in (("Acme Ltd", "ours"), ("Cirrus GmbH", "counterparty")):
        party = create_party(actor=actor, name=f"{name} {contract.reference}", is_ours=role == "ours")
        add_party(actor=actor, contract_id=contract.pk, party_id=party.pk, role=role)
    return version


def finalize(actor: Actor, version: Version) -> Version:
    return finalize_version(actor=actor, version_id=version.pk, effective_on=DAY)


def execute(actor: Actor, version: Version) -> Contract:
    return record_execution(actor=actor, contract_id=version.contract_id, executed_on=DAY)


def refusal(call: Any) -> DomainError:
    before = state()
    with pytest.raises(DomainError) as refused:
        call()
    assert state() == before
    return refused.value


def state() -> tuple[Any, ...]:
    states = tuple(sorted(model.objects.values_list("pk", "state")) for model in (Contract, Version, Draft, Change))
    return (*states, LedgerEntry.objects.count(), Transition.objects.count())


@pytest.mark.parametrize("verb", [finalize, execute])
def test_not_while_changes_are_undecided(alice: Actor, verb: Any) -> None:
    version = ready(alice, quick_answer(alice).contract)

    refused = refusal(lambda: verb(alice, version))

    assert (refused.code, refused.detail) == ("changes_open", {"open": 1})


@pytest.mark.parametrize("verb", [finalize, execute])
def test_not_while_our_draft_has_words(alice: Actor, verb: Any) -> None:
    contract = draft_contract(alice)
    version = ready(alice, contract)
    write(alice, clause_of(open_draft(alice, contract)), "Other words.")

    refused = refusal(lambda: verb(alice, version))

    assert (refused.code, refused.detail) == ("draft_open", {"side": "ours"})
    assert "hand it over, or abandon it" in refused.message


@pytest.mark.parametrize("verb", [finalize, execute])
def test_not_while_the_other_side_writes(acme: Cast, alice: Actor, verb: Any) -> None:
    contract = draft_contract(alice)
    version = ready(alice, contract)
    Version.objects.filter(pk=version.pk).update(shared_at=clock.now())
    Contract.objects.filter(pk=contract.pk).update(turn="theirs")
    them = let_in(acme, contract)
    clause = clause_of(begin_draft(actor=them, contract_id=contract.pk))
    keep_words(actor=them, clause_id=clause.pk, revision=1, heading="", body={"type": "doc", "content": []})

    refused = refusal(lambda: verb(alice, version))

    assert (refused.code, refused.detail) == ("draft_open", {"side": "theirs"})


@pytest.mark.parametrize("verb", [finalize, execute])
def test_a_draft_without_a_word_is_closed(alice: Actor, verb: Any) -> None:
    contract = draft_contract(alice)
    version = ready(alice, contract)
    draft = open_draft(alice, contract)

    verb(alice, version)

    draft.refresh_from_db()
    assert draft.state == "abandoned"
    assert newest(contract).state == "final"


def test_their_text_is_final_when_all_of_it_is_accepted(alice: Actor) -> None:
    version = ready(alice, quick_answer(alice).contract)
    change = change_of(version)
    accept_change(actor=alice, change_id=change.pk)
    assert refusal(lambda: finalize(alice, version)).code == "draft_open"
    abandon_draft(actor=alice, draft_id=our_draft(version.contract).pk)

    finalize(alice, version)

    assert newest(version.contract).state == "final"


def test_their_text_is_not_final_where_a_change_was_rejected(alice: Actor) -> None:
    version = ready(alice, quick_answer(alice).contract)
    reject_change(actor=alice, change_id=change_of(version).pk)

    refused = refusal(lambda: finalize(alice, version))

    assert (refused.code, refused.detail) == ("changes_refused", {"refused": 1})


def test_our_text_is_not_final_without_what_was_accepted(alice: Actor) -> None:
    answer = quick_answer(alice)
    ours = Version.objects.get(contract=answer.contract, number=1)
    set_terms(actor=alice, version_id=ours.pk, terms=TERMS)
    change = change_of(answer)
    accept_change(actor=alice, change_id=change.pk)
    abandon_draft(actor=alice, draft_id=our_draft(answer.contract).pk)

    assert refusal(lambda: finalize(alice, ours)).code == "changes_open"
    reopen_change(actor=alice, change_id=change.pk)
    reject_change(actor=alice, change_id=change.pk)
    assert finalize(alice, ours).state == "final"
