"""A newer version of the library is offered to open drafts: taken, or declined once and for all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from contracts.models import Contract, DeclinedOffer, LibraryClauseVersion
from contracts.operations.drafting.begin_draft import begin_draft
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.library.adopt_library_clause import adopt_library_clause
from contracts.operations.library.decline_offer import decline_offer
from contracts.queries.clause_library import report_on
from contracts.queries.draft_library import draft_report
from tests.cast import Cast
from tests.contracts.library.shelf import LADDER, approved, availability, renewed
from tests.contracts.library.test_verbs import executed
from tests.contracts.papers import draft_contract, newest
from tests.proof import last_entry, last_event, left_behind

SWEET: Any = [{**LADDER[0], "text": "It is up."}, *LADDER[1:]]


def offered(alice: Actor) -> tuple[Contract, LibraryClauseVersion]:
    """A draft that adopted version 1, and version 2, which it is offered."""
    first = approved(alice, mandatory_for=[])
    contract = draft_contract(alice, category="hosting")
    clause = availability(contract)
    adopt_library_clause(actor=alice, clause_id=clause.pk, library_version_id=first.pk, position="preferred")
    return contract, renewed(alice, first)


def offers(contract: Contract) -> list[int]:
    return [row.offer.library_version.number for row in report_on(newest(contract)).rows if row.offer]


def test_what_is_declined_stays_declined_and_the_next_is_offered(alice: Actor) -> None:
    contract, second = offered(alice)
    assert offers(contract) == [2]

    declined = decline_offer(actor=alice, contract_id=contract.pk, library_version_id=second.pk, reason="As agreed")

    assert (declined.declined_by_id, declined.reason, offers(contract)) == (alice.user_id, "As agreed", [])
    assert last_event() == (
        "library.offer_declined",
        {
            "library_clause_id": str(second.clause_id),
            "library_version_id": str(second.pk),
            "contract_id": str(contract.pk),
        },
    )
    assert (last_entry().verb, last_entry().contract_id) == ("contracts.decline_offer", contract.pk)
    assert availability(contract).library_version != second
    third = renewed(alice, second, SWEET)
    assert offers(contract) == [third.number]


def test_it_stays_declined_in_the_draft_and_in_the_next_text(alice: Actor) -> None:
    contract, second = offered(alice)
    draft = begin_draft(actor=alice, contract_id=contract.pk)
    assert draft_report(draft).offers == 1

    decline_offer(actor=alice, contract_id=contract.pk, library_version_id=second.pk)

    assert draft_report(draft).offers == 0
    hand_over(actor=alice, draft_id=draft.pk)
    assert offers(contract) == []


def test_another_contract_is_still_offered_it(alice: Actor) -> None:
    contract, second = offered(alice)
    other = draft_contract(alice, category="hosting")
    first = LibraryClauseVersion.objects.get(clause=second.clause_id, number=1)
    held = availability(other)
    held.library_version, held.library_position = first, "preferred"
    held.save()

    decline_offer(actor=alice, contract_id=contract.pk, library_version_id=second.pk)

    assert (offers(contract), offers(other)) == ([], [2])


def test_what_is_not_offered_is_not_declined(acme: Cast, alice: Actor, charlie: Actor, globex: Cast) -> None:
    contract, second = offered(alice)
    first = LibraryClauseVersion.objects.get(clause=second.clause_id, number=1)
    other = draft_contract(alice, category="hosting")
    before = left_behind()

    for of, version in ((contract, first), (other, second)):
        with pytest.raises(Invalid) as refusal:
            decline_offer(actor=alice, contract_id=of.pk, library_version_id=version.pk)
        assert refusal.value.code == "not_offered"
    with pytest.raises(Forbidden):
        decline_offer(actor=acme["finance"], contract_id=contract.pk, library_version_id=second.pk)
    with organization_scope(globex.organization.pk), pytest.raises(NotVisible):
        decline_offer(actor=charlie, contract_id=contract.pk, library_version_id=second.pk)
    assert left_behind() == before
    decline_offer(actor=alice, contract_id=contract.pk, library_version_id=second.pk)
    with pytest.raises(DomainError) as again:
        decline_offer(actor=alice, contract_id=contract.pk, library_version_id=second.pk)
    assert again.value.code == "offer_declined"


@pytest.mark.parametrize("state", ["executed", "active", "renewed", "expired", "terminated", "archived"])
def test_a_signed_contract_is_offered_nothing_and_keeps_its_words(alice: Actor, state: str) -> None:
    with clock.set_to(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        first = approved(alice, mandatory_for=[])
        contract = executed(alice, first).version.contract
    Contract.objects.filter(pk=contract.pk).update(state=state)
    words = list(newest(contract).clauses.order_by("position").values_list("text", "library_version"))
    hashed = newest(contract).content_hash

    second = renewed(alice, first)

    assert offers(contract) == []
    assert newest(contract).content_hash == hashed
    assert list(newest(contract).clauses.order_by("position").values_list("text", "library_version")) == words
    with pytest.raises(Invalid, match="not offered"):
        decline_offer(actor=alice, contract_id=contract.pk, library_version_id=second.pk)


def test_on_the_pages(page: Client, alice: Actor) -> None:
    contract, second = offered(alice)
    tab = reverse("contract-tab", args=[contract.pk, "library"])
    url = reverse("library-offer-decline", args=[contract.pk])
    assert url in page.get(tab).content.decode()
    begin_draft(actor=alice, contract_id=contract.pk)
    assert "Decline version 2" in page.get(reverse("draft-checks", args=[contract.pk])).content.decode()

    answer = page.post(url, {"library_version_id": str(second.pk), "from": "draft"})

    assert (answer.status_code, answer["Location"]) == (302, reverse("draft", args=[contract.pk]))
    assert url not in page.get(tab).content.decode()
    again = page.post(url, {"library_version_id": str(second.pk)}, follow=True)
    assert "This was declined already." in again.content.decode()
    assert DeclinedOffer.objects.count() == 1


def test_by_the_api(api: APIClient, alice: Actor) -> None:
    contract, second = offered(alice)
    url = f"/api/v1/contracts/{contract.pk}/declined-offers/"

    made = api.post(url, {"library_version": str(second.pk), "reason": "As agreed"}, format="json")
    again = api.post(url, {"library_version": str(second.pk)}, format="json")

    assert (made.status_code, made.data["reason"], again.status_code) == (200, "As agreed", 409)
    assert again.json()["code"] == "offer_declined"
