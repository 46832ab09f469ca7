"""A person has seen a breach, and later settled it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from slas import events
from slas.models import Breach
from slas.states import BreachState


@transaction.atomic
def acknowledge_breach(*, actor: Actor, breach_id: UUID, note: str = "") -> Breach:
    """Someone looks after it."""
    breach = lock_row(Breach, breach_id)
    require(actor, "slas.acknowledge_breach", breach)
    previous = move(actor, breach, to=BreachState.ACKNOWLEDGED, reason=note)
    record(actor, events.breach_moved("slas.acknowledge_breach", breach, previous, note))
    return breach


@transaction.atomic
def resolve_breach(*, actor: Actor, breach_id: UUID, note: str) -> Breach:
    """Settled, with what was agreed or improved. Raises Invalid `note_missing`."""
    breach = lock_row(Breach, breach_id)
    require(actor, "slas.resolve_breach", breach)
    if not note.strip():
        raise Invalid("note_missing", "Say what was agreed or improved.", fields={"note": ["Say how it was settled."]})
    previous = move(actor, breach, to=BreachState.RESOLVED, reason=note)
    record(actor, events.breach_moved("slas.resolve_breach", breach, previous, note))
    return breach
