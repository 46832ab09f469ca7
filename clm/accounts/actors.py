"""From a session or a token to the Actor that verbs take."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from clm.access.scope import every_organization
from clm.accounts.delegations import running
from clm.accounts.models import ApiToken, Membership, User
from clm.lib import clock
from clm.lib.actor import Actor

SESSION_KEY = "organization"


def hash_key(secret: str) -> str:
    """sha256 of a token's secret: the secrets are 256 random bits, so a plain fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of_membership(membership: Membership, *, request_id: str = "") -> Actor:
    """The person of a membership, with the roles they have there."""
    return Actor(
        kind="user",
        identity=str(membership.user_id),
        user_id=membership.user_id,
        organization_id=membership.organization_id,
        roles=frozenset(membership.roles),
        request_id=request_id,
    )


def actor_of_session(request: HttpRequest, *, request_id: str = "") -> Actor | None:
    """The signed-in person within the organization the session chose, else their first one."""
    with every_organization():
        rows = Membership.objects.filter(user_id=cast(User, request.user).pk, removed_at=None, user__is_active=True)
        acts = Exists(running().filter(delegate=OuterRef("user"), organization=OuterRef("organization")))
        rows = rows.annotate(acts_for_others=acts)
        memberships = list(rows.select_related("organization").order_by("created_at"))
    if not memberships:
        return None
    chosen = request.session.get(SESSION_KEY)
    membership = next((m for m in memberships if str(m.organization_id) == chosen), memberships[0])
    request.membership = membership  # type: ignore[attr-defined]
    request.memberships = memberships  # type: ignore[attr-defined]
    return actor_of_membership(membership, request_id=request_id)


def actor_of_token(secret: str, *, request_id: str = "") -> Actor | None:
    """The token's actor: its person's present roles narrowed by its scopes; None when unknown, expired or revoked."""
    with every_organization():
        token = _valid_tokens().filter(key_hash=hash_key(secret)).first()
        actor = _actor_behind(token, request_id) if token is not None else None
        if actor is not None and token is not None:
            _touch(token.pk)
    return actor


def actor_of_token_id(token_id: UUID, organization_id: UUID, *, request_id: str = "") -> Actor | None:
    """The same for work that a token started: None when it is no longer valid, or its person no longer a member."""
    with every_organization():
        token = _valid_tokens().filter(pk=token_id, organization_id=organization_id).first()
        return _actor_behind(token, request_id) if token is not None else None


def _valid_tokens() -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(revoked_at=None, expires_at__gt=clock.now())


def _actor_behind(token: ApiToken, request_id: str) -> Actor | None:
    members = Membership.objects.filter(organization_id=token.organization_id, removed_at=None, user__is_active=True)
    membership = members.filter(user_id=token.user_id).first()
    if membership is None:
        return None
    return Actor(
        kind="token",
        identity=str(token.pk),
        user_id=token.user_id,
        organization_id=token.organization_id,
        roles=frozenset(membership.roles),
        scopes=frozenset(token.scopes),
        request_id=request_id,
    )


def _touch(token_id: UUID) -> None:
    now = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
    ApiToken.objects.filter(stale, pk=token_id).update(last_used_at=now)
