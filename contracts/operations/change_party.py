"""What is known of a legal entity is changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract, Party
from contracts.search import refresh_search

FIELDS = ("name", "is_ours", "registration_number", "country", "email", "address")


@transaction.atomic
def change_party(*, actor: Actor, party_id: UUID, **changes: Any) -> Party:
    """The party has the given values; `changes` names fields of FIELDS. Raises DomainError `party_known`."""
    party = lock_row(Party, party_id)
    require(actor, "contracts.change_party", party)
    if Party.objects.filter(name__iexact=changes.get("name", party.name)).exclude(pk=party.pk).exists():
        raise DomainError("party_known", "There is a party of this name.", fields={"name": ["There is one already."]})
    before = {name: getattr(party, name) for name in FIELDS if name in changes}
    for name in FIELDS:
        if name in changes:
            setattr(party, name, changes[name])
    party.save()
    for contract in Contract.objects.filter(parties__party=party):
        refresh_search(contract)
    record(actor, events.party_changed(party, before))
    return party
