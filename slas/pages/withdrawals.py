"""Why a breach is one no longer, as its page says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from clm.audit.models import Transition
from clm.lib.actor import Actor
from slas import queries
from slas.models import Breach, Commitment, Exclusion
from slas.states import BreachState, ExclusionState

SHOWN = 20


@dataclass(frozen=True)
class Withdrawal:
    """`frozen` are the figures by which it was a miss; `causes` the exclusions that were accepted from then to the
    withdrawal."""

    at: datetime | None
    reason: str
    frozen: dict[str, Any]
    causes: Sequence[Exclusion]

    @property
    def attainment(self) -> Decimal | None:
        stated = self.frozen.get("attainment")
        return None if stated is None else Decimal(stated)

    @property
    def bad(self) -> Decimal:
        return Decimal(self.frozen.get("bad") or 0)


def withdrawal_of(actor: Actor, breach: Breach) -> Withdrawal:
    """When the breach was withdrawn last, and what came between the judgement it was frozen with and that."""
    moved = (
        Transition.objects.filter(subject_type="slas.breach", subject_id=breach.pk, to_state=BreachState.WITHDRAWN)
        .order_by("-at", "-id")
        .first()
    )
    return Withdrawal(
        at=moved.at if moved else None,
        reason=moved.reason if moved else "",
        frozen=breach.evidence.get("figures", {}),
        causes=_causes(actor, breach, moved.at) if moved else (),
    )


def _causes(actor: Actor, breach: Breach, at: datetime) -> list[Exclusion]:
    known = [row["id"] for row in breach.evidence.get("exclusions", ())]
    rows = queries.exclusions(actor).filter(
        commitment_id__in=_in_line(breach.commitment),
        state=ExclusionState.ACCEPTED,
        starts_at__lt=breach.window.ends_at,
        ends_at__gt=breach.window.starts_at,
    )
    accepted = Transition.objects.filter(
        subject_type="slas.exclusion", subject_id=OuterRef("pk"), to_state=ExclusionState.ACCEPTED, at__lte=at
    )
    return list(rows.filter(Exists(accepted)).exclude(pk__in=known).order_by("starts_at")[:SHOWN])


def _in_line(commitment: Commitment | None) -> list[UUID]:
    """The commitment and those that it came in the place of."""
    found = []
    while commitment is not None:
        found.append(commitment.pk)
        commitment = commitment.follows
    return found
