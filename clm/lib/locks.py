"""Waiting for one's turn: row locks by id, and advisory locks for what has no row."""

from __future__ import annotations

import hashlib
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Model

from clm.lib.errors import NotVisible

M = TypeVar("M", bound=Model)


def lock_row(model: type[M], pk: UUID | str, *related: str) -> M:
    """The row locked FOR UPDATE within the organization in scope, or NotVisible. Call inside a transaction."""
    try:
        # select_related() without names would join every row there is.
        rows = model._default_manager.select_for_update(of=("self",))
        return (rows.select_related(*related) if related else rows).get(pk=pk)
    except (ObjectDoesNotExist, ValueError) as missing:
        raise NotVisible() from missing


def advisory_lock(name: str) -> None:
    """Hold a transaction-long lock on a name: callers with the same name go one after another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(name)])


def try_advisory_lock(name: str) -> bool:
    """Take the transaction-long lock if it is free; answer whether it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_key(name)])
        row = cursor.fetchone()
    return bool(row and row[0])


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
