"""Who sees how risky contracts are, and who says what weighs how much. The other side sees nothing of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from clm.access.permissions import visible
from clm.access.registry import (
    everyone_inside,
    register_system_actor,
    register_verbs,
    register_visibility,
    seen_through,
)
from clm.access.subjects import register_subjects
from clm.accounts.roles import INSIDE, Role
from clm.audit.access import register_ledger_filter
from clm.lib.actor import Actor
from contracts.models import Conflict, Contract, RiskAssessment, RiskScale, Stance

VIEW = "contracts.view_risk"
VIEW_CONFLICT = "contracts.view_conflict"
ASSESSOR = "risk_assessor"


def register() -> None:
    register_verbs(
        {
            VIEW: INSIDE,
            "contracts.assess_risk": set(),
            "contracts.create_risk_scale": {Role.ADMINISTRATOR},
            "contracts.change_risk_scale": {Role.ADMINISTRATOR},
            "contracts.activate_risk_scale": {Role.ADMINISTRATOR},
            "contracts.retire_risk_scale": {Role.ADMINISTRATOR},
            VIEW_CONFLICT: INSIDE,
            "contracts.find_conflicts": set(),
            "contracts.acknowledge_conflict": {Role.LEGAL, Role.PROCUREMENT, Role.ADMINISTRATOR},
        }
    )
    register_system_actor(ASSESSOR, {"contracts.assess_risk", "contracts.find_conflicts", "contracts.reroute_approval"})
    register_subjects(Conflict)
    through_contract = seen_through("contract", lambda: Contract)
    register_visibility(RiskAssessment, VIEW, through_contract)
    register_visibility(Stance, VIEW_CONFLICT, through_contract)
    register_visibility(RiskScale, VIEW, everyone_inside)
    register_visibility(Conflict, VIEW_CONFLICT, _conflicts)
    register_ledger_filter(_of_both)


def _conflicts(actor: Actor, rows: QuerySet[Conflict]) -> QuerySet[Conflict]:
    """Only where both contracts are seen."""
    seen = visible(actor, Contract.objects.all()).values("pk")
    return rows.none() if actor.is_counterparty else rows.filter(contract__in=seen, other__in=seen)


def _of_both(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Entries about conflicts for who sees both contracts: that there is one says that there is the other."""
    seen = visible(actor, Conflict.objects.all()).values("pk")
    return rows.filter(~Q(subject_type=Conflict._meta.label_lower) | Q(subject_id__in=seen))
