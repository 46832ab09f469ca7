"""A decision is taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import changes as events
from contracts.models import Change, DraftClause
from contracts.operations.negotiation.guards import Desk, check_ours, desk_of, locked_change
from contracts.queries.changes import is_open_draft
from contracts.states import ChangeState

VERB = "contracts.reopen_change"


@transaction.atomic
def reopen_change(*, actor: Actor, change_id: UUID) -> Change:
    """The change is to decide again, and our draft reads as it did before the decision. One that is open stays so.

    Raises DomainError `turn_over`, `clause_changed` where the clause was written on since.
    """
    change = locked_change(change_id)
    require(actor, VERB, change)
    check_ours(change.contract, change.version_id)
    if change.state == ChangeState.OPEN:
        return change
    if change.undo and is_open_draft(change):
        _put_back(desk_of(actor, change.contract), change)
    change.decided_by, change.decided_at, change.counter = None, None, ""
    change.draft_clause, change.undo = None, {}
    change.save(update_fields=["decided_by", "decided_at", "counter", "draft_clause", "undo"])
    before = move(actor, change, to=ChangeState.OPEN)
    record(actor, events.change_decided(VERB, change, before))
    return change


def _put_back(desk: Desk, change: Change) -> None:
    row, undo = desk.by_id.get(change.draft_clause_id or change.pk), change.undo
    if row is None:
        return
    if row.revision != undo["made"]:
        raise DomainError(
            "clause_changed", _("This clause was written on since: put its words right in the draft instead.")
        )
    # From here on it stands nowhere.
    desk.changes[change.pk].draft_clause = None
    if undo.get("moved"):
        _move_back(desk, row, undo)
    if undo.get("level") and row.level == undo["level"][1]:
        row.level = undo["level"][0]
    if "number" in undo:
        row.number = undo["number"]
    if undo.get("revision", undo["made"]) != undo["made"]:
        desk.write(row, desk.words_before(row, undo["revision"]))
    if undo.get("added"):
        # What refers to it waits for it again.
        desk.follow({str(row.pk): str(change.received_clause_id)})
    if undo.get("added") or undo.get("was_removed"):
        row.is_removed = True
    elif undo.get("removed"):
        row.is_removed = False
    desk.put_down()


def _move_back(desk: Desk, row: DraftClause, undo: dict[str, Any]) -> None:
    """To where it was sent; or where we had put it, while that clause is there."""
    if undo.get("at_home"):
        desk.put_behind(row, desk.home_of(row))
        return
    after = desk.by_id.get(UUID(undo["after"])) if undo["after"] else None
    if after is not None or not undo["after"]:
        desk.put_behind(row, after)
