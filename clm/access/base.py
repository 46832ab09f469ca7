"""The abstract row that belongs to one organization, and its fail-closed manager."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Func, UUIDField

from clm.access.scope import current_organization_id, organization_filter
from clm.lib.errors import NoOrganizationInScope

M = TypeVar("M", bound=models.Model)


class UUIDv7(Func):
    """PostgreSQL 18's uuidv7(): time-ordered identifiers made by the database."""

    function = "uuidv7"
    template = "%(function)s()"
    output_field = UUIDField()


class ScopedManager(models.Manager[M]):
    """Reads only the organization in scope; raises NoOrganizationInScope where there is none."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(**organization_filter())


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
