"""A token that an integration signs in with."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.actors import hash_key
from clm.accounts.models import ApiToken
from clm.accounts.operations.guards import checked_scopes
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, Invalid

LONGEST = timedelta(days=366)


@transaction.atomic
def issue_token(*, actor: Actor, name: str, scopes: Iterable[str], expires_at: datetime) -> tuple[ApiToken, str]:
    """A token of the actor's own, and its secret, which is never to be seen again: only its sha256 is kept.

    It may do what its person may at the time of use, narrowed to `scopes`. Raises Invalid `scopes_invalid`,
    `name_missing` or `expiry_invalid` (past, or more than a year away), Forbidden when a token asks for a token.
    """
    require(actor, "accounts.issue_token")
    if actor.kind != "user":
        raise Forbidden("Only a signed-in person issues tokens.")
    if not name.strip():
        raise Invalid("name_missing", "A token has a name.", fields={"name": ["Say what the token is for."]})
    wanted = checked_scopes(scopes)
    _check_expiry(expires_at)
    prefix = secrets.token_hex(4)
    secret = f"cvn_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        organization_id=actor.organization_id,
        user_id=actor.person_id,
        name=name.strip(),
        prefix=prefix,
        key_hash=hash_key(secret),
        scopes=wanted,
        expires_at=expires_at,
    )
    record(actor, events.token_issued(token))
    return token, secret


def _check_expiry(expires_at: datetime) -> None:
    now = clock.now()
    if not now < expires_at <= now + LONGEST:
        message = "A token expires within a year from now."
        raise Invalid("expiry_invalid", message, fields={"expires_at": [message]})
