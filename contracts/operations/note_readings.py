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

# One statement: every page and answer that shows a contract runs it.
_NOTE = """
WITH noted AS (
    INSERT INTO contracts_reading (organization_id, user_id, contract_id, "on", created_at, was_confidential)
    SELECT %s, %s, id, %s, %s, is_confidential FROM contracts_contract
    WHERE organization_id = %s AND id = ANY(%s::uuid[]) ORDER BY id
    ON CONFLICT (organization_id, "on", user_id, contract_id) DO UPDATE SET was_confidential = true
    WHERE excluded.was_confidential AND NOT contracts_reading.was_confidential
    RETURNING id, contract_id, was_confidential
)
SELECT id, contract_id, was_confidential FROM noted ORDER BY contract_id
"""


@transaction.atomic
def note_readings(*, actor: Actor, contract_ids: Collection[UUID]) -> list[UUID]:
    """The person has opened these contracts today, once however often they look; the first look of a day at one that is
    confidential is in the ledger. Answers those where that is new. System actors open nothing."""
    require(actor, "contracts.view_contract")
    if actor.user_id is None:
        return []
    ids = sorted(str(each) for each in contract_ids)
    now, organization = clock.now(), actor.organization_id
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [organization, actor.user_id, now.date(), now, organization, ids])
        fresh = cursor.fetchall()
    record_all(actor, [events.contract_read(reading, contract) for reading, contract, closed in fresh if closed])
    return [contract for _reading, contract, _closed in fresh]
