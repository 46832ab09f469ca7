"""Library clauses for tests, made by calling verbs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership
from clm.lib.actor import Actor
from contracts.models import Clause, Contract, LibraryClause, LibraryClauseVersion
from contracts.operations.library.add_library_clause import add_library_clause
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.operations.library.guards import newest_change
from tests.contracts.papers import SENTENCE, newest

PREFERRED = SENTENCE
FALLBACK = SENTENCE.replace("99.9", "99.5")
BAD = "The Service is provided as available."
LADDER: list[dict[str, str]] = [
    {"kind": "preferred", "text": PREFERRED, "why": ""},
    {"kind": "fallback", "text": FALLBACK, "why": "Where the fee is low"},
    {"kind": "unacceptable", "text": BAD, "why": "It promises nothing"},
]
NEXT = [{"kind": "preferred", "text": SENTENCE.replace("month", "quarter"), "why": ""}, *LADDER[1:]]


def approver_beside(actor: Actor) -> Actor:
    """Who approves what the actor wrote."""
    return actor_of_membership(Membership.objects.filter(roles=["approver"], removed_at=None).earliest("id"))


def shelved(actor: Actor, **facts: Any) -> LibraryClause:
    """A draft of the library: availability, mandatory in hosting contracts."""
    given: dict[str, Any] = {
        "title": "Availability", "category": "service_level", "positions": LADDER, "mandatory_for": ["hosting"],
    }  # fmt: skip
    return add_library_clause(actor=actor, **(given | facts))


def approved(actor: Actor, **facts: Any) -> LibraryClauseVersion:
    """The approved version of a library clause."""
    clause = approve_library_clause(actor=approver_beside(actor), clause_id=shelved(actor, **facts).pk)
    return clause.versions.get()


def freed(actor: Actor, clause_id: UUID, *types: str) -> LibraryClause:
    """The clause is mandatory in these types alone, as another one approved."""
    change_library_clause(actor=actor, clause_id=clause_id, mandatory_for=types)
    return approve_library_clause(actor=approver_beside(actor), clause_id=clause_id)


def read_now(clause_id: UUID) -> UUID:
    """What a change or an approval names as seen by whoever reads the clause now."""
    change = newest_change(LibraryClause.objects.get(pk=clause_id))
    assert change is not None
    return change.pk


def renewed(
    actor: Actor, version: LibraryClauseVersion, positions: Any = NEXT, *, by: Actor | None = None
) -> LibraryClauseVersion:
    """The next version, approved by another one."""
    change_library_clause(actor=actor, clause_id=version.clause_id, positions=positions, note="Quarterly")
    approve_library_clause(actor=by or approver_beside(actor), clause_id=version.clause_id)
    return LibraryClauseVersion.objects.filter(clause_id=version.clause_id).latest("number")


def availability(contract: Contract) -> Clause:
    """Clause 2.1 of the sample contract."""
    return Clause.objects.get(version=newest(contract), number="2.1")
