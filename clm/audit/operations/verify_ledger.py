"""The ledger was verified, and that it was is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.audit import events
from clm.audit.chain import unheard
from clm.audit.verification import Verification, verified
from clm.events.record import record
from clm.lib.actor import Actor


def verify_ledger(
    *, actor: Actor, noted: Sequence[tuple[int, str]] = (), heard: Callable[[int], None] = unheard
) -> Verification:
    """What the verification of the actor's organization found. Reads every entry and sealed row: seconds to minutes, so
    only the record of it is written in a transaction. `noted` are heads somebody wrote down."""
    require(actor, "audit.verify_ledger")
    outcome = verified(actor.organization_id, noted=noted, heard=heard)
    with transaction.atomic():
        organization = Organization.objects.get(pk=actor.organization_id)
        record(actor, events.ledger_verified(organization, outcome))
    return outcome
