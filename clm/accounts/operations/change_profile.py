"""A person changes their own name and time zone."""

from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import User
from clm.accounts.operations.guards import check_zone
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row


@transaction.atomic
def change_profile(*, actor: Actor, name: str | None = None, time_zone: str | None = None) -> User:
    """The actor's own name and time zone are as given. Raises Invalid `time_zone_unknown`."""
    user = lock_row(User, actor.person_id)
    require(actor, "accounts.change_profile")
    changes = {"name": name.strip() if name is not None else None, "time_zone": time_zone}
    given = {field: value for field, value in changes.items() if value is not None}
    if time_zone is not None:
        check_zone(time_zone)
    for field, value in given.items():
        setattr(user, field, value)
    user.save(update_fields=list(given))
    record(actor, events.profile_changed(user, fields=sorted(given)))
    return user
