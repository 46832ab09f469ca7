"""A token opens nothing any more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import ApiToken
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: UUID) -> ApiToken:
    """The token is refused from the next request on. Raises DomainError `already_revoked`."""
    token = lock_row(ApiToken, token_id)
    require(actor, "accounts.revoke_token", token)
    if token.revoked_at is not None:
        raise DomainError("already_revoked", "This token was revoked before.")
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    record(actor, events.token_revoked(token))
    return token
