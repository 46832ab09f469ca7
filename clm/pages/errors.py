"""The error pages; paths of the API answer problem+json instead."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from clm.api import problems


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
    """500, or 503 while the database cannot be reached. Drawn without the shell, which would ask the database again."""
    is_away = isinstance(sys.exc_info()[1], (InterfaceError, OperationalError))
    status, headers = (503, {"Retry-After": "60"}) if is_away else (500, {})
    if _is_api(request):
        code, title = ("unavailable", "The database is away.") if is_away else ("server_error", "Something went wrong.")
        answer: HttpResponse = problems.failed(request, status, code, title)
    else:
        context = {"request": {"request_id": getattr(request, "request_id", "")}}
        answer = HttpResponse(render_to_string(f"{status}.html", context), status=status)
    for name, value in headers.items():
        answer[name] = value
    return answer


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
