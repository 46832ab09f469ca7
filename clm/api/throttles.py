"""Rates per actor, and per address where nobody signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle

from clm.lib.actor import Actor

if TYPE_CHECKING:
    from rest_framework.views import APIView


log = structlog.get_logger("clm.api")


def _allowed(count: Callable[[], bool]) -> bool:
    """What the count says; where the cache is away nobody can count, and the API goes on without."""
    try:
        return count()
    except RedisError:
        log.warning("throttle_without_cache", exc_info=True)
        return True


class ActorThrottle(SimpleRateThrottle):
    """Counts requests per token or person; the rate is API_RATE."""

    scope = "actor"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return _allowed(lambda: super(ActorThrottle, self).allow_request(request, view))

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        actor = request.auth
        if not isinstance(actor, Actor):
            return None
        return self.cache_format % {"scope": self.scope, "ident": f"{actor.kind}:{actor.identity}"}


class AnonymousThrottle(AnonRateThrottle):
    """Counts requests per address where nobody signed in."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        return _allowed(lambda: super(AnonymousThrottle, self).allow_request(request, view))

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return None if isinstance(request.auth, Actor) else super().get_cache_key(request, view)
