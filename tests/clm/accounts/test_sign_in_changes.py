from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.http import HttpRequest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from clm.access.scope import organization_scope
from clm.accounts.models import Membership, User
from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from tests.cast import PASSWORD, Cast
from tests.clm.pages.test_account_pages import signed_in_just_now

NEW = "a long new password"


def changes(cast: Cast) -> list[tuple[str, str]]:
    """(event, actor's id) of the ledger's entries about sign-ins."""
    with organization_scope(cast.organization.pk):
        rows = LedgerEntry.objects.filter(verb="accounts.change_sign_in").order_by("id")
        return list(rows.values_list("event", "actor_id"))


@pytest.fixture
def alice_user(acme: Cast, globex: Cast, alice: Actor) -> User:
    """alice, who is a member of globex too."""
    with organization_scope(globex.organization.pk):
        Membership.objects.create(organization=globex.organization, user=acme.users["alice"], roles=["auditor"])
    return acme.users["alice"]


def test_a_changed_password_is_in_the_ledger_of_each_organization(
    page: Client, acme: Cast, globex: Cast, alice_user: User
) -> None:
    page.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    alice_user.refresh_from_db()
    assert alice_user.check_password(NEW)
    expected = [("person.password_changed", str(alice_user.pk))]
    assert (changes(acme), changes(globex)) == (expected, expected)
    entry = LedgerEntry.objects.get(verb="accounts.change_sign_in")
    assert (entry.subject_id, entry.after) == (alice_user.pk, {"user": str(alice_user.pk)})
    assert entry.request_id


def test_a_refused_password_leaves_nothing(page: Client, acme: Cast) -> None:
    page.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": NEW, "password2": NEW})

    assert changes(acme) == []


def test_who_left_is_no_longer_recorded(page: Client, acme: Cast, globex: Cast, alice_user: User) -> None:
    with organization_scope(globex.organization.pk):
        Membership.objects.filter(user=alice_user).update(removed_at="2026-01-01T00:00:00Z")

    page.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert (len(changes(acme)), changes(globex)) == (1, [])


def test_a_reset_password_is_in_the_ledger(acme: Cast, alice: Actor) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": acme.users["alice"].email})
    link = re.search(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link is not None

    client.post(client.get(link[1])["Location"], {"password1": NEW, "password2": NEW})

    assert changes(acme) == [("person.password_reset", str(alice.user_id))]


def test_second_factors_are_in_the_ledger(
    page: Client, acme: Cast, alice: Actor, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    signed_in_just_now(page)
    page.get("/accounts/2fa/totp/activate/")
    secret = page.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    with django_capture_on_commit_callbacks(execute=True):
        page.post("/accounts/2fa/totp/activate/", {"code": code})
    assert Authenticator.objects.filter(type="totp", user_id=alice.user_id).exists()
    with django_capture_on_commit_callbacks(execute=True):
        page.post("/accounts/2fa/recovery-codes/generate/")
    with django_capture_on_commit_callbacks(execute=True):
        page.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.filter(user_id=alice.user_id).exists()
    assert [event for event, _actor in changes(acme)] == [
        "person.second_factor_added",
        "person.second_factor_added",
        "person.second_factor_renewed",
        "person.second_factor_removed",
        "person.second_factor_removed",
    ]


def test_a_changed_address_is_recorded_without_the_address(acme: Cast, alice: Actor) -> None:
    user = acme.users["alice"]
    new = EmailAddress(user=user, email="new@acme.example")

    email_changed.send(EmailAddress, request=HttpRequest(), user=user, from_email_address=None, to_email_address=new)

    entry = LedgerEntry.objects.get()
    assert (entry.event, entry.after) == ("person.sign_in_address_changed", {"user": str(user.pk)})
