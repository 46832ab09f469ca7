"""Sign-in and account pages are the product's own, with and without a session."""

from __future__ import annotations

import time

import pytest
from allauth.account.internal.userkit import user_id_to_str
from django.contrib.auth import get_user
from django.test import Client

from tests.cast import Cast


def signed_in_just_now(client: Client) -> None:
    """Steps that touch the second factor ask for a fresh password; this session has just given it."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = user_id_to_str(get_user(client))  # type: ignore[arg-type]
    session.save()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/accounts/login/", "Sign in"),
        ("/accounts/signup/", "Accounts are made by invitation"),
        ("/accounts/password/reset/", "Reset your password"),
        ("/accounts/password/reset/done/", "Look in your inbox"),
        ("/accounts/password/reset/key/bad-key/", "This link no longer works"),
    ],
)
def test_pages_before_sign_in(path: str, heading: str) -> None:
    response = Client().get(path)
    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in response.content.decode()
    assert 'class="entrance-card"' in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/sessions/"]
)
def test_pages_of_ones_account(page: Client, path: str) -> None:
    signed_in_just_now(page)
    response = page.get(path)
    assert response.status_code == 200
    assert 'class="shell"' in response.content.decode()


def test_the_second_factor_asks_for_a_fresh_password(page: Client) -> None:
    response = page.get("/accounts/2fa/totp/activate/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/reauthenticate/")
    assert 'class="entrance-card"' in response.content.decode()


def test_sign_out_asks_first(page: Client) -> None:
    assert "Sign out?" in page.get("/accounts/logout/").content.decode()


def test_no_page_carries_inline_scripts_or_styles(page: Client) -> None:
    signed_in_just_now(page)
    text = page.get("/accounts/2fa/totp/activate/").content.decode()
    assert 'class="qr"' in text
    assert " style=" not in text
    assert "onclick" not in text
    assert "<script>" not in text


def test_a_page_that_is_not_there(page: Client) -> None:
    response = page.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_nobody_takes_an_address_that_was_not_proven(page: Client, acme: Cast) -> None:
    for action in ("action_add", "action_primary"):
        answer = page.post("/accounts/email/", {action: "", "email": "ceo@partner.example"})
        assert (answer.status_code, answer["Location"]) == (302, "/profile/")

    acme.users["alice"].refresh_from_db()
    assert acme.users["alice"].email == "alice@acme.example"
