"""A clause of a draft is tied to a position of the library."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import library as events
from contracts.models import Clause
from contracts.operations.approval.guards import supersede_approvals
from contracts.operations.guards import locked_version
from contracts.operations.library.guards import check_not_superseded, position_in_use
from contracts.queries.signing import check_not_out
from contracts.states import VersionState


@transaction.atomic
def adopt_library_clause(
    *, actor: Actor, clause_id: UUID, library_version_id: UUID | None, position: str = ""
) -> Clause:
    """The clause is a version of that position ("preferred", "fallback-1" ...); without `library_version_id` the tie is
    taken off. No word of the contract changes. The tie stays with the version once that is final.

    Raises DomainError `version_final`, `position_not_approved`, `clause_retired`, `position_superseded` of an
    older version than the library's, Invalid `position_unknown`.
    """
    found = Clause.objects.filter(pk=clause_id).values_list("version_id", flat=True).first()
    version = locked_version(found or clause_id)
    require(actor, "contracts.adopt_library_clause", version)
    check_not_out(version.contract)
    if version.state != VersionState.DRAFT:
        raise DomainError("version_final", _("The clauses of a version that left draft never change."))
    clause = Clause.objects.select_related("version").get(pk=clause_id)
    before = {"library_version": clause.library_version_id, "position": clause.library_position}
    wanted = None if library_version_id is None else position_in_use(library_version_id, position)
    if wanted is not None:
        check_not_superseded(wanted, clause.library_version_id)
    after = (wanted.pk, position) if wanted else (None, "")
    if after != (clause.library_version_id, clause.library_position):
        why = _("What its clauses are held against changed.")
        supersede_approvals(actor, version.contract, verb="contracts.adopt_library_clause", why=why)
    clause.library_version, clause.library_position = wanted, position if wanted else ""
    clause.save(update_fields=["library_version", "library_position"])
    record(actor, events.clause_adopted(clause, before))
    return clause
