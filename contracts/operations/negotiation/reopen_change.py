"""A decision is taken back."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import changes as events
from contracts.models import Change, DraftClause
from contracts.operations.drafting.guards import Outcome, locked_draft, words_at, write_words
from contracts.operations.drafting.move_clause import move_clause
from contracts.operations.drafting.remove_clause import remove_clause
from contracts.operations.drafting.restore_clause import restore_clause
from contracts.operations.negotiation.guards import check_ours, locked_change
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
    check_ours(change)
    if change.state == ChangeState.OPEN:
        return change
    if change.undo and is_open_draft(change):
        _put_back(actor, change)
    change.decided_by, change.decided_at, change.counter = None, None, ""
    change.draft_clause, change.undo = None, {}
    change.save(update_fields=["decided_by", "decided_at", "counter", "draft_clause", "undo"])
    before = move(actor, change, to=ChangeState.OPEN)
    record(actor, events.change_decided(VERB, change, before))
    return change


def _put_back(actor: Actor, change: Change) -> None:
    held, undo = change.draft_clause, change.undo
    if held is None:
        return
    draft = locked_draft(actor, "contracts.edit_clause", held.draft_id)
    clause = lock_row(DraftClause, held.pk, "origin", "library_version__clause")
    clause.draft = draft
    if clause.revision != undo["made"]:
        raise DomainError(
            "clause_changed", _("This clause was written on since: put its words right in the draft instead.")
        )
    if undo.get("moved"):
        _move_back(actor, clause, undo["after"], undo["level"])
    if undo.get("revision", undo["made"]) != undo["made"]:
        words = words_at(clause, undo["revision"])
        write_words(actor, clause, words, based_on=clause.revision, outcome=Outcome.SAVED)
    if undo.get("added") or undo.get("was_removed"):
        remove_clause(actor=actor, clause_id=clause.pk)
    elif undo.get("removed"):
        restore_clause(actor=actor, clause_id=clause.pk)


def _move_back(actor: Actor, clause: DraftClause, after: str | None, level: int) -> None:
    spot = UUID(after) if after else None
    if spot is None or DraftClause.objects.filter(draft=clause.draft, pk=spot).exists():
        move_clause(actor=actor, clause_id=clause.pk, after=spot, level=level)
