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
from contracts.operations.library.guards import (
    FACTS,
    check_facts,
    check_seen,
    check_title_stands,
    ladder_of,
    tell_or_settle,
    waits,
)
from contracts.states import LibraryState, LibraryVersionState


@transaction.atomic
def change_library_clause(
    *,
    actor: Actor,
    clause_id: UUID,
    positions: Sequence[Mapping[str, Any]] | None = None,
    note: str = "",
    seen: UUID | None = None,
    is_told: bool = True,
    **changes: Any,
) -> LibraryClause:
    """The clause has the given values of FACTS. Positions that differ are its draft: the next version, or the one that
    waits for approval already. What is approved stays as it is, and goes on counting until the draft is approved. So do
    the types of contracts that must have it, once it is approved: others wait (`proposed_for`). Whoever may approve
    what begins to wait is told, unless `is_told` is False: who calls this tells them.

    `seen` is the newest ledger entry of the clause that the person had before their eyes. Raises DomainError
    `clause_retired`, `changed_meanwhile` where somebody changed it since, `title_taken`, Invalid as when it was added,
    and `title_void` where one in use would be called omitted.
    """
    advisory_lock(f"library:{actor.organization_id}")
    clause = lock_row(LibraryClause, clause_id)
    require(actor, "contracts.change_library_clause", clause)
    if clause.state == LibraryState.RETIRED:
        raise DomainError("clause_retired", _("This clause is retired."))
    newest = LibraryClauseVersion.objects.filter(clause=clause).latest("number")
    check_seen(clause, seen)
    waited = waits(clause)
    before, after = _change_facts(clause, _with_types_waiting(clause, changes))
    ladder = None if positions is None else ladder_of(positions)
    if ladder is not None and ladder != newest.positions:
        before |= {"positions": newest.positions}
        after |= {"version": _draft(actor, newest, ladder, note).number, "positions": ladder}
    if after:
        entry = record(actor, events.clause_changed(clause, before, after, note))
        tell_or_settle(clause, entry, waited=waited or not is_told)
    return clause


def _with_types_waiting(clause: LibraryClause, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Types of a clause that counts already are proposed; those that it has propose nothing."""
    facts = dict(changes)
    if "mandatory_for" in facts:
        facts["mandatory_for"] = sorted(set(facts["mandatory_for"]))
    if clause.state == LibraryState.APPROVED and "mandatory_for" in facts:
        check_facts({"mandatory_for": facts["mandatory_for"]}, clause.pk)
        types = facts.pop("mandatory_for")
        facts["proposed_for"] = None if types == sorted(clause.mandatory_for) else types
    return facts


def _change_facts(clause: LibraryClause, changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts that differ, before and after; the clause has the new ones."""
    names = (*FACTS, "proposed_for")
    wanted = {name: changes[name] for name in names if name in changes and changes[name] != getattr(clause, name)}
    if not wanted:
        return {}, {}
    check_facts(wanted, clause.pk)
    check_title_stands(clause, str(wanted.get("title", "")))
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
