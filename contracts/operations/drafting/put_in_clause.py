"""A clause of the library comes into a draft that lacks it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import DraftClause, LibraryClauseVersion
from contracts.operations.drafting import add_clause as adding
from contracts.operations.drafting.guards import MAX_HEADING, check_open, locked_draft
from contracts.operations.drafting.put_position import put_position
from contracts.queries.clause_library import versions_in_use


@transaction.atomic
def put_in_clause(*, actor: Actor, draft_id: UUID, library_clause_id: UUID) -> DraftClause:
    """The library clause stands at the end of the draft, on its uppermost level, with the words of its preferred
    position, and is tied to that. Two steps of the history: the clause, and the position.

    Raises what adding a clause and putting a position raise, and DomainError `clause_not_in_use`.
    """
    draft = locked_draft(actor, adding.VERB, draft_id)
    check_open(draft)
    wanted = _in_use(library_clause_id)
    clauses = DraftClause.objects.filter(draft=draft)
    last = clauses.order_by("place").last()
    level = clauses.filter(is_removed=False).aggregate(least=Min("level"))["least"] or 1
    row = adding.add_clause(
        actor=actor,
        draft_id=draft_id,
        after=last.pk if last else None,
        level=level,
        heading=wanted.clause.title[:MAX_HEADING],
    )
    return put_position(
        actor=actor, clause_id=row.pk, revision=row.revision, library_version_id=wanted.pk, position="preferred"
    )


def _in_use(library_clause_id: UUID) -> LibraryClauseVersion:
    found = next((each for each in versions_in_use() if each.clause_id == library_clause_id), None)
    if found is None:
        raise DomainError("clause_not_in_use", _("The library has no approved version of this clause."))
    return found
