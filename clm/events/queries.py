"""What a reader is shown of a delivery."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.apps import apps

from clm.access.permissions import visible
from clm.access.registry import VISIBILITY
from clm.audit.access import unhidden
from clm.audit.models import LedgerEntry
from clm.events.models import Delivery, OutboxEvent
from clm.lib.actor import Actor


def withhold(actor: Actor, deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The deliveries as this reader may see them; never save what this returns.

    Where the ledger hides the entry of the event from an administrator (a confidential contract), or its subject is
    not visible to them (an invoice for one), the payload is left out and of the error only its class stands there. One
    query however many there are, and one for each kind of subject that names no contract.
    """
    rows = list(deliveries)
    entries = LedgerEntry.objects.filter(pk__in=[row.event.entry_id for row in rows])
    seen = dict(unhidden(actor, entries).values_list("pk", "contract_id"))
    hidden = _hidden_subjects(actor, [row.event for row in rows if seen.get(row.event.entry_id) is None])
    for row in rows:
        withheld = row.event.entry_id not in seen or (row.event.subject_type, row.event.subject_id) in hidden
        row.is_withheld = withheld  # type: ignore[attr-defined]
        if withheld:
            row.event.payload = {}
            row.last_error = error_class(row.last_error)
    return rows


def _hidden_subjects(actor: Actor, events: list[OutboxEvent]) -> set[tuple[str, UUID]]:
    """The subjects whose model has a rule of visibility, and that this rule does not show the actor."""
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for event in events:
        by_type[event.subject_type].add(event.subject_id)
    hidden: set[tuple[str, UUID]] = set()
    for label, ids in by_type.items():
        model = apps.get_model(label)
        if model in VISIBILITY:
            shown = visible(actor, model._default_manager.filter(pk__in=ids)).values_list("pk", flat=True)
            hidden |= {(label, pk) for pk in ids - set(shown)}
    return hidden


def last_line(error: str) -> str:
    """The exception's own line of a stored traceback."""
    return error.strip().rsplit("\n", 1)[-1][:200]


def error_class(error: str) -> str:
    """The exception's class of a stored traceback, without what it says."""
    return last_line(error).partition(":")[0]
