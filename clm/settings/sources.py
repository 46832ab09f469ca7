"""Where settings come from: variables, files that hold secrets, and addresses whole or in parts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def secret(name: str, default: str = "") -> str:
    """The variable; else what the file that `<name>_FILE` names holds, without its line end; else the default."""
    if value := os.environ.get(name):
        return value
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().rstrip("\r\n")
        except OSError as failure:
            raise ImproperlyConfigured(f"{name}_FILE names {file}, which cannot be read: {failure.strerror}.") from None
    return default


def whole_number(name: str, default: int) -> int:
    """The variable as a number from 0. Raises ImproperlyConfigured for anything else."""
    given = os.environ.get(name) or str(default)
    if not given.isdecimal():
        raise ImproperlyConfigured(f"{name} is a whole number from 0, not {given!r}.")
    return int(given)


def listed(name: str) -> list[str]:
    """The parts of the variable between commas, empty ones left out."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def has_database() -> bool:
    """Whether the environment says where the database is."""
    return bool(os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_HOST"))


def has_redis() -> bool:
    """Whether the environment says where the broker is."""
    return bool(os.environ.get("REDIS_URL") or os.environ.get("REDIS_HOST"))


def database() -> dict[str, Any]:
    """Django's database settings: of DATABASE_URL, else of DATABASE_HOST, _PORT, _NAME, _USER and _PASSWORD.

    The parts are taken as they are, so a password may hold any character; in an address it is percent-encoded.
    """
    given = os.environ.get("DATABASE_URL", "")
    parts = _of_url(given) if given or not os.environ.get("DATABASE_HOST") else _of_parts()
    return {
        "ENGINE": "django_prometheus.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        **parts,
    }


def _of_url(url: str) -> dict[str, Any]:
    """What stands after `?`, as sslmode=require, is handed to libpq."""
    try:
        parts = urlsplit(url or "postgresql://covenant@127.0.0.1/covenant")
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(
            "DATABASE_URL is not an address. Percent-encode @, :, / and # in its password, or set DATABASE_HOST, "
            "DATABASE_USER and DATABASE_PASSWORD instead."
        ) from None
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _of_parts() -> dict[str, Any]:
    return {
        "NAME": os.environ.get("DATABASE_NAME") or "covenant",
        "USER": os.environ.get("DATABASE_USER") or "covenant",
        "PASSWORD": secret("DATABASE_PASSWORD"),
        "HOST": os.environ["DATABASE_HOST"],
        "PORT": os.environ.get("DATABASE_PORT", ""),
        "OPTIONS": {},
    }


def redis_url() -> str:
    """REDIS_URL, else the address that REDIS_HOST, REDIS_PORT and REDIS_PASSWORD make, percent-encoded."""
    if given := os.environ.get("REDIS_URL"):
        return given
    password = quote(secret("REDIS_PASSWORD"), safe="")
    host = os.environ.get("REDIS_HOST") or "127.0.0.1"
    return f"redis://{f':{password}@' if password else ''}{host}:{os.environ.get('REDIS_PORT') or 6379}/0"
