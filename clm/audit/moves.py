"""The only way a state changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clm.audit.models import Transition
from clm.lib import clock
from clm.lib.actor import Actor


def move(actor: Actor, obj: Any, *, to: str, at: datetime | None = None, reason: str = "") -> str:
    """Put `obj` (a locked row with `STATES` and `state`) into state `to`, leave a transition row, return the old state.

    Raises DomainError `illegal_move` where the table has no such move.
    """
    previous: str = obj.state
    obj.STATES.check(previous, to)
    obj.state = to
    obj.save(update_fields=["state"])
    Transition.objects.create(
        organization_id=obj.organization_id,
        subject_type=obj._meta.label_lower,
        subject_id=obj.pk,
        from_state=previous,
        to_state=to,
        at=at or clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.identity,
        reason=reason,
    )
    return previous
