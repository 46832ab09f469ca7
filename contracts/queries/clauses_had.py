"""Which contracts have a clause of the library in the text that counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from contracts.models import Clause, LibraryClauseVersion
from contracts.queries.texts import by_counting, our_texts


def having_clause(library_clause_id: UUID) -> QuerySet[Any]:
    """Ids of the contracts whose text in force contains the clause, in whatever version of it; before there is one, the
    newest that our side has. Begins with the clauses that are tied to it, whose versions are asked for first: almost
    all are tied to nothing, and PostgreSQL knows that of a version it is told only."""
    tied_to = list(LibraryClauseVersion.objects.filter(clause=library_clause_id).values_list("pk", flat=True))
    versions = our_texts().filter(contract=OuterRef("version__contract"))
    counting = Subquery(by_counting(versions).values("pk")[:1])
    tied = Clause.objects.filter(library_version__in=tied_to, version=counting)
    return tied.values("version__contract")
