"""What share of its base a missed window is worth by the commitment's remedy; fees and amounts are billing's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from clm.lib.canonical import plain_decimal
from slas.engine.credit_tiers import (
    Band,
    CreditShare,
    PartCredit,
    PartSteps,
    Proportion,
    Steps,
    credit_by_bands,
    credit_by_steps,
    credit_in_proportion,
    credit_of_parts,
    lightened,
)
from slas.engine.quantities import SECONDS
from slas.models import Commitment, CreditTier
from slas.models.commitment import RemedyKind


@dataclass(frozen=True)
class Missed:
    """A judged window as a remedy sees it. `judged`: the seconds or events in `unit` that the verdict was on; `parts`
    and `rule` as its evaluation keeps them."""

    attainment: Fraction
    target: Decimal
    judged: Fraction
    unit: str
    parts: Sequence[Mapping[str, Any]] = ()
    rule: Mapping[str, Any] | None = None


def credit_share(commitment: Commitment, missed: Missed, known: Mapping[UUID, Commitment]) -> CreditShare | None:
    """The share of the base; None where no remedy is granted. Of a window that was cut, each part's own remedy for the
    window's attainment, by the part's share of the window. `known`: the parts' commitments by id."""
    if not missed.parts:
        if commitment.remedy_kind == RemedyKind.NONE:
            return None
        return _under_rule(_own_share(commitment, missed, missed.target), missed.rule)
    rows = [known[UUID(str(part["commitment_id"]))] for part in missed.parts]
    if all(row.remedy_kind == RemedyKind.NONE for row in rows):
        return None
    return credit_of_parts(
        [
            PartCredit(
                name=f"{part['commitment']} (version {part['version']})",
                weight=Decimal(part["weight"]),
                share=None
                if row.remedy_kind == RemedyKind.NONE
                else _under_rule(_own_share(row, missed, Decimal(part["target"])), part.get("rule")),
            )
            for part, row in zip(missed.parts, rows, strict=True)
        ]
    )


def _own_share(commitment: Commitment, missed: Missed, target: Decimal) -> CreditShare:
    if commitment.remedy_kind == RemedyKind.TIERS:
        return credit_by_bands(missed.attainment, [_band(tier) for tier in commitment.tiers.all()])
    if commitment.remedy_kind == RemedyKind.PROPORTIONAL:
        return credit_in_proportion(_proportion(commitment, missed))
    return credit_by_steps(missed.attainment, _steps(commitment, target))


def _under_rule(share: CreditShare, rule: Mapping[str, Any] | None) -> CreditShare:
    """The share, or the lighter one that a rule of the target leaves of it (probation, for one)."""
    if not rule or Decimal(rule["remedy_percent"]) == 100:
        return share
    return lightened(share, short(Decimal(rule["remedy_percent"])), str(rule["reason"]))


def _band(tier: CreditTier) -> Band:
    lower = None if tier.at_or_above is None else short(tier.at_or_above)
    return Band(below=short(tier.below), at_or_above=lower, credit_percent=short(tier.credit_percent))


def _proportion(commitment: Commitment, missed: Missed) -> Proportion:
    """What failed of all that was judged, the unmeasured counted as the verdict did; events count as minutes do."""
    scheduled = missed.judged / (60 if missed.unit == SECONDS else 1)
    return Proportion(
        outage_minutes=scheduled * (100 - missed.attainment) / 100,
        scheduled_minutes=scheduled,
        multiplier=short(commitment.multiplier),
    )


def _steps(commitment: Commitment, target: Decimal) -> Steps:
    return Steps(
        target_percent=short(target),
        step_percent=short(commitment.step_percent or Decimal(0)),
        credit_percent=short(commitment.step_credit_percent or Decimal(0)),
        part_steps=PartSteps(commitment.part_steps),
    )


def short(value: Decimal) -> Decimal:
    """The same value without trailing zeros, as people write it."""
    return Decimal(plain_decimal(value))
