"""Idempotency-Key: a repeated POST gets the first answer, and two at once leave one result."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clm.access.scope import organization_scope
from clm.api.models import IdempotencyRecord
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid

KEPT = timedelta(hours=24)


class IdempotentMixin(APIView):
    """For views that POST: with an Idempotency-Key header the answer is kept in the verb's own transaction.

    The key's row is inserted first, so a second caller with the key waits for the first and then gets its answer.
    The same key with another body is refused (`idempotency_key_reused`, 422). A refused request keeps no key.
    """

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key", "")
        actor: Actor | None = getattr(request, "actor", None)
        if request.method != "POST" or not key or actor is None:
            return super().dispatch(request, *args, **kwargs)
        self._fingerprint = fingerprint(request.method, request.get_full_path(), _content(request))
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key", "")
        if request.method == "POST" and key and isinstance(request.auth, Actor):
            self._replay = self._claim(request.auth, key)
            if self._replay is not None:
                raise _Replay(self._replay)

    def _claim(self, actor: Actor, key: str) -> IdempotencyRecord | None:
        if len(key) > 128:
            raise Invalid("idempotency_key_invalid", "An Idempotency-Key has at most 128 characters.")
        try:
            with transaction.atomic():
                self._record = IdempotencyRecord.objects.create(
                    organization_id=actor.organization_id,
                    actor_id=actor.identity,
                    key=key,
                    fingerprint=self._fingerprint,
                )
            return None
        except IntegrityError:
            found = IdempotencyRecord.objects.get(actor_id=actor.identity, key=key)
        if found.fingerprint != self._fingerprint:
            raise _reused()
        return found

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replay):
            headers = {"Idempotent-Replay": "true"}
            if exc.record.location:
                headers["Location"] = exc.record.location
            return Response(exc.record.body, status=exc.record.status, headers=headers)
        response: Response = super().handle_exception(exc)
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        record = getattr(self, "_record", None)
        if record is not None and final.status_code < 400:
            record.status = final.status_code
            record.body = _plain(final)
            record.location = final.headers.get("Location", "")
            with organization_scope(record.organization_id):
                record.save(update_fields=["status", "body", "location"])
        return final


class _Replay(Exception):
    def __init__(self, record: IdempotencyRecord) -> None:
        self.record = record


def _reused() -> DomainError:
    refusal = DomainError("idempotency_key_reused", "This Idempotency-Key was used for another request.")
    refusal.status = 422
    return refusal


def _plain(response: Response) -> Any:
    import json

    from rest_framework.renderers import JSONRenderer

    return json.loads(JSONRenderer().render(response.data)) if response.data is not None else None


def _content(request: Any) -> bytes:
    """The body without the boundary of its parts, which every client draws anew when it repeats a request."""
    body: bytes = request.body
    boundary = request.content_params.get("boundary", "").encode()
    return body.replace(b"--" + boundary, b"--") if boundary else body


def fingerprint(method: str, path: str, body: bytes) -> str:
    """sha256 over method, path and body."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


def forget_before_now() -> int:
    """Answers older than a day are forgotten; answers how many. Runs across organizations."""
    from clm.access.scope import every_organization

    with every_organization():
        return IdempotencyRecord.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]
