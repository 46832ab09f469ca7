"""A party is named for a contract: known by its legal name, or new."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from contracts.models import Contract, ContractParty, Party
from contracts.operations.create_party import create_party
from contracts.operations.set_parties import add_party


@transaction.atomic
def name_party(
    *, actor: Actor, contract_id: UUID, name: str, role: str, country: str = "", email: str = ""
) -> ContractParty:
    """The party of this legal name has the role in the contract; one that nobody knew is created first.

    `create_party` and `add_party` leave their own entries.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.set_parties", contract)
    party = Party.objects.filter(name__iexact=name.strip()).first()
    if party is None:
        is_ours = role == ContractParty.Role.OURS
        party = create_party(actor=actor, name=name, is_ours=is_ours, country=country, email=email)
    return add_party(actor=actor, contract_id=contract_id, party_id=party.pk, role=role)
