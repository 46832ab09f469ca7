"""Sign-in, password reset and the API go on while Redis is away, and their limits still hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from clm.api import cache as steady
from clm.api.cache import SteadyCache
from clm.api.throttles import ActorThrottle
from clm.embedded.running import free_port
from clm.embedded.valkey import Valkey
from tests.cast import PASSWORD, Cast
from tests.clm.api.conftest import Bearer

SIGN_IN = "/accounts/login/"


@pytest.fixture
def away(settings: Settings) -> Iterator[None]:
    """The cache's server is a port on which nothing listens."""
    location = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {"default": {"BACKEND": "clm.api.cache.SteadyCache", "LOCATION": location}}
    yield
    cache.clear()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    tmp_path.chmod(0o711)
    server = Valkey(tmp_path, tmp_path / "log", durable=False)
    server.start()
    yield server
    server.stop()


def sign_in(name: str = "legal", password: str = PASSWORD, **headers: str) -> int:
    sent = {"login": f"{name}@acme.example", "password": password}
    return Client().post(SIGN_IN, sent, headers=headers).status_code


def test_people_sign_in_while_redis_is_away(acme: Cast, away: None) -> None:
    assert sign_in() == 302


def test_a_wrong_password_is_refused_while_redis_is_away(acme: Cast, away: None) -> None:
    assert [sign_in(password="wrong") for _ in range(6)] == [200] * 6
    # Five failures in five minutes close the account's door, even to the right password.
    assert sign_in() == 200


def test_a_password_is_reset_while_redis_is_away(acme: Cast, away: None, mailoutbox: list[object]) -> None:
    answer = Client().post("/accounts/password/reset/", {"email": "legal@acme.example"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
    assert len(mailoutbox) == 1


def test_the_api_counts_on_while_redis_is_away(bearer: Bearer, away: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActorThrottle, "THROTTLE_RATES", {"actor": "2/min"})
    client = bearer()

    answers = [client.get("/api/v1/people/").status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_nobody_signed_in_is_answered_while_redis_is_away(db: None, away: None) -> None:
    assert APIClient().get("/api/v1/people/").status_code == 401


def test_a_server_that_stops_is_left_alone_and_found_again(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = SteadyCache(valkey.url, {})
    counts.set("a", 1, 60)
    assert SteadyCache(valkey.url, {}).get("a") == 1

    valkey.stop()
    assert counts.add("b", 2, 60) is True
    assert (counts.get("a"), counts.get("b"), counts.incr("b"), counts.has_key("b")) == (None, 2, 3, True)

    valkey.start()
    assert counts.get("b") == 3, "it is left alone for a while"
    monkeypatch.setattr(steady, "_away_until", {})
    assert counts.get("b") is None
    assert (counts.set("c", 3, 60), counts._shared.get("c")) == (None, 3)


def test_other_keys_are_touched_and_deleted_in_memory(away: None) -> None:
    cache.set("a", 1)

    assert (cache.touch("a", 60), cache.delete("a"), cache.delete("a"), cache.touch("a", 60)) == (
        True,
        True,
        False,
        False,
    )
