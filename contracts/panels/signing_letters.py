"""The letters of signing: their links and codes are made when they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clm.access.permissions import system_actor
from clm.accounts.models import Organization
from clm.api.metrics import register_gauge
from clm.lib import clock
from clm.notify.letters import LetterBody, Withheld, register_letter
from clm.notify.models import Letter
from clm.notify.tasks import MAX_ATTEMPTS
from contracts.access.signing import DESK
from contracts.models import Envelope, Recipient, SigningCode, SigningLink
from contracts.models.signature import SealState
from contracts.operations.signing.guards import CODE, COPY, INVITATION, NEWS, REMINDER
from contracts.operations.signing.issue_signing_link import issue_signing_code, issue_signing_link

Context = Callable[[Letter], Mapping[str, Any]]


def _recipient(letter: Letter) -> Recipient:
    return Recipient.objects.select_related("envelope__contract", "envelope__executed").get(pk=letter.subject_id)


def _about(recipient: Recipient) -> dict[str, Any]:
    house = Organization.objects.get(pk=recipient.organization_id).name
    return {"recipient": recipient, "envelope": recipient.envelope, "house": house}


def _with_link(purpose_of: Callable[[Recipient], str]) -> Context:
    def context(letter: Letter) -> Mapping[str, Any]:
        recipient = _recipient(letter)
        desk = system_actor(DESK, letter.organization_id)
        token = ""
        if recipient.email == letter.to_address:  # else a link would be made that ends the right one
            token = issue_signing_link(actor=desk, recipient_id=recipient.pk, purpose=purpose_of(recipient))
        if not token:
            raise Withheld("Not sent: nothing is asked at this address any more.")
        return {**_about(recipient), "link": settings.SITE_URL + reverse("signing", args=[token])}

    return context


def _purpose(recipient: Recipient) -> str:
    return SigningLink.Purpose.READ if recipient.role == Recipient.Role.VIEWER else SigningLink.Purpose.SIGN


def _code(letter: Letter) -> Mapping[str, Any]:
    code = SigningCode.objects.select_related("link__recipient__envelope").get(pk=letter.subject_id)
    digits = issue_signing_code(actor=system_actor(DESK, letter.organization_id), code_id=code.pk)
    if not digits:
        raise Withheld("Not sent: a newer code was asked.")
    return {"code": digits, "minutes": settings.SIGNING_CODE_MINUTES, "title": code.link.recipient.envelope.title}


def _titled(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda context: _(text) % {"title": context["envelope"].title}


def _letters_waiting() -> int:
    return Letter.objects.filter(due_at__lte=clock.now()).count()


def _letters_failed() -> int:
    """After the last try; the page of the envelope says so beside the person, and sends it again."""
    return Letter.objects.filter(sent_at=None, due_at=None, attempts__gte=MAX_ATTEMPTS).count()


def _seals_failed() -> int:
    return Envelope.objects.filter(seal_state=SealState.WAITING).exclude(seal_error="").count()


def register() -> None:
    register_gauge("letters_waiting", "Letters to signers that are due and have not left.", _letters_waiting)
    register_gauge("letters_failed", "Letters to signers that were given up after the last try.", _letters_failed)
    register_gauge("seals_failed", "Executed texts whose sealing failed and is tried again.", _seals_failed)
    invitation = "emails/signing/invitation.txt"
    link = _with_link(_purpose)
    register_letter(INVITATION, LetterBody(invitation, _titled(gettext_noop("For you to sign: %(title)s")), link))
    register_letter(REMINDER, LetterBody(invitation, _titled(gettext_noop("Reminder: %(title)s")), link))
    register_letter(CODE, LetterBody("emails/signing/code.txt", lambda context: _("Your code for signing"), _code))
    copy = _with_link(lambda recipient: SigningLink.Purpose.COPY)
    register_letter(
        COPY, LetterBody("emails/signing/copy.txt", _titled(gettext_noop("Signed by all: %(title)s")), copy)
    )
    news = LetterBody(
        "emails/signing/news.txt", _titled(gettext_noop("No longer out for signature: %(title)s")),
        lambda letter: _about(_recipient(letter)),
    )  # fmt: skip
    register_letter(NEWS, news)
