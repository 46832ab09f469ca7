"""Waiting for one's turn: row locks by id, and advisory locks for what has no row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Model

from clm.lib.errors import NotVisible

M = TypeVar("M", bound=Model)
# Within `noting_locks`: the rows that were locked.
_taken: ContextVar[list[str] | None] = ContextVar("locks_taken", default=None)


def lock_row(model: type[M], pk: UUID | str, *related: str) -> M:
    """The row locked FOR UPDATE within the organization in scope, or NotVisible. Call inside a transaction.

    The related rows are read by a second statement, after the wait: a statement that waited for the lock sees the
    locked row as it is now, but the rows joined to it as they were when it began.
    """
    rows = model._default_manager.all()
    try:
        if not related:
            row = rows.select_for_update(of=("self",)).get(pk=pk)
        else:
            rows.select_for_update(of=("self",)).values_list("pk").get(pk=pk)
            row = rows.select_related(*related).get(pk=pk)
    except (ObjectDoesNotExist, ValueError) as missing:
        raise NotVisible() from missing
    note_lock(row)
    return row


def note_lock(row: Model) -> None:
    """Somebody who asks with `locks_taken` is told that this row is locked."""
    taken = _taken.get()
    if taken is not None:
        taken.append(f"{row._meta.label_lower}:{row.pk}")


@contextmanager
def noting_locks() -> Iterator[None]:
    """Within, `locks_taken` answers whether a row was locked yet."""
    token = _taken.set([])
    try:
        yield
    finally:
        _taken.reset(token)


def locks_taken() -> bool:
    return bool(_taken.get())


def advisory_lock(name: str) -> None:
    """Hold a transaction-long lock on a name: callers with the same name go one after another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(name)])


def try_advisory_lock(name: str) -> bool:
    """Take the transaction-long lock if it is free; answer whether it was."""
    return _asked("SELECT pg_try_advisory_xact_lock(%s)", name)


@contextmanager
def held_if_free(name: str) -> Iterator[bool]:
    """Hold the lock for the block, across its transactions, if it is free; gives whether it was. Never waits.

    It belongs to the connection: it ends with it, and whoever has it already has it again.
    """
    is_held = _asked("SELECT pg_try_advisory_lock(%s)", name)
    try:
        yield is_held
    finally:
        if is_held:
            # On a connection that was lost the lock is gone already, and what ended it is what the caller hears of.
            with suppress(OperationalError, InterfaceError):
                _asked("SELECT pg_advisory_unlock(%s)", name)


def _asked(statement: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_key(name)])
        row = cursor.fetchone()
    return bool(row and row[0])


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
