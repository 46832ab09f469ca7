"""Other weights of risk are switched on."""

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
from clm.lib.locks import advisory_lock
from contracts.events import risk as events
from contracts.models import RiskScale
from contracts.operations.risk.guards import locked_scale, scale_facts
from contracts.queries.risk import active_scale
from contracts.states import RiskScaleState

VERB = "contracts.activate_risk_scale"


@transaction.atomic
def activate_risk_scale(*, actor: Actor, scale_id: UUID, replaces: UUID | None) -> RiskScale:
    """From now on contracts are scored by it; each has its new score within minutes. `replaces` is the scale that was
    active on the screen, None where none was. Raises DomainError `scale_fixed`, `changed_meanwhile`."""
    advisory_lock(f"risk-scales:{actor.organization_id}")
    scale = locked_scale(actor, VERB, scale_id)
    require(actor, VERB, scale)
    before = active_scale()
    if (before.pk if before else None) != replaces:
        raise DomainError("changed_meanwhile", _("Other weights were switched on meanwhile: compare with those."))
    if before is not None:
        retire(actor, before)
    scale.activated_at, scale.activated_by_id = clock.now(), actor.person_id
    scale.save(update_fields=["activated_at", "activated_by"])
    move(actor, scale, to=RiskScaleState.ACTIVE)
    old = {"replaces": before.number if before else None}
    facts = scale_facts(before) if before else {}
    record(actor, events.scale_event("risk_scale.activated", VERB, scale, facts, scale_facts(scale) | old))
    return scale


def retire(actor: Actor, scale: RiskScale) -> str:
    """Facts first, then the move; answers the state before."""
    scale.retired_at = clock.now()
    scale.save(update_fields=["retired_at"])
    return move(actor, scale, to=RiskScaleState.RETIRED)
