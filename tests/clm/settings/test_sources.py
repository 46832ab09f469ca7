"""Addresses and secrets from the environment, with any character in a password."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from kombu.utils.url import parse_url
from redis.connection import parse_url as redis_parts

from clm.embedded.places import PROJECT
from clm.settings import sources

AWKWARD = "p@ss/w#rd:?%2F &\"'"
NAMES = ("DATABASE_URL", "DATABASE_HOST", "DATABASE_PASSWORD", "REDIS_URL", "REDIS_HOST", "REDIS_PASSWORD")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_a_database_in_parts_takes_any_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_HOST", "postgres")
    monkeypatch.setenv("DATABASE_PASSWORD", AWKWARD)

    found = sources.database()

    assert (found["HOST"], found["PORT"], found["NAME"]) == ("postgres", "", "covenant")
    assert (found["USER"], found["PASSWORD"]) == ("covenant", AWKWARD)


def test_a_database_address_is_percent_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss%2Fw%23rd@db:5433/clm?sslmode=require")

    found = sources.database()

    assert (found["HOST"], found["PORT"], found["NAME"], found["USER"]) == ("db", "5433", "clm", "me")
    assert (found["PASSWORD"], found["OPTIONS"]) == ("p@ss/w#rd", {"sslmode": "require"})


@pytest.mark.parametrize("password", ["p/w", "p#w", "p?w"])
def test_an_address_with_a_bare_password_says_what_to_do(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:{password}@db:5433/clm")

    with pytest.raises(ImproperlyConfigured, match="Percent-encode @, :, / and # in its password"):
        sources.database()


def test_the_brokers_address_is_encoded_for_both_who_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_HOST", "valkey")
    monkeypatch.setenv("REDIS_PASSWORD", AWKWARD)

    url = sources.redis_url()

    assert redis_parts(url) == {"password": AWKWARD, "host": "valkey", "port": 6379, "db": 0}
    read_by_celery = parse_url(url)
    assert (read_by_celery["password"], read_by_celery["hostname"]) == (AWKWARD, "valkey")


def test_a_broker_without_a_password_has_none_in_its_address() -> None:
    assert sources.redis_url() == "redis://127.0.0.1:6379/0"


def test_a_whole_address_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "rediss://:x@cache:6380/3")
    monkeypatch.setenv("REDIS_HOST", "elsewhere")

    assert sources.redis_url() == "rediss://:x@cache:6380/3"


def test_a_secret_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{AWKWARD}\n")
    monkeypatch.setenv("DATABASE_HOST", "postgres")
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(tmp_path / "password"))

    assert sources.database()["PASSWORD"] == AWKWARD


def test_a_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(tmp_path / "none"))

    with pytest.raises(ImproperlyConfigured, match=r"REDIS_PASSWORD_FILE names .*/none, which cannot be read"):
        sources.redis_url()


@pytest.mark.parametrize("given", ["-1", "one", "1.5"])
def test_a_number_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", given)

    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES is a whole number from 0"):
        sources.whole_number("TRUSTED_PROXIES", 0)


def production(**given: str) -> subprocess.CompletedProcess[str]:
    """What the production settings say with only these variables."""
    environment = {name: value for name, value in os.environ.items() if name not in NAMES} | given
    return subprocess.run(
        [sys.executable, "-c", "from clm.settings import production as p; print(p.DATABASES['default']['HOST'])"],
        env={**environment, "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "covenant.example"},
        cwd=PROJECT,
        capture_output=True,
        check=False,
        text=True,
    )


def test_production_starts_from_parts() -> None:
    assert production(DATABASE_HOST="postgres", REDIS_HOST="valkey").stdout == "postgres\n"


def test_production_asks_for_what_it_lacks() -> None:
    assert "Set DATABASE_URL, or DATABASE_HOST" in production(REDIS_HOST="valkey").stderr
    assert "Set REDIS_URL, or REDIS_HOST" in production(DATABASE_HOST="postgres").stderr
