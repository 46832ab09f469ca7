"""Inboxes after a bulk load: what is newest waits, the rest counts as read, and no mail about it leaves."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify import events
from clm.notify.models import Notification


@transaction.atomic
def settle_inboxes(*, actor: Actor, keep: int) -> int:
    """Each person has at most `keep` unread things, the newest; nothing told so far is mailed. Answers how many were
    marked read."""
    require(actor, "notify.settle_inboxes")
    rank = Window(RowNumber(), partition_by=F("user_id"), order_by=F("id").desc())
    unread = Notification.objects.filter(read_at=None).annotate(rank=rank)
    old = list(unread.filter(rank__gt=keep).values_list("pk", flat=True))
    settled = Notification.objects.filter(pk__in=old).update(read_at=clock.now())
    Notification.objects.filter(mailed_at=None).update(mail_due_at=None)
    organization = Organization.objects.get(pk=actor.organization_id)
    record(actor, events.inboxes_settled(organization, count=settled))
    return settled
