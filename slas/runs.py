"""Runs of failing statuses: where one that straddles an instant began, and where it ended.

An agreement that counts only long outages, or only their whole minutes, asks for the length of an outage, whichever
windows it straddles: each of them needs the run whole, and hears of it when it grows.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from slas.models import Commitment, EvaluationWindow, Indicator, Sample
from slas.models.telemetry import SampleStatus


def counts_lengths(commitment: Commitment) -> bool:
    """Whether how long an outage lasted bears on what of it counts."""
    return commitment.minimum_outage_seconds > 0 or commitment.whole_minutes


def counting_lengths(windows: QuerySet[EvaluationWindow]) -> QuerySet[EvaluationWindow]:
    """The windows of commitments to which the length of an outage matters."""
    return windows.filter(Q(commitment__minimum_outage_seconds__gt=0) | Q(commitment__whole_minutes=True))


def failing(indicator: Indicator) -> set[int]:
    """The statuses that count as down."""
    return {SampleStatus.DOWN} if indicator.is_degraded_up else {SampleStatus.DOWN, SampleStatus.DEGRADED}


def run_before(indicator: Indicator, instant: datetime) -> QuerySet[Sample]:
    """The rows of the run that goes on just before the instant, earliest first; none where nothing fails then."""
    rows = Sample.objects.filter(indicator=indicator, at__lt=instant)
    calm = rows.exclude(status__in=failing(indicator)).order_by("-at").first()
    return (rows.filter(at__gt=calm.at) if calm else rows).order_by("at")


def run_after(indicator: Indicator, instant: datetime, until: datetime) -> QuerySet[Sample]:
    """The rows from the instant on that prolong a run, and the one that ends it; before `until`, earliest first."""
    rows = Sample.objects.filter(indicator=indicator, at__gte=instant, at__lt=until)
    calm = rows.exclude(status__in=failing(indicator)).order_by("at").first()
    return (rows.filter(at__lte=calm.at) if calm else rows).order_by("at")


def run_around(indicator: Indicator, first: datetime, last: datetime) -> tuple[datetime, datetime | None]:
    """[start, end) of all that a change of the rows between both instants can prolong, cut or join; no end where the
    run goes on."""
    begun = run_before(indicator, first).first()
    later = Sample.objects.filter(indicator=indicator, at__gt=last).exclude(status__in=failing(indicator))
    ended = later.order_by("at").first()
    return begun.at if begun else first, ended.at if ended else None
