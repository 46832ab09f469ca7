"""Whether the process lives, and whether it can work."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse

from clm.api.metrics import may_read_metrics


@login_not_required
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and broker are there, else 503; `missing` names which, to who may read metrics."""
    checks = {"database": _database(), "migrations": _migrations(), "broker": _broker()}
    missing = sorted(name for name, fine in checks.items() if not fine)
    body: dict[str, object] = {"status": "not ready" if missing else "ready"}
    if may_read_metrics(request):
        body["missing"] = missing
    return JsonResponse(body, status=503 if missing else 200)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except Exception:
        return False


def _migrations() -> bool:
    try:
        return _known_migrations() <= MigrationRecorder(connection).applied_migrations().keys()
    except Exception:
        return False


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration of the code by (app, name). They do not change while the process lives."""
    return frozenset(MigrationLoader(None).disk_migrations or {})


def _broker() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
