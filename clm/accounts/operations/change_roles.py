"""A member has other roles."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import Membership
from clm.accounts.operations.guards import (
    check_gives_no_more_than_has,
    check_not_last_administrator,
    checked_roles,
    lock_administrators,
)
from clm.accounts.roles import Role
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.lib.locks import lock_row


@transaction.atomic
def change_roles(*, actor: Actor, membership_id: UUID, roles: Iterable[str]) -> Membership:
    """The member has exactly these roles, at once and in every session.

    Raises Invalid `roles_invalid`, DomainError `last_administrator`, NotVisible for a former member, Forbidden for a
    token that would give more than it has.
    """
    lock_administrators(actor.organization_id)
    membership = lock_row(Membership, membership_id)
    require(actor, "accounts.change_roles", membership)
    wanted = checked_roles(roles)
    if membership.removed_at is not None:
        raise NotVisible()
    check_gives_no_more_than_has(actor, set(wanted) - set(membership.roles))
    if Role.ADMINISTRATOR not in wanted:
        check_not_last_administrator(membership)
    before = list(membership.roles)
    membership.roles = wanted
    membership.save(update_fields=["roles"])
    record(actor, events.roles_changed(membership, before=before))
    return membership
