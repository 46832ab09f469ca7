"""A request gets its id, its actor and its organization here, before any view runs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import nullcontext

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clm.access.permissions import looking_once, noting_sights
from clm.access.registry import READERS
from clm.access.scope import organization_scope
from clm.accounts.actors import actor_of_session, actor_of_token
from clm.lib.errors import NotVisible

Handler = Callable[[HttpRequest], HttpResponse]
SAFE = ("GET", "HEAD")
SHOWN = (200, 201, 206)
# A form that was refused is shown again, with what stands around it.
SHOWN_AGAIN = (400, 409, 422)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class RequestIdMiddleware:
    """Takes a well-formed X-Request-Id or makes one; logs carry it and the answer returns it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


class SightMiddleware:
    """Whoever keeps book of it is told which contracts a request showed. An answer whose sight could not be noted does
    not leave."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = getattr(request, "actor", None)
        if actor is None:
            return self.get_response(request)
        with noting_sights() as sights:
            response = self.get_response(request)
        if sights and _is_shown(request, response):
            for reader in READERS:
                reader(actor, sights)
        return response


def _is_shown(request: HttpRequest, response: HttpResponse) -> bool:
    """A comparison is asked for by POST: what the answer shows counts, whatever the question was."""
    is_again = request.method not in SAFE and response.status_code in SHOWN_AGAIN
    return request.method != "HEAD" and (is_again or response.status_code in SHOWN)


class OrganizationMiddleware:
    """Puts `request.actor` there and the actor's organization in scope. Without an actor no scope: queries raise."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = _actor(request)
        request.actor = actor  # type: ignore[attr-defined]
        if actor is None:
            return self.get_response(request)
        structlog.contextvars.bind_contextvars(actor=f"{actor.kind}:{actor.identity}")
        looks = looking_once() if request.method in SAFE else nullcontext()
        with organization_scope(actor.organization_id), timezone.override(_zone(request)), looks:
            return self.get_response(request)


def _zone(request: HttpRequest) -> str:
    """The signed-in person's own zone for dates and times on pages; the API speaks UTC."""
    return getattr(request.user, "time_zone", "UTC") if request.user.is_authenticated else "UTC"


def _actor(request: HttpRequest):  # type: ignore[no-untyped-def]
    header = request.headers.get("Authorization", "")
    request_id: str = request.request_id  # type: ignore[attr-defined]
    if header.startswith("Bearer "):
        return actor_of_token(header.removeprefix("Bearer ").strip(), request_id=request_id)
    if request.user.is_authenticated:
        return actor_of_session(request, request_id=request_id)
    return None


def actor_of(request: HttpRequest):  # type: ignore[no-untyped-def]
    """The actor of a request that passed a sign-in check; NotVisible where there is none."""
    actor = getattr(request, "actor", None)
    if actor is None:
        raise NotVisible()
    return actor
