"""Contracts that belong together: no rings, one of a kind, and nothing about a contract that somebody may not see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible
from contracts.models import Contract, ContractRelation
from contracts.operations.create_contract import create_contract
from contracts.operations.name_party import name_party
from contracts.operations.relations.end_relation import end_relation
from contracts.operations.relations.relate_contracts import relate_contracts
from contracts.operations.restrict_contract import restrict_contract
from contracts.queries.relations import count_ties, family_of, suggested
from tests.cast import Cast


def made(actor: Actor, *titles: str) -> list[Contract]:
    return [create_contract(actor=actor, title=title) for title in titles]


def tie(actor: Actor, contract: Contract, other: Contract, kind: str = "statement_of_work") -> ContractRelation:
    return relate_contracts(actor=actor, contract_id=contract.pk, other_id=other.pk, kind=kind)


def drawn(actor: Actor, contract: Contract) -> list[tuple[str, int]]:
    return [(each.contract.title, each.depth) for each in family_of(actor, contract)]


def test_both_contracts_have_it_in_their_history(alice: Actor) -> None:
    master, work = made(alice, "Master", "Work")

    relation = relate_contracts(
        actor=alice, contract_id=work.pk, other_id=master.pk, kind="statement_of_work", note=" Phase 1 "
    )

    facts = {"contract": str(work.pk), "kind": "statement_of_work", "other": str(master.pk), "note": "Phase 1"}
    entries = LedgerEntry.objects.filter(event="contract.related").order_by("id")
    assert [(entry.contract_id, entry.verb, entry.after) for entry in entries] == [
        (work.pk, "contracts.relate_contracts", facts), (master.pk, "contracts.relate_contracts", facts),
    ]  # fmt: skip
    payloads = OutboxEvent.objects.filter(type="contract.related").order_by("id").values_list("payload", flat=True)
    assert list(payloads) == [
        {"relation_id": str(relation.pk), "of_contract_id": str(each), **facts} for each in (work.pk, master.pk)
    ]

    end_relation(actor=alice, relation_id=relation.pk)
    entry = LedgerEntry.objects.filter(event="contract.unrelated").latest("id")
    assert (entry.before, entry.after) == (facts, {})
    assert count_ties(alice, work) == 0
    with pytest.raises(DomainError) as refusal:
        end_relation(actor=alice, relation_id=relation.pk)
    assert refusal.value.code == "relation_ended"
    tie(alice, work, master)  # again, now that it ended
    assert count_ties(alice, master) == 1


def test_a_family_is_drawn_from_its_top(alice: Actor) -> None:
    master, work, change, order, dpa, alone = made(alice, "Master", "Work", "Change", "Order", "DPA", "Alone")
    tie(alice, work, master)
    tie(alice, change, work, "amendment")
    tie(alice, order, work, "order")
    tie(alice, dpa, master, "dpa")
    tie(alice, alone, master, "related")

    whole = [("Master", 0), ("Work", 1), ("Change", 2), ("Order", 2), ("DPA", 1)]
    assert [drawn(alice, each) for each in (master, work, order)] == [whole, whole, whole]
    assert drawn(alice, alone) == []


@pytest.mark.parametrize("kinds", [("statement_of_work", "amendment", "dpa"), ("renewal", "replaces", "renewal")])
def test_no_ring_is_closed(alice: Actor, kinds: tuple[str, str, str]) -> None:
    one, two, three = made(alice, "One", "Two", "Three")
    tie(alice, two, one, kinds[0])
    tie(alice, three, two, kinds[1])

    with pytest.raises(DomainError) as refusal:
        tie(alice, one, three, kinds[2])
    assert refusal.value.code == "relation_cycle"
    assert ContractRelation.objects.count() == 2
    tie(alice, one, three, "related")  # goes nowhere
    assert ContractRelation.objects.count() == 3


@pytest.mark.parametrize(
    ("kind", "is_turned", "code"),
    [
        ("statement_of_work", False, "relation_known"),
        ("related", True, "relation_known"),
        ("lease", False, "kind_unknown"),
    ],
)
def test_one_of_a_kind_between_two(alice: Actor, kind: str, is_turned: bool, code: str) -> None:
    one, two = made(alice, "One", "Two")
    tie(alice, one, two, kind if kind != "lease" else "order")
    entries = LedgerEntry.objects.count()

    first, second = (two, one) if is_turned else (one, two)
    with pytest.raises(DomainError) as refusal:
        tie(alice, first, second, kind)
    assert refusal.value.code == code
    with pytest.raises(DomainError) as refusal:
        tie(alice, one, one, "order")
    assert refusal.value.code == "relation_to_itself"
    assert (ContractRelation.objects.count(), LedgerEntry.objects.count()) == (1, entries)


def test_who_sees_one_contract_learns_nothing_of_the_other(alice: Actor, acme: Cast) -> None:
    master, work, below = made(alice, "Master", "Merger talks", "Below")
    relation = tie(alice, work, master)
    tie(alice, below, work)
    restrict_contract(actor=alice, contract_id=work.pk)
    reader, editor = acme["executive"], acme["procurement"]

    assert (count_ties(alice, master), count_ties(reader, master)) == (1, 0)
    assert drawn(alice, below) == [("Master", 0), ("Merger talks", 1), ("Below", 2)]
    assert drawn(reader, below) == []
    for call in (
        lambda: tie(editor, master, work, "related"),
        lambda: end_relation(actor=editor, relation_id=relation.pk),
    ):
        with pytest.raises(NotVisible):
            call()
    client = Client()
    client.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    for name, args in (
        ("contract-tab", [master.pk, "relations"]),
        ("contract-tab", [master.pk, "history"]),
        ("ledger", []),
    ):
        text = client.get(reverse(name, args=args)).content.decode()
        assert work.reference not in text, name
    api = client.get(f"/api/v1/contracts/{master.pk}/timeline/").content.decode()
    assert str(work.pk) not in api
    assert client.get(f"/api/v1/contracts/{master.pk}/relations/").json()["results"] == []


def test_who_may_not_and_others(alice: Actor, bob: Actor, charlie: Actor, acme: Cast) -> None:
    one, two = made(alice, "One", "Two")
    with pytest.raises(Forbidden):
        tie(bob, one, two)
    for stranger in (charlie, acme["counterparty"]):
        with pytest.raises(NotVisible):
            tie(stranger, one, two)
    assert not ContractRelation.objects.exists()


def test_a_person_relates_contracts_on_the_page(page: Client, alice: Actor) -> None:
    master, work = made(alice, "Master", "Work")
    for contract in (master, work):
        name_party(actor=alice, contract_id=contract.pk, name="Cirrus Hosting GmbH", role="counterparty")
    assert suggested(alice, work) == [master]
    url = reverse("relation-new", args=[work.pk])
    assert f'<option value="{master.reference}"' in page.get(url).content.decode()

    wrong = page.post(url, {"kind": "statement_of_work", "other": "C-1999-1"})
    assert (wrong.status_code, "There is no contract of this reference" in wrong.content.decode()) == (400, True)
    assert page.post(url, {"kind": "statement_of_work", "other": master.reference.lower()}).status_code == 302
    back = page.post(
        reverse("relation-new", args=[master.pk]), {"kind": "back:statement_of_work", "other": work.reference}
    )
    assert (back.status_code, "They are related so already" in back.content.decode()) == (400, True)

    tab = page.get(reverse("contract-tab", args=[master.pk, "relations"])).content.decode()
    assert "Has as statement of work" in tab
    assert f"{work.reference} Work" in tab
    relation = ContractRelation.objects.get()
    ended = page.post(reverse("relation-end", args=[relation.pk]), {"from": str(master.pk)})
    assert ended.url == reverse("contract-tab", args=[master.pk, "relations"])
    assert "No related contracts" in page.get(ended.url).content.decode()


def test_relations_by_the_api(api: APIClient, alice: Actor) -> None:
    master, work = made(alice, "Master", "Work")
    url = f"/api/v1/contracts/{work.pk}/"
    answer = api.post(f"{url}relations/", {"other": str(master.pk), "kind": "order", "note": "First"})
    assert answer.status_code == 201, answer.data
    assert {name: answer.data[name] for name in ("contract", "other", "kind", "note")} == {
        "contract": work.pk, "other": master.pk, "kind": "order", "note": "First",
    }  # fmt: skip
    ring = api.post(f"/api/v1/contracts/{master.pk}/relations/", {"other": str(work.pk), "kind": "dpa"})
    assert (ring.status_code, ring.data["code"]) == (409, "relation_cycle")
    for contract in (master, work):
        rows = api.get(f"/api/v1/contracts/{contract.pk}/relations/").data["results"]
        assert [row["id"] for row in rows] == [answer.data["id"]]
    assert [(row["title"], row["depth"]) for row in api.get(f"{url}family/").data] == [("Master", 0), ("Work", 1)]
    assert api.delete(f"/api/v1/contract-relations/{answer.data['id']}/").status_code == 204
    assert api.get(f"{url}family/").data == []


def test_a_family_costs_a_query_a_level(page: Client, alice: Actor) -> None:
    (master,) = made(alice, "Master")

    def cost(more: int) -> int:
        for work in made(alice, *(["Work"] * more)):
            tie(alice, work, master)
        with CaptureQueriesContext(connection) as captured:
            assert page.get(reverse("contract-tab", args=[master.pk, "relations"])).status_code == 200
        return len(captured)

    few = cost(2)
    assert cost(6) == few


def test_a_ring_is_refused_between_other_contracts_too(alice: Actor) -> None:
    """The path of the ring leads over a contract that the person does not see: it is refused all the same."""
    one, two, three = made(alice, "One", "Two", "Three")
    tie(alice, two, one)
    tie(alice, three, two)
    Contract.objects.filter(pk=two.pk).update(is_confidential=True)

    with pytest.raises(DomainError) as refusal:
        tie(alice, one, three)
    assert refusal.value.code == "relation_cycle"
