"""Somebody says why two contracts may disagree."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record_all
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import conflicts as events
from contracts.models import Conflict
from contracts.operations.requests.guards import check_words
from contracts.states import ConflictState

VERB = "contracts.acknowledge_conflict"


@transaction.atomic
def acknowledge_conflict(*, actor: Actor, conflict_id: UUID, reason: str, seen: str = "") -> Conflict:
    """The conflict counts as known, for the reason given, until either contract says something else. `seen` is the
    fingerprint of what both said on the screen. Raises Invalid `words_missing`, DomainError `conflict_not_open`,
    `changed_meanwhile`."""
    conflict = lock_row(Conflict, conflict_id)
    require(actor, VERB, conflict)
    said = check_words("reason", reason)
    if conflict.state != ConflictState.OPEN:
        raise DomainError("conflict_not_open", _("This conflict is not open."), detail={"state": conflict.state})
    if seen and seen != conflict.fingerprint:
        raise DomainError("changed_meanwhile", _("One of the contracts says something else by now: read it again."))
    conflict.acknowledged_by_id, conflict.acknowledged_at, conflict.reason = actor.person_id, clock.now(), said
    conflict.save(update_fields=["acknowledged_by", "acknowledged_at", "reason"])
    before = move(actor, conflict, to=ConflictState.ACKNOWLEDGED, reason=said)
    record_all(actor, events.conflict_set("conflict.acknowledged", VERB, conflict, before, said))
    return conflict
