"""The API's sign-in: a bearer token, or the session of the page with its CSRF token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clm.accounts.models import User
from clm.lib.actor import Actor

if TYPE_CHECKING:
    from rest_framework.views import APIView


class ActorAuthentication(SessionAuthentication):
    """`request.auth` is the Actor that the middleware found; verbs take it from there."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        actor: Actor | None = getattr(request._request, "actor", None)
        if actor is None:
            if request.headers.get("Authorization"):
                raise AuthenticationFailed("The token is unknown, expired or revoked.", code="invalid_token")
            return None
        if actor.kind == "user":
            self.enforce_csrf(request)
            return request._request.user, actor
        return User.objects.get(pk=actor.person_id), actor

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasActor(BasePermission):
    """Nobody without an actor gets further than this; the verb decides the rest."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Actor)
