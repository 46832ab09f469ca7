"""The ledger is handed out, and that it was is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.audit import events
from clm.audit.chain import GENESIS
from clm.audit.export import export_lines
from clm.audit.models import ChainHead
from clm.events.record import record
from clm.lib.actor import Actor


@transaction.atomic
def export_ledger(*, actor: Actor) -> Iterator[bytes]:
    """JSON lines up to the head as it is now; the entry about this export comes after it."""
    require(actor, "audit.export_ledger")
    organization = Organization.objects.get(pk=actor.organization_id)
    head = ChainHead.objects.filter(organization_id=actor.organization_id).first()
    sequence, head_hash = (head.sequence, head.hash) if head else (0, GENESIS)
    record(actor, events.ledger_exported(organization, sequence=sequence, head_hash=head_hash))
    return export_lines(actor, sequence, head_hash)
