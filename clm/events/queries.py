"""What a reader is shown of a delivery."""

from __future__ import annotations

from collections.abc import Iterable

from clm.audit.access import unhidden
from clm.audit.models import LedgerEntry
from clm.events.models import Delivery
from clm.lib.actor import Actor


def withhold(actor: Actor, deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The deliveries as this reader may see them; never save what this returns.

    Where the ledger hides the entry of the event from an administrator (a confidential contract), the payload is left
    out and of the error only its class stands there. One query however many there are.
    """
    rows = list(deliveries)
    entries = LedgerEntry.objects.filter(pk__in=[row.event.entry_id for row in rows])
    seen = set(unhidden(actor, entries).values_list("pk", flat=True))
    for row in rows:
        row.is_withheld = row.event.entry_id not in seen  # type: ignore[attr-defined]
        if row.event.entry_id not in seen:
            row.event.payload = {}
            row.last_error = error_class(row.last_error)
    return rows


def last_line(error: str) -> str:
    """The exception's own line of a stored traceback."""
    return error.strip().rsplit("\n", 1)[-1][:200]


def error_class(error: str) -> str:
    """The exception's class of a stored traceback, without what it says."""
    return last_line(error).partition(":")[0]
