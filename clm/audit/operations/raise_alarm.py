"""Administrators hear that the sequencer does not keep up."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.accounts.roles import Role
from clm.audit import events
from clm.audit.models import LedgerEntry
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.tell import people_with_roles, tell

PATIENCE = timedelta(minutes=1)


@transaction.atomic
def raise_alarm(*, actor: Actor) -> int:
    """Administrators are told, once an hour, of entries that were unchained for over a minute; answers how many
    entries. None waiting tells and records nothing."""
    require(actor, "audit.raise_alarm")
    now = clock.now()
    waiting = LedgerEntry.objects.filter(sequence=None, created_at__lt=now - PATIENCE).count()
    if not waiting:
        return 0
    told = tell(
        people_with_roles(Role.ADMINISTRATOR),
        kind="audit.unchained",
        title=ngettext("%(n)d ledger entry is not chained", "%(n)d ledger entries are not chained", waiting)
        % {"n": waiting},
        body=_("They were written over a minute ago. Look whether a worker and beat are running."),
        url=reverse("ledger"),
        dedupe_key=f"unchained:{now:%Y-%m-%dT%H}",
    )
    if told:
        organization = Organization.objects.get(pk=actor.organization_id)
        record(actor, events.alarm_raised(organization, waiting=waiting))
    return waiting
