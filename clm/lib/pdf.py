"""HTML to PDF: nothing is fetched from anywhere, and the same document gives the same bytes."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from django.contrib.staticfiles import finders

from clm.lib.errors import DomainError
from clm.lib.outside import outside_transactions

STATIC = "static:"


def render_pdf(html: str) -> bytes:
    """PDF bytes of a document (a template that extends pdf/base.html). Takes a second: never inside a transaction.

    Only `data:` addresses and `static:<path>` (our own files) are read. No date is written and the identifier is
    fixed, so the same document gives the same bytes.
    """
    outside_transactions("a paper is printed")
    from weasyprint import HTML

    content: bytes = HTML(string=html, base_url=None, url_fetcher=_fetch).write_pdf(pdf_identifier=b"covenant")
    return content


def _fetch(url: str, timeout: int = 10, ssl_context: Any = None) -> dict[str, Any]:
    """What WeasyPrint may read; anything else raises, so a quoted contract can make no request."""
    if url.startswith("data:"):
        from weasyprint import default_url_fetcher

        found: dict[str, Any] = default_url_fetcher(url)
        return found
    path = finders.find(unquote(url.removeprefix(STATIC))) if url.startswith(STATIC) else None
    if not isinstance(path, str):
        raise DomainError("address_refused", "A paper reads nothing from outside.")
    with open(path, "rb") as file:
        return {"string": file.read()}
