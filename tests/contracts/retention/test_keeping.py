"""How long contracts are kept, and what keeps them longer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from contracts.models import Contract, ContractParty, LegalHold, Matter, RetentionRule
from contracts.operations.archive_contract import archive_contract
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.name_party import name_party
from contracts.operations.retention.add_retention_rule import add_retention_rule
from contracts.operations.retention.open_matter import open_matter
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.retention.put_in_matter import put_in_matter, take_out_of_matter
from contracts.operations.retention.release_hold import release_hold
from contracts.operations.retention.retire_retention_rule import retire_retention_rule
from contracts.operations.set_parties import remove_party
from contracts.queries.retention import held, held_among, holds_on
from tests.cast import Cast
from tests.contracts.retention.records import ENDED, archived_contract, kept_three_years


def held_by(contract: Contract) -> list[str]:
    return [hold.name for hold in holds_on(contract)]


def hold(actor: Actor, **covers: Any) -> LegalHold:
    return place_hold(actor=actor, name="Acme dispute", reason="They sued", **covers)


def test_a_contract_that_ended_is_kept_by_the_rules_in_use(alice: Actor) -> None:
    kept_three_years(alice)
    contract = archived_contract(alice)

    assert (contract.ended_on, contract.kept_until) == (ENDED, date(2029, 6, 30))


def test_rules_change_what_ended_before(alice: Actor) -> None:
    contract = archived_contract(alice, category="nda", jurisdiction="US-NY")
    assert contract.kept_until is None
    kept_three_years(alice)
    longer = add_retention_rule(
        actor=alice, name="Ten", keep_months=120, basis="Law", category="nda", jurisdiction="us", counts_from="year_end"
    )
    contract.refresh_from_db()
    assert contract.kept_until == date(2037, 1, 1)

    retire_retention_rule(actor=alice, rule_id=longer.pk, reason="Repealed")
    contract.refresh_from_db()
    assert contract.kept_until == date(2029, 6, 30)
    entry = LedgerEntry.objects.get(event="retention_rule.retired")
    assert (entry.reason, entry.before["keep_months"]) == ("Repealed", 120)


def test_another_type_or_law_is_kept_otherwise(alice: Actor) -> None:
    kept_three_years(alice, jurisdiction="DE")
    contract = archived_contract(alice, jurisdiction="FR")
    assert contract.kept_until is None

    assert change_contract(actor=alice, contract_id=contract.pk, jurisdiction="de").kept_until == date(2029, 6, 30)


def test_a_draft_that_was_never_signed_is_over_when_it_is_archived(alice: Actor) -> None:
    kept_three_years(alice)
    draft = create_contract(actor=alice, title="Never signed")
    with clock.set_to(datetime(2027, 2, 3, tzinfo=UTC)):
        assert archive_contract(actor=alice, contract_id=draft.pk).ended_on == date(2027, 2, 3)


@pytest.mark.parametrize("code", ["Germany", "XX-1", "EU", "DE-", "ZZ"])
def test_an_unknown_jurisdiction_is_refused(alice: Actor, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create_contract(actor=alice, title="T", jurisdiction=code)
    assert list(refusal.value.fields) == ["jurisdiction"]


def test_a_rule_has_one_name_in_use(alice: Actor) -> None:
    kept_three_years(alice)
    with pytest.raises(DomainError) as refusal:
        kept_three_years(alice)
    assert refusal.value.code == "rule_known"
    assert RetentionRule.objects.count() == 1


def test_a_hold_covers_a_contract_a_party_or_a_matter(alice: Actor) -> None:
    one, two, three, free = (archived_contract(alice, title=title) for title in ("One", "Two", "Three", "Free"))
    party = ContractParty.objects.filter(contract=two, role="counterparty").get().party
    for other in (one, three, free):
        ContractParty.objects.filter(contract=other, party=party).delete()
    matter = open_matter(actor=alice, name="Acme v. us")
    put_in_matter(actor=alice, matter_id=matter.pk, contract_id=three.pk)
    placed = [hold(alice, contract_id=one.pk), hold(alice, party_id=party.pk), hold(alice, matter_id=matter.pk)]

    assert [held_by(each) for each in (one, two, three, free)] == [["Acme dispute"]] * 3 + [[]]
    assert held_among([one.pk, free.pk]) == {one.pk}
    assert set(Contract.objects.filter(held()).values_list("pk", flat=True)) == {one.pk, two.pk, three.pk}
    release_hold(actor=alice, hold_id=placed[1].pk, reason="Settled")
    assert held_by(two) == []


def test_a_party_under_hold_stays_in_its_contracts(alice: Actor) -> None:
    draft = create_contract(actor=alice, title="T")
    part = name_party(actor=alice, contract_id=draft.pk, name="Cirrus GmbH", role="counterparty")
    hold(alice, party_id=part.party_id)
    with pytest.raises(DomainError) as refusal:
        remove_party(actor=alice, contract_id=draft.pk, part_id=part.pk)
    assert refusal.value.code == "on_hold"
    assert held_by(draft) == ["Acme dispute"]


def test_a_matter_under_hold_lets_no_contract_out(alice: Actor) -> None:
    contract, matter = archived_contract(alice), open_matter(actor=alice, name="Inquiry")
    put_in_matter(actor=alice, matter_id=matter.pk, contract_id=contract.pk)
    placed = hold(alice, matter_id=matter.pk)
    with pytest.raises(DomainError) as refusal:
        take_out_of_matter(actor=alice, matter_id=matter.pk, contract_id=contract.pk)
    assert refusal.value.code == "on_hold"

    release_hold(actor=alice, hold_id=placed.pk, reason="Over")
    take_out_of_matter(actor=alice, matter_id=matter.pk, contract_id=contract.pk)
    assert OutboxEvent.objects.filter(type="matter.contract_removed").count() == 1


def test_a_hold_says_why_and_covers_one_thing(alice: Actor) -> None:
    contract, matter = archived_contract(alice), open_matter(actor=alice, name="Inquiry")
    for covers in ({}, {"contract_id": contract.pk, "matter_id": matter.pk}):
        with pytest.raises(Invalid) as refusal:
            hold(alice, **covers)
        assert refusal.value.code == "hold_covers_one"
    with pytest.raises(Invalid):
        place_hold(actor=alice, name="N", reason=" ", contract_id=contract.pk)
    assert not LegalHold.objects.exists()


def test_a_hold_is_released_once_with_a_reason(alice: Actor) -> None:
    placed = hold(alice, contract_id=archived_contract(alice).pk)
    with pytest.raises(Invalid):
        release_hold(actor=alice, hold_id=placed.pk, reason="")
    release_hold(actor=alice, hold_id=placed.pk, reason="Settled")
    with pytest.raises(DomainError) as refusal:
        release_hold(actor=alice, hold_id=placed.pk, reason="Again")

    assert refusal.value.code == "hold_released"
    assert LedgerEntry.objects.filter(event="hold.released").count() == 1


def test_nobody_else_holds_or_releases(alice: Actor, bob: Actor, charlie: Actor, globex: Cast) -> None:
    contract = archived_contract(alice)
    placed = hold(alice, contract_id=contract.pk)
    with pytest.raises(Forbidden):
        hold(bob, contract_id=contract.pk)
    with pytest.raises(Forbidden):
        release_hold(actor=bob, hold_id=placed.pk, reason="I say so")
    with pytest.raises(NotVisible):
        release_hold(actor=charlie, hold_id=placed.pk, reason="I say so")
    placed.refresh_from_db()
    assert placed.stands
    assert not Matter.objects.exists()
