"""Facts about contracts: one function per fact, which builds its payload."""

from __future__ import annotations

from clm.events.record import Event
from contracts.models import Contract


def contract_created(contract: Contract) -> Event:
    after = {
        "reference": contract.reference,
        "title": contract.title,
        "category": contract.category,
        "owner": contract.owner_id,
        "is_confidential": contract.is_confidential,
    }
    return Event(
        type="contract.created",
        verb="contracts.create_contract",
        subject=contract,
        contract_id=contract.pk,
        after=after,
        payload={"contract_id": contract.pk, "reference": contract.reference},
    )
