"""Mail leaves from notification rows, with back-off, outside of any transaction but the row's own mark."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from clm.access.permissions import sees
from clm.access.scope import every_organization, organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership
from clm.lib import clock
from clm.lib.outside import outside_transactions
from clm.notify.letters import Withheld, body_of
from clm.notify.mails import mail_of
from clm.notify.models import Letter, Notification
from clm.notify.text_messages import send_text_message

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
        due = waiting.filter(mailed_at=None, mail_due_at__lte=now, mail_attempts__lt=MAX_ATTEMPTS)
        found = due.order_by("mail_due_at", "pk").first()
        if found is not None:
            found.mail_attempts += 1
            found.mail_due_at = now + CLAIM * 2**found.mail_attempts
            found.save(update_fields=["mail_attempts", "mail_due_at"])
    return found


def _send(notification: Notification) -> int:
    outside_transactions("mail is sent")
    outcome: dict[str, object] = {}
    try:
        if reason := _reason_to_keep_it(notification):
            outcome = {"mail_due_at": None, "mail_error": reason}
        else:
            _message(notification).send()
            outcome = {"mailed_at": clock.now(), "mail_error": ""}
    except Exception as failure:
        outcome = {"mail_error": str(failure)[:2000]}
    with every_organization():
        Notification.objects.filter(pk=notification.pk).update(**outcome)
    return int("mailed_at" in outcome)


def _reason_to_keep_it(notification: Notification) -> str:
    """Why the mail must not leave any more: things may have changed since the row was written. Empty if it may."""
    with organization_scope(notification.organization_id):
        members = Membership.objects.filter(user_id=notification.user_id, removed_at=None, user__is_active=True)
        membership = members.first()
        if membership is None:
            return "Not sent: no longer a member."
        if not notification.subject_type:
            return ""
        subject = apps.get_model(notification.subject_type)._default_manager.filter(pk=notification.subject_id).first()
        if subject is None or not sees(actor_of_membership(membership), subject):
            return "Not sent: may no longer see what it is about."
    return ""


def _message(notification: Notification) -> EmailMessage:
    mail = mail_of(notification.kind)
    context = {"notification": notification, "site_url": settings.SITE_URL, **mail.context(notification)}
    return EmailMessage(
        subject=notification.title,
        body=render_to_string(mail.template, context),
        to=[notification.user.email],
        headers={"Message-ID": f"<{notification.pk}@covenant>"},
    )


@shared_task
def send_letters() -> int:
    """Letters that are due leave."""
    sent = 0
    while (letter := _claim_letter()) is not None:
        sent += _send_letter(letter)
    return sent


@transaction.atomic
def _claim_letter() -> Letter | None:
    """The next due letter, pushed out of reach of other workers; the last attempt leaves it without a next one."""
    now = clock.now()
    with every_organization():
        waiting = Letter.objects.select_for_update(skip_locked=True).filter(due_at__lte=now)
        found = waiting.order_by("due_at", "pk").first()
        if found is not None:
            found.attempts += 1
            found.due_at = now + CLAIM * 2**found.attempts if found.attempts < MAX_ATTEMPTS else None
            found.save(update_fields=["attempts", "due_at"])
    return found


def _send_letter(letter: Letter) -> int:
    outside_transactions("a letter is sent")
    outcome: dict[str, object] = {}
    try:
        _dispatch(letter)
        outcome = {"sent_at": clock.now(), "due_at": None, "error": ""}
    except Withheld as reason:
        outcome = {"due_at": None, "error": str(reason)[:500]}
    except Exception as failure:
        # The kind alone: what a server answers may quote what the letter says.
        outcome = {"error": f"{type(failure).__name__}"}
    with every_organization():
        Letter.objects.filter(pk=letter.pk).update(**outcome)
    return int("sent_at" in outcome)


def _dispatch(letter: Letter) -> None:
    body = body_of(letter.kind)
    with organization_scope(letter.organization_id):
        context = {"letter": letter, "site_url": settings.SITE_URL, **body.context(letter)}
    text = render_to_string(body.template, context)
    if letter.channel == Letter.Channel.SMS:
        send_text_message(number=letter.to_address, text=text.strip(), reference=str(letter.pk))
        return
    EmailMessage(
        subject=" ".join(body.title(context).split())[:200],
        body=text,
        to=[letter.to_address],
        headers={"Message-ID": f"<{letter.pk}.{letter.attempts}@covenant>"},
    ).send()
