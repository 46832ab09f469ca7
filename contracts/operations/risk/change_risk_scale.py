"""Weights of risk that are not in use yet are others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import risk as events
from contracts.models import RiskScale
from contracts.operations.risk.guards import locked_scale, put_values, scale_facts

VERB = "contracts.change_risk_scale"


@transaction.atomic
def change_risk_scale(*, actor: Actor, scale_id: UUID, **values: Any) -> RiskScale:
    """The draft has the given values of FIELDS. Raises DomainError `scale_fixed`, and what `put_values` does."""
    scale = locked_scale(actor, VERB, scale_id)
    require(actor, VERB, scale)
    before = scale_facts(scale)
    put_values(scale, values).save()
    after = scale_facts(scale)
    changed = {name for name in after if before[name] != after[name]}
    was, is_now = ({name: each[name] for name in sorted(changed)} for each in (before, after))
    record(actor, events.scale_event("risk_scale.changed", VERB, scale, was, is_now))
    return scale
