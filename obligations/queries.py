"""Reads about duties and dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from clm.access.permissions import can, visible
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract
from obligations.models import Deadline, Obligation, Occurrence
from obligations.states import DeadlineState, OccurrenceState

UNSETTLED = (
    OccurrenceState.UPCOMING,
    OccurrenceState.DUE,
    OccurrenceState.OVERDUE,
    OccurrenceState.SUBMITTED,
    OccurrenceState.DISPUTED,
)


def obligations(actor: Actor) -> QuerySet[Obligation]:
    rows = Obligation.objects.select_related("contract", "owner", "passage__clause")
    return visible(actor, rows)


def occurrences(actor: Actor) -> QuerySet[Occurrence]:
    """Due dates with their duty and contract, earliest first."""
    rows = Occurrence.objects.select_related("contract", "obligation", "obligation__owner")
    return visible(actor, rows).order_by("due_on", "pk")


def deadlines(actor: Actor) -> QuerySet[Deadline]:
    """Dates of terms with their contract, earliest first."""
    return visible(actor, Deadline.objects.select_related("contract", "contract__owner")).order_by("due_on", "pk")


def open_deadlines(actor: Actor, *, within_days: int = 120) -> QuerySet[Deadline]:
    horizon = clock.today() + timedelta(days=within_days)
    return deadlines(actor).filter(state=DeadlineState.OPEN, due_on__lte=horizon)


def waiting_occurrences(actor: Actor, *, within_days: int = 30) -> QuerySet[Occurrence]:
    """What is overdue, due, submitted or comes up soon."""
    horizon = clock.today() + timedelta(days=within_days)
    return occurrences(actor).filter(state__in=UNSETTLED, due_on__lte=horizon)


def contract_duties(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What the contract page's tab shows."""
    return {
        "can_add_duty": can(actor, "obligations.add_obligation", contract),
        "deadlines": list(deadlines(actor).filter(contract=contract)),
        "obligations": list(obligations(actor).filter(contract=contract).order_by("first_due_on")),
        "occurrences": list(occurrences(actor).filter(contract=contract, state__in=UNSETTLED)[:25]),
    }


def find_obligations(actor: Actor, words: str, limit: int) -> list[Obligation]:
    """Duties whose title has the words, for the search box."""
    return list(obligations(actor).filter(title__icontains=words)[:limit])
