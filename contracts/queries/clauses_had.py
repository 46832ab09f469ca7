"""Which contracts have a clause of the library in their newest text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from contracts.models import Clause, Version
from contracts.states import Side


def having_clause(library_clause_id: UUID) -> QuerySet[Any]:
    """Ids of the contracts whose newest text that our side has contains the clause, in whatever version of it. Begins
    with the clauses that are tied to it, for most are tied to nothing."""
    versions = Version.objects.filter(contract=OuterRef("version__contract")).exclude(side=Side.THEIRS, shared_at=None)
    newest = Subquery(versions.order_by("-number").values("pk")[:1])
    tied = Clause.objects.filter(library_version__clause=library_clause_id, version=newest)
    return tied.values("version__contract")
