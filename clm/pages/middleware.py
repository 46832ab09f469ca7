"""Refusals of verbs on pages: 404 and 403 pages; what a view did not put beside a field becomes a plain message."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from clm.lib.errors import DomainError, Forbidden, NotVisible


class DomainErrorMiddleware:
    """Turns a DomainError that a page view let pass into an answer; the API has its own handler."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotVisible):
            raise Http404 from exception
        if isinstance(exception, Forbidden):
            return render(request, "403.html", {"message": exception.message}, status=403)
        if isinstance(exception, DomainError):
            return _say(request, exception)
        return None


def _say(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    back = request.headers.get("Referer", "")
    if request.method == "POST" and url_has_allowed_host_and_scheme(back, {request.get_host()}):
        messages.error(request, refusal.message)
        return redirect(back)
    return render(request, "refused.html", {"message": refusal.message}, status=refusal.status)
