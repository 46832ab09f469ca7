"""Idempotency-Key: a repeated POST gets the first answer, and two at once leave one result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import Grant, note_sight, noting_grants, require
from clm.access.scope import organization_scope
from clm.api.conditional import Conditional, nothing_waiting
from clm.api.models import IdempotencyRecord
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible

KEPT = timedelta(hours=24)


class IdempotentMixin(Conditional):
    """For views that POST: with an Idempotency-Key header the answer is kept in the verb's own transaction.

    The key's row is inserted first, so a second caller with the key waits for the first and then gets its answer.
    The same key with another body is refused (`idempotency_key_reused`, 422). A refused request keeps no key.
    A kept answer goes only to the person or token that got it, and only while they may still do all that was asked for
    then: what was required at the first time is required again.
    What must stand outside of the transaction is done by `prepare`, whose answer is `prepared`.
    """

    prepared: Any = None
    _is_begun = False
    _broken: ParseError | None = None
    _record: IdempotencyRecord | None = None

    def prepare(self, request: Request) -> Any:
        """What a POST does before the transaction: read a document, store its bytes. A repeated one comes not here."""
        return None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key", "")
        actor: Actor | None = getattr(request, "actor", None)
        if request.method != "POST" or not key or actor is None:
            return super().dispatch(request, *args, **kwargs)
        try:
            self._fingerprint = fingerprint(request, takes_files=MultiPartParser in self.parser_classes)
        except MultiPartParserError as broken:
            self._broken = ParseError(str(broken))
        with noting_grants(actor) as self._grants, ExitStack() as self._transaction:
            response: Any = super().dispatch(request, *args, **kwargs)
            is_undone = response.status_code >= 400 and self._is_begun
            if is_undone:
                transaction.set_rollback(True)
                self._record = None
        return self.undone(response) if is_undone else response

    def undone(self, response: Response) -> Response:
        """The answer to what was refused, and is rolled back: what a refusal keeps is kept again here."""
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "POST":
            return
        if self._broken is not None:
            raise self._broken
        key = request.headers.get("Idempotency-Key", "")
        actor = request.auth if key and isinstance(request.auth, Actor) else None
        if actor is not None:
            self._answer_again(actor, self._known(actor, key))
        try:
            self.prepared = self.prepare(request)
        except DomainError:
            # The first call may have ended meanwhile, and this one may be refused for what that call did.
            if actor is not None:
                self._answer_again(actor, self._known(actor, key))
            raise
        if actor is not None:
            self._transaction.enter_context(transaction.atomic())
            self._is_begun = True
            self._answer_again(actor, self._claim(actor, key))

    def _answer_again(self, actor: Actor, found: IdempotencyRecord | None) -> None:
        if found is None:
            return
        if found.fingerprint != self._fingerprint:
            raise _reused()
        # The thing was changed since: by this very request, when it came first.
        with nothing_waiting():
            for grant in found.grants:
                _require_again(actor, grant)
        raise _Replay(found)

    def _known(self, actor: Actor, key: str) -> IdempotencyRecord | None:
        if len(key) > 128:
            raise Invalid("idempotency_key_invalid", "An Idempotency-Key has at most 128 characters.")
        return IdempotencyRecord.objects.filter(actor_id=actor.identity, key=key).first()

    def _claim(self, actor: Actor, key: str) -> IdempotencyRecord | None:
        """None where the key's row is new, else the row that another caller wrote in the meantime."""
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
            return IdempotencyRecord.objects.get(actor_id=actor.identity, key=key)

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
        record = self._record
        if record is not None and final.status_code < 400:
            record.status = final.status_code
            record.body = _plain(final)
            record.location = final.headers.get("Location", "")
            record.grants = self._grants
            with organization_scope(record.organization_id):
                record.save(update_fields=["status", "body", "location", "grants"])
        return final


class _Replay(Exception):
    def __init__(self, record: IdempotencyRecord) -> None:
        self.record = record


def _require_again(actor: Actor, grant: Grant) -> None:
    """Raise NotVisible or Forbidden unless the actor may still use the verb, on the row where there was one."""
    verb, label, pk = grant
    if not label:
        return require(actor, verb)
    row = apps.get_model(label)._default_manager.filter(pk=pk).first()
    if row is None:
        raise NotVisible()
    require(actor, verb, row)
    note_sight(row)


def _reused() -> DomainError:
    refusal = DomainError("idempotency_key_reused", "This Idempotency-Key was used for another request.")
    refusal.status = 422
    return refusal


def _plain(response: Response) -> Any:
    return json.loads(JSONRenderer().render(response.data)) if response.data is not None else None


def fingerprint(request: Any, *, takes_files: bool) -> str:
    """sha256 over method, path and what was sent. Raises MultiPartParserError."""
    found = hashlib.sha256(f"{request.method}\0{request.get_full_path()}\0".encode())
    is_form = takes_files and request.content_type == MultiPartParser.media_type
    for piece in _parts(request) if is_form else (request.body,):
        found.update(piece)
    return found.hexdigest()


def _parts(request: Any) -> Iterator[bytes]:
    """The parts of a form, without the boundary between them, which every client draws anew when it repeats a request.
    Large files lie on the disk by now, and are read piece by piece."""
    for name, values in request.POST.lists():
        yield from (_named(name, "", len(value)) + value.encode() for value in values)
    for name, files in request.FILES.lists():
        for file in files:
            yield _named(name, file.name, file.size)
            yield from file.chunks()
            file.seek(0)


def _named(*facts: Any) -> bytes:
    return json.dumps(facts).encode()


def forget_before_now() -> int:
    """Answers older than a day are forgotten; answers how many. Runs across organizations."""
    from clm.access.scope import every_organization

    with every_organization():
        return IdempotencyRecord.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0]
