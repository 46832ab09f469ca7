"""Somebody is back, or another is to decide."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import Delegation
from clm.accounts.roles import Role
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden
from clm.lib.locks import lock_row
from clm.notify.tell import settle


@transaction.atomic
def revoke_delegation(*, actor: Actor, delegation_id: UUID) -> Delegation:
    """From now on the delegate decides nothing more for the absentee; what they decided stays. The absentee, the
    delegate or an administrator ends it. Raises DomainError `delegation_over`, Forbidden."""
    row = lock_row(Delegation, delegation_id)
    require(actor, "accounts.revoke_delegation", row)
    if actor.kind != "user" or not ends(actor, row):
        raise Forbidden("Only who is away, who acts for them, or an administrator ends this.")
    now = clock.now()
    if row.revoked_at is not None or row.ends_at <= now:
        raise DomainError("delegation_over", _("This is over already."))
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    settle(f"delegation:{row.pk}")
    record(actor, events.delegation_revoked(row))
    return row


def ends(actor: Actor, row: Delegation) -> bool:
    """Whether the actor may end it."""
    return actor.person_id in (row.absentee_id, row.delegate_id) or Role.ADMINISTRATOR in actor.roles
