"""The cache that goes on while its server is away. It holds counts of requests and nothing that must last."""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger("clm.api")

# Seconds in which a server that did not answer is not asked again, so that a request waits for it once at most.
LEFT_ALONE = 5.0
# Beyond so many, the oldest counts of a process are dropped.
OWN_ENTRIES = 50_000
# Counting must not hold a request up: no second try, and a second to answer.
QUICKLY = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 0)}

# Django makes one cache object a thread; whether a server is away is known to the whole process.
_away_until: dict[str, float] = {}


class SteadyCache(BaseCache):
    """Redis, which all processes share; while it is away, the memory of each process.

    Limits on sign-in and on the API are counted here. Without Redis they go on in each process by itself, so with
    n web processes up to n times the requests pass; nothing fails and nothing is unlimited.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._server = server
        self._shared = RedisCache(server, {**params, "OPTIONS": QUICKLY})
        self._own = LocMemCache(f"instead of {server}", {**params, "OPTIONS": {"MAX_ENTRIES": OWN_ENTRIES}})

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= _away_until.get(self._server, 0.0):
            try:
                return getattr(self._shared, name)(*args, **kwargs)
            except RedisError as failure:
                _away_until[self._server] = time.monotonic() + LEFT_ALONE
                log.warning("cache_away", error=type(failure).__name__)
        return getattr(self._own, name)(*args, **kwargs)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask("add", key, value, timeout, version=version))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask("set", key, value, timeout, version=version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask("touch", key, timeout, version=version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._ask("delete", key, version=version))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._ask("has_key", key, version=version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask("incr", key, delta, version=version))

    def clear(self) -> None:
        self._ask("clear")
