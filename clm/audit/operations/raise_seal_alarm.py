"""Administrators hear that the ledger is not the one that was sealed."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.accounts.roles import Role
from clm.audit import events
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.tell import people_with_roles, tell


@transaction.atomic
def raise_seal_alarm(*, actor: Actor, sequence: int) -> bool:
    """Administrators are told, once a day, that the seal of this entry and the chain disagree; whether they were."""
    require(actor, "audit.raise_alarm")
    told = tell(
        people_with_roles(Role.ADMINISTRATOR),
        kind="audit.seal_contradicted",
        title=_("The ledger is not the one that was sealed"),
        body=_("Entry %(n)d is missing or is another one. Verify the ledger: every break is named.") % {"n": sequence},
        url=reverse("ledger"),
        dedupe_key=f"seal:{clock.today()}",
    )
    if told:
        organization = Organization.objects.get(pk=actor.organization_id)
        record(actor, events.seal_contradicted(organization, sequence=sequence))
    return bool(told)
