"""The only way a state changes."""

from __future__ import annotations

from collections.abc import Sequence
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
    _transition(actor, obj, previous, at=at, reason=reason).save(force_insert=True)
    return previous


def move_along(actor: Actor, obj: Any, steps: Sequence[tuple[str, str]]) -> None:
    """`move` for a verb that moves one thing hundreds of times: through each (state, reason) in turn, now."""
    rows = []
    for to, reason in steps:
        previous: str = obj.state
        obj.STATES.check(previous, to)
        obj.state = to
        rows.append(_transition(actor, obj, previous, reason=reason))
    if rows:
        obj.save(update_fields=["state"])
        Transition.objects.bulk_create(rows)


def move_all(actor: Actor, rows: Sequence[Any], *, to: str, reason: str = "") -> list[str]:
    """`move` for a verb that moves hundreds of rows of one model at once, now; answers the states before."""
    before: list[str] = [row.state for row in rows]
    for row in rows:
        row.STATES.check(row.state, to)
        row.state = to
    if rows:
        type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).update(state=to)
        pairs = zip(rows, before, strict=True)
        Transition.objects.bulk_create(_transition(actor, row, previous, reason=reason) for row, previous in pairs)
    return before


def _transition(actor: Actor, obj: Any, previous: str, *, at: datetime | None = None, reason: str = "") -> Transition:
    """The unsaved row of the change from the previous state to the present one."""
    return Transition(
        organization_id=obj.organization_id,
        subject_type=obj._meta.label_lower,
        subject_id=obj.pk,
        from_state=previous,
        to_state=obj.state,
        at=at or clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.identity,
        reason=reason,
    )
