"""Two contracts no longer belong together."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record_all
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock, lock_row
from contracts.events import relations as events
from contracts.models import ContractRelation

VERB = "contracts.end_relation"


@transaction.atomic
def end_relation(*, actor: Actor, relation_id: UUID) -> ContractRelation:
    """The relation shows nowhere any more; histories keep it. Raises DomainError `relation_ended`."""
    advisory_lock(f"contract-relations:{actor.organization_id}")
    relation = lock_row(ContractRelation, relation_id, "contract", "other")
    require(actor, VERB, relation)
    if relation.ended_at is not None:
        raise DomainError("relation_ended", _("They are no longer related so."))
    relation.ended_at = clock.now()
    relation.save(update_fields=["ended_at"])
    record_all(actor, events.relation_set("contract.unrelated", VERB, relation))
    return relation
