"""The error pages; paths of the API answer problem+json instead."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from clm.api import problems

# SQLSTATEs of a statement that gave way to others (PostgreSQL, appendix A): serialization_failure, deadlock_detected,
# lock_not_available. The database is there, and the same request may well pass a moment later.
GAVE_WAY = {"40001", "40P01", "55P03"}


@dataclass(frozen=True)
class Fault:
    """What broke: `retry_after` in seconds, empty where trying again does not help by itself."""

    status: int
    code: str
    title: str
    template: str
    retry_after: str = ""


BROKEN = Fault(500, "server_error", "Something went wrong.", "500.html")
AWAY = Fault(503, "unavailable", "The database is away.", "503.html", "60")
BUSY = Fault(503, "busy", "Others were changing the same thing. Try again.", "busy.html", "2")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _is_api(request):
        return problems.failed(request, 400, "bad_request", "The request cannot be read.")
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _is_api(request):
        return problems.failed(request, 403, "forbidden", "This is not allowed.")
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _is_api(request):
        return problems.not_found(request, exception)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 while the database cannot be reached, or gave the request up for others. Drawn without the shell,
    which would ask the database again."""
    fault = _fault(sys.exc_info()[1])
    if _is_api(request):
        answer: HttpResponse = problems.failed(request, fault.status, fault.code, fault.title)
    else:
        context = {"request": {"request_id": getattr(request, "request_id", "")}, "again": _again(request)}
        answer = HttpResponse(render_to_string(fault.template, context), status=fault.status)
    if fault.retry_after:
        answer["Retry-After"] = fault.retry_after
    return answer


def _fault(error: BaseException | None) -> Fault:
    if not isinstance(error, (InterfaceError, OperationalError)):
        return BROKEN
    return BUSY if getattr(error.__cause__, "pgcode", None) in GAVE_WAY else AWAY


def _again(request: HttpRequest) -> str:
    """Where trying again begins: this address, or the page that was sent from. Empty is this address."""
    if request.method in ("GET", "HEAD"):
        return ""
    back = request.headers.get("Referer", "")
    return back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/"


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
