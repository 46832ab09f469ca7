"""Where another system tells what came of a text that is signed there: one address for each envelope, signed calls."""

from __future__ import annotations

import base64
import hmac
import json
import re
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from clm.notify.text_messages import signature_of
from contracts.access.signing import OTHER_SYSTEM
from contracts.models import Envelope
from contracts.operations.signing.sign_elsewhere import hook_secret, receive_execution
from contracts.pages.signing import origin_of
from contracts.papers.envelopes import put_scan
from contracts.states import EnvelopeState

SIGNED = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")
SECONDS = 300


@csrf_exempt
@require_POST
@login_not_required
@never_cache
def signing_hook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`{"id", "outcome": "signed", "signed_on", "pdf": base64}` or `{"id", "outcome": "declined", "reason"}`.

    Signed like our own calls: `Covenant-Signature: t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`, at most five
    minutes old. 401 where it is not, 409 where the envelope is over, 200 for the same message again. What was signed
    and completes nothing any more is kept, and answered with 202.
    """
    with every_organization():
        house = Envelope.objects.filter(pk=pk).values_list("organization_id", flat=True).first()
    # Whether there is such an envelope is told to nobody who cannot sign for it.
    if house is None or not _is_signed(request, pk):
        return _problem("unsigned", "The signature is missing, wrong or too old.", 401)
    actor = system_actor(OTHER_SYSTEM, house)
    with organization_scope(house):
        try:
            sent = _read(request, actor)
            envelope = receive_execution(actor=actor, envelope_id=pk, origin=origin_of(request), **sent)
        except NotVisible:
            return _problem("not_found", "Not found.", 404)
        except DomainError as refusal:
            return _problem(refusal.code, refusal.message, refusal.status)
    is_kept = "scan" in sent and envelope.state != EnvelopeState.COMPLETED
    body = {"envelope": str(pk), "state": envelope.state}
    return JsonResponse(body | {"kept": True} if is_kept else body, status=202 if is_kept else 200)


def _problem(code: str, message: str, status: int) -> HttpResponse:
    body = {"title": message, "code": code, "status": status}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _is_signed(request: HttpRequest, pk: UUID) -> bool:
    found = SIGNED.fullmatch(request.headers.get("Covenant-Signature", ""))
    if found is None or abs(int(found[1]) - clock.now().timestamp()) > SECONDS:
        return False
    return hmac.compare_digest(found[2], signature_of(hook_secret(pk), int(found[1]), request.body))


def _read(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What the verb takes. Raises Invalid for what cannot be read."""
    try:
        sent = json.loads(request.body)
        read: dict[str, Any] = {"message_id": str(sent["id"]), "reason": str(sent.get("reason", ""))}
        if sent["outcome"] == "declined":
            return read
        if sent["outcome"] != "signed":
            raise ValueError
        content = base64.b64decode(sent["pdf"], validate=True)
        day = date.fromisoformat(sent["signed_on"]) if sent.get("signed_on") else None
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise Invalid("unreadable", "Send id, outcome, and signed_on with pdf, or reason.") from wrong
    return read | {"scan": put_scan(actor, content), "signed_on": day}
