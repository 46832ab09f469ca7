"""The abstract row that belongs to one organization, and its fail-closed manager."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import Expression, Func, UUIDField
from django.db.models.expressions import DatabaseDefault
from django.db.models.sql import Query

from clm.access.scope import current_organization_id, has_scope, organization_filter
from clm.lib.errors import NoOrganizationInScope

M = TypeVar("M", bound=models.Model)


class UUIDv7(Func):
    """PostgreSQL 18's uuidv7(): time-ordered identifiers made by the database."""

    function = "uuidv7"
    template = "%(function)s()"
    output_field = UUIDField()


class NoScope(Expression):
    """Stands where the organization's id should: such a query may be built, and raises as soon as it is run."""

    output_field = UUIDField()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        raise NoOrganizationInScope("a query needs an organization in scope")


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that refuses to insert rows of another organization than the one in scope."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = list(objs)
        for organization_id in {row.organization_id for row in rows}:  # type: ignore[attr-defined]
            check_scope(organization_id)
        give_ids(row for row in rows if isinstance(row.pk, DatabaseDefault))
        return super().bulk_create(rows, *args, **kwargs)


def give_ids(rows: Iterable[models.Model]) -> None:
    """Rows that are about to be inserted in bulk have ids made by the database: Django does not read back a primary
    key that has a database default, and a child could not point to its parent."""
    waiting = list(rows)
    if not waiting:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT uuidv7() FROM generate_series(1, %s)", [len(waiting)])
        for row, (made,) in zip(waiting, cursor.fetchall(), strict=True):
            row.pk = made


class ScopedManager(models.Manager[M]):
    """Reads only the organization in scope; running a query raises NoOrganizationInScope where there is none."""

    def get_queryset(self) -> models.QuerySet[M]:
        if not has_scope():
            return ScopedQuerySet(self.model, using=self._db).filter(organization_id=NoScope())
        within = organization_filter()
        if not within:
            return ScopedQuerySet(self.model, using=self._db)
        query = _narrowed(self.model, within["organization_id"]).chain()
        # A copy of a query shares these lists with it, and each join of a table with itself adds to one.
        query.table_map = {table: [*aliases] for table, aliases in query.table_map.items()}
        return ScopedQuerySet(self.model, query=query, using=self._db)


@lru_cache(maxsize=1024)
def _narrowed(model: type[models.Model], organization_id: UUID) -> Query:
    """The query of the model's rows of one organization, to be copied: every read begins with it."""
    return models.QuerySet(model).filter(organization_id=organization_id).query


class OrganizationRow(models.Model):
    """A row of one organization. Saving it under another organization's scope raises."""

    id = models.UUIDField(primary_key=True, db_default=UUIDv7(), editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = ScopedManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        check_scope(self.organization_id)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        check_scope(self.organization_id)
        return super().delete(*args, **kwargs)


def check_scope(organization_id: UUID) -> None:
    """Raise unless rows of this organization may be written here."""
    if organization_filter() and organization_id != current_organization_id():
        raise NoOrganizationInScope("a row is written under another organization's scope")
