"""Checks and small writes that several verbs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, Greatest, Least

from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.models import Contract
from contracts.states import ContractState, VersionState
from slas.models import Commitment, CreditTier, EvaluationWindow, Indicator, TelemetryBatch
from slas.states import CommitmentState
from slas.terms import CommitmentTerms

REFUSALS_KEPT = 1000
RUNNING = (ContractState.EXECUTED, ContractState.ACTIVE, ContractState.RENEWED)


def check_is_draft(commitment: Commitment) -> None:
    """Raise DomainError `commitment_fixed` unless the commitment is a draft."""
    if commitment.state != CommitmentState.DRAFT:
        raise DomainError("commitment_fixed", "Only a draft is changed; end this one and bind the clause anew.")


def check_text_binds(commitment: Commitment, contract: Contract) -> None:
    """Raise `version_not_final` or `contract_not_active`: nothing is measured by a text that is not agreed."""
    if commitment.version.state != VersionState.FINAL:
        raise DomainError("version_not_final", "The text that this rests on is not final yet.")
    if contract.state not in RUNNING:
        raise DomainError("contract_not_active", "The contract is not signed or no longer in force.")


def write_tiers(commitment: Commitment, terms: CommitmentTerms) -> None:
    """The commitment has exactly the tiers of the terms."""
    CreditTier.objects.filter(commitment=commitment).delete()
    CreditTier.objects.bulk_create(
        CreditTier(
            organization_id=commitment.organization_id,
            commitment=commitment,
            below=band.below,
            at_or_above=band.at_or_above,
            credit_percent=band.credit_percent,
        )
        for band in terms.tiers
    )


def windows_between(
    rows: QuerySet[EvaluationWindow], start: datetime, end: datetime | None
) -> QuerySet[EvaluationWindow]:
    """Windows that share an instant with [start, end); without an end, with all that follows."""
    found = rows.filter(ends_at__gt=start)
    return found if end is None else found.filter(starts_at__lt=end)


def make_due(rows: QuerySet[EvaluationWindow]) -> int:
    """The windows are judged as soon as a worker is free, closed ones too. Locked in one order, so that two writers
    never wait for each other in a circle."""
    ids = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return EvaluationWindow.objects.filter(pk__in=ids).update(due_at=clock.now())


def begin_monitoring(spans: Iterable[tuple[UUID, datetime, datetime]]) -> None:
    """The indicators know their earliest and latest telemetry."""
    for indicator_id, first, last in spans:
        Indicator.objects.filter(pk=indicator_id).update(
            first_sample_at=Least(Coalesce("first_sample_at", Value(first)), Value(first)),
            last_sample_at=Greatest(Coalesce("last_sample_at", Value(last)), Value(last)),
        )


def keep_batch(actor: Actor, source: str, content: str, received: int, counts: Mapping[str, Any]) -> TelemetryBatch:
    """The delivery as a row; of its refusals the first thousand are kept."""
    return TelemetryBatch.objects.create(
        organization_id=actor.organization_id,
        source=source[:24],
        digest=content,
        received=received,
        **{**counts, "refusals": list(counts["refusals"])[:REFUSALS_KEPT]},
    )
