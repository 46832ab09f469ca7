"""Who holds a link asks for the code, and gives it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.actors import hash_key
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.letters import post_letter
from clm.notify.models import Letter
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent, Recipient, SigningCode, SigningLink
from contracts.operations.signing.guards import (
    CODE,
    Origin,
    Pass,
    check_opens,
    locked_link,
    new_secret,
    note,
    note_often,
    tell_sender,
)

ASK, GIVE = "contracts.ask_signing_code", "contracts.give_signing_code"
MOST_TRIES, MOST_CODES = 5, 6
# Over all codes of a link: nobody mistypes that often, and guessing has no chance in so few.
MOST_WRONG = 25
WITHIN = timedelta(hours=1)
PAUSE = timedelta(seconds=30)


def code_hash(link: SigningLink, code: str) -> str:
    """Keyed: a six-digit code could be guessed from a plain hash."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{link.pk}:{code}".encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def ask_signing_code(*, actor: Actor, given: Pass, origin: Origin) -> SigningCode:
    """A letter with a new code leaves; codes before it count no more. Raises LinkRefused, DomainError
    `codes_exhausted` after six in an hour, `code_underway` within half a minute."""
    link, envelope = locked_link(given.token)
    require(actor, ASK, envelope)
    check_opens(link, envelope, given)
    _check_pace(link)
    now, recipient = clock.now(), link.recipient
    code = SigningCode.objects.create(organization_id=link.organization_id, link=link, asked_at=now)
    by_sms = recipient.code_by == Recipient.CodeBy.SMS
    post_letter(
        kind=CODE,
        to_address=recipient.phone if by_sms else recipient.email,
        to_name=recipient.name,
        subject=code,
        dedupe_key=f"{CODE}:{code.pk}",
        channel=Letter.Channel.SMS if by_sms else Letter.Channel.MAIL,
    )
    if note_often(link, EnvelopeEvent.Kind.CODE_ASKED, envelope, origin=origin, by_way=recipient.code_by):
        record(actor, envelope_fact("envelope.code_asked", ASK, envelope, recipient=recipient))
    return code


def _check_pace(link: SigningLink) -> None:
    now = clock.now()
    asked = SigningCode.objects.filter(link=link, asked_at__gt=now - WITHIN)
    if asked.filter(asked_at__gt=now - PAUSE).exists():
        raise DomainError("code_underway", _("A code is on its way: look into your mail, or wait half a minute."))
    if asked.count() >= MOST_CODES:
        raise DomainError("codes_exhausted", _("Too many codes were asked. Try again in an hour."))


@transaction.atomic
def give_signing_code(*, actor: Actor, given: Pass, code: str, origin: Origin) -> str:
    """The secret of the session in which the link may be used from now on; empty where the code is not the newest one,
    has run out, or was tried too often: that is kept too. After MOST_WRONG wrong ones the link opens no more, and who
    sent it is told. Raises LinkRefused."""
    link, envelope = locked_link(given.token)
    require(actor, GIVE, envelope)
    check_opens(link, envelope, given)
    newest = SigningCode.objects.select_for_update().filter(link=link).order_by("-asked_at", "-pk").first()
    if newest is None or not _is_right(newest, link, code):
        _was_wrong(actor, envelope, link, origin)
        return ""
    return _verified(actor, envelope, link, newest, origin)


def _was_wrong(actor: Actor, envelope: Envelope, link: SigningLink, origin: Origin) -> None:
    event = note_often(link, EnvelopeEvent.Kind.CODE_WRONG, envelope, origin=origin)
    if event is not None:
        record(actor, envelope_fact("envelope.code_wrong", GIVE, envelope, recipient=link.recipient))
    if link.tally[EnvelopeEvent.Kind.CODE_WRONG] < MOST_WRONG:
        return
    link.ended_at = clock.now()
    link.save(update_fields=["ended_at"])
    facts = {"code": "codes_guessed", "purpose": link.purpose}
    note(envelope, EnvelopeEvent.Kind.REFUSED, recipient=link.recipient, by="Covenant", origin=origin, **facts)
    record(actor, envelope_fact("envelope.link_closed", GIVE, envelope, recipient=link.recipient))
    said = _("%(name)s: too many wrong codes. The link opens no more: send the letter again.")
    title = _("A link was closed: %(title)s")
    tell_sender(envelope, f"link_closed:{link.pk}", title, said % {"name": link.recipient.name})


def _is_right(newest: SigningCode, link: SigningLink, code: str) -> bool:
    newest.attempts += 1
    newest.save(update_fields=["attempts"])
    alive = newest.used_at is None and newest.expires_at is not None and newest.expires_at > clock.now()
    if not alive or newest.attempts > MOST_TRIES:
        return False
    return hmac.compare_digest(newest.code_hash, code_hash(link, "".join(code.split())))


def _verified(actor: Actor, envelope: Envelope, link: SigningLink, code: SigningCode, origin: Origin) -> str:
    session = new_secret()
    code.used_at = link.verified_at = clock.now()
    link.session_hash = hash_key(session)
    code.save(update_fields=["used_at"])
    link.save(update_fields=["verified_at", "session_hash"])
    note(envelope, EnvelopeEvent.Kind.VERIFIED, recipient=link.recipient, origin=origin, by_way=link.recipient.code_by)
    record(actor, envelope_fact("envelope.code_given", GIVE, envelope, recipient=link.recipient))
    return session
