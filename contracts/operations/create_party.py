"""A legal entity is known."""

from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock
from contracts import events
from contracts.models import Party


@transaction.atomic
def create_party(
    *,
    actor: Actor,
    name: str,
    is_ours: bool = False,
    country: str = "",
    email: str = "",
) -> Party:
    """The party, once per name. Raises DomainError `party_known` where the name is taken."""
    require(actor, "contracts.create_party")
    advisory_lock(f"party:{actor.organization_id}:{name.strip().casefold()}")
    if Party.objects.filter(name__iexact=name.strip()).exists():
        raise DomainError("party_known", "There is a party of this name.", fields={"name": ["There is one already."]})
    party = Party.objects.create(
        organization_id=actor.organization_id,
        name=name.strip(),
        is_ours=is_ours,
        country=country,
        email=email,
    )
    record(actor, events.party_created(party))
    return party
