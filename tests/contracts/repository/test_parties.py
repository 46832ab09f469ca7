"""Legal entities: numbers, addresses, people, groups, archive; each change with its entry, each refusal without one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest

from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible
from contracts.models import Contract, ContractParty, Party, PartyAddress, PartyContact, PartyIdentifier
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.name_party import name_party
from contracts.operations.parties.address_party import add_address, change_address, remove_address
from contracts.operations.parties.archive_party import archive_party, reinstate_party
from contracts.operations.parties.identify_party import add_identifier, remove_identifier
from contracts.operations.parties.name_contact import add_contact, change_contact, remove_contact
from contracts.operations.parties.set_parent_company import set_parent_company
from contracts.operations.set_parties import add_party
from contracts.queries.entities import contacts_of, group_of, hours_in_words, levels_of, similar_parties
from tests.cast import Cast
from tests.contracts.papers import active_contract

LEI = "54930084UKLVMY22DS16"


@pytest.fixture
def cirrus(alice: Actor) -> Party:
    return create_party(actor=alice, name="Cirrus Hosting GmbH", country="DE")


def newest() -> LedgerEntry:
    return LedgerEntry.objects.latest("id")


def refused(code: str, field: str, call: Callable[[], Any]) -> DomainError:
    """The call is refused so, beside the field, and leaves nothing behind."""
    before = (LedgerEntry.objects.count(), OutboxEvent.objects.count(), rows())
    with pytest.raises(DomainError) as refusal:
        call()
    assert refusal.value.code == code
    assert list(refusal.value.fields) == ([field] if field else [])
    assert (LedgerEntry.objects.count(), OutboxEvent.objects.count(), rows()) == before
    return refusal.value


def rows() -> list[int]:
    return [model._default_manager.count() for model in (PartyIdentifier, PartyAddress, PartyContact)]


def test_a_number_is_kept_as_its_standard_writes_it(alice: Actor, cirrus: Party) -> None:
    identifier = add_identifier(actor=alice, party_id=cirrus.pk, kind="lei", value="5493 0084 uklv MY22DS16")

    assert (identifier.value, identifier.issuer) == (LEI, "")
    entry = newest()
    assert (entry.event, entry.verb, entry.subject_id) == (
        "party.identifier_added", "contracts.change_party", cirrus.pk,
    )  # fmt: skip
    assert entry.after == {"identifier_kind": "lei", "identifier": LEI}
    event = OutboxEvent.objects.latest("id")
    assert (event.type, event.payload) == ("party.identifier_added", {"party_id": str(cirrus.pk)})

    remove_identifier(actor=alice, party_id=cirrus.pk, identifier_id=identifier.pk)
    assert not PartyIdentifier.objects.exists()
    assert newest().before == {"identifier_kind": "lei", "identifier": LEI}


def test_a_register_number_names_its_register(alice: Actor, cirrus: Party) -> None:
    add = lambda **facts: add_identifier(actor=alice, party_id=cirrus.pk, **facts)  # noqa: E731
    add(kind="register", value="HRB 1234", issuer="Amtsgericht  Mannheim")

    assert str(PartyIdentifier.objects.get()) == "HRB 1234 (Amtsgericht Mannheim)"
    add(kind="register", value="HRB 1234", issuer="Amtsgericht Hamburg")  # another register's
    refused("issuer_missing", "issuer", lambda: add(kind="register", value="HRB 5"))
    refused("issuer_unwanted", "issuer", lambda: add(kind="lei", value=LEI, issuer="GLEIF"))
    refused("kind_unknown", "kind", lambda: add(kind="passport", value="1"))


def test_a_mistyped_number_and_one_that_is_taken_are_refused(alice: Actor, cirrus: Party) -> None:
    other = create_party(actor=alice, name="Nimbus AG")
    add_identifier(actor=alice, party_id=other.pk, kind="lei", value=LEI)
    add = lambda value: add_identifier(actor=alice, party_id=cirrus.pk, kind="lei", value=value)  # noqa: E731

    mistyped = refused("identifier_unreadable", "value", lambda: add("54930084UKLVMY22DS17"))
    assert mistyped.message == "Mistyped: its check digits do not fit."
    assert refused("identifier_unreadable", "value", lambda: add("549300")).message == "Not such a number."
    taken = refused("identifier_known", "value", lambda: add(LEI.lower()))
    assert taken.detail == {"party": str(other.pk)}
    assert taken.message == "Nimbus AG has this number."


def test_addresses_by_kind_with_one_registered_office(alice: Actor, cirrus: Party) -> None:
    office = {"street": "Am Kai 7", "postal_code": "68159", "city": "Mannheim", "country": "DE"}
    made = add_address(actor=alice, party_id=cirrus.pk, kind="registered", **office)
    add_address(actor=alice, party_id=cirrus.pk, kind="billing", **office)

    assert str(made) == "Am Kai 7, 68159 Mannheim, DE"
    again = lambda: add_address(actor=alice, party_id=cirrus.pk, kind="registered", **office)  # noqa: E731
    refused("registered_known", "kind", again)
    refused("country_unreadable", "country", lambda: change_address(
        actor=alice, party_id=cirrus.pk, address_id=made.pk, country="Germany"))  # fmt: skip
    refused("address_incomplete", "city", lambda: change_address(
        actor=alice, party_id=cirrus.pk, address_id=made.pk, city=" "))  # fmt: skip

    change_address(actor=alice, party_id=cirrus.pk, address_id=made.pk, street="Am Kai 9")
    entry = newest()
    assert entry.before == {"address_kind": "registered", "address": "Am Kai 7, 68159 Mannheim, DE"}
    assert entry.after == {"address_kind": "registered", "address": "Am Kai 9, 68159 Mannheim, DE"}
    remove_address(actor=alice, party_id=cirrus.pk, address_id=made.pk)
    assert list(PartyAddress.objects.values_list("kind", flat=True)) == ["billing"]


def test_contacts_stand_by_level_and_the_ledger_does_not_name_them(alice: Actor, cirrus: Party) -> None:
    hours = {"days": [5, 1, 1], "opens_at": time(9), "closes_at": time(17), "time_zone": "Europe/Berlin"}
    add = lambda **facts: add_contact(actor=alice, party_id=cirrus.pk, **facts)  # noqa: E731
    second = add(name="Bruno Kay", email="bruno@cirrus.example", escalation_level=2, **hours)
    add(name="Ada Winter", phone="+49 621 1", escalation_level=1, function="Service desk")
    add(name="Our Own", email="own@acme.example", side="ours")

    assert second.days == [1, 5]
    with clock.set_to(datetime(2026, 6, 1, 8, tzinfo=UTC)):  # Monday, 10:00 in Berlin
        levels = levels_of(contacts_of([cirrus]))
    assert [(level.number, [each.name for each in level.contacts]) for level in levels] == [
        (1, ["Ada Winter"]), (2, ["Bruno Kay"]), (None, ["Our Own"]),
    ]  # fmt: skip
    assert levels[1].contacts[0].is_reached_now is True
    assert levels[1].contacts[0].shown_hours == "Mon, Fri 09:00–17:00 (Europe/Berlin)"
    assert levels[0].contacts[0].shown_hours == ""  # nothing was said
    assert hours_in_words(PartyContact(days=[1, 2, 3, 4, 5], time_zone="UTC")) == "Mon–Fri, around the clock (UTC)"
    every_day = PartyContact(opens_at=time(9), closes_at=time(17), time_zone="UTC")
    assert hours_in_words(every_day) == "every day 09:00–17:00 (UTC)"

    change_contact(actor=alice, party_id=cirrus.pk, contact_id=second.pk, email="b.kay@cirrus.example")
    assert newest().after["also_changed"] == ["email"]
    remove_contact(actor=alice, party_id=cirrus.pk, contact_id=second.pk)
    kept = str(list(LedgerEntry.objects.values_list("before", "after")))
    assert "Bruno" not in kept
    assert "cirrus.example" not in kept
    assert newest().before["days"] == [1, 5]


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"name": " "}, "name_missing", "name"),
        ({"email": ""}, "contact_unreachable", "email"),
        ({"side": "nobody"}, "side_unknown", "side"),
        ({"escalation_level": 0}, "level_unknown", "escalation_level"),
        ({"days": [8]}, "days_unknown", "days"),
        ({"time_zone": "Mars/Base"}, "zone_unknown", "time_zone"),
        ({"opens_at": time(9)}, "hours_incomplete", "closes_at"),
        ({"closes_at": time(9)}, "hours_incomplete", "opens_at"),
    ],
)
def test_a_contact_that_nobody_reaches_is_refused(
    alice: Actor, cirrus: Party, facts: dict[str, Any], code: str, field: str
) -> None:
    given = {"name": "Ada Winter", "email": "ada@cirrus.example", **facts}

    refused(code, field, lambda: add_contact(actor=alice, party_id=cirrus.pk, **given))


def test_a_group_has_no_ring(alice: Actor, cirrus: Party) -> None:
    holding = create_party(actor=alice, name="Cirrus Holding SE")
    branch = create_party(actor=alice, name="Cirrus France SARL")
    for child, parent in ((cirrus, holding), (branch, cirrus)):
        set_parent_company(actor=alice, party_id=child.pk, parent_id=parent.pk)

    assert newest().after == {"parent": str(cirrus.pk)}
    for party in (holding, cirrus, branch):
        party.refresh_from_db()
        assert [(each.party.name, each.depth) for each in group_of(party)] == [
            ("Cirrus Holding SE", 0), ("Cirrus Hosting GmbH", 1), ("Cirrus France SARL", 2),
        ]  # fmt: skip
    ring = lambda parent: set_parent_company(actor=alice, party_id=holding.pk, parent_id=parent.pk)  # noqa: E731
    assert refused("party_cycle", "parent", lambda: ring(branch)).message == (
        "Cirrus France SARL belongs to this company."
    )
    refused("party_cycle", "parent", lambda: ring(holding))
    set_parent_company(actor=alice, party_id=cirrus.pk, parent_id=None)
    cirrus.refresh_from_db()
    assert [each.party.name for each in group_of(cirrus)][:1] == ["Cirrus Hosting GmbH"]
    holding.refresh_from_db()
    assert group_of(holding) == []


def test_an_archived_party_is_named_in_no_contract(alice: Actor, cirrus: Party) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    part = name_party(actor=alice, contract_id=contract.pk, name=cirrus.name, role="counterparty")
    refused("party_in_use", "", lambda: archive_party(actor=alice, party_id=cirrus.pk))
    Contract.objects.filter(pk=contract.pk).update(state="archived")

    archive_party(actor=alice, party_id=cirrus.pk, reason="Merged into Nimbus")

    entry = newest()
    assert (entry.event, entry.reason) == ("party.archived", "Merged into Nimbus")
    assert entry.after == {"is_archived": True}
    refused("party_archived", "", lambda: archive_party(actor=alice, party_id=cirrus.pk))
    other = create_contract(actor=alice, title="More hosting")
    name = lambda: name_party(actor=alice, contract_id=other.pk, name=cirrus.name, role="guarantor")  # noqa: E731
    refused("party_archived", "name", name)
    reinstate_party(actor=alice, party_id=cirrus.pk)
    assert name().party_id == part.party_id
    refused("party_not_archived", "", lambda: reinstate_party(actor=alice, party_id=cirrus.pk))


def test_almost_the_same_name_is_hinted(alice: Actor, cirrus: Party) -> None:
    create_party(actor=alice, name="Nimbus AG")

    assert [party.name for party in similar_parties(alice, "cirrus hosting")] == ["Cirrus Hosting GmbH"]
    assert similar_parties(alice, "Meridian Insurance") == []
    assert similar_parties(alice, "  ") == []


def test_others_see_nothing_and_change_nothing(
    alice: Actor, bob: Actor, charlie: Actor, acme: Cast, cirrus: Party
) -> None:
    add = lambda actor: add_identifier(actor=actor, party_id=cirrus.pk, kind="lei", value=LEI)  # noqa: E731
    with pytest.raises(Forbidden):
        add(bob)
    with pytest.raises(NotVisible):
        add(acme["counterparty"])
    with pytest.raises(NotVisible):
        add(charlie)
    with pytest.raises(Forbidden):
        archive_party(actor=acme["procurement"], party_id=cirrus.pk)
    other = create_party(actor=alice, name="Nimbus AG")
    number = add(alice)
    with pytest.raises(NotVisible):
        remove_identifier(actor=alice, party_id=other.pk, identifier_id=number.pk)
    assert rows() == [1, 0, 0]


def test_a_signed_contract_binds_whom_it_bound(alice: Actor, cirrus: Party) -> None:
    contract = active_contract(alice)
    guarantor = create_party(actor=alice, name="Cirrus Bank AG", country="DE")

    for role in ("counterparty", "ours"):
        refused(
            "contract_executed",
            "role",
            lambda role=role: add_party(actor=alice, contract_id=contract.pk, party_id=guarantor.pk, role=role),
        )
    for role in ("affiliate", "affiliate", "guarantor"):
        add_party(actor=alice, contract_id=contract.pk, party_id=guarantor.pk, role=role)
    assert sorted(ContractParty.objects.filter(party=guarantor).values_list("role", flat=True)) == [
        "affiliate",
        "guarantor",
    ]
