"""The address a request came from, as far as it can be believed."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that limits count by.

    Each of TRUSTED_PROXIES proxies adds whom it talks to at the end of X-Forwarded-For, so what the outermost one
    saw stands that many places from the end; whatever is further left was written by the client. Without trusted
    proxies, or where the header is too short or holds no address there, it is the peer of the connection. A Unix
    socket has no peer address; only this machine reaches it.
    """
    return unmapped(_forwarded(request) or request.META.get("REMOTE_ADDR") or "127.0.0.1")


def unmapped(address: str) -> str:
    """An IPv4 address that came as IPv6 (::ffff:10.0.0.1) as itself: the database would keep it in another form than it
    came in."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(getattr(read, "ipv4_mapped", None) or read)


def _forwarded(request: HttpRequest) -> str | None:
    count: int = settings.TRUSTED_PROXIES
    named = request.headers.get("X-Forwarded-For", "").split(",")
    if not 0 < count <= len(named):
        return None
    try:
        return str(ipaddress.ip_address(named[-count].strip()))
    except ValueError:
        return None
