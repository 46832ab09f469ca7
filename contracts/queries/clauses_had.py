"""Which contracts have a clause of the library in the text that counts, and which are known to lack it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, Q

from contracts.models import Contract, LibraryClause, Version
from contracts.queries.clause_library import LibraryReport, current_report
from contracts.queries.texts import by_counting, our_texts
from contracts.states import LibraryState


def having_clause(library_clause_id: UUID) -> Q:
    """The words of the clause, in whatever position of whatever version, are in the text in force; before there is one,
    in the newest that our side has."""
    return Q(library_clauses__contains=[library_clause_id])


def lacking_clause(library_clause_id: UUID) -> Q:
    """It was looked for, and is not there: nothing is said of contracts without a text, nor of those that wait to be
    held against the library, and no text is held against clauses that are not in use."""
    in_use = Exists(LibraryClause.objects.filter(pk=library_clause_id, state=LibraryState.APPROVED))
    return looked_through() & Q(in_use) & ~having_clause(library_clause_id)


def looked_through() -> Q:
    """There is a text, and it was held against the library as it is."""
    return Q(library_clauses__isnull=False, risk_due_at=None)


def counting_text_id(contract: Contract) -> UUID | None:
    return by_counting(our_texts().filter(contract=contract)).values_list("pk", flat=True).first()


def clauses_had(text_id: UUID | None, version: Version | None, report: LibraryReport | None) -> list[UUID] | None:
    """Those of the text that counts, None where nothing can be read in it, as in a scan; the report on another version
    of the contract is taken where it is on that."""
    if text_id is None:
        return None
    counting = version if version is not None and version.pk == text_id else Version.objects.get(pk=text_id)
    if not counting.text.strip():
        return None
    return sorted((report if report is not None and counting is version else current_report(counting)).had)
