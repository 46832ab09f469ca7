"""Something of what is left to do at the end of a contract is done, or is not done after all."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.lib.locks import lock_row
from contracts.events import termination as events
from contracts.models import TerminationItem
from contracts.operations.requests.guards import check_words
from contracts.operations.termination.guards import locked_termination

TICK, ADD = "contracts.tick_termination_item", "contracts.add_termination_item"


@transaction.atomic
def tick_termination_item(*, actor: Actor, item_id: UUID, is_done: bool, note: str = "") -> TerminationItem:
    """The same again leaves it as it is: who was first did it."""
    termination_id = TerminationItem.objects.filter(pk=item_id).values_list("termination_id", flat=True).first()
    if termination_id is None:
        raise NotVisible
    termination = locked_termination(actor, TICK, termination_id)
    item = lock_row(TerminationItem, item_id)
    require(actor, TICK, item)
    item.termination = termination
    before = item.done_at
    if (before is not None) == is_done and item.note == note.strip():
        return item
    if (before is not None) != is_done:
        item.done_at, item.done_by_id = (clock.now(), actor.person_id) if is_done else (None, None)
    item.note = note.strip()
    item.save(update_fields=["done_at", "done_by", "note"])
    record(actor, events.item_ticked(item, before))
    return item


@transaction.atomic
def add_termination_item(*, actor: Actor, termination_id: UUID, title: str) -> TerminationItem:
    """One more thing to do. Raises Invalid `words_missing`."""
    termination = locked_termination(actor, ADD, termination_id)
    require(actor, ADD, termination)
    last = TerminationItem.objects.filter(termination=termination).aggregate(last=Max("position"))["last"] or 0
    item = TerminationItem.objects.create(
        organization_id=actor.organization_id,
        termination=termination,
        position=last + 1,
        title=check_words("title", title)[:200],
        created_at=clock.now(),
    )
    record(actor, events.item_added(item))
    return item
