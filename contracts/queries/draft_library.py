"""How a draft that is being written stands to the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from contracts.models import Draft, DraftClause
from contracts.queries.clause_library import Held, LibraryReport, held_against
from contracts.queries.drafts import clause_rows, labels_of


def draft_report(draft: Draft) -> LibraryReport:
    """Of the clauses that stand, under today's numbers; a fixed number of queries. Fetch it with its contract."""
    rows = list(clause_rows(draft))
    shown = labels_of(rows).shown
    kept = [row for row in rows if not row.is_removed]
    clauses = [_held(row, parent, shown.get(str(row.pk), "")) for row, parent in _with_parents(kept)]
    return held_against(clauses, draft.contract, is_open=True)


def _with_parents(rows: Sequence[DraftClause]) -> Iterator[tuple[DraftClause, UUID | None]]:
    """Each clause with the nearest one above it of a lesser level."""
    above: list[DraftClause] = []
    for row in rows:
        while above and above[-1].level >= row.level:
            above.pop()
        yield row, above[-1].pk if above else None
        above.append(row)


def _held(row: DraftClause, parent: UUID | None, number: str) -> Held:
    return Held(
        pk=row.pk,
        number=number,
        heading=row.heading,
        text=row.text,
        parent=parent,
        library_version=row.library_version,
        library_position=row.library_position,
    )
