"""A person is no longer a member."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import ApiToken, Membership
from clm.accounts.operations.guards import check_not_last_administrator, lock_administrators
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.lib.locks import lock_row


@transaction.atomic
def remove_person(*, actor: Actor, membership_id: UUID) -> Membership:
    """The person sees nothing of the organization any more, and their tokens of it are revoked.

    What they did stays theirs in the ledger. Raises DomainError `last_administrator`, NotVisible for a former member.
    """
    lock_administrators(actor.organization_id)
    membership = lock_row(Membership, membership_id)
    require(actor, "accounts.remove_person", membership)
    if membership.removed_at is not None:
        raise NotVisible()
    check_not_last_administrator(membership)
    membership.removed_at = clock.now()
    membership.save(update_fields=["removed_at"])
    tokens = ApiToken.objects.filter(user_id=membership.user_id, revoked_at=None)
    revoked = tokens.update(revoked_at=membership.removed_at)
    record(actor, events.person_removed(membership, revoked_tokens=revoked))
    return membership
