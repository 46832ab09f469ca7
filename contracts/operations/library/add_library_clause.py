"""A clause comes into the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock
from contracts.events import library as events
from contracts.models import LibraryClause, LibraryClauseVersion
from contracts.operations.library.guards import check_facts, ladder_of, tell_or_settle


@transaction.atomic
def add_library_clause(
    *,
    actor: Actor,
    title: str,
    category: str,
    positions: Sequence[Mapping[str, Any]],
    risk: str = "medium",
    owner_id: UUID | None = None,
    guidance: str = "",
    mandatory_for: Sequence[str] = (),
    attribution: str = "",
    is_told: bool = True,
) -> LibraryClause:
    """The clause with its first version, both drafts: nothing is measured by them before they are approved. Without
    `owner_id` it is the actor's. `positions` are {kind, text, why}. Whoever
    may approve it is told, unless `is_told` is False: who calls this tells them.

    Raises Invalid `ladder_wrong` or beside the fact that is wrong, DomainError `title_taken`.
    """
    require(actor, "contracts.add_library_clause")
    advisory_lock(f"library:{actor.organization_id}")
    facts: dict[str, Any] = {
        "title": title.strip(), "category": category, "risk": risk, "owner_id": owner_id or actor.person_id,
        "guidance": guidance.strip(), "mandatory_for": sorted(set(mandatory_for)), "attribution": attribution.strip(),
    }  # fmt: skip
    check_facts(facts)
    clause = LibraryClause.objects.create(organization_id=actor.organization_id, created_at=clock.now(), **facts)
    version = LibraryClauseVersion.objects.create(
        organization_id=actor.organization_id,
        clause=clause,
        number=1,
        positions=ladder_of(positions),
        created_by_id=actor.person_id,
        created_at=clock.now(),
    )
    entry = record(actor, events.clause_added(clause, version, facts))
    if is_told:
        tell_or_settle(clause, entry, waited=False)
    return clause
