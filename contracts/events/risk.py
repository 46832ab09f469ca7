"""Facts about the risk of contracts and about the weights that make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.accounts.models import Organization
from clm.events.record import Event
from contracts.models import RiskAssessment, RiskScale


def risk_assessed(assessment: RiskAssessment, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return Event(
        type="risk.assessed",
        verb="contracts.assess_risk",
        subject=assessment,
        contract_id=assessment.contract_id,
        before=before,
        after=after,
        payload={"contract_id": assessment.contract_id, **after},
    )


def assessments_called_for(organization: Organization, count: int, because: str) -> Event:
    """Something that counts in so many contracts changed, by the event that is named."""
    after = {"contracts": count, "because": because}
    return Event(type="risk.called_for", verb="contracts.assess_risk", subject=organization, after=after, payload=after)


def scale_event(
    type_: str, verb: str, scale: RiskScale, before: Mapping[str, Any], after: Mapping[str, Any], reason: str = ""
) -> Event:
    """risk_scale.created, .changed, .activated or .retired."""
    return Event(
        type=type_,
        verb=verb,
        subject=scale,
        before=before,
        after=after,
        payload={"scale_id": scale.pk, "number": scale.number},
        reason=reason,
    )
