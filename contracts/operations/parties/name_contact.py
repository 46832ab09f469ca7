"""People to turn to about a legal entity."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from contracts.events import parties as events
from contracts.models import Party, PartyContact
from contracts.operations.parties.guards import CHANGE, check_contact, part_of_party

FIELDS = (
    "side", "name", "function", "email", "phone", "escalation_level", "days", "opens_at", "closes_at", "time_zone",
)  # fmt: skip
UNSAID: dict[str, Any] = {
    "side": "theirs", "function": "", "email": "", "phone": "", "escalation_level": None, "days": [],
    "opens_at": None, "closes_at": None, "time_zone": "UTC",
}  # fmt: skip


@transaction.atomic
def add_contact(*, actor: Actor, party_id: UUID, name: str, **facts: Any) -> PartyContact:
    """The person is turned to about the party; `facts` are of FIELDS, else as UNSAID. Raises Invalid as `check_contact`
    and `name_missing`. The entry names the row: personal data stays out of the ledger."""
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    contact = PartyContact(organization_id=party.organization_id, party=party)
    _put(contact, {**UNSAID, **facts, "name": name})
    contact.save(force_insert=True)
    record(actor, events.contact_set("party.contact_added", contact, {}, events.contact_facts(contact)))
    return contact


@transaction.atomic
def change_contact(*, actor: Actor, party_id: UUID, contact_id: UUID, **changes: Any) -> PartyContact:
    """The contact has the given values of FIELDS. Raises as `add_contact`."""
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    contact: PartyContact = part_of_party(party, PartyContact, contact_id)
    before, was = events.contact_facts(contact), _facts(contact)
    _put(contact, {**was, **changes})
    contact.save()
    told = [name for name in ("name", "email", "phone") if was[name] != getattr(contact, name)]
    record(actor, events.contact_set("party.contact_changed", contact, before, events.contact_facts(contact), told))
    return contact


@transaction.atomic
def remove_contact(*, actor: Actor, party_id: UUID, contact_id: UUID) -> Party:
    """Nobody turns to the person about the party any more: what was known of them is gone."""
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    contact = part_of_party(party, PartyContact, contact_id)
    record(actor, events.contact_set("party.contact_removed", contact, events.contact_facts(contact), {}))
    contact.delete()
    return party


def _facts(contact: PartyContact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in FIELDS}


def _put(contact: PartyContact, facts: dict[str, Any]) -> None:
    if not facts["name"].strip():
        message = _("Say who it is.")
        raise Invalid("name_missing", message, fields={"name": [message]})
    check_contact(facts)
    for name in FIELDS:
        setattr(contact, name, facts[name])
    contact.name, contact.days = contact.name.strip(), sorted(set(facts["days"]))
