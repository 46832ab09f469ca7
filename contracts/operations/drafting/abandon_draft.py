"""A draft is given up."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import drafts as events
from contracts.models import ClauseEdit, Draft
from contracts.operations.drafting.guards import Outcome, check_open, keep_unsaved, locked_draft
from contracts.states import DraftState

VERB = "contracts.abandon_draft"


@transaction.atomic
def abandon_draft(*, actor: Actor, draft_id: UUID) -> Draft:
    """Nobody writes in it any more, and the side may begin another; its words stay kept, and what others saved in it
    is kept for them. Raises DomainError `turn_over`."""
    draft = locked_draft(actor, VERB, draft_id)
    require(actor, VERB, draft)
    check_open(draft)
    keep_unsaved(draft)
    _keep_saved(draft, but=actor.person_id)
    before = move(actor, draft, to=DraftState.ABANDONED)
    record(actor, events.draft_abandoned(draft, before))
    return draft


def close_overtaken(actor: Actor, draft: Draft) -> None:
    """The text that the locked open draft was begun from is not the newest any more: nobody writes in it. What each of
    its people wrote and did not save is kept for them, and so is what they saved last in each clause."""
    keep_unsaved(draft)
    _keep_saved(draft)
    before = move(actor, draft, to=DraftState.ABANDONED)
    record(actor, events.draft_abandoned(draft, before))


def _keep_saved(draft: Draft, *, but: UUID | None = None) -> None:
    """What each of the draft's people, `but` one, saved last in each clause is kept for them."""
    saved = ClauseEdit.objects.filter(draft_clause__draft=draft, revision__isnull=False)
    # The first revision of a clause that stood in the base is nobody's.
    written = saved.exclude(revision=1, draft_clause__origin__isnull=False).order_by("revision")
    last = {(edit.draft_clause_id, edit.author_id): edit for edit in written if edit.heading or edit.text.strip()}
    ClauseEdit.objects.bulk_create(_kept_copy(edit) for edit in last.values() if edit.author_id != but)


def _kept_copy(edit: ClauseEdit) -> ClauseEdit:
    return ClauseEdit(
        organization_id=edit.organization_id,
        draft_clause_id=edit.draft_clause_id,
        based_on=edit.based_on,
        heading=edit.heading,
        body=edit.body,
        text=edit.text,
        author_id=edit.author_id,
        at=edit.at,
        outcome=Outcome.TURN_OVER,
    )
