"""Rates per actor, and per address where nobody signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle

from clm.accounts.addresses import client_address
from clm.lib.actor import Actor

if TYPE_CHECKING:
    from rest_framework.views import APIView


class ActorThrottle(SimpleRateThrottle):
    """Counts requests per token or person; the rate is API_RATE."""

    scope = "actor"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        actor = request.auth
        if not isinstance(actor, Actor):
            return None
        return self.cache_format % {"scope": self.scope, "ident": f"{actor.kind}:{actor.identity}"}


class AnonymousThrottle(AnonRateThrottle):
    """Counts requests per address where nobody signed in."""

    def get_ident(self, request: Request) -> str:
        return client_address(request._request)

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return None if isinstance(request.auth, Actor) else super().get_cache_key(request, view)
