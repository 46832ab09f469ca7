"""Reads about imports: counts, and what a reader is told of a duplicate."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from clm.access.permissions import visible
from clm.documents.models import Blob
from clm.jobs.models import Job
from clm.lib.actor import Actor
from contracts.models import Contract, ContractImport, ImportRow


def counts_of(batch: ContractImport) -> dict[str, int]:
    """Outcome -> number of rows, each outcome that there is."""
    rows = ImportRow.objects.filter(batch=batch).order_by().values_list("outcome")
    return dict(rows.annotate(Count("pk")))


def counts_for(actor: Actor, batch: ContractImport) -> dict[str, int]:
    """The same of the rows that this actor sees."""
    return dict(import_rows(actor, batch).order_by().values_list("outcome").annotate(Count("pk")))


def import_rows(actor: Actor, batch: ContractImport) -> QuerySet[ImportRow]:
    """The rows that this actor sees, in their order, with what they became."""
    rows = ImportRow.objects.filter(batch=batch).select_related("file", "contract", "like").order_by("number")
    return visible(actor, rows)


def tell_likes(actor: Actor, rows: list[ImportRow]) -> None:
    """Rows that are like a contract which this reader does not see say only that it is here already. One query."""
    named = {row.like_id for row in rows if row.like_id}
    seen = set(visible(actor, Contract.objects.filter(pk__in=named)).values_list("pk", flat=True)) if named else set()
    for row in rows:
        if row.like_id and row.like_id not in seen:
            row.like, row.likeness, row.like_kind = None, None, ImportRow.Like.HIDDEN


def job_of(batch: ContractImport) -> Job | None:
    """The newest job on an import, whoever asked for it."""
    return Job.objects.filter(subject_type=batch._meta.label_lower, subject_id=batch.pk).order_by("-id").first()


def is_needed(blob_id: Any) -> bool:
    """Whether any row of any app has these bytes."""
    fields = [
        field for field in Blob._meta.get_fields(include_hidden=True) if field.auto_created and not field.concrete
    ]
    for relation in fields:
        model: Any = relation.related_model
        if model._default_manager.filter(**{relation.field.name: blob_id}).exists():  # type: ignore[union-attr]
            return True
    return False
