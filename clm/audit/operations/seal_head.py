"""The head of an organization's chain is sealed."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from clm.access.permissions import require
from clm.audit import events
from clm.audit.head_seals import contradicted
from clm.audit.models import ChainHead, HeadSeal, LedgerEntry
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor


@transaction.atomic
def seal_head(*, actor: Actor) -> HeadSeal | None:
    """A seal of the head as it is now; None while the last seal is young or nothing but its own entry came after it.

    The bytes are stored after the commit, by `keep`. Raises DomainError `seal_contradicted` where the chain is shorter
    than its last seal.
    """
    head = ChainHead.objects.select_for_update().filter(organization_id=actor.organization_id).first()
    require(actor, "audit.seal_head")
    last = HeadSeal.objects.order_by("-sequence").first()
    if head is None or not head.sequence or not _is_due(head, last):
        return None
    seal = HeadSeal.objects.create(
        organization_id=actor.organization_id, sequence=head.sequence, hash=head.hash, sealed_at=clock.now()
    )
    record(actor, events.head_sealed(seal))
    return seal


def _is_due(head: ChainHead, last: HeadSeal | None) -> bool:
    if last is None:
        return True
    if clock.now() - last.sealed_at < timedelta(minutes=settings.LEDGER_SEAL_MINUTES):
        return False
    if head.sequence < last.sequence:
        raise contradicted(last.sequence)
    news = LedgerEntry.objects.filter(sequence__gt=last.sequence).exclude(event=events.HEAD_SEALED)
    return news.exists()
