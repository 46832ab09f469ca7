"""Reads about how contracts end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from clm.lib import clock
from contracts.models import Amendment, Contract, SurvivingClause, Termination, TerminationItem
from contracts.queries.amendments import announced_end
from contracts.states import TerminationState


def termination_rows() -> QuerySet[Termination]:
    """With their contract, items and surviving clauses."""
    items = Prefetch("items", TerminationItem.objects.select_related("done_by").order_by("position"))
    clauses = SurvivingClause.objects.select_related("clause__version").order_by("clause__position")
    rows = Termination.objects.select_related("contract", "announced_by", "passage__clause", "passage__version")
    return rows.prefetch_related(items, Prefetch("surviving", clauses))


def ends_before(amendment: Amendment) -> date | None:
    """The announced end of the contract where the amendment takes effect only then or later: it would change nothing,
    unless the termination is withdrawn. None where it takes effect before it, or is closed."""
    if not amendment.is_open:
        return None
    day = amendment.effective_on or clock.today(amendment.contract.time_zone)
    end = announced_end(amendment.contract)
    return end if end is not None and end <= day else None


def termination_of(contract: Contract) -> Termination | None:
    """The one that is announced or took effect, the newest; None where the contract ends by no such step."""
    shown = (TerminationState.ANNOUNCED, TerminationState.EFFECTIVE)
    rows: QuerySet[Any] = Termination.objects.filter(contract=contract, state__in=shown)
    return rows.order_by("-created_at").first()
