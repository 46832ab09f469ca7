"""Mail leaves from notification rows, with back-off, outside of any transaction but the row's own mark."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from clm.access.scope import every_organization
from clm.lib import clock
from clm.lib.outside import outside_transactions
from clm.notify.mails import mail_of
from clm.notify.models import Notification

MAX_ATTEMPTS = 6
CLAIM = timedelta(minutes=5)


@shared_task
def send_mail() -> int:
    """Notifications whose mail is due are mailed."""
    sent = 0
    while (notification := _claim_next()) is not None:
        sent += _send(notification)
    return sent


@transaction.atomic
def _claim_next() -> Notification | None:
    """The next due row, pushed out of reach of other workers for a while; a crash lets it come back."""
    now = clock.now()
    with every_organization():
        waiting = Notification.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
        found = waiting.filter(mailed_at=None, mail_due_at__lte=now, mail_attempts__lt=MAX_ATTEMPTS).first()
        if found is not None:
            found.mail_attempts += 1
            found.mail_due_at = now + CLAIM * 2**found.mail_attempts
            found.save(update_fields=["mail_attempts", "mail_due_at"])
    return found


def _send(notification: Notification) -> int:
    outside_transactions("mail is sent")
    outcome: dict[str, object] = {}
    try:
        _message(notification).send()
        outcome = {"mailed_at": clock.now(), "mail_error": ""}
    except Exception as failure:
        outcome = {"mail_error": str(failure)[:2000]}
    with every_organization():
        Notification.objects.filter(pk=notification.pk).update(**outcome)
    return int("mailed_at" in outcome)


def _message(notification: Notification) -> EmailMessage:
    mail = mail_of(notification.kind)
    context = {"notification": notification, "site_url": settings.SITE_URL, **mail.context(notification)}
    return EmailMessage(
        subject=notification.title,
        body=render_to_string(mail.template, context),
        to=[notification.user.email],
        headers={"Message-ID": f"<{notification.pk}@covenant>"},
    )
