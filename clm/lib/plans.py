"""How PostgreSQL is asked for rows that several indexes find, so that it takes as long as there are such rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, F, Func, IntegerField, QuerySet, Subquery, TextField, Value
from psycopg2.errors import QueryCanceled

T = TypeVar("T")

# The planner takes a vector for part of its row, but it is read from a storage of its own: matching row by row is many
# times dearer than it looks, and must not be chosen where an index answers. And no search is worth compiling.
_NOT_COMPILED = "SET LOCAL jit = off"
_BY_INDEX = f"SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; {_NOT_COMPILED}"
_BY_IDS = f"SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on; {_NOT_COMPILED}"
_AS_USUAL = "SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL enable_indexscan TO DEFAULT; SET LOCAL jit TO DEFAULT"
# So many rows a search tells apart; of more it says "more than".
COUNTED = 10_000
# Somewhat more, for some of what they lead to may not be seen.
LOOKED_UP = 12_000
# So long rows are read in the order of a list until a page is full, in milliseconds.
PATIENCE = 1000
_LIMIT = (
    "SELECT current_setting('statement_timeout'), extract(epoch FROM current_setting('statement_timeout')::interval)"
)


class Among(Func):
    """A condition: the field is one of the ids, as `bounded_ids` answers them: one value, however many they are."""

    template = "%(expressions)s::uuid[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, field: str, ids: Iterable[str]) -> None:
        super().__init__(F(field), Value(f"{{{','.join(ids)}}}", TextField()))


class NumberOf(Subquery):
    """How many rows a queryset has that asks for one column, which may be cut: more need not be met to be counted."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS bounded)"
    output_field = IntegerField()


def met_soon(read: Callable[[QuerySet[Any]], T], rows: QuerySet[Any], gathered: QuerySet[Any] | None) -> T:
    """What is read of the first of the rows, of which there are so many that in the order of a list the first are met
    soon. Where they are not, for all of them are old, say, it is read of the same rows gathered by their indexes. None
    where there are not so many: then they are read as they are."""
    if gathered is None:
        return read(rows)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_LIMIT)
        usual, seconds = cursor.fetchone()
        if 0 < seconds * 1000 <= PATIENCE:
            return read(rows)
        try:
            with transaction.atomic():
                cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE:d}; {_NOT_COMPILED}")
                found = read(rows)
        except OperationalError as stopped:
            if not isinstance(stopped.__cause__, QueryCanceled):
                raise
            cursor.execute(_BY_INDEX)
            found = read(gathered)
        cursor.execute(f"SET LOCAL statement_timeout = %s; {_AS_USUAL}", [usual])
    return found


@dataclass
class ByIds:
    """The rows whose id is the key of one of the others, of which LOOKED_UP are gathered first. Once it was asked,
    `number` says how many those were."""

    rows: QuerySet[Any]
    others: QuerySet[Any]
    key: str
    number: int = 0


class _Known(Func):
    """A condition: the field is one of the keys that were gathered in the same statement. A list of ids, not a join,
    for that would be planned along all rows."""

    template = "%(expressions)s = ANY(ARRAY(SELECT id FROM known))"
    output_field = BooleanField()


def _keys(rows: QuerySet[Any], key: str) -> QuerySet[Any]:
    """Each once: several rows may have one key that is not their own."""
    keys = rows.order_by().values_list(key)
    is_own = key == "pk" or getattr(rows.model._meta.get_field(key), "unique", False)
    return keys if is_own else keys.distinct()


def rows_of(rows: QuerySet[Any], others: QuerySet[Any], key: str) -> Iterator[QuerySet[Any] | ByIds]:
    """For `bounded_ids`: the rows whose id is the key of one of the others. By ids first; then, where there are more of
    the others, by a join."""
    by_ids = ByIds(rows, others, key)
    yield by_ids
    if by_ids.number == LOOKED_UP:
        yield rows.filter(pk__in=others.values(key))


def bounded_ids(
    ways: Iterable[QuerySet[Any] | ByIds], most: int, key: str = "pk", *, matches_texts: bool = True
) -> list[str]:
    """The keys of rows that one of the querysets has, each once, at most `most` of them. Each queryset is asked by
    itself, so that an index serves it, and no more of them than are needed."""
    usual = _BY_INDEX if matches_texts else _NOT_COMPILED
    found: set[str] = set()
    is_within = connection.in_atomic_block  # settings end with the transaction they are made in
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for way in ways:
            try:
                ids = _asked(cursor, way, most, key, usual)
            except EmptyResultSet:  # known without asking
                continue
            found.update(ids[1:-1].split(",") if ids else ())
            if len(found) >= most:
                break
        if is_within:
            cursor.execute(_AS_USUAL)
    return list(found)[:most]


def _asked(cursor: Any, way: QuerySet[Any] | ByIds, most: int, key: str, usual: str) -> str | None:
    """The keys as PostgreSQL writes an array of them; None for none."""
    if not isinstance(way, ByIds):
        statement, params = _keys(way, key)[:most].query.sql_with_params()
        cursor.execute(f"{usual}; SELECT array_agg(id)::text FROM ({statement}) AS found(id)", params)  # noqa: S608
        return cast("str | None", cursor.fetchone()[0])
    known, first = _keys(way.others, way.key)[:LOOKED_UP].query.sql_with_params()
    statement, then = _keys(way.rows.filter(_Known(F("pk"))), key)[:most].query.sql_with_params()
    cursor.execute(
        f"{_BY_IDS}; WITH known(id) AS MATERIALIZED ({known})"  # noqa: S608
        f" SELECT array_agg(id)::text, (SELECT count(*) FROM known) FROM ({statement}) AS found(id)",
        [*first, *then],
    )
    ids, way.number = cursor.fetchone()
    return cast("str | None", ids)
