"""A group of people has a name."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import Team
from clm.accounts.operations.guards import checked_team, put_members, team_facts
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock


@transaction.atomic
def create_team(
    *,
    actor: Actor,
    name: str,
    kind: str = Team.Kind.DEPARTMENT,
    lead_id: UUID | None = None,
    members: Iterable[UUID] = (),
) -> Team:
    """The team exists with these members. Raises Invalid, DomainError `team_known`."""
    advisory_lock(f"teams:{actor.organization_id}")
    require(actor, "accounts.create_team")
    team = Team(organization_id=actor.organization_id, name=name, kind=kind, lead_id=lead_id, created_at=clock.now())
    checked_team(team).save(force_insert=True)
    put_members(team, members)
    record(actor, events.team_created(team, team_facts(team)))
    return team
