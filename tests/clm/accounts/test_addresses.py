"""X-Forwarded-For counts as far as TRUSTED_PROXIES reaches, and no further."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from pytest_django import Settings
from rest_framework.test import APIClient

from clm.accounts.addresses import client_address
from clm.api.throttles import AnonymousThrottle
from clm.embedded.places import PROJECT

PEER = "10.0.0.9"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, None, PEER),
        (0, "192.0.2.1", PEER),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.5, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.5, 192.0.2.1, 198.51.100.7", "192.0.2.1"),
        (2, "192.0.2.1", PEER),
        (1, "unknown", PEER),
        (1, "", PEER),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_address_limits_count_by(settings: Settings, proxies: int, header: str | None, address: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {} if header is None else {"X-Forwarded-For": header}

    assert client_address(RequestFactory(REMOTE_ADDR=PEER).get("/", headers=headers)) == address


def test_a_unix_socket_is_this_machine() -> None:
    assert client_address(RequestFactory(REMOTE_ADDR="").get("/")) == "127.0.0.1"


@pytest.fixture
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def failed_sign_ins(count: int) -> list[int]:
    """Each for another address of mail and with another X-Forwarded-For."""
    return [
        Client()
        .post(
            "/accounts/login/",
            {"login": f"nobody{n}@acme.example", "password": "wrong"},
            headers={"X-Forwarded-For": f"192.0.2.{n}"},
        )
        .status_code
        for n in range(count)
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("_empty_cache")
def test_a_made_up_header_does_not_get_round_the_limit_on_sign_ins() -> None:
    assert failed_sign_ins(32) == [200] * 30 + [429] * 2


@pytest.mark.django_db
@pytest.mark.usefixtures("_empty_cache")
def test_behind_a_proxy_each_client_has_its_own_limit(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1

    assert failed_sign_ins(32) == [200] * 32


@pytest.mark.django_db
@pytest.mark.usefixtures("_empty_cache")
@pytest.mark.parametrize(("proxies", "forged"), [(0, "192.0.2.{}"), (1, "192.0.2.{}, 198.51.100.7")])
def test_a_made_up_header_does_not_get_round_the_limit_on_the_api(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, proxies: int, forged: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    monkeypatch.setattr(AnonymousThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    client = APIClient()

    answers = [
        client.get("/api/v1/openapi.json", headers={"X-Forwarded-For": forged.format(n)}).status_code for n in range(3)
    ]

    assert answers == [200, 200, 429]


@pytest.mark.parametrize(("proxies", "believed"), [("0", "None"), ("1", "('HTTP_X_FORWARDED_PROTO', 'https')")])
def test_https_is_believed_only_of_a_trusted_proxy(proxies: str, believed: str) -> None:
    script = "from clm.settings import base; print(base.SECURE_PROXY_SSL_HEADER, base.REST_FRAMEWORK['NUM_PROXIES'])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TRUSTED_PROXIES": proxies},
        cwd=PROJECT,
        capture_output=True,
        check=True,
        text=True,
    )

    assert done.stdout == f"{believed} {proxies}\n"


def test_an_address_is_written_in_one_form() -> None:
    """As the database keeps it: what is computed over it before saving holds afterwards."""
    request = RequestFactory(REMOTE_ADDR="::ffff:10.0.0.1").get("/")
    assert client_address(request) == "10.0.0.1"
