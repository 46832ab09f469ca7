"""Errors as RFC 9457 application/problem+json."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, NotFound, Throttled, ValidationError
from rest_framework.exceptions import PermissionDenied as ApiPermissionDenied
from rest_framework.response import Response
from rest_framework.views import set_rollback

from clm.api.serializers import UNKNOWN
from clm.lib.canonical import to_plain
from clm.lib.errors import DomainError

CONTENT_TYPE = "application/problem+json"


def problem(status: int, code: str, title: str, **extra: Any) -> dict[str, Any]:
    """The body: `type` is urn:covenant:problem:<code>, `errors` maps fields to messages."""
    return {
        "type": f"urn:covenant:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        **to_plain(extra),
    }


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal becomes a problem; what is no refusal becomes a logged 500."""
    body, headers = _body(error)
    if body is None:
        return None
    set_rollback()
    body["instance"] = context["request"].path if context.get("request") else ""
    response = Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)
    return response


def _body(error: Exception) -> tuple[dict[str, Any] | None, dict[str, str]]:
    if isinstance(error, DomainError):
        extra: dict[str, Any] = {"detail": error.message}
        if error.fields:
            extra["errors"] = error.fields
        if error.detail:
            extra["parameters"] = error.detail
        return problem(error.status, error.code, error.message, **extra), {}
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = ApiPermissionDenied()
    if isinstance(error, ValidationError):
        errors = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        code = UNKNOWN if UNKNOWN in _leaves(error.get_codes()) else "invalid"
        return problem(400, code, "What was sent is not valid.", errors=errors), {}
    if isinstance(error, APIException):
        return _api_problem(error)
    return None, {}


def _leaves(codes: Any) -> set[str]:
    """The codes at any depth."""
    parts = codes.values() if isinstance(codes, dict) else codes if isinstance(codes, list) else ()
    return {codes} if isinstance(codes, str) else {code for part in parts for code in _leaves(part)}


def _api_problem(error: APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers: dict[str, str] = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    wait: float | None = getattr(error, "wait", None)
    if isinstance(error, Throttled) and wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return problem(error.status_code, code, str(error.detail)), headers


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """The 404 of paths under /api/ that no route has."""
    body = problem(404, "not_found", "Not found.", instance=request.path)
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE)


def failed(request: HttpRequest, status: int, code: str, title: str) -> JsonResponse:
    """The problem of a request that failed outside of a view; names the request id, by which the log knows it."""
    extra = {"instance": request.path}
    if request_id := getattr(request, "request_id", ""):
        extra["request_id"] = request_id
    return JsonResponse(problem(status, code, title, **extra), status=status, content_type=CONTENT_TYPE)
