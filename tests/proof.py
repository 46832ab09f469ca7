"""What a verb leaves behind, and what a refused one must not."""

from __future__ import annotations

from typing import Any

from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent


def left_behind() -> tuple[int, int, int]:
    """Numbers of ledger entries, outbox events and transitions of the organization in scope."""
    return LedgerEntry.objects.count(), OutboxEvent.objects.count(), Transition.objects.count()


def last_event() -> tuple[str, dict[str, Any]]:
    """Type and payload of the newest event."""
    event = OutboxEvent.objects.latest("id")
    return event.type, event.payload


def last_entry() -> LedgerEntry:
    return LedgerEntry.objects.latest("id")
