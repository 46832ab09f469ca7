"""Where a legal entity is found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts.events import parties as events
from contracts.models import Party, PartyAddress
from contracts.operations.parties.guards import CHANGE, check_choice, check_country, part_of_party

FIELDS = ("kind", "street", "postal_code", "city", "region", "country")


@transaction.atomic
def add_address(
    *,
    actor: Actor,
    party_id: UUID,
    kind: str,
    street: str,
    city: str,
    country: str,
    postal_code: str = "",
    region: str = "",
) -> PartyAddress:
    """The party has the address. Raises Invalid `kind_unknown`, `country_unreadable`, `address_incomplete`, DomainError
    `registered_known`: a party has one registered office."""
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    address = PartyAddress(
        organization_id=party.organization_id,
        party=party,
        kind=kind,
        street=street,
        postal_code=postal_code,
        city=city,
        region=region,
        country=country,
    )
    _check(address)
    address.save(force_insert=True)
    record(actor, events.address_set("party.address_added", address, {}, _facts(address)))
    return address


@transaction.atomic
def change_address(*, actor: Actor, party_id: UUID, address_id: UUID, **changes: Any) -> PartyAddress:
    """The address has the given values of FIELDS. Raises as `add_address`."""
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    address: PartyAddress = part_of_party(party, PartyAddress, address_id)
    before = _facts(address)
    for name in FIELDS:
        setattr(address, name, changes.get(name, getattr(address, name)))
    _check(address)
    address.save()
    record(actor, events.address_set("party.address_changed", address, before, _facts(address)))
    return address


@transaction.atomic
def remove_address(*, actor: Actor, party_id: UUID, address_id: UUID) -> Party:
    """The party no longer has the address."""
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    address = part_of_party(party, PartyAddress, address_id)
    record(actor, events.address_set("party.address_removed", address, _facts(address), {}))
    address.delete()
    return party


def _facts(address: PartyAddress) -> dict[str, Any]:
    return {"address_kind": address.kind, "address": str(address)}


def _check(address: PartyAddress) -> None:
    check_choice("kind", address.kind, PartyAddress.Kind.values)
    check_country(address.country)
    for name in ("street", "city"):
        if not getattr(address, name).strip():
            message = _("An address needs this.")
            raise Invalid("address_incomplete", message, fields={name: [message]})
    others = PartyAddress.objects.filter(party=address.party, kind=PartyAddress.Kind.REGISTERED).exclude(pk=address.pk)
    if address.kind == PartyAddress.Kind.REGISTERED and others.exists():
        message = _("It has a registered office already: change that one.")
        raise DomainError("registered_known", message, fields={"kind": [message]})
