"""A team that nothing refers to is gone."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import Team
from clm.accounts.operations.guards import team_facts
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row


@transaction.atomic
def delete_team(*, actor: Actor, team_id: UUID) -> None:
    """Its people stay. Raises DomainError `team_in_use` where a rule or a contract names it."""
    team = lock_row(Team, team_id)
    require(actor, "accounts.delete_team", team)
    event = events.team_deleted(team, team_facts(team))
    try:
        with transaction.atomic():
            Team.objects.get(pk=team_id).delete()
    except ProtectedError as used:
        message = _("Rules or contracts name this team: it stays.")
        raise DomainError("team_in_use", message) from used
    record(actor, event)
