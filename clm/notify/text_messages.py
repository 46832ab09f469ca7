"""Text messages are posted to an address of the house's own: JSON, signed, so that any gateway can be put behind it."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings

from clm.lib import clock
from clm.lib.outside import outside_transactions

SECONDS = 15


def is_configured() -> bool:
    """Whether text messages can leave."""
    return bool(settings.SMS_URL)


def signature_of(secret: str, instant: int, body: bytes) -> str:
    """HMAC-SHA256 over the seconds since 1970, a dot and the body."""
    return hmac.new(secret.encode(), f"{instant}.".encode() + body, hashlib.sha256).hexdigest()


def send_text_message(*, number: str, text: str, reference: str) -> None:
    """POST {"id", "to", "text"} with `Covenant-Signature: t=<seconds>,v1=<hex>`. Raises OSError unless it is
    taken (2xx).

    The same message may come twice: `id` says so.
    """
    outside_transactions("a text message is sent")
    if urlsplit(settings.SMS_URL).scheme not in ("https", "http"):
        raise OSError("SMS_URL is no web address.")
    body = json.dumps({"id": reference, "to": number, "text": text}).encode()
    instant = int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "Covenant-Signature": f"t={instant},v1={signature_of(settings.SMS_SECRET, instant, body)}",
    }
    request = urllib.request.Request(settings.SMS_URL, data=body, headers=headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310 (the scheme was looked at)
        pass
