"""An amendment is not put to the parties any more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.notify.tell import settle_about
from contracts.events import amending as events
from contracts.models import Amendment
from contracts.operations.amending.guards import ANSWERED, ASKED, locked_amendment
from contracts.operations.requests.guards import check_words
from contracts.queries.signing import check_not_out
from contracts.states import AmendmentState

VERB = "contracts.withdraw_amendment"


@transaction.atomic
def withdraw_amendment(*, actor: Actor, amendment_id: UUID, reason: str) -> Amendment:
    """The contract stays as it is; the text remains as a draft, which may be proposed again. Raises DomainError
    `illegal_move` once it is final, `out_for_signature`, Invalid `words_missing`."""
    amendment = locked_amendment(actor, VERB, amendment_id)
    require(actor, VERB, amendment)
    check_not_out(amendment.contract)
    said = check_words("reason", reason)
    amendment.STATES.check(amendment.state, AmendmentState.WITHDRAWN)
    amendment.outcome = said
    amendment.save(update_fields=["outcome"])
    before = move(actor, amendment, to=AmendmentState.WITHDRAWN, reason=said)
    settle_about(amendment, ASKED)
    settle_about(amendment, ANSWERED)
    record(actor, events.amendment_moved(VERB, amendment, before, said))
    return amendment
