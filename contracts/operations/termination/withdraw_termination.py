"""A contract goes on after all."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.tell import settle_about
from contracts.events import termination as events
from contracts.models import Termination
from contracts.operations.advance_terms import keep_notice_day
from contracts.operations.requests.guards import check_words
from contracts.operations.termination.guards import ANNOUNCED, locked_termination
from contracts.states import TerminationState

VERB = "contracts.withdraw_termination"


@transaction.atomic
def withdraw_termination(*, actor: Actor, termination_id: UUID, reason: str) -> Termination:
    """Before its day: from then on the contract is over, also where nobody has noted it yet. Raises DomainError
    `illegal_move` once it took effect, `ended_already`, Invalid `words_missing`."""
    termination = locked_termination(actor, VERB, termination_id)
    require(actor, VERB, termination)
    said = check_words("reason", reason)
    if termination.due_at is not None and termination.due_at <= clock.now():
        raise DomainError("ended_already", _("Its day has come: the contract is over."))
    before = move(actor, termination, to=TerminationState.WITHDRAWN, reason=said)
    termination.due_at, termination.withdrawn_reason = None, said
    termination.save(update_fields=["due_at", "withdrawn_reason"])
    keep_notice_day(termination.contract)
    settle_about(termination, ANNOUNCED)
    record(actor, events.termination_moved(VERB, termination, before, said))
    return termination
