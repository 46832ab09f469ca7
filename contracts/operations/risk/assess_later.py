"""What counts in many contracts changed: their scores follow soon."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import risk as events
from contracts.models import Contract
from contracts.operations.risk.guards import mark_due

VERB = "contracts.assess_risk"


@transaction.atomic
def assess_later(*, actor: Actor, contracts: QuerySet[Contract], because: str) -> None:
    """They are due soon, for the event that `because` names.
    Call it where no lock is held: a contract that somebody works on is waited for."""
    require(actor, VERB)
    count = mark_due(contracts)
    if count:
        organization = Organization.objects.get(pk=actor.organization_id)
        record(actor, events.assessments_called_for(organization, count, because))
