"""How a draft that is being written stands to the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.engine.blanks import answered
from contracts.models import Draft, DraftClause, LibraryClauseVersion
from contracts.queries.clause_library import Held, LibraryReport, held_against, versions_in_use
from contracts.queries.drafts import clause_rows, labels_of
from contracts.queries.templates import answers_to


def draft_report(draft: Draft) -> LibraryReport:
    """Of the clauses that stand, under today's numbers; a fixed number of queries. Fetch it with its contract."""
    rows = list(clause_rows(draft))
    shown = labels_of(rows).shown
    kept = [row for row in rows if not row.is_removed]
    clauses = [_held(row, parent, shown.get(str(row.pk), "")) for row, parent in _with_parents(kept)]
    return held_against(clauses, draft.contract, is_open=True)


@dataclass(frozen=True)
class OwnPosition:
    """A position as it would stand in the draft: its blanks filled from the answers. `value` as position_choices has
    it, empty where the clause is like none of the library."""

    value: str
    text: str
    why: str


def own_position(draft: Draft, clause_id: UUID) -> OwnPosition:
    """Where a clause begins that is to be replaced: the place that it is tied to in the library's version of today,
    else the preferred position of the library clause that it is most like."""
    row = next((row for row in draft_report(draft).rows if row.clause.pk == clause_id), None)
    if row is None:
        return OwnPosition("", "", "")
    in_use = {each.clause_id: each for each in versions_in_use()}
    version = in_use.get(row.library_version.clause_id)
    if version is None:
        return OwnPosition("", "", "")
    tied = row.clause.library_position if row.is_adopted else ""
    usable = {name for name, position in version.keyed if position["kind"] != "unacceptable"}
    return shown_position(draft, version, tied if tied in usable else "preferred")


def shown_position(draft: Draft, version: LibraryClauseVersion, name: str) -> OwnPosition:
    position = dict(version.keyed)[name]
    text = answered(str(position["text"]), answers_to(draft.contract_id))
    return OwnPosition(f"{version.pk}:{name}", text, str(position["why"]))


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
