"""Legal forbids that something is disposed of."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from contracts.events import retention as events
from contracts.models import Contract, LegalHold, Matter, Party
from contracts.operations.requests.guards import check_words
from contracts.operations.retention.guards import wait_for_records
from contracts.queries.disposed import check_not_disposed

VERB = "contracts.place_hold"


@transaction.atomic
def place_hold(
    *,
    actor: Actor,
    name: str,
    reason: str,
    contract_id: UUID | None = None,
    party_id: UUID | None = None,
    matter_id: UUID | None = None,
) -> LegalHold:
    """Nothing that it covers is disposed of from now on: a contract, or all contracts with a party or of a matter, also
    later ones. Several may cover the same.

    Raises Invalid `words_missing`, `hold_covers_one` unless exactly one thing is named, DomainError
    `contract_disposed`.
    """
    wait_for_records(actor.organization_id)
    require(actor, VERB)
    if sum(each is not None for each in (contract_id, party_id, matter_id)) != 1:
        message = _("Name one thing: a contract, a party or a matter.")
        raise Invalid("hold_covers_one", message, fields={"covers": [message]})
    hold = LegalHold.objects.create(
        organization_id=actor.organization_id,
        name=check_words("name", name),
        reason=check_words("reason", reason),
        contract=_contract(actor, contract_id),
        party=get_visible(actor, Party.objects.all(), party_id) if party_id else None,
        matter=get_visible(actor, Matter.objects.all(), matter_id) if matter_id else None,
        placed_by_id=actor.person_id,
        created_at=clock.now(),
    )
    record(actor, events.hold_placed(hold))
    return hold


def _contract(actor: Actor, contract_id: UUID | None) -> Contract | None:
    if contract_id is None:
        return None
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    check_not_disposed(contract)
    return contract
