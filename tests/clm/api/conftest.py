from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from clm.accounts.operations.issue_token import issue_token
from clm.lib import clock
from tests.cast import Cast

Bearer = Callable[..., APIClient]


@pytest.fixture
def bearer(acme: Cast) -> Bearer:
    """A client that bears a token of a role, with scopes."""

    def make(role: str = "administrator", scopes: tuple[str, ...] = ("accounts.*", "jobs.*")) -> APIClient:
        _token, secret = issue_token(
            actor=acme[role], name="t", scopes=scopes, expires_at=clock.now() + timedelta(days=1)
        )
        return APIClient(headers={"Authorization": f"Bearer {secret}"})

    return make
