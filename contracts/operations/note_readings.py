"""Who opened which contract is kept, and in the ledger where the contract is confidential."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction

from clm.access.permissions import require
from clm.events.record import record_all
from clm.lib import clock
from clm.lib.actor import Actor
from contracts import events
from contracts.models import Contract

_NOTE = """
INSERT INTO contracts_reading (organization_id, user_id, contract_id, "on", created_at)
SELECT %s, %s, id, %s, %s FROM contracts_contract WHERE organization_id = %s AND id = ANY(%s::uuid[])
ON CONFLICT (organization_id, "on", user_id, contract_id) DO NOTHING
RETURNING id, contract_id
"""


@transaction.atomic
def note_readings(*, actor: Actor, contract_ids: Collection[UUID]) -> list[UUID]:
    """The person has opened these contracts today, once however often they look; the first look of a day at a
    confidential one is in the ledger. Answers those that are new. System actors open nothing."""
    require(actor, "contracts.view_contract")
    if actor.user_id is None:
        return []
    ids = sorted(str(each) for each in contract_ids)
    now, organization = clock.now(), actor.organization_id
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [organization, actor.user_id, now.date(), now, organization, ids])
        fresh: dict[UUID, UUID] = {contract_id: reading_id for reading_id, contract_id in cursor.fetchall()}
    if fresh:
        confidential = Contract.objects.filter(pk__in=fresh, is_confidential=True).order_by("pk")
        record_all(actor, [events.contract_read(contract, fresh[contract.pk]) for contract in confidential])
    return list(fresh)
