"""The ledger was verified, and that it was is recorded."""

from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.audit import events
from clm.audit.verification import Verification, verified
from clm.events.record import record
from clm.lib.actor import Actor


@transaction.atomic
def verify_ledger(*, actor: Actor) -> Verification:
    """What the verification of the actor's organization found. Reads every entry and sealed row: seconds to minutes."""
    require(actor, "audit.verify_ledger")
    outcome = verified(actor.organization_id)
    organization = Organization.objects.get(pk=actor.organization_id)
    record(actor, events.ledger_verified(organization, outcome))
    return outcome
