"""Reads about imports: counts, and what a reader is told of a duplicate."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from clm.access.permissions import visible
from clm.access.scope import current_organization_id
from clm.documents.models import Blob
from clm.jobs.models import Job
from clm.lib.actor import Actor
from contracts.models import Contract, ContractImport, Envelope, ImportRow


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


# Papers that an envelope had before, and the pictures of its pages, are named in its JSON.
_IN_ENVELOPES = f"""
SELECT DISTINCT named::uuid FROM {Envelope._meta.db_table} e,
    jsonb_array_elements_text(e.former_blobs || jsonb_path_query_array(e.pages, '$[*].picture')) named
WHERE e.organization_id = %s AND named = ANY(%s)
"""  # noqa: S608


def needed_among(blobs: Collection[UUID]) -> set[UUID]:
    """Those of the bytes that any row of any app has, in a few queries however many are asked for."""
    if not blobs:
        return set()
    found: set[UUID] = set()
    for relation in Blob._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete:
            model: Any = relation.related_model
            key = relation.field  # type: ignore[union-attr]
            rows = model._default_manager.filter(**{f"{key.name}__in": blobs}).order_by()
            found |= set(rows.values_list(key.attname, flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_IN_ENVELOPES, [current_organization_id(), [str(each) for each in blobs]])
        return found | {each for (each,) in cursor.fetchall()}
