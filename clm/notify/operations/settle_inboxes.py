"""Inboxes after a bulk load: the newest of each kind and what is newest wait, the rest counts as read, and no mail
about it leaves."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify import events
from clm.notify.models import Notification


@transaction.atomic
def settle_inboxes(*, actor: Actor, keep: int) -> int:
    """Each person has at most `keep` unread things: the newest of each kind before others, so that many of one kind do
    not hide the one of another. Nothing told so far is mailed. Answers how many were marked read."""
    require(actor, "notify.settle_inboxes")
    old = _beyond(keep)
    settled = Notification.objects.filter(pk__in=old).update(read_at=clock.now())
    Notification.objects.filter(mailed_at=None).update(mail_due_at=None)
    organization = Organization.objects.get(pk=actor.organization_id)
    record(actor, events.inboxes_settled(organization, count=settled))
    return settled


def _beyond(keep: int) -> list[UUID]:
    """The unread things that are not among those kept."""
    unread: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    rows = Notification.objects.filter(read_at=None).order_by("-id")
    for pk, user, kind in rows.values_list("pk", "user_id", "kind"):
        unread[user].append((pk, kind))
    old: list[UUID] = []
    for told in unread.values():
        first = {kind: pk for pk, kind in reversed(told)}
        ranked = sorted(told, key=lambda each: each[0] != first[each[1]])
        old += [pk for pk, _kind in ranked[keep:]]
    return old
