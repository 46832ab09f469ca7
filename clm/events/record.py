"""record(): the ledger row and the outbox row, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.canonical import to_plain


@dataclass(frozen=True)
class Event:
    """A fact in the past tense about one row: what changed, and what handlers need to know of it.

    `verb` is the name under which permission was asked; `payload` is the outbox's, JSON types after `to_plain`.
    """

    type: str
    verb: str
    subject: Model
    payload: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    contract_id: UUID | None = None
    reason: str = ""
    at: datetime | None = None


def record(actor: Actor, event: Event) -> LedgerEntry:
    """The ledger entry and the outbox event exist when the caller's transaction commits, else neither does."""
    _refuse_outside()
    entry = _entry(actor, event)
    entry.save(force_insert=True)
    _outbox(event, entry).save(force_insert=True)
    _wake_after_commit(actor.organization_id)
    return entry


def record_all(actor: Actor, events: Sequence[Event]) -> None:
    """`record` for a verb that leaves hundreds of facts at once: each has its entry and its event, in their order."""
    _refuse_outside()
    if not events:
        return
    entries = LedgerEntry.objects.bulk_create([_entry(actor, event) for event in events])
    OutboxEvent.objects.bulk_create([_outbox(event, entry) for event, entry in zip(events, entries, strict=True)])
    _wake_after_commit(actor.organization_id)


def _refuse_outside() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs inside the verb's transaction")


def _entry(actor: Actor, event: Event) -> LedgerEntry:
    return LedgerEntry(
        organization_id=actor.organization_id,
        verb=event.verb,
        event=event.type,
        actor_kind=actor.kind,
        actor_id=actor.identity,
        subject_type=event.subject._meta.label_lower,
        subject_id=event.subject.pk,
        contract_id=event.contract_id,
        before=to_plain(event.before),
        after=to_plain(event.after),
        reason=event.reason,
        request_id=actor.request_id,
        at=event.at or clock.now(),
    )


def _outbox(event: Event, entry: LedgerEntry) -> OutboxEvent:
    return OutboxEvent(
        organization_id=entry.organization_id,
        type=event.type,
        subject_type=event.subject._meta.label_lower,
        subject_id=event.subject.pk,
        payload=to_plain(event.payload),
        entry=entry,
    )


def _wake_after_commit(organization_id: UUID) -> None:
    """Chain and dispatch right after the commit; one wake-up a transaction, and beat catches what a crash loses."""
    waiting = connection.run_on_commit
    if any(getattr(item[1], "wakes", None) == organization_id for item in waiting):
        return

    def wake() -> None:
        from clm.events.tasks import wake_dispatcher

        wake_dispatcher(organization_id)

    wake.wakes = organization_id  # type: ignore[attr-defined]
    transaction.on_commit(wake, robust=True)
