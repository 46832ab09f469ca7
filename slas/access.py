"""Who may do and see what with service levels."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from clm.access.permissions import visible
from clm.access.registry import Rule, register_system_actor, register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import EVERYONE, INSIDE, Role
from clm.lib.actor import Actor
from contracts.models import Contract
from slas.models import (
    Alert,
    Breach,
    Commitment,
    CreditTier,
    Evaluation,
    EvaluationWindow,
    EvidenceBundle,
    Exclusion,
    Indicator,
    Outage,
    Service,
    ServiceReport,
    TargetRule,
    TelemetryBatch,
)
from slas.states import CommitmentState

MANAGERS = {Role.ACCOUNT_MANAGER, Role.LEGAL, Role.PROCUREMENT, Role.ADMINISTRATOR, Role.INTEGRATION}
EVALUATOR = "evaluator"


def register() -> None:
    register_verbs(
        {
            "slas.view_commitment": EVERYONE,
            "slas.bind_commitment": MANAGERS,
            "slas.change_commitment": MANAGERS,
            "slas.back_test_commitment": MANAGERS,
            "slas.activate_commitment": MANAGERS,
            "slas.end_commitment": MANAGERS,
            "slas.end_with_contract": set(),
            "slas.add_service": MANAGERS,
            "slas.add_indicator": MANAGERS,
            "slas.view_telemetry": INSIDE,
            "slas.ingest_samples": {Role.INTEGRATION, Role.ACCOUNT_MANAGER, Role.ADMINISTRATOR},
            "slas.ingest_outages": {Role.INTEGRATION, Role.ACCOUNT_MANAGER, Role.ADMINISTRATOR},
            "slas.propose_exclusion": MANAGERS,
            "slas.accept_exclusion": MANAGERS,
            "slas.dispute_exclusion": MANAGERS,
            "slas.withdraw_exclusion": MANAGERS,
            "slas.open_windows": set(),
            "slas.evaluate_window": {Role.ACCOUNT_MANAGER, Role.ADMINISTRATOR},
            "slas.view_breach": EVERYONE,
            "slas.acknowledge_breach": MANAGERS,
            "slas.resolve_breach": MANAGERS,
            "slas.view_alert": INSIDE,
            "slas.acknowledge_alert": MANAGERS,
            "slas.file_evidence_bundle": INSIDE,
            "slas.file_service_report": INSIDE,
        }
    )
    register_system_actor(EVALUATOR, {"slas.open_windows", "slas.evaluate_window", "slas.end_with_contract"})
    through_contract = seen_through("contract", lambda: Contract)
    for model in (Service, ServiceReport):
        register_visibility(model, "slas.view_commitment", through_contract)
    register_visibility(Commitment, "slas.view_commitment", _no_drafts(through_contract))
    register_subjects(Alert, Breach, EvaluationWindow)
    register_visibility(Alert, "slas.view_alert", through_contract)
    register_visibility(Breach, "slas.view_breach", through_contract)
    register_visibility(EvidenceBundle, "slas.view_breach", seen_through("breach__contract", lambda: Contract))
    for part in (CreditTier, TargetRule):
        register_visibility(part, "slas.view_commitment", seen_through("commitment", lambda: Commitment))
    for owned in (Exclusion, EvaluationWindow):
        register_visibility(owned, "slas.view_commitment", seen_through("commitment", lambda: Commitment))
    register_visibility(Evaluation, "slas.view_commitment", seen_through("window__commitment", lambda: Commitment))
    register_visibility(Indicator, "slas.view_telemetry", seen_through("service__contract", lambda: Contract))
    register_visibility(Outage, "slas.view_telemetry", seen_through("indicator__service__contract", lambda: Contract))
    register_visibility(TelemetryBatch, "slas.view_telemetry", _batches)


class _IsAmong(Func):
    """Whether a value is one of an array's items; where the value is a key, found by its index."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def _batches(actor: Actor, rows: QuerySet[TelemetryBatch]) -> QuerySet[TelemetryBatch]:
    """Deliveries of which something concerns a contract that the actor sees, and those that concern none at all: their
    figures and refused rows would else tell of a service level that is hidden. One query, without a join."""
    seen = visible(actor, Contract.objects.filter(_IsAmong(F("pk"), OuterRef("contract_ids"))))
    return rows.filter(Q(contract_ids=[]) | Exists(seen))


def _no_drafts(rule: Rule) -> Rule:
    """What one's own side has not yet activated is not the counterparty's to see."""

    def narrowed(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
        seen = rule(actor, rows)
        return seen.exclude(state=CommitmentState.DRAFT) if actor.is_counterparty else seen

    return narrowed
