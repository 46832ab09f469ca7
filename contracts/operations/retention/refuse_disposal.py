"""A contract stays although its retention is over."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import retention as events
from contracts.models import Disposal
from contracts.operations.requests.guards import check_words
from contracts.operations.retention.guards import check_somebody_else, decide, locked_disposal, tell_proposer
from contracts.states import DisposalState

VERB = "contracts.refuse_disposal"


@transaction.atomic
def refuse_disposal(*, actor: Actor, disposal_id: UUID, reason: str) -> Disposal:
    """It may be proposed anew. Raises DomainError `own_disposal`, Invalid `words_missing`."""
    disposal = locked_disposal(actor, VERB, disposal_id)
    require(actor, VERB, disposal)
    check_somebody_else(actor, disposal)
    before = decide(actor, disposal, DisposalState.REFUSED, check_words("reason", reason))
    tell_proposer(disposal, _("%(reference)s stays"))
    record(actor, events.disposal_ended(VERB, disposal, before, disposal.answer))
    return disposal
