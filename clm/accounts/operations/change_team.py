"""A team is called otherwise, or has other people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import Team
from clm.accounts.operations.guards import checked_team, put_members, team_facts
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock, lock_row

FIELDS = ("name", "kind", "lead_id")


@transaction.atomic
def change_team(*, actor: Actor, team_id: UUID, members: Iterable[UUID] | None = None, **changes: Any) -> Team:
    """The team has the given values of FIELDS and, where they are given, exactly these members. Whoever
    is asked as one of the team follows by the event. Raises Invalid, DomainError `team_known`."""
    advisory_lock(f"teams:{actor.organization_id}")
    team = lock_row(Team, team_id)
    require(actor, "accounts.change_team", team)
    before = team_facts(team)
    for name in FIELDS:
        setattr(team, name, changes.get(name, getattr(team, name)))
    checked_team(team).save()
    if members is not None:
        put_members(team, members)
    record(actor, events.team_changed(team, before, team_facts(team)))
    return team
