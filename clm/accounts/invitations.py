"""The mail that an invited person gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from clm.accounts.models import Organization, User
from clm.notify.models import Notification


def set_password_url(user: User) -> str:
    """The link to set a first password; it stops working once used, or after PASSWORD_RESET_TIMEOUT."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.SITE_URL}{path}"


def invitation_context(notification: Notification) -> Mapping[str, Any]:
    """The organization, and the set-password link where the person has no password yet."""
    user = notification.user
    return {
        "organization": Organization.objects.get(pk=notification.organization_id),
        "set_password_url": "" if user.has_usable_password() else set_password_url(user),
        "sign_in_url": f"{settings.SITE_URL}{reverse(settings.LOGIN_URL)}",
    }
