"""Others see who writes in a clause."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import drafts as events
from contracts.models import DraftClause
from contracts.operations.drafting.guards import check_open, locked_clause

VERB = "contracts.hold_clause"
HELD_FOR = timedelta(minutes=2)  # a browser that writes asks again well before; one that died lets go after it


@transaction.atomic
def hold_clause(*, actor: Actor, clause_id: UUID, take_over: bool = False, release: bool = False) -> DraftClause:
    """The clause is held by the actor for two minutes more, or by nobody with `release`. It is told, never enforced:
    whoever sends words has them merged. Another's hold ends by itself, or with `take_over`.

    Raises DomainError `clause_held` with detail by and until, `turn_over`.
    """
    clause = locked_clause(actor, VERB, clause_id)
    require(actor, VERB, clause.draft)
    check_open(clause.draft)
    before, now = clause.held_by_id, clock.now()
    is_held = before is not None and clause.held_until is not None and clause.held_until > now
    is_others = is_held and before != actor.user_id
    if release and (is_others or before is None):
        return clause
    if is_others and not take_over:
        raise _held(clause)
    clause.held_by_id = None if release else actor.person_id
    clause.held_until = None if release else now + HELD_FOR
    clause.save(update_fields=["held_by", "held_until"])
    if before != clause.held_by_id:
        record(actor, events.clause_held(clause, before))
    return clause


def _held(clause: DraftClause) -> DomainError:
    until = clause.held_until.isoformat() if clause.held_until else ""
    message = _("%(person)s is writing here.") % {"person": clause.held_by}
    return DomainError("clause_held", message, detail={"by": str(clause.held_by), "until": until})
