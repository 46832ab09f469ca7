"""Windows that an amendment cut: whose terms hold in which stretch of them, and which commitments join."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from clm.lib.intervals import Interval
from slas.engine.windows import Window, start_of_day, window_at
from slas.models import Commitment, EvaluationWindow
from slas.models.commitment import WindowKind

RELATED = (
    "indicator__service",
    "contract",
    "version",
    "passage__version__contract",
    "passage__clause",
)


@dataclass(frozen=True)
class Stretch:
    """[start, end) of a window, in which the terms of `commitment` are in force. `whole`: that window, where this is
    but a part of it: over it is counted what maintenance is excused."""

    commitment: Commitment
    start: datetime
    end: datetime
    whole: Interval | None = None


def stretches_of(window: EvaluationWindow) -> list[Stretch]:
    """The stretches of a window, earliest first; one, of the window's own commitment, where nothing cut it."""
    commitment, end = window.commitment, window.ends_at
    found = [Stretch(commitment, max(window.starts_at, begins_at(commitment)), end)]
    while found[0].start > window.starts_at and commitment.follows_id is not None:
        end = found[0].start
        commitment = Commitment.objects.select_related(*RELATED).get(pk=commitment.follows_id)
        found.insert(0, Stretch(commitment, max(window.starts_at, begins_at(commitment)), end))
    return found


def begins_at(commitment: Commitment) -> datetime:
    """The first instant at which the commitment's terms are in force."""
    return start_of_day(commitment.starts_on, commitment.time_zone)


def anchor_of(commitment: Commitment) -> date:
    """The day that contract years are counted from."""
    return commitment.anchor_on or commitment.starts_on


def whole_window(commitment: Commitment, instant: datetime) -> Window:
    """The window that covers an instant, before anything cuts it."""
    kind, zone = commitment.window_kind, commitment.time_zone
    return window_at(kind, zone, instant, anchor_of(commitment), commitment.window_days)


def judged_from(commitment: Commitment) -> datetime:
    """Where the commitment's first window begins: where the one it follows was first measured in it, if it does."""
    earliest = begins_at(commitment)
    if commitment.follows_id is None or commitment.window_kind == WindowKind.ROLLING:
        return earliest
    start, member = whole_window(commitment, earliest).start, commitment
    while begins_at(member) > start and member.follows is not None:
        member = member.follows
    return max(start, begins_at(member))


def followers(commitment_id: UUID) -> list[UUID]:
    """The commitment and all that came in its place, oldest first."""
    found = [commitment_id]
    while (
        following := Commitment.objects.filter(follows_id=found[-1]).values_list("pk", flat=True).first()
    ) is not None:
        found.append(following)
    return found


def measured_alike(commitment: Commitment) -> QuerySet[Commitment]:
    """Other commitments of the contract that judge the same indicator over windows of the same kind and direction."""
    rows = Commitment.objects.filter(
        contract_id=commitment.contract_id,
        indicator_id=commitment.indicator_id,
        window_kind=commitment.window_kind,
        time_zone=commitment.time_zone,
        comparison=commitment.comparison,
    )
    return rows.exclude(pk=commitment.pk).exclude(window_kind=WindowKind.ROLLING).order_by("pk")


def shares_windows(first: Commitment, second: Commitment) -> bool:
    """Whether both cut time into the same windows where the second takes over."""
    instant = begins_at(second)
    one, other = whole_window(first, instant), whole_window(second, instant)
    return (one.start, one.end) == (other.start, other.end)
