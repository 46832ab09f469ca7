"""One moment of the database, read over a connection of its own while the organization goes on working."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

CHUNK = 500
BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Snapshot:
    """A read-only transaction that sees what was committed when it began, and locks nothing. The connection that jobs
    report by stays free: what they write is seen at once."""

    def __init__(self) -> None:
        self._connection: Any = connection.copy()
        self.at: datetime

    def __enter__(self) -> Snapshot:
        self._connection.set_autocommit(False)
        with self._connection.cursor() as cursor:
            cursor.execute(BEGIN)
            cursor.execute("SELECT transaction_timestamp()")
            (self.at,) = cursor.fetchone()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._connection.close()

    def rows(self, sql: str, params: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows from a cursor of the server, a chunk at a time: memory does not grow with the table."""
        with self._connection.chunked_cursor() as cursor:
            cursor.execute(sql, params)
            while some := cursor.fetchmany(CHUNK):
                yield from some

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        return next(self.rows(sql, params), None)
