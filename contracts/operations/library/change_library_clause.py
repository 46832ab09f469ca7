"""What is known of a library clause is changed; other positions are a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock, lock_row
from contracts.events import library as events
from contracts.models import LibraryClause, LibraryClauseVersion
from contracts.operations.library.guards import FACTS, check_facts, check_not_own, check_seen, ladder_of
from contracts.states import LibraryState, LibraryVersionState


@transaction.atomic
def change_library_clause(
    *,
    actor: Actor,
    clause_id: UUID,
    positions: Sequence[Mapping[str, Any]] | None = None,
    note: str = "",
    seen: UUID | None = None,
    **changes: Any,
) -> LibraryClause:
    """The clause has the given values of FACTS. Positions that differ are its draft: the next version, or the one that
    waits for approval already. What is approved stays as it is, and goes on counting until the draft is approved.

    `seen` is the newest ledger entry of the clause that the person had before their eyes. Raises DomainError
    `clause_retired`, `changed_meanwhile` where somebody changed it since, `title_taken`, `own_draft` where the actor
    writes a draft of a type in which it is mandatory no longer, Invalid as when it was added.
    """
    advisory_lock(f"library:{actor.organization_id}")
    clause = lock_row(LibraryClause, clause_id)
    require(actor, "contracts.change_library_clause", clause)
    if clause.state == LibraryState.RETIRED:
        raise DomainError("clause_retired", _("This clause is retired."))
    newest = LibraryClauseVersion.objects.filter(clause=clause).latest("number")
    check_seen(clause, seen)
    kept = changes.get("mandatory_for", clause.mandatory_for)
    check_not_own(actor, clause, set(clause.mandatory_for) - set(kept))
    before, after = _change_facts(clause, changes)
    ladder = None if positions is None else ladder_of(positions)
    if ladder is not None and ladder != newest.positions:
        before |= {"positions": newest.positions}
        after |= {"version": _draft(actor, newest, ladder, note).number, "positions": ladder}
    if after:
        record(actor, events.clause_changed(clause, before, after, note))
    return clause


def _change_facts(clause: LibraryClause, changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts that differ, before and after; the clause has the new ones."""
    wanted = {name: changes[name] for name in FACTS if name in changes and changes[name] != getattr(clause, name)}
    if not wanted:
        return {}, {}
    check_facts(wanted, clause.pk)
    before = {name: getattr(clause, name) for name in wanted}
    for name, value in wanted.items():
        setattr(clause, name, value)
    clause.save(update_fields=list(wanted))
    return before, wanted


def _draft(actor: Actor, newest: LibraryClauseVersion, ladder: list[dict[str, str]], note: str) -> LibraryClauseVersion:
    if newest.state == LibraryVersionState.DRAFT:
        newest.positions, newest.note = ladder, note or newest.note
        newest.save(update_fields=["positions", "note"])
        return newest
    return LibraryClauseVersion.objects.create(
        organization_id=actor.organization_id,
        clause_id=newest.clause_id,
        number=newest.number + 1,
        positions=ladder,
        note=note,
        created_by_id=actor.person_id,
        created_at=clock.now(),
    )
