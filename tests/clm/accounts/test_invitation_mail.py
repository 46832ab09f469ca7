from __future__ import annotations

import re

from django.core import mail
from django.test import Client

from clm.accounts.models import Organization, User
from clm.accounts.operations.change_organization import change_organization
from clm.accounts.operations.invite_person import invite_person
from clm.events.dispatcher import drain
from clm.notify.models import Notification
from clm.notify.tasks import send_mail
from tests.cast import Cast


def invite(cast: Cast, email: str) -> User:
    user = invite_person(actor=cast["administrator"], email=email, roles=["legal"]).user
    drain()
    send_mail()
    return user


def test_the_link_in_the_mail_sets_the_first_password(acme: Cast) -> None:
    user = invite(acme, "new@acme.example")
    link = re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", mail.outbox[0].body)
    assert link is not None

    client = Client()
    form_url = client.get(link[1])["Location"]
    client.post(form_url, {"password1": "a long new password", "password2": "a long new password"})

    user.refresh_from_db()
    assert user.check_password("a long new password")


def test_the_link_is_stored_nowhere(acme: Cast) -> None:
    invite(acme, "new@acme.example")

    notification = Notification.objects.get()
    assert "reset" not in notification.body + notification.url


def test_who_has_a_password_gets_no_link(acme: Cast, globex: Cast) -> None:
    invite(acme, "legal@globex.example")

    assert "password/reset" not in mail.outbox[0].body
    assert mail.outbox[0].to == ["legal@globex.example"]


def test_no_mail_leaves_while_mail_is_paused(acme: Cast) -> None:
    change_organization(actor=acme["administrator"], mail_paused=True)

    invite(acme, "new@acme.example")

    assert Organization.objects.get(pk=acme.organization.pk).mail_paused
    assert (len(mail.outbox), Notification.objects.count()) == (0, 1)
