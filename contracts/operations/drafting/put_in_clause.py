"""A clause of the library comes into a draft that lacks it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.engine.numbering import is_number, name_of, readings
from contracts.models import Draft, DraftClause, LibraryClauseVersion
from contracts.operations.drafting import add_clause as adding
from contracts.operations.drafting.guards import MAX_HEADING, check_open, locked_draft
from contracts.operations.drafting.put_position import put_position
from contracts.queries.clause_library import versions_in_use
from contracts.queries.drafts import clause_rows, labels_of


@transaction.atomic
def put_in_clause(*, actor: Actor, draft_id: UUID, library_clause_id: UUID) -> DraftClause:
    """The library clause stands behind the numbered clauses of the agreement, before what is attached to it, with the
    words of its preferred position, and is tied to that. Two steps of the history: the clause, and the position.

    Raises what adding a clause and putting a position raise, and DomainError `clause_not_in_use`.
    """
    draft = locked_draft(actor, adding.VERB, draft_id)
    check_open(draft)
    wanted = _in_use(library_clause_id)
    after, level = _spot(draft)
    row = adding.add_clause(
        actor=actor,
        draft_id=draft_id,
        after=after,
        level=level,
        heading=wanted.clause.title[:MAX_HEADING],
    )
    return put_position(
        actor=actor, clause_id=row.pk, revision=row.revision, library_version_id=wanted.pk, position="preferred"
    )


def _spot(draft: Draft) -> tuple[UUID | None, int]:
    """Behind which clause, and on which level: at the end of the list that the agreement counts its clauses in. Where
    that begins anew, or a clause is named an exhibit, what is attached begins. Without numbers, at the end."""
    rows = list(clause_rows(draft))
    shown = labels_of(rows).shown
    kept = [row for row in rows if not row.is_removed]
    labels = {row.pk: shown.get(str(row.pk), "") for row in kept}
    counted = [row.level for row in kept if is_number(labels[row.pk]) and not name_of(labels[row.pk])]
    if not counted:
        return (rows[-1].pk if rows else None), min((row.level for row in kept), default=1)
    level = min(counted)
    upper = [row for row in kept if row.level <= level]
    end = _end_of_list([labels[row.pk] for row in upper])
    following = upper[end + 1] if end + 1 < len(upper) else None
    behind = [row for row in rows if following is None or row.place < following.place]
    return behind[-1].pk, level


def _end_of_list(labels: Sequence[str]) -> int:
    """The place of the last number before the count begins anew or something is attached."""
    found, last = -1, set[int]()
    for at, label in enumerate(labels):
        values = {reading.value for reading in readings(label)}
        begins = 1 in values and not values & {each + 1 for each in last}
        if found >= 0 and (name_of(label) or (values and begins)):
            break
        if values and not name_of(label):
            found, last = at, values
    return found


def _in_use(library_clause_id: UUID) -> LibraryClauseVersion:
    found = next((each for each in versions_in_use() if each.clause_id == library_clause_id), None)
    if found is None:
        raise DomainError("clause_not_in_use", _("The library has no approved version of this clause."))
    return found
