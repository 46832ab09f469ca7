from __future__ import annotations

import pytest

from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, NotVisible
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from tests.cast import Cast


def test_a_draft_with_the_years_next_reference(alice: Actor) -> None:
    first = create_contract(actor=alice, title="Hosting")
    second = create_contract(actor=alice, title="Cloud")

    year = clock.today().year
    assert (first.reference, second.reference) == (f"C-{year}-0001", f"C-{year}-0002")
    assert first.state == "draft"


def test_its_dates_are_read_in_the_organizations_zone_unless_one_is_named(acme: Cast, alice: Actor) -> None:
    acme.organization.time_zone = "Europe/Berlin"
    acme.organization.save()
    named = create_contract(actor=alice, title="Cloud", time_zone="America/Lima")
    assert (create_contract(actor=alice, title="A").time_zone, named.time_zone) == ("Europe/Berlin", "America/Lima")


def test_leaves_one_entry_and_one_event(alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hosting")

    entry = LedgerEntry.objects.get()
    assert (entry.verb, entry.event, entry.subject_id) == ("contracts.create_contract", "contract.created", contract.pk)
    event = OutboxEvent.objects.get()
    assert event.payload == {"contract_id": str(contract.pk), "reference": contract.reference}


def test_a_reader_is_refused_and_nothing_changes(bob: Actor) -> None:
    with pytest.raises(Forbidden):
        create_contract(actor=bob, title="Hosting")

    assert (Contract.objects.count(), LedgerEntry.objects.count(), OutboxEvent.objects.count()) == (0, 0, 0)


def test_another_organizations_scope_is_refused(acme: Cast, charlie: Actor) -> None:
    with pytest.raises(NotVisible):
        create_contract(actor=charlie, title="Hosting")
