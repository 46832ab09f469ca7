"""Reads about how contracts end."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet

from contracts.models import Contract, SurvivingClause, Termination, TerminationItem
from contracts.states import TerminationState


def termination_rows() -> QuerySet[Termination]:
    """With their contract, items and surviving clauses."""
    items = Prefetch("items", TerminationItem.objects.select_related("done_by").order_by("position"))
    clauses = SurvivingClause.objects.select_related("clause__version").order_by("clause__position")
    rows = Termination.objects.select_related("contract", "announced_by", "passage__clause", "passage__version")
    return rows.prefetch_related(items, Prefetch("surviving", clauses))


def termination_of(contract: Contract) -> Termination | None:
    """The one that is announced or took effect, the newest; None where the contract ends by no such step."""
    shown = (TerminationState.ANNOUNCED, TerminationState.EFFECTIVE)
    rows: QuerySet[Any] = Termination.objects.filter(contract=contract, state__in=shown)
    return rows.order_by("-created_at").first()
